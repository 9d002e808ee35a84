"""What holds for every valid value, and how every other value is refused: the helpers, and each notebook's parameters.

Hypothesis draws the values, always the same ones, so that a failure here is a failure everywhere.
"""

import ast
import itertools
import math
import os
import symtable
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from matplotlib.patches import FancyArrowPatch

from helpers import ROOT, checks, data, graph_drawing, plotting
from helpers.definitions import cells_tagged, load_taught
from helpers.progress import progress
from tools.notebook_files import Failure, first_line
from tools.parameters import check_parameters, parse_value

NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}

# A test that gets a notebook's name or capsys gets it once; nothing in them differs between two examples.
settings.register_profile(
    "course",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # `make mutants` wants to know that something fails, and not the simplest case of it.
    phases=[phase for phase in Phase if phase is not Phase.shrink or "MUTANT_UNDER_TEST" not in os.environ],
)
settings.load_profile("course")

NAMES = st.from_regex(r"[A-Z][A-Z_]{0,8}", fullmatch=True)
NOT_NUMBERS = st.one_of(st.booleans(), st.booleans().map(np.bool_), st.none(), st.text(), st.complex_numbers(),
                        st.lists(st.integers(0, 9), max_size=2), st.just(np.ones(1)))  # fmt: skip
FINITE = st.floats(allow_nan=False, allow_infinity=False)
NOT_FINITE = st.sampled_from([math.nan, math.inf, -math.inf])
NUMPY_INTEGERS = st.sampled_from([int, np.int8, np.uint8, np.int16, np.int64, np.uint64])
MODERATE = st.floats(-100, 100)
SMALL_ARRAYS = arrays(float, array_shapes(max_dims=3, max_side=3), elements=MODERATE)
JUNK = st.recursive(
    st.one_of(st.none(), st.just(...), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), SMALL_ARRAYS,
              st.sampled_from([len, print, np.tanh, lambda: 0, lambda *a: None, lambda *a: 1 / 0, object(), int])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)  # fmt: skip


def refusal(function, *arguments):
    """The message with which a function refuses its arguments."""
    with pytest.raises((TypeError, ValueError)) as caught:
        function(*arguments)
    return str(caught.value)


def outside(low, high):
    """Integers and floats that are no number from low to high: beyond the bounds, nan or infinite."""
    if math.isinf(low):
        return NOT_FINITE
    limits = {"exclude_max": True, "allow_nan": False}, {"exclude_min": True, "allow_nan": False}
    below = st.integers(max_value=math.ceil(low) - 1), st.floats(max_value=float(low), **limits[0])
    above = st.integers(min_value=math.floor(high) + 1), st.floats(min_value=float(high), **limits[1])
    return st.one_of(*below, *above, NOT_FINITE)


def amiss(kind, *limits):
    """What a require function must refuse, and what its message says the argument must be."""
    if kind == "require_choice":
        same = [(type(choice), choice) for choice in limits[0]]
        simple = st.one_of(NOT_NUMBERS.filter(lambda v: not isinstance(v, np.ndarray)), st.integers(), st.floats())
        return simple.filter(lambda v: (type(v), v) not in same), f"be one of {', '.join(map(repr, limits[0]))}"
    more = [st.floats()] if kind == "require_int" else []
    allowed = f"be {'an integer' if kind == 'require_int' else 'a number'} from {limits[0]} to {limits[1]}"
    return st.one_of(NOT_NUMBERS, outside(*limits), *more), allowed


def other_shapes(*allowed):
    """The same for shapes."""
    others = array_shapes(min_dims=0, max_side=9).filter(lambda shape: shape not in allowed)
    return others, f"have the shape {' or '.join(map(str, allowed))}"


# The require functions


@given(NAMES, st.integers(), st.integers(0, 10**6), st.data())
def test_every_integer_in_range_is_returned_and_every_other_value_named(name, low, width, draw):
    high = low + width
    value = draw.draw(st.integers(low, high))
    assert checks.require_int(name, value, low, high) == value
    bad = draw.draw(st.one_of(NOT_NUMBERS, st.floats(), outside(low, high)))
    expected = f"{name} must be an integer from {low} to {high}, got {bad!r}."
    assert refusal(checks.require_int, name, bad, low, high) == expected


