"""Every reader can read the figures: colours that carry meaning stay apart, and words and lines are dark enough."""

import base64
import io
import itertools
import warnings

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from helpers import plotting

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of optional packages that it does without
    import colour

pytestmark = pytest.mark.filterwarnings("ignore::colour.utilities.ColourUsageWarning")  # tritanopia is an estimate

# Differences as the eye sees them (CIEDE2000): 2 is just noticeable side by side; 10 is plain at a glance.
CLEAR, APART = 25, 10
DEFICIENCIES = ("Deuteranomaly", "Protanomaly", "Tritanomaly")  # at severity 1: deuteranopia and so on


def pictures(path):
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                yield number, Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))


def flat_colours(picture):
    """The colours that fill areas and lines, shape (m, 3) in [0, 1]; blends at edges and gradients are too rare."""
    pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    return colours[counts > 3e-4 * len(pixels)] / 255


def lab(colours):
    return colour.XYZ_to_Lab(colour.sRGB_to_XYZ(colours))


def seen(colours, deficiency):
    """Colours as a reader without one kind of cone sees them (Machado, Oliveira and Fernandes, 2009)."""
    linear = colour.models.eotf_sRGB(colours) @ colour.matrix_cvd_Machado2009(deficiency, 1).T
    return colour.models.eotf_inverse_sRGB(np.clip(linear, 0, 1))


def confused(colours):
    """Pairs that are clear to most readers and not apart for some, with the deficiency."""
    found = []
    pairs = np.array(list(itertools.combinations(range(len(colours)), 2))).reshape(-1, 2)
    first, second = colours[pairs[:, 0]], colours[pairs[:, 1]]
    clear = colour.delta_E(lab(first), lab(second)) > CLEAR
    for deficiency in DEFICIENCIES:
        distance = colour.delta_E(lab(seen(first, deficiency)), lab(seen(second, deficiency)))
        found += [
            (deficiency, *(255 * colours[pair]).astype(int).tolist()) for pair in pairs[clear & (distance < APART)]
        ]
    return found


def test_red_and_green_of_equal_lightness_would_be_found():
    assert confused(np.array([[0.8, 0.3, 0.3], [0.45, 0.5, 0.2]]))


def test_colours_of_every_figure_stay_apart_for_colour_blind_readers(notebook_path):
    for cell, picture in pictures(notebook_path):
        assert confused(flat_colours(picture)) == [], f"code cell {cell}"


def test_the_palette_stays_apart_for_colour_blind_readers():
    plotting.use_style()
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    named = (plotting.BLUE, plotting.VERMILLION, plotting.GREY, plotting.INK, plotting.RUST)
    assert confused(np.array([to_rgb(color) for color in dict.fromkeys([*cycle, *named])])) == []


def test_words_are_dark_enough_and_lines_too():
    for color in (plotting.BLUE, plotting.GREY, plotting.INK, plotting.RUST):
        assert plotting.contrast(color) >= 4.5
    assert plotting.contrast(plotting.VERMILLION) >= 3
    assert plotting.contrast("black") == pytest.approx(21) and plotting.contrast("white") == pytest.approx(1)


def test_show_refuses_words_that_are_too_pale():
    fig, ax = plt.subplots()
    ax.text(0, 0, "pale", color=plotting.VERMILLION)
    with pytest.raises(ValueError, match="The colour of 'pale' must have a contrast of 4.5 with white, got '#D55E00'"):
        plotting.show(fig, alt="a sentence about it", caption="c")
    plt.close(fig)


def test_every_figure_is_opaque_so_that_a_dark_theme_does_not_show_through(notebook_path):
    for cell, picture in pictures(notebook_path):
        assert picture.mode == "RGB" or picture.convert("RGBA").getextrema()[3] == (255, 255), f"code cell {cell}"
