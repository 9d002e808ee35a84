"""Any graph is laid out and drawn whole: nothing collides, nothing crosses that need not, all texts are true."""

import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch

from helpers import graph_drawing, plotting
from helpers.definitions import load_taught
from helpers.graph_drawing import layout
from tests.helpers.values import FINITE, refusal
from tests.lessons.test_03_autodiff_trace import ASSIGNMENT, INPUTS, NAME


@pytest.fixture(scope="module")
def taught():
    return load_taught(NAME)


# What is written


@pytest.mark.parametrize("value, digits, text", [
    (0.0, 4, "0"), (-0.0, 4, "0"), (-6.75, 4, "−6.75"), (0.000231662, 4, "2.317e−4"), (7.0, 4, "7"), (100.0, 4, "100"),
    (1234.5678, 4, "1235"), (1e-300, 4, "1e−300"), (1e6, 4, "1e6"), (999999.0, 4, "999999"), (0.5000115, 4, "0.5"),
    (0.001, 4, "0.001"), (0.000999, 3, "9.99e−4"), (12345.678, 3, "12346"), (1.5, 1, "2"), (120.0, 2, "120"),
])  # fmt: skip
def test_numbers_are_written_short(value, digits, text):
    assert graph_drawing.number_text(value, digits) == text


@given(FINITE, st.integers(1, 9))
def test_a_number_is_written_true_to_the_digits_asked_for(value, digits):
    text = graph_drawing.number_text(value, digits)
    assert "-" not in text and (value != 0 or text == "0")
    assert float(text.replace("−", "-")) == pytest.approx(value, rel=0.500001 * 10.0 ** (1 - digits))


PIECES = st.one_of(
    st.tuples(st.sampled_from("abxX"), st.integers(0, 999)).map(lambda p: (f"{p[0]}{p[1]}", f"{p[0]}_{{{p[1]}}}")),
    st.integers(0, 999).map(lambda n: (str(n), str(n))),
    st.sampled_from([("·", r"\cdot"), ("−", "-"), ("t²", "t^2"), ("tanh(", r"\tanh("), ("exp(", r"\exp("), (")", ")"),
                     ("log(", r"\log("), ("f'", "f'"), ("ReLU", "ReLU"), ("logs", "logs")]),
)  # fmt: skip


@given(st.lists(PIECES, max_size=9))
def test_an_expression_is_written_in_latex_piece_by_piece(pieces):
    texts, expected = zip(*pieces) if pieces else ((), ())
    assert graph_drawing.latex(" ".join(texts)) == " ".join(expected)


def test_equations_are_aligned_and_have_a_plain_twin(monkeypatch):
    shown = []
    monkeypatch.setattr(graph_drawing, "display", lambda data, **how: shown.append((data, how)))
    graph_drawing.show_equations([("a4'", "t' · (1 − t²)", 0.1941563), ("x2'", "a2' · w2", -3e-5)])
    ((data, how),) = shown
    assert how == {"raw": True}
    assert data["text/plain"] == "a4' = t' · (1 − t²) = 0.19416\nx2' = a2' · w2 = −3e−5"
    assert data["text/markdown"] == (
        "$$\\begin{aligned}\n"
        "a_{4}' &= t' \\cdot (1 - t^2) &&= 0.19416 \\\\\n"
        "x_{2}' &= a_{2}' \\cdot w_{2} &&= -3 \\cdot 10^{-5}\n"
        "\\end{aligned}$$"
    )


# Where things stand


GRAPHS = st.integers(1, 11).flatmap(
    lambda n: st.tuples(*(st.sets(st.integers(0, k), min_size=1, max_size=3) for k in range(n)))
)


def edges_of(operands):
    """The edges of a graph: of each node but the first, from which earlier ones it is made."""
    return [(f"n{a}", f"n{b}") for b, found in enumerate(operands, 1) for a in sorted(found)]


@settings(max_examples=30)
@given(GRAPHS)
def test_any_graph_is_laid_out_from_left_to_right_in_free_places(operands):
    edges = edges_of(operands)
    place, roads = graph_drawing.layout(edges)
    assert list(place) == list(dict.fromkeys(name for edge in edges for name in edge))
    for (a, b), road in zip(edges, roads, strict=True):
        assert road[0] == place[a] and road[-1] == place[b]
        assert [x for x, _ in road] == list(range(int(place[a][0]), int(place[b][0]) + 1)), "one column at a time"
        assert not set(road[1:-1]) & set(place.values()), "a lane leads through no node"
    for one, other in itertools.combinations(place.values(), 2):
        assert one[0] != other[0] or abs(one[1] - other[1]) > 0.89


