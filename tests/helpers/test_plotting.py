"""What `show` lets out can be read and carries its words; drawings show what they are given, whatever that is."""

import base64
import io
import itertools
import json
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb, to_rgba
from PIL import Image

from helpers import plotting
from tests.helpers.values import INTERVALS, MODERATE

# What may be shown


@pytest.fixture
def shown(monkeypatch):
    """What is shown, as in a notebook: pairs of the data of an output and how it was displayed."""
    shown = []
    monkeypatch.setattr(plotting, "get_ipython", object)
    monkeypatch.setattr(plotting, "display", lambda data, **how: shown.append((data, how)))
    return shown


def refused(fig):
    """The sentence with which a figure is refused."""
    with pytest.raises(ValueError) as caught:
        plotting.show(fig, alt="a", caption="c")
    return str(caught.value)


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "…", None, 3])
def test_an_alternative_or_a_caption_that_says_nothing_is_refused(text):
    for words in ({"alt": text, "caption": "c"}, {"alt": "a", "caption": text}):
        with pytest.raises(ValueError, match=r"^(alt|caption) must be a sentence about the figure, got "):
            plotting.show(plt.figure(), **words)
    with pytest.raises(TypeError, match=r"^fig must be a Matplotlib Figure, got None\.$"):
        plotting.show(None, alt="a", caption="c")
    plt.close("all")


@pytest.mark.parametrize("color, ground, alpha, ratio", [
    ("#FF0000", "white", None, 3.998), ("#00FF00", "white", None, 1.372), ("#0000FF", "white", None, 8.592),
    ("#767676", "white", None, 4.542), ("#0A0A0A", "white", None, 19.798), ("#0B0B0B", "white", None, 19.683),
    ("white", "white", None, 1), ("black", "white", None, 21), ("black", "#767676", None, 4.623),
    ("#767676", "black", None, 4.623), ("black", "white", 0.5, 3.977), ("black", "black", 0.5, 1),
    ((0, 0, 0, 0.5), "white", None, 3.977), ("white", "#0000FF", 0.25, 1.384),
])  # fmt: skip
def test_contrast_is_that_of_wcag_with_what_lies_behind_and_what_shines_through(color, ground, alpha, ratio):
    assert plotting.contrast(color, ground, alpha) == pytest.approx(ratio, abs=5e-4 if alpha is None else 2e-2)


COLORS = st.tuples(*[st.floats(0, 1)] * 3)


@given(COLORS, COLORS, st.floats(0, 1))
def test_contrast_is_the_same_both_ways_and_fades_with_the_colour(color, ground, alpha):
    whole = plotting.contrast(color, ground)
    assert 1 <= whole <= 21 + 1e-9 and whole == pytest.approx(plotting.contrast(ground, color))
    assert plotting.contrast(color, ground, 0) == pytest.approx(1)
    assert plotting.contrast(color, "white", alpha) <= plotting.contrast(color, "white") + 1e-9


def test_words_too_pale_are_refused_unless_they_cannot_be_seen(shown):
    fig = plt.figure()
    fig.text(0, 0, " ", color="#777777")
    fig.text(0, 0, "dark enough", color="#767676")
    hidden = fig.text(0, 0, "pale", color="#777777")
    assert refused(fig) == "The colour of 'pale' must have a contrast of 4.5 with white, got '#777777'."
    hidden.set(color="black", alpha=0.2)
    assert refused(fig).startswith("The colour of 'pale' must have a contrast of 4.5 with white, got 'black'")
    hidden.set_visible(False)
    plotting.show(fig, alt="a", caption="c")


