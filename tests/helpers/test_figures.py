"""What `show` lets out can be read and carries its words; drawings promise what they show."""

import base64
import io
import json

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb, to_rgba
from PIL import Image

from helpers import plotting


@pytest.fixture
def shown(monkeypatch):
    """What is shown, as in a notebook: pairs of the data of an output and how it was displayed."""
    shown = []
    monkeypatch.setattr(plotting, "get_ipython", object)
    monkeypatch.setattr(plotting, "display", lambda data, **how: shown.append((data, how)))
    return shown


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_show_refuses_a_blank_text_alternative_or_caption(blank):
    fig = plt.figure()
    with pytest.raises(ValueError, match="alt must be a sentence"):
        plotting.show(fig, alt=blank, caption="c")
    with pytest.raises(ValueError, match="caption must be a sentence"):
        plotting.show(fig, alt="a", caption=blank)
    plt.close(fig)


@pytest.mark.parametrize(
    "color, ratio",
    [("#FF0000", 3.998), ("#00FF00", 1.372), ("#0000FF", 8.592), ("#767676", 4.542), ("#0A0A0A", 19.798),
     ("#0B0B0B", 19.683), ("black", 21), ("white", 1)],
)  # fmt: skip
def test_contrast_is_that_of_wcag(color, ratio):
    assert plotting.contrast(color) == pytest.approx(ratio, abs=5e-4)


def test_words_too_pale_are_refused_unless_they_cannot_be_seen(monkeypatch):
    monkeypatch.setattr(plotting, "display", lambda *_, **__: None)
    fig = plt.figure()
    fig.text(0, 0, " ", color="#777777")
    fig.text(0, 0, "dark enough", color="#767676")
    hidden = fig.text(0, 0, "pale", color="#777777")
    with pytest.raises(ValueError, match="^The colour of 'pale' must have a contrast of 4.5 with white, got '#777777'"):
        plotting.show(fig, alt="a", caption="c")
    hidden.set_visible(False)
    plotting.show(fig, alt="a", caption="c")


@pytest.mark.parametrize(
    "color, ground, alpha, ratio",
    [("black", "#767676", None, 4.624), ("#767676", "black", None, 4.624), ("black", "white", 0.5, 3.977),
     ("black", "black", 0.5, 1), ((0, 0, 0, 0.5), "white", None, 3.977), ("white", "#0000FF", 0.25, 1.384)],
)  # fmt: skip
def test_contrast_counts_with_what_lies_behind_and_what_shines_through(color, ground, alpha, ratio):
    assert plotting.contrast(color, ground, alpha) == pytest.approx(ratio, abs=2e-2)


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
def test_lines_marks_and_arrows_too_pale_are_refused_unless_they_are_not_drawn(draw, monkeypatch):
    monkeypatch.setattr(plotting, "display", lambda *_, **__: None)
    fig, ax = plt.subplots()
    draw(ax)
    message = r"^The colour of a line or mark must have a contrast of 3 with white, got [^X]+\.$"
    with pytest.raises(ValueError, match=message):
        plotting.show(fig, alt="a", caption="c")
    inset = [patch for inner in ax.child_axes for patch in inner.patches]
    for artist in [*ax.lines, *ax.collections, *ax.patches, *inset, *(text.arrow_patch for text in ax.texts)]:
        artist.set_visible(False)
    ax.text(0.5, 0.5, "nothing else")
    plotting.show(fig, alt="a", caption="c")


def test_dark_lines_marks_with_a_rim_and_what_holds_no_points_pass(monkeypatch):
    monkeypatch.setattr(plotting, "display", lambda *_, **__: None)
    fig, ax = plt.subplots()
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
    plotting.show(fig, alt="a", caption="c")


def test_shaded_areas_may_be_pale(monkeypatch):
    monkeypatch.setattr(plotting, "display", lambda *_, **__: None)
    fig, ax = plt.subplots()
    ax.fill_between([0, 1], [0, 0], [1, 2], color=plotting.BLUE, alpha=0.15)
    ax.contourf(np.eye(3), levels=[0.5, 2], colors=["#DDDDDD"], hatches=["///"])
    ax.pcolormesh(np.eye(3), cmap="Greys")
    ax.imshow(np.eye(3), cmap="Greys")
    plotting.show(fig, alt="a", caption="c")