@pytest.mark.parametrize("edges", ["a b, b a", "a b, b c, c b", "a b, b a, a c", "a a, a b", "a b, b c, c a"])
def test_a_circle_is_refused_wherever_it_lies(edges):
    assert refusal(layout, [tuple(pair.split()) for pair in edges.split(", ")]) == "edges must not lead in a circle."


@pytest.mark.parametrize("n", [0, 60, 61, 99])
def test_from_2_to_60_nodes_are_laid_out(n):
    edges = list(itertools.pairwise(map(str, range(n))))
    if n == 60:
        assert len(layout(edges).place) == 60
    else:
        assert refusal(layout, edges) == f"edges must connect from 2 to 60 nodes, got {n}."


@pytest.mark.parametrize(
    "edges, place",
    [
        ("a b, b c", {"a": (0, 0), "b": (1, 0), "c": (2, 0)}),
        ("a c, b c", {"a": (0, 0.5), "b": (0, -0.5), "c": (1, 0)}),
        ("a x, b x, c x", {"a": (0, 1), "b": (0, 0), "c": (0, -1), "x": (1, 0)}),
        ("a x, b y, x z, y z", {"a": (0, 0.5), "b": (0, -0.5), "x": (1, 0.5), "y": (1, -0.5), "z": (2, 0)}),
    ],
)
def test_users_stand_right_of_what_they_use_and_half_way_between(edges, place):
    found = layout([tuple(pair.split()) for pair in edges.split(", ")]).place
    assert found.keys() == place.keys()
    for name, (x, y) in place.items():
        assert found[name][0] == x and found[name][1] == pytest.approx(y, abs=0.06), (name, found)


def test_an_operand_stands_as_near_to_its_user_as_it_can():
    place = layout([("a", "b"), ("b", "c"), ("late", "c")]).place
    assert [place[name][0] for name in ("a", "b", "c", "late")] == [0, 1, 2, 1]


def test_an_edge_that_skips_columns_gets_a_lane_of_its_own():
    place, roads = layout([("a", "b"), ("b", "c"), ("a", "c")])
    assert place == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}
    assert roads[0] == [place["a"], place["b"]] and roads[2] == [place["a"], (1, -1), place["c"]]


def crossings(roads):
    links = [pair for road in roads for pair in itertools.pairwise(road)]
    pairs = itertools.combinations(links, 2)
    return sum(a[0] == c[0] and (a[1] - c[1]) * (b[1] - d[1]) < 0 for (a, b), (c, d) in pairs)


def test_of_three_nodes_on_either_side_one_pair_of_edges_crosses_that_need_not_at_most():
    """Four in five graphs have as few crossings as any order gives; all orders are tried here."""
    needless = []
    for edges in itertools.combinations(itertools.product("abc", "xyz"), 4):
        if len(set(itertools.chain(*edges))) == 6:
            pairs = list(itertools.combinations(edges, 2))
            best = min(
                sum((p.index(a) - p.index(c)) * (q.index(b) - q.index(d)) < 0 for (a, b), (c, d) in pairs)
                for p, q in itertools.product(itertools.permutations("abc"), itertools.permutations("xyz"))
            )
            needless.append(crossings(layout(edges).roads) - best)
    assert max(needless) <= 1 and np.mean(needless) < 0.25


def test_edges_of_f_do_not_cross(taught):
    nodes = taught.trace(ASSIGNMENT)
    place, roads = layout(taught.picture(nodes["f"], taught.name_nodes(nodes))["edges"])
    assert crossings(roads) == 0


def test_a_long_edge_goes_round_what_it_would_cross():
    edges = [("v2", "y"), ("v4", "y"), ("x", "v4"), ("v3", "v4"), ("s", "v3"), ("1", "v3"), ("v1", "v2"), ("s", "v2")]
    place, roads = layout([*edges, ("s", "v1"), ("x", "s")])
    assert crossings(roads) == 0
    (lane,) = (road for road in roads if len(road) == 4)
    assert not {point for point in lane[1:-1]} & set(place.values())