@given(NUMPY_INTEGERS, st.integers(0, 100))
def test_an_integer_of_any_kind_comes_back_as_a_plain_one(kind, value):
    result = checks.require_int("n", kind(value), 0, 100)
    assert type(result) is int and result == value
    result = checks.require_float("x", kind(value), 0, 100)
    assert type(result) is float and result == value


@given(NAMES, st.floats(-1e9, 1e9), st.floats(0, 1e9), st.data())
def test_every_number_in_range_is_returned_and_every_other_value_named(name, low, width, draw):
    high = low + width
    value = draw.draw(st.floats(low, high))
    assert checks.require_float(name, value, low, high) == value
    bad = draw.draw(st.one_of(NOT_NUMBERS, outside(low, high)))
    expected = f"{name} must be a number from {low} to {high}, got {bad!r}."
    assert refusal(checks.require_float, name, bad, low, high) == expected


@given(NAMES, st.tuples(MODERATE, MODERATE), NOT_FINITE)
def test_a_pair_is_two_finite_numbers_that_fit(name, pair, bad):
    assert checks.require_pair(name, list(pair), lambda a, b: (a, b) == pair, "these") == pair
    others = (*pair, 0), pair[:1], 5, "ab", (bad, pair[0]), (pair[0], bad), (True, 1)
    for value, fits in ((pair, lambda a, b: False), *((other, lambda a, b: True) for other in others)):
        expected = f"{name} must be two finite numbers, these, got {value!r}."
        assert refusal(checks.require_pair, name, value, fits, "these") == expected


@given(NAMES, array_shapes(), st.lists(array_shapes(), min_size=1, max_size=3))
def test_a_shape_is_one_of_those_allowed(name, shape, allowed):
    checks.require_shape(name, np.empty(shape), shape, *allowed)
    if shape not in allowed:
        expected = f"{name} must have the shape {' or '.join(map(str, allowed))}, got {shape}."
        assert refusal(checks.require_shape, name, np.empty(shape), *allowed) == expected


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_an_open_range_still_refuses_what_is_not_finite(value):
    expected = f"x must be a number from -inf to inf, got {value!r}."
    assert refusal(checks.require_float, "x", value, -math.inf, math.inf) == expected


CHOICES = st.one_of(st.integers(-3, 3), st.sampled_from([0.0, 1.0, True, False, "a", "b", None]))


@given(NAMES, st.lists(CHOICES, min_size=1, max_size=4), st.one_of(CHOICES, JUNK))
def test_a_choice_is_one_of_those_allowed_by_value_and_by_type(name, allowed, value):
    for choice in allowed:
        assert checks.require_choice(name, choice, allowed) == choice
    if not any(type(value) is type(choice) and value == choice for choice in allowed):
        listed = ", ".join(map(repr, allowed))
        expected = f"{name} must be one of {listed}, got {value!r}."
        assert refusal(checks.require_choice, name, value, allowed) == expected


# Data


@given(NUMPY_INTEGERS, st.integers(1, 12))
def test_row_i_of_a_truth_table_is_i_in_binary(kind, n):
    table = data.truth_table(kind(n))
    assert table.shape == (2**n, n) and table.dtype == float
    assert (table @ 2.0 ** np.arange(n)[::-1]).tolist() == list(range(2**n))


@given(st.one_of(NOT_NUMBERS, outside(1, 20)))
def test_no_other_size_makes_a_truth_table(n):
    assert refusal(data.truth_table, n) == f"n must be an integer from 1 to 20, got {n!r}."


@given(NUMPY_INTEGERS, st.integers(1, 127), st.integers(1, 127), st.booleans(), st.integers(0, 9))
@example(np.int8, 120, 100, False, 0)
def test_batches_visit_each_row_once_whatever_their_size(kind, n, size, drop_last, seed):
    batches = list(data.minibatches(kind(n), kind(size), np.random.default_rng(seed), drop_last))
    assert all(len(batch) == size for batch in batches[:-1])
    rows = np.concatenate(batches).tolist() if batches else []
    assert len(set(rows)) == len(rows) and set(rows) <= set(range(n))
    assert len(rows) == (n - n % size if drop_last else n)
    assert all(0 < len(batch) <= size for batch in batches)


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_several_generators_give_each_the_batches_that_it_gives_alone(n, size, seeds):
    together = list(data.minibatches(n, size, [np.random.default_rng(seed) for seed in seeds]))
    alone = zip(*(data.minibatches(n, size, np.random.default_rng(seed)) for seed in seeds))
    for batch, batches in zip(together, alone, strict=True):
        assert np.array_equal(batch, batches)


