"""Compare the figures of two runs of one cell, and say what in a figure is hard to read."""

import base64
import io
import itertools
import pathlib
import tempfile
import warnings
from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image, ImageColor

from helpers import environment, plotting

# Other versions of Matplotlib draw differently: pixels count under the pinned one alone.
MATPLOTLIB = environment.pins((environment.ROOT / "requirements.txt").read_text(encoding="utf-8"))["matplotlib"]
PINNED = not environment.unmet({"matplotlib": MATPLOTLIB})

# Root mean square over all pixels, 0 to 255. Float noise moves a line by less than a hundredth of a pixel (RMS
# below 0.3); a single marker of another shape or place gives 1 or more. test_figures.py shows both.
TOLERANCE = 0.6


def png_difference(fresh: bytes, stored: bytes) -> str:
    """Say how two PNGs differ, or return an empty string where they agree up to float noise."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / name for name in ("stored.png", "fresh.png")]
        for path, image in zip(paths, (stored, fresh)):
            path.write_bytes(image)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result = compare_images(*map(str, paths), tol=TOLERANCE, in_decorator=True)
            except Exception as error:  # other sizes
                return f"the figure differs from the stored one: {error}"
    return f"the figure differs from the stored one: RMS {result['rms']:.2f} > {TOLERANCE}" if result else ""


def look(png: bytes) -> tuple[tuple[int, int], list[str]]:
    """A figure's size and which of the course's colours it uses."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    used = {color for _, color in picture.getcolors(picture.width * picture.height)}
    course = (plotting.BLUE, plotting.VERMILLION, plotting.RUST)  # greys occur at the edges of any word
    return picture.size, [name for name in course if ImageColor.getrgb(name) in used]


def look_difference(fresh: bytes, stored: bytes) -> str:
    """Say how size and colours of two PNGs differ: what stays where chaotic curves do not."""
    new, old = look(fresh), look(stored)
    return f"size and colours {new} are not the stored {old}" if new != old else ""


def compare_figures(fresh: list, stored: list, difference: Callable[[bytes, bytes], str] = png_difference) -> str:
    """Say how the figures among two lists of outputs differ: their number, text alternatives or pictures.

    Args:
        fresh, stored: the outputs of one cell in two runs.
        difference: says how two PNGs differ; an empty string where they agree.
    Returns:
        an empty string where all agree.
    """

    def figures(outputs):
        return [o for o in outputs if "image/png" in o.get("data", {})]

    fresh, stored = figures(fresh), figures(stored)
    if len(fresh) != len(stored):
        return f"{len(fresh)} figures where {len(stored)} are stored"
    for number, (new, old) in enumerate(zip(fresh, stored), 1):
        texts = [o["metadata"].get("image/png", {}).get("alt") for o in (new, old)]
        if not texts[1] or texts[0] != texts[1]:
            return f"figure {number}: the text alternative {texts[1]!r} is not {texts[0]!r}"
        problem = difference(*(base64.b64decode(o["data"]["image/png"]) for o in (new, old)))
        if problem:
            return f"figure {number}: {problem}"
    return ""


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