def test_an_opacity_that_makes_a_line_or_words_pale_is_named_or_counted():
    fig, ax = plt.subplots()
    (faint,) = ax.plot([0, 1], [1, 0], color=plotting.BLUE, alpha=0.3)
    message = "^The colour of a line or mark must have a contrast of 3 with white, got '#0072B2' at an opacity of 0.3.$"
    with pytest.raises(ValueError, match=message):
        plotting.show(fig, alt="a", caption="c")
    faint.remove()
    for color, alpha, found in (("#CCCCCC", None, "#cccccc"), ("black", 0.4, "#00000066")):
        points = ax.scatter([0, 1], [0, 1], color=color, alpha=alpha)
        with pytest.raises(ValueError, match=f"got '{found}'.$"):
            plotting.show(fig, alt="a", caption="c")
        points.remove()
    ax.text(0, 0, "faint", color="black", alpha=0.2)
    with pytest.raises(ValueError, match="^The colour of 'faint' must have a contrast of 4.5 with white"):
        plotting.show(fig, alt="a", caption="c")
    plt.close(fig)


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


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "…", None, 3])
def test_an_alternative_or_a_caption_that_says_nothing_is_refused(text):
    for words in ({"alt": text, "caption": "c"}, {"alt": "a", "caption": text}):
        with pytest.raises(ValueError, match=r"^(alt|caption) must be a sentence about the figure, got "):
            plotting.show(plt.figure(), **words)
    with pytest.raises(TypeError, match=r"^fig must be a Matplotlib Figure, got None\.$"):
        plotting.show(None, alt="a", caption="c")
    plt.close("all")


@pytest.fixture
def ax():
    """Axes on which something wider has been drawn."""
    fig, ax = plt.subplots()
    ax.set(xlim=(-9, 9), ylim=(-9, 9))
    ax.set_prop_cycle(color=["black"])
    yield ax
    plt.close(fig)


def fainter(color, artist):
    """Whether an artist is filled with a colour, and lets at least half of what lies below shine through."""
    *rgb, alpha = artist.get_facecolor()[0]
    return rgb == pytest.approx(to_rgb(color)) and alpha < 0.5


def is_boundary(lines, level):
    return (
        lines.levels.tolist() == [level]
        and lines.get_edgecolor()[0] == pytest.approx(to_rgba(plotting.INK))
        and 1 <= lines.get_linewidth()[0] <= 2
    )


def test_decision_regions_colour_by_the_prediction():
    fig, ax = plt.subplots()
    plotting.decision_regions(ax, lambda X: (X[:, :1] > 0).astype(float), (-1, 1), (-2, 2), resolution=20)
    image = ax.images[0].get_array()
    assert image[:, :10].max() == 0 and image[:, 10:].min() == 1
    assert ax.get_xlim() == (-1, 1) and ax.get_ylim() == (-2, 2)
    plt.close(fig)


def test_regions_fill_the_axes_and_colours_mean_the_same_everywhere(ax):
    plotting.decision_regions(ax, lambda X: 0.4 + 0.2 * (X[:, 0] > 0), (-1, 1), (-2, 3))
    image, line = ax.images[0], ax.collections[0]
    assert image.get_clim() == (0, 1) and image.get_cmap() == plotting.PROBABILITY
    assert image.origin == "lower" and image.get_extent() == [-1, 1, -2, 3] and image.get_alpha() < 0.5
    assert image.get_array().shape == (200, 200) and image.get_interpolation() == "bilinear"
    assert ax.get_aspect() == "auto" and ax.get_xlim() == (-1, 1) and ax.get_ylim() == (-2, 3)
    assert is_boundary(line, 0.5)
    vertices = line.get_paths()[0].vertices
    np.testing.assert_allclose(vertices[:, 0], 0, atol=0.01)
    assert vertices[:, 1].min() == -2 and vertices[:, 1].max() == 3


@pytest.mark.parametrize("low, high", [(0.5, 1), (0, 0.5), (0.2, 0.2)])
def test_no_line_is_drawn_where_the_prediction_stays_on_one_side(ax, low, high):
    plotting.decision_regions(ax, lambda X: np.where(X[:, 0] > 0, high, low), (-1, 1), (-1, 1), resolution=9)
    assert len(ax.images) == 1 and not ax.collections


