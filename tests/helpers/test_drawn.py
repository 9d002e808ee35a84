"""What a figure shows is told in words and numbers, of whatever kinds its artists are."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import drawn


def only(ax):
    """The description of the one artist on Axes."""
    (described,) = drawn.describe(ax.get_figure())["axes"]
    (artist,) = described["artists"]
    return artist


SQUARE = np.array([[0.0, 0.0], [1.0, 1.0]])


@pytest.mark.parametrize(
    "draw, kind, where",
    [
        (lambda ax: ax.plot([0, 1], [0, 1])[0], "line", SQUARE),
        (lambda ax: ax.scatter([0, 1], [0, 1]), "points", SQUARE),
        (lambda ax: ax.quiver([0, 0], [0, 0], [0, 1], [0, 1]), "arrows", SQUARE),
        (lambda ax: ax.bar([0.5], [1.0], width=1.0)[0], "patch", SQUARE),
        (lambda ax: ax.add_patch(plt.Circle((0.5, 0.5), 0.5)), "patch", SQUARE),
        (lambda ax: ax.imshow(np.eye(2), extent=(0, 1, 0, 1)), "picture", SQUARE),
        (lambda ax: ax.hlines([0.5], 0, 1), "area", [[0, 0.5], [1, 0.5]]),
        (lambda ax: ax.add_patch(plt.matplotlib.patches.FancyArrowPatch((0, 0), (1, 1))), "patch", np.empty((0, 2))),
    ],
)
def test_an_artist_lies_where_it_is_drawn(ax, draw, kind, where):
    artist = draw(ax)
    np.testing.assert_allclose(drawn.points(artist), where, atol=1e-12)
    assert drawn.kind_of(artist) == kind == only(ax)["kind"]


def test_areas_and_contours_lie_where_their_outlines_have_corners(ax):
    corners = drawn.points(ax.fill_between([0, 1], [0, 0], [1, 2])).tolist()
    assert all(corner in corners for corner in ([0, 0], [1, 2], [1, 0], [0, 1]))
    contour = ax.contour([0, 1], [0, 1], [[0, 1], [0, 1]], levels=[0.25])
    np.testing.assert_allclose(drawn.points(contour)[:, 0], 0.25)
    assert drawn.kind_of(contour) == "contour"


def test_a_text_lies_nowhere_among_the_points(ax):
    assert drawn.kind_of(ax.title) == ""
    with pytest.raises(TypeError, match="artist must be a line, points"):
        drawn.points(ax.title)


def test_a_curve_is_told_with_its_label_colours_style_and_places(ax):
    x = np.arange(80.0)
    ax.plot(x, -x, "--^", color="#0072B2", label="loss")
    described = only(ax)
    assert {key: described[key] for key in ("label", "colors", "style", "n")} == {
        "label": "loss", "colors": ["#0072b2"], "style": "--^", "n": 80,
    }  # fmt: skip
    assert described["sketch"][0] == [4.5, -4.5, -8.1, -0.9] and len(described["sketch"]) == 8


def test_two_clouds_with_the_same_means_are_told_apart(ax):
    cloud = np.random.default_rng(0).standard_normal((400, 2))
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    same = cloud[:, 0] * cloud[:, 1] > 0
    for where, corner in ((cloud[same], 1), (cloud[~same], 0)):
        upper_right = np.reshape(drawn.grid(where, ax), (4, 4))[2:, 2:].sum()
        assert upper_right == pytest.approx(0.5 * corner, abs=0.1)


def test_what_is_not_finite_is_left_out_and_limits_are_told():
    assert drawn.sketch(np.array([[0, np.nan], [np.inf, 1], [2, 3.14159]])) == [[2.0, 3.142, 3.142, 3.142]]
    assert drawn.sketch(np.empty((0, 2))) == []


def test_a_colour_map_is_told_by_its_name_and_what_it_shows(ax):
    values = np.zeros((8, 8))
    values[:2, -2:] = 5
    ax.pcolormesh(values, cmap="cividis")
    described = only(ax)
    assert described["colors"] == ["cividis"] and described["shades"] == [[0, 0, 0, 5, *[0] * 12]]


def test_artists_that_nobody_can_tell_apart_are_one_and_bars_have_the_label_of_their_series(ax):
    ax.bar([0, 1], [1, 2], color="#0072B2", label="a")
    ax.bar([3], [1], color="#0072B2", label="b")
    ax.plot([0, 1], [0, 1]).pop().set_visible(False)
    (described,) = drawn.describe(ax.get_figure())["axes"]
    assert [(one["label"], one["n"]) for one in described["artists"]] == [("a", 4), ("b", 2)]


def test_all_words_and_scales_are_told_and_numbers_of_axes_are_not(ax):
    ax.loglog([1, 10], [1, 10], label="in the legend")
    ax.set(xlabel="x", ylabel="y", xlim=(1, 10))
    ax.set_title("middle", loc="center")
    ax.set_title("left", loc="left")
    ax.text(2, 2, "a note")
    ax.legend()
    inner = ax.inset_axes((0.1, 0.1, 0.2, 0.2))
    inner.set_xticks([0, 1], ["no", "yes"])
    ax.get_figure().suptitle("above")
    told = drawn.describe(ax.get_figure())
    outer, inset = told["axes"]
    assert outer["words"] == ["middle", "left", "x", "y", "a note", "in the legend"]
    assert inset["words"] == ["no", "yes"] and told["words"] == ["above"]
    assert outer["x"] == ["log", 1.0, 10.0] and json.loads(json.dumps(told)) == told


def test_numbers_that_are_not_finite_are_none_and_an_empty_cloud_is_nowhere(ax):
    ax.pcolormesh([[np.inf, np.nan], [1.23456, 0.0]])
    assert only(ax)["shades"] == [[None, None, 1.235, 0.0]]
    assert drawn.grid(np.array([[0.1, 0.1]]), ax)[0] == 1.0
    assert drawn.grid(np.empty((0, 2)), ax) == [0.0] * 16


def test_a_picture_in_colours_is_told_by_the_means_of_its_channels(ax):
    ax.imshow([[[0.0, 0.3, 0.6], [1.0, 1.0, 1.0]]])
    assert only(ax)["shades"] == [[0.3, 1.0]]
