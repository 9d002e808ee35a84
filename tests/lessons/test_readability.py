"""Every reader can read the figures: colours stay apart, words are dark enough, and none lies upon another.

Of a notebook this holds for every value that its parameters may have: values are drawn from the ranges that the
notebook itself states, those that cost time near their lower limit. EXAMPLES=40 tries 40 settings of each notebook, and
others each time; without it the same few are tried.
"""

import base64
import io
import itertools
import os
import warnings

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from helpers import plotting
from tests.given import require_none
from tests.lessons.test_parameters import NOTEBOOKS, load, valid

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
    remedy = "take colours of plotting (BLUE, VERMILLION, GREY, INK, RUST) or a map such as cividis"
    alike = [(cell, confused(flat_colours(picture))) for cell, picture in pictures(notebook_path)]
    require_none((f"code cell {cell} has colours that some confuse, {pairs}", remedy) for cell, pairs in alike if pairs)


def test_the_palette_stays_apart_for_colour_blind_readers():
    plotting.use_style()
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    named = (plotting.BLUE, plotting.VERMILLION, plotting.GREY, plotting.INK, plotting.RUST)
    alike = confused(np.array([to_rgb(color) for color in dict.fromkeys([*cycle, *named])]))
    require_none((f"some readers cannot tell these apart: {pair}", "change helpers/course.mplstyle") for pair in alike)


def test_every_figure_is_opaque_so_that_a_dark_theme_does_not_show_through(notebook_path):
    found = [cell for cell, picture in pictures(notebook_path) if picture.convert("RGBA").getextrema()[3][0] < 255]
    require_none((f"one can look through the figure of code cell {cell}", "show it by plotting.show") for cell in found)


# Words, for every setting


def words_in(fig: Figure) -> list[tuple[Text, Bbox]]:
    """The visible words of a figure, each with its box in pixels; tick labels beyond the axes are not drawn."""
    beyond = set()
    for ax in fig.axes:
        for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not ax.axison or not min(limits) <= tick.get_loc() <= max(limits):
                    beyond |= {tick.label1, tick.label2}
            if not ax.axison:
                beyond |= {axis.label, axis.get_offset_text()}
    words = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in beyond]
    return [(text, text.get_window_extent()) for text in words]


def hard_to_read(fig: Figure) -> list[str]:
    """What is wrong with a figure's words: too pale for what lies behind them, off the page, or one upon another."""
    fig.canvas.draw()
    words = words_in(fig)
    opacity = [text.get_alpha() for text, _ in words]
    for text, _ in words:
        text.set_alpha(0)
    fig.canvas.draw()
    behind = np.asarray(fig.canvas.buffer_rgba())[::-1, :, :3] / 255  # from the bottom up, as boxes count
    found, (height, width, _) = [], behind.shape
    for (text, box), alpha in zip(words, opacity):
        x0, y0, x1, y1 = (round(side) for side in box.extents)
        if x0 < -1 or y0 < -1 or x1 > width + 1 or y1 > height + 1:
            found.append(f"{text.get_text()!r} leaves the page")
        colors, counts = np.unique(behind[max(y0, 0) : y1, max(x0, 0) : x1].reshape(-1, 3), axis=0, return_counts=True)
        ground = colors[counts.argmax()]
        if plotting.contrast(text.get_color(), ground, alpha) < 4.5:
            found.append(f"{text.get_text()!r} is too pale for {ground.round(2)}")
    for (one, a), (other, b) in itertools.combinations(words, 2):
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2:
            found.append(f"{one.get_text()!r} and {other.get_text()!r} collide")
    return found


EXAMPLES = os.environ.get("EXAMPLES")
COSTLY = {"SEEDS", "EPOCHS", "SWEEP_EPOCHS", "NOISE_SAMPLES"}


def everyday(value):
    """A number as somebody would type it: three digits, and none too small to matter."""
    value = float(f"{value:.3g}")
    return value if abs(value) >= 1e-6 else 0.0


def cheap(name, kind, limits):
    """Values of a parameter, as far as a test has time and a figure has room for them."""
    if name == "WORKERS":
        return st.just(1)  # how many there are changes no digit, and none may be left behind here
    if kind == "require_address":
        return st.just("")
    if name in COSTLY:
        low, high = limits
        return st.integers(low, min(high, low + 3))
    if kind == "require_float":
        low, high = limits
        return st.floats(low, high).map(everyday).filter(lambda value: low <= value <= high)
    return valid(kind, limits)


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.filterwarnings("ignore")  # a learning rate of 10 does overflow
@settings(
    max_examples=int(EXAMPLES or 1),
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.generate],  # a simpler example would take minutes to find
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(draw=st.data())
def test_every_setting_that_is_allowed_runs_to_the_end_with_figures_that_can_be_read(name, draw, capsys, monkeypatch):
    sources = [cell.source for cell in nbformat.read(NOTEBOOKS[name], as_version=4).cells if cell.cell_type == "code"]
    values = {key: draw.draw(cheap(key, *how), label=key) for key, how in load(name).ranges.items()}

    def look(fig, *, alt, caption):
        fig.canvas.draw()
        found = hard_to_read(fig)
        remedy = f"call plotting.use_style() first, or give the figure more room: {alt}"
        require_none((what, remedy) for what in found)
        plt.close(fig)

    monkeypatch.setattr(plotting, "show", look)
    monkeypatch.chdir(NOTEBOOKS[name].parent)
    scope = {"__name__": "__main__"}
    for number, source in enumerate(sources, 1):
        exec(compile(source, f"{name}, code cell {number}", "exec"), scope)
        if all(f"\n{key} = " in f"\n{source}" for key in values):
            scope |= values