# Whole pictures


def overlaps(a, b):
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5  # in pixels


def check_drawing(fig, strict=True):
    """No two texts overlap, no text leaves the page, every text is large enough; strict: no edge crosses a text."""
    fig.canvas.draw()
    (ax,) = fig.axes
    texts = [text for text in ax.texts if text.get_text().strip()]
    boxes = [text.get_window_extent() for text in texts]
    for text, box in zip(texts, boxes):
        assert text.get_fontsize() >= 8.5
        assert fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1 and fig.bbox.y0 <= box.y0 and box.y1 <= fig.bbox.y1
    for (s, a), (t, b) in itertools.combinations(zip(texts, boxes), 2):
        assert not overlaps(a, b), (s.get_text(), t.get_text())
    if strict:
        for patch in ax.patches:
            if not isinstance(patch, plt.Circle):
                path = patch.get_transform().transform_path(patch.get_path()).cleaned(curves=False)
                dots = path.vertices[:-1][np.linalg.norm(path.vertices[:-1], axis=1) > 0]
                dots = np.concatenate([np.linspace(a, b, 20) for a, b in itertools.pairwise(dots)])
                for text, box in zip(texts, boxes):
                    assert not any(box.shrunk(0.9, 0.7).contains(*dot) for dot in dots), text.get_text()
    plt.close(fig)


@pytest.mark.parametrize("values", [
    (-924000, -924000, 582000, 1e6, 1e6, -792000, 82300), (-0.828, 1e6, -998000, 1e6, 1e6, -0.317, -0.477),
    (4.78, 1e6, -344000, 4.27, 0.627, 1e6, -679000), (156000, -0.718, 15.3, 371000, 0.574, -599000, -0.607),
    (1e3,) * 7, (-1e3,) * 7, (0.0,) * 7, (-999.9, 0.01234, 1e-5, 3.333, -123.4, 1e5, 7),
])  # fmt: skip
def test_the_drawing_of_f_is_clean_for_other_inputs_and_the_longest_numbers(taught, values):
    plotting.use_style()
    nodes = taught.trace(dict(zip(INPUTS, map(float, values))))
    check_drawing(taught.draw_graph(nodes["f"], taught.name_nodes(nodes)), strict=False)


def test_the_drawing_of_f_is_clean(taught):
    plotting.use_style()
    nodes = taught.trace(ASSIGNMENT)
    fig = taught.draw_graph(nodes["f"], taught.name_nodes(nodes))
    assert fig.get_figwidth() <= 7.5
    check_drawing(fig)


def test_the_drawing_of_shared_subexpressions_is_clean(taught):
    nodes = taught.diamond(taught.Node(1.5), taught.Node(0.8))
    check_drawing(taught.draw_graph(nodes["g"], taught.name_nodes(nodes)))
    x = taught.Node(1.25)
    s = x * x
    nodes = {"x": x, "s": s, "y": taught.tanh(s) * s + x / (s + 1)}
    check_drawing(taught.draw_graph(nodes["y"], taught.name_nodes(nodes)))


def test_a_pair_that_occurs_twice_is_two_arrows():
    edges = [("a", "b"), ("a", "b")]
    place = layout(edges)
    fig, ax = graph_drawing.figure(place)
    graph_drawing.draw(ax, place, edges, ["1", "2"])
    one, other = (p._path_original.vertices for p in ax.patches if isinstance(p, FancyArrowPatch))
    middle = ax.texts[0].get_position()[1]
    assert one[1][1] - middle == pytest.approx(middle - other[1][1]) and abs(one[1][1] - middle) > 0.1
    check_drawing(fig)


def test_texts_go_to_the_other_side_of_a_node_where_an_edge_would_cross_them():
    edges = [("a", "x"), ("b", "x"), ("x", "y"), ("b", "y")]
    place = layout(edges)
    fig, ax = graph_drawing.figure(place)
    graph_drawing.draw(ax, place, edges, values=dict.fromkeys("abxy", "0.1234"), above=dict.fromkeys("xy", "×"))
    check_drawing(fig)