@given(st.one_of(NOT_NUMBERS, st.integers(), st.just([]), st.lists(st.integers(), min_size=1)))
def test_nothing_but_generators_draws_an_order(rng):
    expected = f"rng must be a NumPy generator or a sequence of generators, got {rng!r}."
    assert refusal(data.minibatches, 3, 1, rng) == expected


@given(st.one_of(NOT_NUMBERS, outside(1, 2**31)))
def test_no_other_size_makes_batches(bad):
    expected = f"must be an integer from 1 to {2**31}, got {bad!r}."
    assert refusal(data.minibatches, bad, 1, None) == f"n {expected}"
    assert refusal(data.minibatches, 1, bad, None) == f"batch_size {expected}"


# Numeric checks


@given(SMALL_ARRAYS, st.data())
def test_central_differences_are_exact_for_every_quadratic(x, draw):
    a, b = (draw.draw(arrays(float, x.shape, elements=st.floats(-5, 5))) for _ in range(2))
    before = x.copy()
    gradient = checks.central_differences(lambda v: np.sum(a * v**2 + b * v), x, step=0.5)
    assert gradient.shape == x.shape and gradient.dtype == float
    np.testing.assert_allclose(gradient, 2 * a * x + b, rtol=1e-9, atol=1e-7)
    np.testing.assert_array_equal(x, before)


@given(st.one_of(NOT_NUMBERS, outside(1e-300, 1.0)))
def test_no_other_step_makes_differences(step):
    expected = f"step must be a number from 1e-300 to 1.0, got {step!r}."
    assert refusal(checks.central_differences, float, 1.0, step) == expected


@given(SMALL_ARRAYS, st.floats(1e-12, 0.5), st.data())
def test_one_changed_entry_is_found_and_weighed_against_the_largest(expected, error, draw):
    assume(np.max(np.abs(expected)) > 1e-3)
    assert checks.relative_error(expected, expected) == 0
    index = tuple(draw.draw(st.integers(0, side - 1)) for side in expected.shape)
    actual = expected.copy()
    actual[index] += error * np.max(np.abs(expected))
    found = checks.relative_error(actual, expected)
    assert found == pytest.approx(error, rel=0.01, abs=1e-15)
    checks.assert_close(actual, expected, min(1.0, 1.1 * error + 1e-15))
    with pytest.raises(AssertionError, match=r"^dW: relative error .* > "):
        checks.assert_close(actual, expected, 0.9 * error, "dW")
    actual[index] = math.nan
    assert checks.relative_error(actual, expected) == checks.relative_error(expected, actual) == math.inf


@given(st.lists(array_shapes(min_dims=0), min_size=2, max_size=2, unique=True))
def test_arrays_of_two_shapes_are_not_compared_even_where_they_broadcast(shapes):
    message = refusal(checks.relative_error, *map(np.ones, shapes))
    assert message == f"actual must have the shape {shapes[1]}, got {shapes[0]}."


@given(st.dictionaries(NAMES, SMALL_ARRAYS, min_size=1, max_size=4), st.data())
def test_the_first_field_at_fault_is_named(fields, draw):
    checks.assert_close(fields, dict(fields), 0.0)
    name = draw.draw(st.sampled_from(sorted(fields)))
    with pytest.raises(AssertionError, match=rf"^{name}: relative error"):
        checks.assert_close(fields | {name: fields[name] + 1}, fields, 1e-9)
    with pytest.raises(AssertionError, match=rf"^{name}: shape"):
        checks.assert_close(fields | {name: fields[name][None]}, fields, 1.0)
    fewer = {key: value for key, value in fields.items() if key != name}
    with pytest.raises(AssertionError, match="fields"):
        checks.assert_close(fewer, fields, 1.0)
    assert refusal(checks.assert_close, fields, {}, 1.0) == "expected must have a field at least, got {}."


