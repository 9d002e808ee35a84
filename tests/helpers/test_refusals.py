"""Every drawing function refuses what it cannot take, by name, value and range."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import graph_drawing, plotting
from tests.helpers.values import MODERATE, NOT_FINITE, NOT_NUMBERS, amiss, other_shapes, refusal

NOT_ANY_NUMBER = amiss("require_float", -math.inf, math.inf)
NO_LABELS = st.one_of(st.sampled_from([-1, 2, 0.5, None]), st.integers(), st.floats()).filter(lambda v: v not in (0, 1))
NO_PAIRS = st.one_of(NOT_NUMBERS, st.lists(MODERATE), st.tuples(MODERATE, NOT_FINITE)).filter(
    lambda v: not isinstance(v, list) or len(v) != 2
)
NO_REGION = (
    st.one_of(NO_PAIRS, st.tuples(MODERATE, MODERATE).filter(lambda v: v[0] >= v[1])),
    "be two finite numbers, the lower first",
)
NODES = st.tuples(st.integers(-1, 2), st.integers(-1, 2))
NO_EDGES = st.one_of(
    st.tuples(st.tuples(NODES, NODES), st.just("")).filter(lambda e: {*e[0]} != {(0, 0), (1, 0)}),
    st.tuples(st.just(((0, 0), (1, 0))), st.one_of(st.none(), st.integers())),
).map(lambda edge: dict([edge]))
CHAIN = [("a", "b"), ("b", "c")]
OTHER_EDGES = st.lists(st.tuples(*[st.sampled_from("abcd")] * 2), max_size=3).filter(lambda edges: edges != CHAIN)
NO_NAMES = st.one_of(st.text(), st.integers()).filter(lambda name: name not in ("a", "b", "c"))
NETWORK, UNIT, LAID_OUT = [["a"], ["b"]], (0, 1), graph_drawing.layout(CHAIN)

# (a call on Axes with a value that is amiss, what is refused, such values, what it must be)
REFUSED = [
    (lambda ax, v: plotting.scatter_classes(ax, np.ones(v), UNIT), "X", *other_shapes((2, 2))),
    (lambda ax, v: plotting.scatter_classes(ax, np.eye(2), np.ones(v)), "Y",
     st.sampled_from([(2, 2), (1, 4), (4, 1, 1)]), "have the shape (4,) or (4, 1)"),
    (lambda ax, v: plotting.scatter_classes(ax, np.eye(2), [v, 1]), "Y", NO_LABELS, "hold labels 0 and 1 only"),
    (lambda ax, v: plotting.scatter_classes(ax, np.eye(2), UNIT, v), "size", *amiss("require_float", 1, 1000)),
    (lambda ax, v: plotting.decision_regions(ax, len, v, UNIT), "xlim", *NO_REGION),
    (lambda ax, v: plotting.decision_regions(ax, len, UNIT, v), "ylim", *NO_REGION),
    (lambda ax, v: plotting.decision_regions(ax, len, UNIT, UNIT, v), "resolution",
     *amiss("require_int", 2, 2000)),
    (lambda ax, v: plotting.decision_regions(ax, lambda X: np.ones(v), UNIT, UNIT, 3), "the output of predict",
     *other_shapes((9,), (9, 1))),
    (lambda ax, v: plotting.half_plane(ax, v, 0, UNIT, UNIT), "w",
     st.one_of(NO_PAIRS, st.sampled_from([(0, 0), [0.0, -0.0], np.zeros(2)])), "be two finite numbers, not both 0"),
    (lambda ax, v: plotting.half_plane(ax, UNIT, v, UNIT, UNIT), "b", *NOT_ANY_NUMBER),
    (lambda ax, v: plotting.half_plane(ax, UNIT, 0, v, UNIT), "xlim", *NO_REGION),
    (lambda ax, v: plotting.half_plane(ax, UNIT, 0, UNIT, v), "ylim", *NO_REGION),
    (plotting.draw_network, "layers", st.sampled_from([[], (), [[]], [["a"], []]]),
     "be one layer or more of one label or more"),
    (lambda ax, v: plotting.draw_network(ax, NETWORK, v), "edges", NO_EDGES,
     "be labels of pairs of different nodes (layer, index)"),
    (lambda ax, v: plotting.draw_network(ax, NETWORK, titles=np.ones(v)), "titles", *other_shapes((0,), (2,))),
    (lambda ax, v: plotting.draw_network(ax, NETWORK, node_size=v), "node_size", *amiss("require_float", 0.01, 0.5)),
    (lambda ax, v: plotting.draw_network(ax, NETWORK, font_size=v), "font_size", *amiss("require_float", 1, 100)),
    *((lambda ax, v, name=name: graph_drawing.figure(LAID_OUT, **{name: v}), name, *amiss("require_float", *limits))
      for name, limits in {"width": (1, 100), "row": (0.1, 10), "above": (0.1, 10), "below": (0.1, 10)}.items()),
    (lambda ax, v: graph_drawing.draw(ax, LAID_OUT, v), "edges", OTHER_EDGES, "be those of the layout in its order"),
    (lambda ax, v: graph_drawing.draw(ax, LAID_OUT, CHAIN, np.ones(v)), "labels", *other_shapes((0,), (2,))),
    *((lambda ax, v, kind=kind: graph_drawing.draw(ax, LAID_OUT, CHAIN, **{kind: {"a": {}, v: {}}}),
       f"a name in {kind}", NO_NAMES, "be one of 'a', 'b', 'c'") for kind in ("above", "values", "adjoints", "styles")),
    (lambda ax, v: graph_drawing.draw(ax, LAID_OUT, CHAIN, radius=v), "radius", *amiss("require_float", 0.01, 1)),
    (lambda ax, v: graph_drawing.draw(ax, LAID_OUT, CHAIN, font_size=v), "font_size", *amiss("require_float", 1, 100)),
    (lambda ax, v: graph_drawing.number_text(v), "value", *NOT_ANY_NUMBER),
    (lambda ax, v: graph_drawing.number_text(1.5, v), "digits", *amiss("require_int", 1, 17)),
    (lambda ax, v: graph_drawing.show_equations([("a", "b", v)]), "value", *NOT_ANY_NUMBER),
    (lambda ax, v: graph_drawing.show_equations([("a", "b", 1.5)], v), "digits", *amiss("require_int", 1, 17)),
]  # fmt: skip


@pytest.mark.parametrize("call, name, values, allowed", REFUSED, ids=[name for _, name, *_ in REFUSED])
@settings(max_examples=30)
@given(draw=st.data())
def test_no_other_value_is_drawn_or_written(ax, call, name, values, allowed, draw):
    value = draw.draw(values)
    assert refusal(call, ax, value) == f"{name} must {allowed}, got {value!r}."


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -0.1, 1.1])
def test_a_prediction_that_is_no_probability_is_refused(ax, wrong):
    with pytest.raises(ValueError, match=rf"^the output of predict must lie from 0 to 1, got {wrong!r}\.$"):
        plotting.decision_regions(ax, lambda X: np.where(X[:, 0] > 0.5, wrong, 0.5), (0, 1), (0, 1), 5)


def test_regions_beyond_all_sums_are_refused(ax):
    with pytest.raises(ValueError, match=r"^the larger limit in xlim must be a number from 0 to 1e\+100, got 1e\+308"):
        plotting.half_plane(ax, (1, 1), 0, (-1e308, 1e308), (0, 1))


def test_edges_of_a_network_are_a_mapping(ax):
    with pytest.raises(TypeError, match="^edges must be a mapping from pairs of nodes to labels, got "):
        plotting.draw_network(ax, [["a"], ["b"]], edges=[((0, 0), (1, 0))])


def test_edges_of_a_graph_may_come_one_by_one_and_are_pairs():
    edges = [("a", "b"), ("b", "c"), ("a", "c")]
    assert graph_drawing.layout(edge for edge in edges) == graph_drawing.layout(edges)
    with pytest.raises(ValueError, match=r"^edges must be pairs \(start, end\), got "):
        graph_drawing.layout([("a", "b", "c")])


def test_a_style_that_no_node_has_is_named(ax):
    with pytest.raises(ValueError, match="^a property in the style of a must be one of 'facecolor', .*, got 'nope'"):
        graph_drawing.draw(ax, graph_drawing.layout(CHAIN), CHAIN, styles={"a": {"nope": 1}})