@settings(max_examples=15)
@given(GRAPHS, st.floats(5, 20), st.floats(0.5, 2), st.floats(0.3, 1), st.floats(0.3, 1), st.data())
def test_any_graph_is_drawn_whole_on_a_page_that_fits(operands, width, row, above, below, draw):
    edges = edges_of(operands)
    laid_out = layout(edges)
    fig, ax = graph_drawing.figure(laid_out, width, row, above, below)
    rows = [y for road in laid_out.roads for _, y in road]
    assert fig.get_size_inches() == pytest.approx((width, (max(rows) - min(rows)) * row + above + below))
    assert ax.get_position().bounds == pytest.approx((0, 0, 1, 1))
    some = st.sets(st.sampled_from(sorted(laid_out.place)))
    kinds = {"above": "+", "values": "v", "adjoints": "d"}
    texts = {kind: {name: sign + name for name in draw.draw(some)} for kind, sign in kinds.items()}
    labels = draw.draw(st.sampled_from([[], [f"e{i}" for i in range(len(edges))]]))
    radius = draw.draw(st.floats(0.05, 0.15))
    graph_drawing.draw(ax, laid_out, edges, labels, **texts, styles={"n0": {"linewidth": 3}}, radius=radius)
    written = [*laid_out.place, *labels, *(text for given in texts.values() for text in given.values())]
    assert sorted(text.get_text() for text in ax.texts) == sorted(written)
    circles = dict(zip(laid_out.place, (patch for patch in ax.patches if isinstance(patch, plt.Circle)), strict=True))
    for name, circle in circles.items():
        assert circle.get_linewidth() == (3 if name == "n0" else 1.2) and circle.radius == radius
        assert all(radius <= at <= side - radius for at, side in zip(circle.center, fig.get_size_inches()))
    for one, other in itertools.combinations(circles.values(), 2):
        assert math.dist(one.center, other.center) > 2 * radius
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    for edge, arrow in zip(edges, arrows, strict=True):
        for name, end, gap in zip(edge, arrow._path_original.vertices[[0, -1]], (0.01, 0.02)):
            assert math.dist(end, circles[name].center) == pytest.approx(radius + gap)
    for road, arrow in zip(laid_out.roads, arrows):
        path = arrow._path_original.vertices
        if len(road) == 2:  # straight
            np.testing.assert_allclose(np.cross(*(np.c_[path[1:3] - path[0], [0, 0]]))[2], 0, atol=1e-9)
        for at in range(3, len(path) - 1, 3):  # level in each lane
            assert path[at - 1][1] == path[at][1] == path[at + 1][1] and path[at - 1][0] < path[at][0] < path[at + 1][0]
    plt.close(fig)


# What is drawn

EDGES = [("a", "c"), ("b", "c")]


@pytest.fixture
def drawn():
    """Draw two operands and their user with all there is to write; return the Axes and the texts by their words."""
    place = layout(EDGES)
    fig, ax = graph_drawing.figure(place)
    graph_drawing.draw(
        ax, place, EDGES, ["2", "3"], {"c": "×"}, {n: f"v{n}" for n in "abc"}, {n: f"d{n}" for n in "ac"}
    )
    yield ax, {text.get_text(): text for text in ax.texts}
    plt.close(fig)


def test_one_unit_is_one_inch_and_nodes_stand_within_the_margins(drawn):
    ax, texts = drawn
    assert ax.get_xlim() == (0, 7.5) and ax.get_ylim() == pytest.approx((0, 0.86 + 0.5 + 0.72)) and not ax.axison
    (left, high), (_, low), (right, middle) = (texts[name].get_position() for name in "abc")
    assert (left, right) == pytest.approx((0.4, 7.1)) and middle == pytest.approx((high + low) / 2, abs=0.01)
    assert 0.8 < high - low < 1.4


def test_a_node_is_a_white_circle_with_its_name_in_the_middle(drawn):
    ax, texts = drawn
    circles = [patch for patch in ax.patches if isinstance(patch, plt.Circle)]
    for circle, name in zip(circles, "acb"):
        assert circle.radius == 0.17 and circle.center == pytest.approx(texts[name].get_position())
        assert circle.get_facecolor() == to_rgba("white") and circle.get_edgecolor() == to_rgba(plotting.INK)
        assert 1 <= circle.get_linewidth() <= 2
    for text in texts.values():
        assert text.get_fontsize() == 8.5 and text.get_ha() == text.get_va() == "center"
        assert text.get_zorder() > circles[0].get_zorder()


