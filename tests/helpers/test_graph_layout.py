"""Any graph is laid out and drawn whole, and its numbers and expressions are written true to what they are."""

import matplotlib

matplotlib.use("Agg")
import itertools
import math

import matplotlib
import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import FancyArrowPatch

from helpers import graph_drawing
from tests.helpers.values import FINITE, refusal


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


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


@given(st.lists(st.tuples(PIECES, PIECES, FINITE), max_size=5), st.integers(1, 17))
def test_equations_show_each_row_twice_with_its_value(monkeypatch, rows, digits):
    shown = []
    monkeypatch.setattr(graph_drawing, "display", lambda data, raw: shown.append(data))
    graph_drawing.show_equations([(left, right, value) for (left, _), (right, _), value in rows], digits)
    ((first, *aligned, _),) = (data["text/markdown"].split("\n") for data in shown)
    assert first == r"$$\begin{aligned}" and shown[0]["text/plain"].count("\n") == max(0, len(rows) - 1)
    plain = shown[0]["text/plain"].split("\n")
    for (left, right, value), line, equation in zip(rows, plain, aligned):
        number = graph_drawing.number_text(value, digits)
        assert line == f"{left[0]} = {right[0]} = {number}"
        start = f"{left[1]} &= {right[1]} &&= "
        assert equation.startswith(start)
        power = equation.removeprefix(start).removesuffix(r" \\").replace(r" \cdot 10^{", "e").removesuffix("}")
        assert power == number.replace("−", "-")


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
    circle = [*edges, (edges[-1][1], edges[-1][0])]
    assert refusal(graph_drawing.layout, circle) == "edges must not lead in a circle."


@settings(max_examples=15)
@given(GRAPHS, st.floats(5, 20), st.floats(0.5, 2), st.floats(0.3, 1), st.floats(0.3, 1), st.data())
def test_any_graph_is_drawn_whole_on_a_page_that_fits(operands, width, row, above, below, draw):
    edges = edges_of(operands)
    laid_out = graph_drawing.layout(edges)
    fig, ax = graph_drawing.figure(laid_out, width, row, above, below)
    rows = [y for road in laid_out.roads for _, y in road]
    assert fig.get_size_inches() == pytest.approx((width, (max(rows) - min(rows)) * row + above + below))
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
    plt.close(fig)


@given(st.one_of(st.just(0), st.integers(61, 99)))
def test_no_other_number_of_nodes_is_laid_out(n):
    edges = list(itertools.pairwise(map(str, range(n))))
    assert refusal(graph_drawing.layout, edges) == f"edges must connect from 2 to 60 nodes, got {n}."