def test_half_plane_refuses_weights_without_a_boundary():
    fig, ax = plt.subplots()
    with pytest.raises(ValueError, match=r"^w must be two finite numbers, not both 0, got \[0, 0\]\.$"):
        plotting.half_plane(ax, [0, 0], 1.0, (0, 1), (0, 1))
    plt.close(fig)


def test_half_plane_shades_where_the_unit_fires(ax):
    plotting.half_plane(ax, [2, 0], -1, (0, 1), (0, 4))
    shaded, line = ax.collections
    extents = shaded.get_paths()[0].get_extents()
    assert extents.bounds == pytest.approx((0.5, 0, 0.5, 4))
    assert fainter(plotting.VERMILLION, shaded) and shaded.hatches == ["///"]
    assert is_boundary(line, 0)
    np.testing.assert_allclose(line.get_paths()[0].vertices[:, 0], 0.5)
    assert ax.get_xlim() == (0, 1) and ax.get_ylim() == (0, 4)


def test_the_arrow_of_w_starts_on_the_boundary_at_the_middle_of_the_picture(ax):
    plotting.half_plane(ax, [3, 4], -5, (-2, 4), (-1, 3))  # the middle is (1, 1), 2/5 beyond the boundary
    (arrow,) = ax.texts
    assert arrow.xyann == pytest.approx((1 - 0.4 * 0.6, 1 - 0.4 * 0.8))
    assert np.subtract(arrow.xy, arrow.xyann) == pytest.approx((0.4 * 0.6, 0.4 * 0.8))
    assert arrow.arrow_patch.shrinkA == arrow.arrow_patch.shrinkB == 0
    assert arrow.get_text() == "" and arrow.arrow_patch.get_edgecolor() == to_rgba(plotting.INK)
    assert 1 <= arrow.arrow_patch.get_linewidth() <= 2 and arrow.arrow_patch.get_arrowstyle().arrow == "-|>"


def test_classes_differ_by_marker_and_by_colour(ax):
    plotting.scatter_classes(ax, [[1, 0], [0, 1], [2, 3]], np.array([[0], [1], [1]]))
    zero, one = ax.collections
    assert zero.get_label() == "class 0" and zero.get_offsets().tolist() == [[1, 0]]
    assert one.get_label() == "class 1" and one.get_offsets().tolist() == [[0, 1], [2, 3]]
    assert len(zero.get_paths()[0]) != len(one.get_paths()[0])
    for points, color in ((zero, plotting.BLUE), (one, plotting.VERMILLION)):
        assert points.get_facecolor().tolist() == [list(to_rgba(color))]
        assert points.get_edgecolor().tolist() == [list(to_rgba("white"))] and points.get_linewidth() == [0.5]
        assert points.get_sizes() == [16]


def test_points_have_the_size_asked_for_and_lie_above_regions_and_their_lines(ax):
    plotting.decision_regions(ax, lambda X: X[:, 0] > 0, (-1, 1), (-1, 1))
    below = [*ax.images, *ax.collections]
    plotting.scatter_classes(ax, np.eye(2), [0, 1], size=5)
    points = ax.collections[1:]
    assert [p.get_sizes().tolist() for p in points] == [[5], [5]]
    assert min(p.get_zorder() for p in points) > max(artist.get_zorder() for artist in below)


EDGES = {((0, 0), (1, 0)): "2", ((0, 1), (1, 0)): "−3", ((0, 2), (1, 0)): "-4"}


def arrows(ax):
    return [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]


def test_nodes_stand_in_columns_each_centred_and_from_top_to_bottom(ax):
    centres = plotting.draw_network(ax, [["a", "b", "c"], ["d"]], EDGES)
    assert centres == {(0, 0): (0, 1), (0, 1): (0, 0), (0, 2): (0, -1), (1, 0): (1.6, 0)}
    assert [circle.center for circle in ax.patches] == list(centres.values())
    assert all(circle.radius == 0.2 for circle in ax.patches)
    texts = {text.get_text(): text for text in ax.texts if text.get_text()}
    assert sorted(texts) == sorted(["a", "b", "c", "d", "2", "−3", "-4"])
    for name, centre in zip("abcd", centres.values()):
        assert texts[name].get_position() == centre
    for text in texts.values():
        assert text.get_ha() == text.get_va() == "center" and text.get_fontsize() == 10


