"""Compare stored outputs with fresh ones, texts and figures, and say what in a figure is hard to read."""

import base64
import copy
import io
import itertools
import pathlib
import re
import tempfile
import warnings
from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image
from scipy import ndimage
from scipy.signal import correlate

from helpers import plotting
from tools import environment

# Other versions of Matplotlib draw differently: pixels count under the pinned one alone.
MATPLOTLIB = environment.pins((environment.ROOT / "requirements.txt").read_text(encoding="utf-8"))["matplotlib"]
PINNED = not environment.unmet({"matplotlib": MATPLOTLIB})

# Root mean square over all pixels, 0 to 255. Float noise moves a line by less than a hundredth of a pixel (RMS
# below 0.3); a single marker of another shape or place gives 1 or more. test_figures.py shows both.
TOLERANCE = 0.6

# For figures that chaos draws otherwise on another processor: at most a share ELSEWHERE of an ink may lie farther than
# FAR, in pixels, from where it was. Simulated processors, and inputs changed by rounding, give up to 0.22, swapped data
# mostly 0.4 or more. Words up to SHORT pixels are the numbers of axes.
FAR, ELSEWHERE, SHORT = 24, 0.3, 30


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


def inks(picture: np.ndarray) -> list[np.ndarray]:
    """Where a picture is warm, strongly warm, cold, strongly cold, and grey; bands are too pale for any."""
    warm = picture[..., 0] - picture[..., 2]
    grey = (np.ptp(picture, axis=2) < 9) & (picture.max(2) < 160)
    return [warm > 60, warm > 120, warm < -60, warm < -120, grey]


def elsewhere(one: np.ndarray, other: np.ndarray) -> float:
    """The share of an ink that lies farther than FAR from where another picture has it, either way round."""
    if not (one.any() and other.any()):
        return float(one.any() or other.any())
    ways = ((one, other), (other, one))
    return max((ndimage.distance_transform_edt(~there)[here] > FAR).mean() for here, there in ways)


def printed_words(picture: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The words in dark letters on white, each as the middle of its place and its pixels."""
    blots, _ = ndimage.label(ndimage.binary_dilation((picture < 255).any(2), np.ones((3, 5))))
    places = [place for place in ndimage.find_objects(blots) if 6 < min(s.stop - s.start for s in place) <= 40]
    found = [(np.array([(s.start + s.stop) / 2 for s in place]), picture[place]) for place in places]
    return [(at, word) for at, word in found if word.min() < 80 and np.ptp(word, axis=2).max() < 9]


def same_word(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pieces of pictures show one word, at whatever fraction of a pixel it was drawn."""
    if np.array_equal(one, other):
        return True
    if np.abs(np.subtract(one.shape, other.shape)).max() > 2:
        return False
    fine = [ndimage.zoom(ndimage.gaussian_filter(np.pad(255.0 - word.mean(2), 3), 0.8), 4) for word in (one, other)]
    return correlate(*(word / np.linalg.norm(word) for word in fine), method="fft").max() > 0.993


def without_twin(words: list, others: list) -> list:
    """The words that are not found among the others near their place: an axis may stretch, a line stays a line."""
    return [
        (at, word)
        for at, word in words
        if not any((np.abs(at - there) <= (8, 40)).all() and same_word(word, twin) for there, twin in others)
    ]


def look_difference(fresh: bytes, stored: bytes) -> str:
    """Say how two PNGs differ in what stays where chaos moves curves and points.

    That is the size; the words, of which only short ones, the numbers of axes, may come and go, but none may stand in
    another's place; and most of each ink. Words are compared exactly; of the data only what moves three tenths of an
    ink. So none of these are noticed: data swapped between curves nearer than FAR or of one colour (solid and dashed),
    or between two rows of one panel of several, pale bands, and words in grey or on a coloured ground.
    """
    new, old = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int) for png in (fresh, stored))
    if new.shape != old.shape:
        return f"size {new.shape[1::-1]} is not the stored {old.shape[1::-1]}"
    words = [printed_words(picture) for picture in (new, old)]
    come, gone = without_twin(*words), without_twin(*reversed(words))
    changed = [at for at, word in come + gone if max(word.shape) > SHORT]
    changed += [a for a, x in come for b, y in gone if (np.abs(a - b) * 2 < np.add(x.shape, y.shape)[:2]).all()]
    if changed:
        return f"other words than in the stored figure, {changed[0][1]:.0f} to the right and {changed[0][0]:.0f} down"
    share = max(map(elsewhere, inks(new), inks(old)))
    return f"{share:.0%} of an ink is elsewhere in the stored figure" if share > ELSEWHERE else ""


PICTURE = re.compile(r'(?<=src="data:image/png;base64,)[^"]*')


def without_pictures(outputs: list) -> list:
    """Outputs whose HTML tells all but the picture itself: that one is compared as PNG."""
    told = [copy.copy(output) for output in outputs]
    for output in told:
        if "text/html" in output.get("data", {}):
            output["data"] = {**output["data"], "text/html": PICTURE.sub("", output["data"]["text/html"])}
    return told


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
        once = old["data"]["image/png"].replace("\n", "")
        if PICTURE.findall(old["data"].get("text/html", "")) != [once]:
            return f"figure {number}: the picture in the stored HTML is not the stored PNG"
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


# Texts whose numbers may differ between processors

NUMBER = re.compile(r"-?\d+(\.\d+)?(%?)")
POINTS, PART, UNITS = 3, 1 / 4, 10  # how far a percentage may move; how far another number may, whichever is more


def near(fresh: str, stored: str) -> bool:
    """Whether two words agree: numbers of one kind as far as the tolerances say, all else to the letter."""
    kinds = [match and match[2] for match in map(NUMBER.fullmatch, (fresh, stored))]
    if None in kinds or kinds[0] != kinds[1]:
        return fresh == stored
    new, old = (float(word.rstrip("%")) for word in (fresh, stored))
    return abs(new - old) <= (POINTS if kinds[0] else max(PART * abs(old), UNITS))


def text_difference(fresh: list, stored: list) -> str:
    """Say where the printed texts of two lists of outputs differ by a word, or by more than a number may move."""
    new, old = ("".join(output.get("text", "") for output in outputs).split() for outputs in (fresh, stored))
    if len(new) != len(old):
        return f"{len(new)} words where {len(old)} are stored"
    return "; ".join(f"{b} is stored, not {a}" for a, b in zip(new, old) if not near(a, b))