PALE = [
    lambda ax: ax.plot([0, 1], [0, 1], color="#DDDDDD"),
    lambda ax: ax.plot([0, 1], [0, 1], "o", color="#DDDDDD"),
    lambda ax: ax.plot([0, 1], [0, 1], "o", color=plotting.BLUE, alpha=0.3),
    lambda ax: ax.hlines([0.5], 0, 1, colors="#DDDDDD"),
    lambda ax: ax.annotate("", (0, 0), (1, 1), arrowprops={"arrowstyle": "->", "color": "#DDDDDD"}),
    lambda ax: ax.quiver([0], [0], [1], [1], color="#DDDDDD"),
    lambda ax: ax.contour(np.eye(3), levels=[0.5], colors="#DDDDDD"),
    lambda ax: ax.scatter([0, 1], [0, 1], color="#DDDDDD"),
    lambda ax: ax.scatter([0, 1], [0, 1], color=plotting.BLUE, alpha=0.3),
    lambda ax: ax.scatter([0, 1], [0, 1], color="#DDDDDD", edgecolors=plotting.INK, linewidths=0),
    lambda ax: ax.scatter([0, 1], [0, 1], color=["black", "white"], edgecolors=["#DDDDDD"]),
    lambda ax: ax.scatter([0, 1], [0, 1], c=[0, 1], cmap="Greys"),
    lambda ax: ax.hist([0, 1], histtype="step", color="#DDDDDD"),
    lambda ax: ax.bar([0], [1], color="#DDDDDD", edgecolor="white"),
    lambda ax: ax.add_patch(plt.Circle((0, 0), 1, facecolor="white", edgecolor="#DDDDDD")),
    lambda ax: ax.inset_axes((0, 0, 1, 1)).add_patch(plt.Circle((0, 0), 1, color="#DDDDDD")),
]


@pytest.mark.parametrize("draw", PALE)
def test_lines_marks_and_arrows_too_pale_are_refused_unless_they_are_not_drawn(draw, ax, shown):
    draw(ax)
    assert refused(ax.figure).startswith("The colour of a line or mark must have a contrast of 3 with white, got ")
    inset = [patch for inner in ax.child_axes for patch in inner.patches]
    for artist in [*ax.lines, *ax.collections, *ax.patches, *inset, *(text.arrow_patch for text in ax.texts)]:
        artist.set_visible(False)
    ax.text(0.5, 0.5, "nothing else")
    plotting.show(ax.figure, alt="a", caption="c")


def test_an_opacity_that_makes_a_line_or_mark_pale_is_named_or_counted(ax):
    (faint,) = ax.plot([0, 1], [1, 0], color=plotting.BLUE, alpha=0.3)
    assert refused(ax.figure).endswith(" with white, got '#0072B2' at an opacity of 0.3.")
    faint.remove()
    for color, alpha, found in (("#CCCCCC", None, "#cccccc"), ("black", 0.4, "#00000066")):
        points = ax.scatter([0, 1], [0, 1], color=color, alpha=alpha)
        assert refused(ax.figure).endswith(f"got '{found}'.")
        points.remove()


def test_dark_lines_marks_with_a_rim_what_holds_no_points_and_shaded_areas_pass(ax, shown):
    ax.plot([0, 1], [0, 1], color=plotting.VERMILLION)
    ax.plot([0, 1], [1, 0], "o", color="#DDDDDD", markeredgecolor=plotting.INK)
    ax.plot([0, 1], [1, 0], "o", color=plotting.BLUE, markeredgecolor="white")
    ax.plot([], [], color="#DDDDDD")
    ax.vlines([0.5], 0, 1, colors=plotting.GREY)
    ax.annotate("", (0, 0), (1, 1), arrowprops={"arrowstyle": "->", "color": plotting.INK})
    ax.scatter([0, 1], [0, 1], color=["black", "white"], edgecolors=["white", "black"])
    ax.scatter([], [], color="#DDDDDD")
    ax.scatter([0], [0], facecolors="none", linewidths=0)
    for no_marker in ("None", ""):
        ax.plot([0, 1], [0, 1], color=plotting.INK, marker=no_marker, mfc="#DDDDDD", mec="#DDDDDD")
    ax.contour(np.eye(3), levels=[0.5, 0.7], colors=[plotting.VERMILLION, plotting.INK])
    ax.bar([0, 1], [1, 1], color=plotting.BLUE, edgecolor="white", hatch="//")
    ax.add_patch(plt.Circle((0, 0), 1, facecolor="white", edgecolor=plotting.GREY))
    ax.legend(["a line"], frameon=True)
    ax.fill_between([0, 1], [0, 0], [1, 2], color=plotting.BLUE, alpha=0.15)
    ax.contourf(np.eye(3), levels=[0.5, 2], colors=["#DDDDDD"], hatches=["///"])
    ax.pcolormesh(np.eye(3), cmap="Greys")
    ax.imshow(np.eye(3), cmap="Greys")
    plotting.show(ax.figure, alt="a", caption="c")