def test_values_are_blue_and_upright_over_adjoints_that_are_rust_and_slanted_and_the_operation_is_grey(drawn):
    _, texts = drawn
    for name in "ac":
        value, adjoint = texts[f"v{name}"], texts[f"d{name}"]
        x, y = texts[name].get_position()
        assert value.get_color() == plotting.BLUE and adjoint.get_color() == plotting.RUST
        assert value.get_style() == "normal" and adjoint.get_style() == "italic"
        assert value.get_position()[0] == adjoint.get_position()[0] == x
        assert value.get_position()[1] > adjoint.get_position()[1], "the value stands over the adjoint"
        assert 0.17 < abs(value.get_position()[1] - y) < 0.5 and 0.17 < abs(adjoint.get_position()[1] - y) < 0.6
    glyph, y = texts["×"], texts["c"].get_position()[1]
    assert glyph.get_color() == plotting.GREY
    assert (glyph.get_position()[1] - y) * (texts["vc"].get_position()[1] - y) < 0, "on the other side of the node"
    assert "db" not in texts, "what is not given is not written"


def test_arrows_lead_from_rim_to_rim_below_the_nodes(drawn):
    ax, texts = drawn
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    circle = next(patch for patch in ax.patches if isinstance(patch, plt.Circle))
    assert len(arrows) == 2
    for arrow, (start, end) in zip(arrows, EDGES):
        first, last = arrow._path_original.vertices[[0, -1]]
        assert np.linalg.norm(first - texts[start].get_position()) == pytest.approx(0.18, abs=0.02)
        assert np.linalg.norm(last - texts[end].get_position()) == pytest.approx(0.19, abs=0.02)
        assert arrow.shrinkA == arrow.shrinkB == 0
        assert first[0] < last[0] and arrow.get_zorder() < circle.get_zorder()
        assert arrow.get_edgecolor() == to_rgba(plotting.INK) and 1 <= arrow.get_linewidth() <= 2
        assert arrow.get_arrowstyle().arrow == "-|>"


def test_a_label_stands_close_beside_the_middle_of_its_own_edge(drawn):
    _, texts = drawn
    for label, start in (("2", "a"), ("3", "b")):
        a, c, at = (np.array(texts[name].get_position()) for name in (start, "c", label))
        along = (c - a) / np.linalg.norm(c - a)
        share = (at - a) @ along / np.linalg.norm(c - a)
        off = abs(np.cross([*along, 0], [*(at - a), 0])[2])
        assert 0.4 < share < 0.6 and 0.03 < off < 0.2
        assert texts[label].get_color() == plotting.INK
    assert texts["2"].get_position()[1] > texts["3"].get_position()[1]


def test_single_nodes_may_look_otherwise():
    place = layout(EDGES)
    fig, ax = graph_drawing.figure(place)
    style = {
        "facecolor": "#F6D5BF",
        "edgecolor": plotting.RUST,
        "linewidth": 2.8,
        "linestyle": ":",
        "color": plotting.BLUE,
    }
    graph_drawing.draw(ax, place, EDGES, styles={"b": style}, radius=0.3, font_size=11)
    circles = dict(zip("acb", (patch for patch in ax.patches if isinstance(patch, plt.Circle))))
    assert circles["b"].get_facecolor() == to_rgba("#F6D5BF") and circles["b"].get_edgecolor() == to_rgba(plotting.RUST)
    assert circles["b"].get_linewidth() == 2.8 and circles["b"].get_linestyle() == ":"
    assert circles["a"].get_linestyle() in ("-", "solid") and circles["a"].get_facecolor() == to_rgba("white")
    assert {circle.radius for circle in circles.values()} == {0.3}
    texts = {text.get_text(): text for text in ax.texts}
    assert list(texts) == ["a", "c", "b"] and {text.get_fontsize() for text in texts.values()} == {11}
    assert texts["b"].get_color() == plotting.BLUE and texts["a"].get_color() == plotting.INK
    plt.close(fig)


def test_a_single_row_stands_in_the_middle():
    place = layout([("a", "b")])
    fig, ax = graph_drawing.figure(place)
    graph_drawing.draw(ax, place, [("a", "b")])
    assert [text.get_position()[1] for text in ax.texts] == pytest.approx([0.61, 0.61])
    plt.close(fig)