@given(st.one_of(NOT_NUMBERS, outside(0.0, 1.0)))
def test_no_other_tolerance_is_taken(rtol):
    expected = f"rtol must be a number from 0.0 to 1.0, got {rtol!r}."
    assert refusal(checks.assert_close, 1.0, 1.0, rtol) == expected


# Drawings


INTERVALS = st.tuples(st.floats(-5, 5), st.floats(0.1, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))
WEIGHTS = st.tuples(st.floats(-5, 5), st.floats(-5, 5)).filter(lambda w: math.hypot(*w) > 1e-3)


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


@pytest.mark.filterwarnings("error")
@settings(max_examples=25)
@given(w=WEIGHTS, b=st.floats(-5, 5), xlim=INTERVALS, ylim=INTERVALS)
def test_a_half_plane_is_shaded_where_the_unit_fires_and_its_arrow_points_there(ax, w, b, xlim, ylim):
    ax.clear()
    plotting.half_plane(ax, w, b, xlim, ylim)
    assert ax.get_xlim() == xlim and ax.get_ylim() == ylim
    shaded, *boundary = ax.collections
    shaded = shaded.get_paths()[0]
    corners = [w @ np.array([x, y]) + b for x in xlim for y in ylim]
    assert bool(boundary) == (min(corners) < 0 < max(corners))
    for s, t in np.random.default_rng(0).random((20, 2)):
        point = np.array([xlim[0] + s * (xlim[1] - xlim[0]), ylim[0] + t * (ylim[1] - ylim[0])])
        distance = (w @ point + b) / math.hypot(*w)
        if abs(distance) > 0.05:
            assert shaded.contains_point(point) == (distance > 0)
    (arrow,) = ax.texts
    foot, tip = np.array(arrow.xyann), np.array(arrow.xy)
    assert w @ foot + b == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(tip - foot, 0.2 * np.array(w) / math.hypot(*w), rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("error")
@settings(max_examples=25)
@given(p=st.tuples(MODERATE, MODERATE, MODERATE), xlim=INTERVALS, ylim=INTERVALS, column=st.booleans())
def test_regions_show_what_is_predicted_at_each_point(ax, p, xlim, ylim, column):
    def predict(X):
        P = 0.5 + 0.5 * np.tanh(X @ np.array(p[:2]) + p[2])
        return P[:, None] if column else P

    ax.clear()
    plotting.decision_regions(ax, predict, xlim, ylim, resolution=7)
    image = ax.images[0].get_array()
    assert image.shape == (7, 7) and ax.images[0].get_extent() == [*xlim, *ylim]
    for i, j in ((0, 0), (0, 6), (6, 0), (2, 5)):
        point = np.array([[np.linspace(*xlim, 7)[j], np.linspace(*ylim, 7)[i]]])
        assert image[i, j] == pytest.approx(predict(point).item(), abs=1e-12)
    assert bool(ax.collections) == bool(image.min() < 0.5 < image.max())


@settings(max_examples=25)
@given(labels=st.lists(st.sampled_from([0, 1]), min_size=1, max_size=9), column=st.booleans(), size=st.floats(1, 99))
def test_each_point_is_drawn_once_with_its_class(ax, labels, column, size):
    ax.clear()
    X, Y = np.arange(2.0 * len(labels)).reshape(-1, 2), np.array(labels)
    plotting.scatter_classes(ax, X, Y[:, None] if column else Y, size)
    for label, points in enumerate(ax.collections):
        assert np.array_equal(np.reshape(points.get_offsets(), (-1, 2)), X[Y == label])
        assert points.get_sizes() == pytest.approx([size])


COLORS = st.tuples(*[st.floats(0, 1)] * 3)


@given(COLORS, COLORS, st.floats(0, 1))
def test_contrast_is_the_same_both_ways_and_fades_with_the_colour(color, ground, alpha):
    whole = plotting.contrast(color, ground)
    assert 1 <= whole <= 21 + 1e-9 and whole == pytest.approx(plotting.contrast(ground, color))
    assert plotting.contrast(color, ground, 0) == pytest.approx(1)
    assert plotting.contrast(color, "white", alpha) <= plotting.contrast(color, "white") + 1e-9


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


WORDS = st.text(" \nAb*_$<é−", min_size=1).filter(lambda text: any(map(str.isalnum, text)))


@settings(max_examples=10)
@given(WORDS, WORDS)
def test_a_figure_is_shown_with_its_words_as_they_are_and_closed(monkeypatch, alt, caption):
    shown = []
    monkeypatch.setattr(plotting, "get_ipython", object)
    monkeypatch.setattr(plotting, "display", lambda data, **how: shown.append((data, how)))
    fig = plt.figure(figsize=(1, 1))
    plotting.show(fig, alt=alt, caption=caption)
    (image, how), (below, _) = shown
    assert image["image/png"].startswith(b"\x89PNG") and image["text/plain"] == alt
    assert how["metadata"]["image/png"]["alt"] == alt
    assert below == {"text/markdown": f"*{caption}*", "text/plain": caption}
    assert not plt.fignum_exists(fig.number)


LAYERS = st.lists(st.lists(st.sampled_from(["a", "$x_1$", "b"]), min_size=1, max_size=3), min_size=1, max_size=3)


@settings(max_examples=25)
@given(layers=LAYERS, node_size=st.floats(0.05, 0.4), draw=st.data())
def test_a_network_has_each_node_and_title_once_and_each_edge_from_rim_to_rim(ax, layers, node_size, draw):
    ax.clear()
    nodes = [(column, row) for column, layer in enumerate(layers) for row in range(len(layer))]
    pairs = list(itertools.permutations(nodes, 2))
    edges = draw.draw(st.dictionaries(st.sampled_from(pairs), st.sampled_from(["", "1", "-2"]))) if pairs else {}
    titles = draw.draw(st.sampled_from([[], [f"layer {i}" for i in range(len(layers))]]))
    centre = plotting.draw_network(ax, layers, edges, titles, node_size, font_size=9)
    assert list(centre) == nodes and [circle.center for circle in ax.patches] == list(centre.values())
    for one, other in itertools.combinations(centre.values(), 2):
        assert math.dist(one, other) > 0.99
    texts = [text for text in ax.texts if text.get_text()]
    written = [*(label for label in edges.values() if label), *itertools.chain(*layers), *titles]
    assert [text.get_text() for text in texts] == written and {text.get_fontsize() for text in texts} == {9}
    arrows = [text for text in ax.texts if not text.get_text()]
    for (start, end), arrow in zip(edges, arrows, strict=True):
        a, b = np.array(centre[start]), np.array(centre[end])
        along = node_size * (b - a) / math.dist(a, b)
        np.testing.assert_allclose([arrow.xyann, arrow.xy], [a + along, b - along])
        assert (arrow.arrow_patch.get_linestyle() == "--") == (edges[start, end] == "-2")


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


# What notebooks load, and how they show that they are at work


@given(st.lists(st.integers(), max_size=20), st.booleans(), st.sampled_from([iter, list]))
def test_a_progress_bar_lets_each_item_through_and_is_silent_where_nobody_watches(
    capsys, monkeypatch, items, watched, kind
):
    monkeypatch.setenv("HELPERS_WATCHED", str(int(watched)))
    assert list(progress(kind(items), "steps", total=len(items))) == items
    said = capsys.readouterr()
    assert said == ("", ""), "a bar is for notebooks"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_that_the_definitions_of_a_notebook_bind_is_loaded(name):
    cells = cells_tagged(nbformat.read(NOTEBOOKS[name], as_version=4), "definition")
    symbols = [s for cell in cells for s in symtable.symtable(cell.source, name, "exec").get_symbols()]
    bound = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    assert vars(load_taught(name)).keys() == bound


@given(st.one_of(st.text(), st.integers(), st.sampled_from(["../notebooks/01_threshold_xnor", "01", 300 * "x"])))
def test_no_other_notebook_is_loaded(name):
    with pytest.raises(FileNotFoundError) as caught:
        load_taught(name)
    assert str(caught.value) == f"name must be one of {', '.join(NOTEBOOKS)}, got {name!r}."


# Parameters on the command line


PLAIN = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
DEFAULTS = st.dictionaries(st.sampled_from("ABCDE"), PLAIN, max_size=4)


@given(st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False)))
def test_a_value_survives_the_command_line(value):
    read = parse_value(str(value))
    assert type(read) is type(value) and read == value