# What is shown


def test_show_stores_the_alternative_the_background_and_the_caption_and_closes_its_figure_alone(shown):
    plotting.use_style()
    fig, other = plt.figure(), plt.figure()
    plotting.show(fig, alt='1 < 2 & "so on"', caption="see this")
    (image, how), (caption, how_caption) = shown
    png = image["image/png"]
    assert png.startswith(b"\x89PNG") and image["text/plain"] == '1 < 2 & "so on"'
    assert b"Software" not in png, "the version of Matplotlib would differ between machines"
    assert image["text/html"] == (
        f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}" alt="1 &lt; 2 &amp; &quot;so on&quot;">'
    )
    assert how["raw"] and how["metadata"]["image/png"] == {"alt": image["text/plain"], "needs_background": "light"}
    assert how["metadata"]["needs_background"] == "light"
    assert json.loads(how["metadata"]["drawn"]) == {"size": [7.5, 3.4], "words": [], "axes": []}
    assert caption == {"text/markdown": "*see this*", "text/plain": "see this"} and how_caption == {"raw": True}
    assert not plt.fignum_exists(fig.number) and plt.fignum_exists(other.number)
    plt.close(other)


def test_a_script_without_a_notebook_gets_the_words(capsys):
    plotting.show(plt.figure(), alt="A line rises.", caption="See it rise.")
    assert capsys.readouterr().out == "Figure: A line rises.\nSee it rise.\n"


def test_few_colours_make_a_picture_small_and_no_different_to_see():
    plotting.use_style()
    fig, ax = plt.subplots()
    plotting.decision_regions(ax, lambda X: 1 / (1 + np.exp(-3 * X[:, :1] * X[:, 1:])), (-3, 3), (-3, 3))
    full = io.BytesIO()
    fig.savefig(full, format="png")
    small = plotting.picture(fig)
    plt.close(fig)
    assert len(small) < 0.5 * len(full.getvalue())
    one, other = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float) for png in (small, full.getvalue()))
    away = np.abs(one - other)
    assert np.sqrt((away**2).mean()) < 1.5 and (away < 24).mean() > 0.999


# Regions, half planes and classes


@pytest.fixture
def wide(ax):
    """Axes on which something wider has been drawn."""
    ax.set(xlim=(-9, 9), ylim=(-9, 9))
    ax.set_prop_cycle(color=["black"])
    return ax


def is_boundary(lines, level):
    """Whether a contour is the dark thin line at a level."""
    dark = lines.get_edgecolor()[0] == pytest.approx(to_rgba(plotting.INK))
    return lines.levels.tolist() == [level] and dark and 1 <= lines.get_linewidth()[0] <= 2


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


def test_regions_fill_the_axes_and_colours_mean_the_same_everywhere(wide):
    plotting.decision_regions(wide, lambda X: 0.4 + 0.2 * (X[:, 0] > 0), (-1, 1), (-2, 3))
    image, line = wide.images[0], wide.collections[0]
    assert image.get_clim() == (0, 1) and image.get_cmap() == plotting.PROBABILITY
    assert image.origin == "lower" and image.get_alpha() < 0.5
    assert image.get_array().shape == (200, 200) and image.get_interpolation() == "bilinear"
    assert wide.get_aspect() == "auto" and wide.get_xlim() == (-1, 1) and wide.get_ylim() == (-2, 3)
    assert is_boundary(line, 0.5)
    vertices = line.get_paths()[0].vertices
    np.testing.assert_allclose(vertices[:, 0], 0, atol=0.01)
    assert vertices[:, 1].min() == -2 and vertices[:, 1].max() == 3


@pytest.mark.parametrize("low, high", [(0.5, 1), (0, 0.5), (0.2, 0.2)])
def test_no_line_is_drawn_where_the_prediction_stays_on_one_side(ax, low, high):
    plotting.decision_regions(ax, lambda X: np.where(X[:, 0] > 0, high, low), (-1, 1), (-1, 1), resolution=9)
    assert len(ax.images) == 1 and not ax.collections


