"""Drawings show what they are given, whatever that is."""

import matplotlib

matplotlib.use("Agg")
import itertools
import math

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import plotting
from tests.helpers.values import MODERATE

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
    length = 0.1 * min(np.ptp(xlim), np.ptp(ylim))
    np.testing.assert_allclose(tip - foot, length * np.array(w) / math.hypot(*w), rtol=1e-9, atol=1e-9)


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
