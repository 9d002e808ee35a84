"""Graphs are drawn as the notebook shows them: nothing collides, nothing crosses that need not, all texts are true."""

import itertools

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch

from helpers import graph_drawing, plotting
from helpers.definitions import load_taught
from helpers.graph_drawing import layout
from tests.lessons.test_03_autodiff_trace import ASSIGNMENT, INPUTS, NAME


@pytest.fixture(scope="module")
def taught():
    return load_taught(NAME)


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


@pytest.mark.parametrize(
    "values",
    [
        (-924000, -924000, 582000, 1e6, 1e6, -792000, 82300),
        (-0.828, 1e6, -998000, 1e6, 1e6, -0.317, -0.477),
        (4.78, 1e6, -344000, 4.27, 0.627, 1e6, -679000),
        (156000, -0.718, 15.3, 371000, 0.574, -599000, -0.607),
    ],
)
def test_the_longest_numbers_do_not_collide(taught, values):
    plotting.use_style()
    nodes = taught.trace(dict(zip(("x1", "x2", "x3", "w1", "w2", "w3", "w4"), map(float, values))))
    check_drawing(taught.draw_graph(nodes["f"], taught.name_nodes(nodes)), strict=False)


def test_the_drawing_of_f_is_clean(taught):
    plotting.use_style()
    nodes = taught.trace(ASSIGNMENT)
    fig = taught.draw_graph(nodes["f"], taught.name_nodes(nodes))
    assert fig.get_figwidth() <= 7.5
    check_drawing(fig)


@pytest.mark.parametrize(
    "values", [(1e3,) * 7, (-1e3,) * 7, (0.0,) * 7, (-999.9, 0.01234, 1e-5, 3.333, -123.4, 1e5, 7)]
)
def test_the_drawing_of_f_is_clean_for_other_inputs(taught, values):
    nodes = taught.trace(dict(zip(INPUTS, values)))
    check_drawing(taught.draw_graph(nodes["f"], taught.name_nodes(nodes)), strict=False)


def test_the_drawing_of_shared_subexpressions_is_clean(taught):
    nodes = taught.diamond(taught.Node(1.5), taught.Node(0.8))
    check_drawing(taught.draw_graph(nodes["g"], taught.name_nodes(nodes)))
    x = taught.Node(1.25)
    s = x * x
    nodes = {"x": x, "s": s, "y": taught.tanh(s) * s + x / (s + 1)}
    check_drawing(taught.draw_graph(nodes["y"], taught.name_nodes(nodes)))


def test_edges_of_f_do_not_cross_and_lead_from_left_to_right(taught):
    nodes = taught.trace(ASSIGNMENT)
    edges = taught.picture(nodes["f"], taught.name_nodes(nodes))["edges"]
    place = graph_drawing.layout(edges).place
    for a, b in edges:
        assert place[b][0] == place[a][0] + 1
    for (a, b), (c, d) in itertools.combinations(edges, 2):
        if place[a][0] == place[c][0] and b != d:
            assert (place[a][1] - place[c][1]) * (place[b][1] - place[d][1]) > 0, (a, b, c, d)
    for one, other in itertools.combinations(place.values(), 2):
        assert one[0] != other[0] or abs(one[1] - other[1]) > 0.89


def test_a_long_edge_goes_round_what_it_would_cross():
    edges = [("v2", "y"), ("v4", "y"), ("x", "v4"), ("v3", "v4"), ("s", "v3"), ("1", "v3"), ("v1", "v2"), ("s", "v2")]
    place, roads = graph_drawing.layout([*edges, ("s", "v1"), ("x", "s")])
    links = [pair for road in roads for pair in itertools.pairwise(road)]
    for (a, b), (c, d) in itertools.combinations(links, 2):
        if a[0] == c[0]:
            assert (a[1] - c[1]) * (b[1] - d[1]) >= 0, (a, b, c, d)
    (lane,) = (road for road in roads if len(road) == 4)
    assert not {point for point in lane[1:-1]} & set(place.values())


def test_layout_refuses_a_circle_and_what_does_not_fit():
    with pytest.raises(ValueError, match="circle"):
        graph_drawing.layout([("a", "b"), ("b", "c"), ("c", "a")])
    with pytest.raises(ValueError, match="from 2 to 60 nodes, got 62"):
        graph_drawing.layout([(str(i), str(i + 1)) for i in range(61)])
    with pytest.raises(ValueError, match="from 2 to 60 nodes, got 0"):
        graph_drawing.layout([])