WEIGHTS = st.tuples(st.floats(-5, 5), st.floats(-5, 5)).filter(lambda w: math.hypot(*w) > 1e-3)


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
    middle = np.array([sum(xlim) / 2, sum(ylim) / 2])
    assert w @ foot + b == pytest.approx(0, abs=1e-9)
    assert np.cross([*w, 0], [*(middle - foot), 0])[2] == pytest.approx(0, abs=1e-9), "at the middle of the picture"
    length = 0.1 * min(np.ptp(xlim), np.ptp(ylim))
    np.testing.assert_allclose(tip - foot, length * np.array(w) / math.hypot(*w), rtol=1e-9, atol=1e-9)


def test_a_half_plane_is_pale_and_hatched_its_boundary_and_its_arrow_are_dark(wide):
    plotting.half_plane(wide, [2, 0], -1, (0, 1), (0, 4))
    (shaded, line), (arrow,) = wide.collections, wide.texts
    *rgb, alpha = shaded.get_facecolor()[0]
    assert rgb == pytest.approx(to_rgb(plotting.VERMILLION)) and alpha < 0.5 and shaded.hatches == ["///"]
    assert is_boundary(line, 0)
    np.testing.assert_allclose(line.get_paths()[0].vertices[:, 0], 0.5)
    patch = arrow.arrow_patch
    assert arrow.get_text() == "" and patch.shrinkA == patch.shrinkB == 0
    assert patch.get_edgecolor() == to_rgba(plotting.INK) and patch.get_arrowstyle().arrow == "-|>"
    assert 1 <= patch.get_linewidth() <= 2


@settings(max_examples=25)
@given(labels=st.lists(st.sampled_from([0, 1]), min_size=1, max_size=9), column=st.booleans(), size=st.floats(1, 99))
def test_each_point_is_drawn_once_with_its_class(ax, labels, column, size):
    ax.clear()
    X, Y = np.arange(2.0 * len(labels)).reshape(-1, 2), np.array(labels)
    plotting.scatter_classes(ax, X, Y[:, None] if column else Y, size)
    for label, points in enumerate(ax.collections):
        assert np.array_equal(np.reshape(points.get_offsets(), (-1, 2)), X[Y == label])
        assert points.get_sizes() == pytest.approx([size])


def test_classes_differ_by_marker_and_by_colour_and_lie_above_regions_and_their_lines(ax):
    plotting.decision_regions(ax, lambda X: X[:, 0] > 0, (-1, 1), (-1, 1))
    below = [*ax.images, *ax.collections]
    plotting.scatter_classes(ax, np.eye(2), [0, 1])
    zero, one = ax.collections[1:]
    assert len(zero.get_paths()[0]) != len(one.get_paths()[0])
    for label, points, color in ((0, zero, plotting.BLUE), (1, one, plotting.VERMILLION)):
        assert points.get_label() == f"class {label}" and points.get_sizes() == [16]
        assert points.get_facecolor().tolist() == [list(to_rgba(color))]
        assert points.get_edgecolor().tolist() == [list(to_rgba("white"))] and points.get_linewidth() == [0.5]
        assert points.get_zorder() > max(artist.get_zorder() for artist in below)


# Networks

LAYERS = st.lists(st.lists(st.sampled_from(["a", "$x_1$", "b"]), min_size=1, max_size=3), min_size=1, max_size=3)


def arrows(ax):
    return [text for text in ax.texts if not text.get_text()]


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
    assert {circle.radius for circle in ax.patches} == {node_size}
    for one, other in itertools.combinations(centre.values(), 2):
        assert math.dist(one, other) > 0.99
    texts = [text for text in ax.texts if text.get_text()]
    written = [*(label for label in edges.values() if label), *itertools.chain(*layers), *titles]
    assert [text.get_text() for text in texts] == written and {text.get_fontsize() for text in texts} == {9}
    for (start, end), arrow in zip(edges, arrows(ax), strict=True):
        a, b = np.array(centre[start]), np.array(centre[end])
        along = node_size * (b - a) / math.dist(a, b)
        np.testing.assert_allclose([arrow.xyann, arrow.xy], [a + along, b - along])
        assert (arrow.arrow_patch.get_linestyle() == "--") == (edges[start, end] == "-2")