@given(st.text())
def test_any_text_is_read_as_one_of_four_types(text):
    value = parse_value(text)
    assert type(value) in (bool, int, float, str)
    assert type(value) is not str or value == text


@given(st.dictionaries(NAMES, DEFAULTS, min_size=1, max_size=3), st.data())
def test_parameters_fit_by_name_and_type_or_are_refused_in_first_line(known, draw):
    names = sorted(set().union(*known.values()))
    given_value = draw.draw(PLAIN)
    name = draw.draw(st.sampled_from([*names, "F"]))
    defaults = [defaults[name] for defaults in known.values() if name in defaults]
    misfit = next((d for d in defaults if type(given_value) is not type(d)
                   and not (type(d) is float and type(given_value) is int)), None)  # fmt: skip
    if defaults and misfit is None:
        check_parameters({name: given_value}, known)
        return
    with pytest.raises(Failure) as caught:
        check_parameters({name: given_value}, known)
    if not defaults:
        listed = ", ".join(names) or "none"
        assert str(caught.value) == f"-p F: unknown parameter; the notebooks chosen know: {listed}"
    else:
        kind = type(misfit).__name__
        assert str(caught.value) == f"-p {name}: must be of type {kind} like {misfit!r}, got {given_value!r}"


@given(st.lists(st.text()))
def test_an_error_report_is_cut_to_one_line_that_says_something(lines):
    said = first_line("\n".join(lines))
    assert said and said == said.strip() and len(said.splitlines()) == 1