def test_negative_weights_are_vermillion_and_dashed_and_each_stands_on_its_edge(ax):
    plotting.draw_network(ax, [["a", "b", "c"], ["d"]], EDGES)
    assert [arrow.get_linestyle() for arrow in arrows(ax)] == ["-", "--", "--"]
    colors = [to_rgba(c) for c in (plotting.BLUE, plotting.VERMILLION, plotting.VERMILLION)]
    assert [arrow.get_edgecolor() for arrow in arrows(ax)] == colors
    assert all(arrow.get_arrowstyle().arrow == "-|>" and 1 <= arrow.get_linewidth() <= 2 for arrow in arrows(ax))
    labels = {text.get_text(): text for text in ax.texts}
    for label, (start, end) in {"2": ((0, 1), (1.6, 0)), "−3": ((0, 0), (1.6, 0))}.items():
        x, y = labels[label].get_position()
        assert 0.3 <= x / 1.6 <= 0.5 and y == pytest.approx(start[1] + (end[1] - start[1]) * x / 1.6)
        box = labels[label].get_bbox_patch()
        assert box.get_facecolor() == to_rgba("white") and box.get_edgecolor()[3] == 0, (
            "the edge would cross the number"
        )
        assert labels[label].get_color() == plotting.INK


def test_arrows_run_from_rim_to_rim_below_nodes_and_their_names(ax):
    layers = [["z"], ["a", "b"], ["c"]]
    centres = plotting.draw_network(ax, layers, {((1, 1), (2, 0)): ""}, node_size=0.3, font_size=7)
    (arrow,) = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    for point, node in ((arrow.xyann, (1, 1)), (arrow.xy, (2, 0))):
        assert np.hypot(*np.subtract(point, centres[node])) == pytest.approx(0.3)
    total = np.hypot(*np.subtract(centres[1, 1], centres[2, 0]))
    assert np.hypot(*np.subtract(arrow.xy, arrow.xyann)) == pytest.approx(total - 0.6)
    assert arrow.arrow_patch.shrinkA == arrow.arrow_patch.shrinkB == 0
    names = [text for text in ax.texts if text.get_text()]
    assert [text.get_text() for text in names] == ["z", "a", "b", "c"] and {text.get_fontsize() for text in names} == {
        7
    }
    circle = ax.patches[0]
    assert arrow.get_zorder() < circle.get_zorder() < names[0].get_zorder() and circle.radius == 0.3
    assert circle.get_facecolor() == to_rgba("white") and circle.get_edgecolor() == to_rgba(plotting.INK)
    assert 1 <= circle.get_linewidth() <= 2


def test_numbers_on_edges_lie_above_the_arrows_and_below_the_nodes(ax):
    plotting.draw_network(ax, [["a"], ["b"]], {((0, 0), (1, 0)): "5"}, font_size=7)
    order = {text.get_text(): text.get_zorder() for text in ax.texts}
    assert {text.get_fontsize() for text in ax.texts if text.get_text()} == {7}
    assert order[""] < order["5"] < ax.patches[0].get_zorder()


def test_without_edges_given_neighbouring_layers_are_fully_connected(ax):
    plotting.draw_network(ax, [["a", "b"], ["c", "d"], ["e"]])
    assert len(arrows(ax)) == 2 * 2 + 2 * 1
    assert all(text.xyann[0] < text.xy[0] for text in ax.texts if getattr(text, "arrow_patch", None)), "to the right"
    assert sorted(text.get_text() for text in ax.texts if text.get_text()) == list("abcde")


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
        assert -1.6 < y < lowest and text.get_fontsize() == 8
    if titles:
        lowest = y
    assert left == pytest.approx(-(right - 3.2)), "as much room on the left as on the right"
    for room in (-0.2 - left, right - 3.4, top - 1.2, lowest - bottom):
        assert 0.05 <= room <= 0.5