EDGES = {((0, 0), (1, 0)): "2", ((0, 1), (1, 0)): "−3", ((0, 2), (1, 0)): "-4"}


def test_nodes_stand_in_columns_from_top_to_bottom_above_their_arrows_with_names_in_the_middle(ax):
    centres = plotting.draw_network(ax, [["a", "b", "c"], ["d"]], EDGES)
    assert centres == {(0, 0): (0, 1), (0, 1): (0, 0), (0, 2): (0, -1), (1, 0): (1.6, 0)}
    texts = {text.get_text(): text for text in ax.texts if text.get_text()}
    for name, centre, circle in zip("abcd", centres.values(), ax.patches):
        assert texts[name].get_position() == centre and circle.radius == 0.2 and 1 <= circle.get_linewidth() <= 2
        assert circle.get_facecolor() == to_rgba("white") and circle.get_edgecolor() == to_rgba(plotting.INK)
        above = [arrows(ax)[0], texts["2"], circle, texts[name]]
        assert all(a.get_zorder() < b.get_zorder() for a, b in itertools.pairwise(above))
    for text in texts.values():
        assert text.get_ha() == text.get_va() == "center" and text.get_fontsize() == 10


def test_negative_weights_are_vermillion_and_dashed_and_each_stands_on_its_edge(ax):
    plotting.draw_network(ax, [["a", "b", "c"], ["d"]], EDGES)
    colors = [to_rgba(c) for c in (plotting.BLUE, plotting.VERMILLION, plotting.VERMILLION)]
    for arrow, color, style in zip(arrows(ax), colors, ["-", "--", "--"], strict=True):
        patch = arrow.arrow_patch
        assert patch.get_edgecolor() == color and patch.get_linestyle() == style and patch.shrinkA == patch.shrinkB == 0
        assert patch.get_arrowstyle().arrow == "-|>" and 1 <= patch.get_linewidth() <= 2
    labels = {text.get_text(): text for text in ax.texts}
    for label, (start, end) in {"2": ((0, 1), (1.6, 0)), "−3": ((0, 0), (1.6, 0))}.items():
        x, y = labels[label].get_position()
        assert 0.3 <= x / 1.6 <= 0.5 and y == pytest.approx(start[1] + (end[1] - start[1]) * x / 1.6)
        box = labels[label].get_bbox_patch()
        assert box.get_facecolor() == to_rgba("white"), "the edge would cross the number"
        assert box.get_edgecolor()[3] == 0 and labels[label].get_color() == plotting.INK


def test_without_edges_given_neighbouring_layers_are_fully_connected(ax):
    plotting.draw_network(ax, [["a", "b"], ["c", "d"], ["e"]])
    assert len(arrows(ax)) == 2 * 2 + 2 * 1
    assert all(arrow.xyann[0] < arrow.xy[0] for arrow in arrows(ax)), "to the right"


@pytest.mark.parametrize("titles", [(), ("input", "hidden", "output")])
def test_a_network_fills_its_frame_with_its_titles_below_in_true_proportion(ax, titles):
    plotting.draw_network(ax, [["a", "b", "c"], ["d"], ["e"]], titles=titles, font_size=8)
    assert ax.get_aspect() == 1 and not ax.axison
    left, right, bottom, top = *ax.get_xlim(), *ax.get_ylim()
    lowest = -1.2
    for column, title in enumerate(titles):
        (text,) = [text for text in ax.texts if text.get_text() == title]
        x, y = text.get_position()
        assert x == pytest.approx(1.6 * column) and text.get_ha() == "center" and text.get_va() == "top"
        assert -1.6 < y < lowest
    if titles:
        lowest = y
    assert left == pytest.approx(-(right - 3.2)), "as much room on the left as on the right"
    for room in (-0.2 - left, right - 3.4, top - 1.2, lowest - bottom):
        assert 0.05 <= room <= 0.5