# The parameters of each notebook


def parameters_and_their_check(path):
    """The defaults in the parameter cell, and the source of the cell after it that checks them, with its imports."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (tagged,) = cells_tagged(notebook, "parameters")
    place = cells.index(tagged)
    imports = [
        ast.unparse(statement)
        for cell in cells[:place]
        if "setup" not in cell.metadata.get("tags", [])
        for statement in ast.parse(cell.source).body
        if isinstance(statement, (ast.Import, ast.ImportFrom))
    ]
    defaults: dict = {}
    exec(tagged.source, {}, defaults)
    scope: dict = {}
    exec("\n".join(imports), scope)
    return defaults, scope, cells[place + 1].source


def load(name):
    """A notebook's defaults, the ranges that its check cell states, and a function that runs that cell."""
    defaults, imported, source = parameters_and_their_check(NOTEBOOKS[name])
    code = compile(source, f"<{name}: check of parameters>", "exec")

    def run(**values):
        scope = imported | defaults | values
        exec(code, scope)
        return scope

    scope = run()
    ranges = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("checks.require_"):
            given_name, value, *limits = node.args
            assert ast.literal_eval(given_name) == ast.unparse(value), "a check names another parameter than it checks"
            limits = [eval(ast.unparse(limit), scope) for limit in limits]
            ranges[value.id] = (node.func.attr, limits)
    return SimpleNamespace(defaults=defaults, ranges=ranges, run=run)


@pytest.fixture(scope="module", params=NOTEBOOKS)
def parameters(request):
    return load(request.param)


def valid(kind, limits):
    if kind == "require_choice":
        return st.sampled_from(list(limits[0]))
    low, high = limits
    integers = st.integers(math.ceil(low), math.floor(high))
    if kind == "require_int":
        return st.one_of(integers, st.sampled_from([low, high]))
    return st.one_of(st.floats(low, high), *([integers] if math.ceil(low) <= math.floor(high) else []))


def test_each_parameter_has_its_check(parameters):
    assert list(parameters.ranges) == list(parameters.defaults)


@given(draw=st.data())
def test_all_values_in_range_are_taken_together(parameters, draw):
    values = {name: draw.draw(valid(*how), label=name) for name, how in parameters.ranges.items()}
    scope = parameters.run(**values)
    assert {name: scope[name] for name in values} == values


@given(draw=st.data())
def test_any_other_value_is_refused_in_one_sentence_with_name_value_and_range(parameters, draw):
    for name, (kind, limits) in parameters.ranges.items():
        values, allowed = amiss(kind, *limits)
        value = draw.draw(values, label=name)
        assert refusal(lambda: parameters.run(**{name: value})) == f"{name} must {allowed}, got {value!r}."