def test_a_pair_that_occurs_twice_is_two_arrows():
    edges = [("a", "b"), ("a", "b")]
    place = graph_drawing.layout(edges)
    fig, ax = graph_drawing.figure(place)
    graph_drawing.draw(ax, place, edges, ["1", "2"])
    one, other = (p._path_original.vertices for p in ax.patches if isinstance(p, FancyArrowPatch))
    middle = ax.texts[0].get_position()[1]
    assert one[1][1] - middle == pytest.approx(middle - other[1][1]) and abs(one[1][1] - middle) > 0.1
    check_drawing(fig)


@pytest.mark.parametrize(
    "value, text",
    [(0.0, "0"), (-6.75, "−6.75"), (0.000231662, "2.317e−4"), (7.0, "7"), (1234.5678, "1235"), (-0.0, "0"),
     (1e-300, "1e−300"), (1e6, "1e6"), (999999.0, "999999"), (0.5000115, "0.5"), (-1e12, "−1e12"), (100.0, "100")],
)  # fmt: skip
def test_numbers_are_written_short_and_true(value, text):
    assert graph_drawing.number_text(value) == text


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


def rows(place):
    return {name: (x, y + 0.0) for name, (x, y) in place.items()}


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
    found = rows(layout([tuple(pair.split()) for pair in edges.split(", ")]).place)
    assert found.keys() == place.keys()
    for name, (x, y) in place.items():
        assert found[name][0] == x and found[name][1] == pytest.approx(y, abs=0.06), (name, found)


def test_an_operand_stands_as_near_to_its_user_as_it_can():
    place = layout([("a", "b"), ("b", "c"), ("late", "c")]).place
    assert [place[name][0] for name in ("a", "b", "c", "late")] == [0, 1, 2, 1]


def test_an_edge_that_skips_columns_gets_a_lane_of_its_own():
    place, roads = layout([("a", "b"), ("b", "c"), ("a", "c")])
    assert rows(place) == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}
    assert roads[0] == [place["a"], place["b"]] and roads[2] == [place["a"], (1, -1), place["c"]]


def test_crossings_are_counted_and_taken_away():
    links = [("a", "x"), ("b", "y"), ("c", "z")]
    columns = [["a", "b", "c"], ["z", "y", "x"]]
    assert graph_drawing._crossings(columns, links) == 3
    assert graph_drawing._crossings([["a", "b", "c"], ["x", "y", "z"]], links) == 0
    better = graph_drawing._uncrossed(columns, links)
    assert graph_drawing._crossings(better, links) == 0
    assert [sorted(column) for column in better] == [["a", "b", "c"], ["x", "y", "z"]]
    many = [list("abcdef"), list("uvwxyz")]
    turned = graph_drawing._uncrossed(many, list(zip("abcdef", "zyxwvu")))
    assert graph_drawing._crossings(turned, list(zip("abcdef", "zyxwvu"))) == 0
    assert columns == [["a", "b", "c"], ["z", "y", "x"]], "the argument stays as it is"


def test_of_crossings_that_cannot_go_the_fewest_are_kept():
    links = [(a, b) for a in "ab" for b in "xy"]  # each to each: one pair must cross
    for columns in ([["a", "b"], ["x", "y"]], [["b", "a"], ["x", "y"]]):
        assert graph_drawing._crossings(graph_drawing._uncrossed(columns, links), links) == 1


@pytest.mark.parametrize(
    "wanted, weights, spread",
    [
        ([1, 0, -1], [1, 1, 1], [1, 0, -1]),
        ([0, 0], [1, 1], [0.5, -0.5]),
        ([0, 0, 0], [1, 1, 1], [1, 0, -1]),
        ([0, 0], [3, 1], [0.25, -0.75]),
        ([5, 0, 0.4], [1, 1, 1], [5, 0.7, -0.3]),
    ],
)
def test_rows_are_at_least_one_apart_and_as_near_as_possible_to_where_they_should_be(wanted, weights, spread):
    assert graph_drawing._spread(wanted, weights) == pytest.approx(spread)


def test_a_circle_is_refused_wherever_it_lies():
    for edges in ("a b, b a", "a b, b c, c b", "a b, b a, a c", "a a, a b"):
        with pytest.raises(ValueError, match=r"^edges must not lead in a circle\.$"):
            layout([tuple(pair.split()) for pair in edges.split(", ")])


def test_a_road_bends_off_the_straight_line_only_where_it_must():
    ends = [np.array([0.0, 0.0]), np.array([1.2, 0.0])]
    path, dots = graph_drawing._curve(ends, 0)
    assert path.vertices.tolist() == [[0, 0], [pytest.approx(0.4), 0], [pytest.approx(0.8), 0], [1.2, 0]]
    path, dots = graph_drawing._curve(ends, 0.5)
    assert path.vertices[1:3] == pytest.approx(np.array([[0.4, 0.6], [0.8, 0.6]])) and dots[30][1] > 0.4
    far = graph_drawing._curve([ends[0], np.array([2.4, 0.0])], 0.5)[0].vertices
    assert far[1:3, 1] == pytest.approx(0.6), "a long road does not bow further"
    near = graph_drawing._curve([ends[0], np.array([0.6, 0.0])], 0.5)[0].vertices
    assert near[1:3, 1] == pytest.approx(0.3)
    slanted = graph_drawing._curve([np.array([0.5, 0.2]), np.array([0.9, 0.5])], 1)[0].vertices
    assert slanted[1] == pytest.approx([0.5 + 0.4 / 3 - 0.3, 0.2 + 0.1 + 0.4])


def test_a_road_through_lanes_is_level_in_each_and_straight_at_its_ends():
    points = [np.array([0.1, 0.2]), np.array([0.7, 1.1]), np.array([1.6, 1.1]), np.array([2.2, 0.5])]
    path, dots = graph_drawing._curve(points, 0)
    first, second, last = path.vertices[1:].reshape(3, 3, 2)
    assert first == pytest.approx(np.array([[0.3, 0.5], [0.4, 1.1], [0.7, 1.1]]))
    assert second == pytest.approx(np.array([[1.15, 1.1], [1.15, 1.1], [1.6, 1.1]]))
    assert last == pytest.approx(np.array([[1.9, 1.1], [2.0, 0.7], [2.2, 0.5]]))
    assert len(dots) == 180 and dots[0] == pytest.approx(points[0]) and dots[-1] == pytest.approx(points[-1])


def test_boxes_overlap_by_their_common_area_and_hold_the_points_inside():
    assert graph_drawing._overlap((0, 0, 2, 3), (1, 1, 5, 5)) == 2
    for apart in ((2, 0, 3, 3), (0, 3, 2, 4), (5, 5, 6, 6)):
        assert graph_drawing._overlap((0, 0, 2, 3), apart) == 0
    points = np.array([[1, 1], [0.5, 2], [2.5, 1], [1, 3.5], [-1, 1], [1, -1]])
    assert graph_drawing._inside((0, 0, 2, 3), points) == 2


def test_the_most_nodes_that_fit_are_laid_out():
    assert len(layout([(str(i), str(i + 1)) for i in range(59)]).place) == 60


# What is drawn


def test_a_figure_has_room_for_its_rows_and_axes_that_fill_it():
    two_rows = layout([("a", "c"), ("b", "c")])
    fig, ax = graph_drawing.figure(two_rows, width=5, row=0.7, above=0.4, below=0.3)
    assert fig.get_size_inches() == pytest.approx((5, 0.7 + 0.4 + 0.3))
    assert ax.get_position().bounds == pytest.approx((0, 0, 1, 1))
    plt.close(fig)
    with_a_lane = layout([("a", "b"), ("b", "c"), ("a", "c")])
    fig, _ = graph_drawing.figure(with_a_lane)
    assert fig.get_size_inches() == pytest.approx((7.5, 0.86 + 0.5 + 0.72))
    plt.close(fig)


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


def test_texts_go_to_the_other_side_of_a_node_where_an_edge_would_cross_them():
    edges = [("a", "x"), ("b", "x"), ("x", "y"), ("b", "y")]
    place = layout(edges)
    fig, ax = graph_drawing.figure(place)
    graph_drawing.draw(ax, place, edges, values=dict.fromkeys("abxy", "0.1234"), above=dict.fromkeys("xy", "×"))
    check_drawing(fig)


@pytest.mark.parametrize("text, tex", [("t' · (1 − t²)", r"t' \cdot (1 - t^2)"), ("a12 · X3", r"a_{12} \cdot X_{3}"),
                                       ("tanh(a4)", r"\tanh(a_{4})"), ("exp(b) − log(c)", r"\exp(b) - \log(c)"),
                                       ("3 · x", r"3 \cdot x")])  # fmt: skip
def test_expressions_are_written_in_latex(text, tex):
    assert graph_drawing.latex(text) == tex


@pytest.mark.parametrize(
    "value, digits, text",
    [(0.00123456, 3, "0.00123"), (0.000999, 3, "9.99e−4"), (12345.678, 3, "12346"), (1.5, 1, "2"), (0.1, 5, "0.1"),
     (-2.5e-7, 2, "−2.5e−7"), (0.001, 4, "0.001"), (2e6, 4, "2e6"), (120.0, 2, "120"), (1e10, 4, "1e10")],
)  # fmt: skip
def test_numbers_keep_the_digits_asked_for(value, digits, text):
    assert graph_drawing.number_text(value, digits) == text
