"""Compare stored outputs with fresh ones: texts, what figures show, and the pictures of figures that hold still."""

import base64
import copy
import itertools
import json
import pathlib
import re
import tempfile
import warnings

import numpy as np
from matplotlib.testing.compare import compare_images

from tools import environment

# Other versions of Matplotlib draw differently: pixels count under the pinned one alone.
MATPLOTLIB = environment.pins((environment.ROOT / "requirements.txt").read_text(encoding="utf-8"))["matplotlib"]
PINNED = not environment.unmet({"matplotlib": MATPLOTLIB})

# Root mean square over all pixels, 0 to 255. Float noise moves a line by less than a hundredth of a pixel (RMS
# below 0.3); a single marker of another shape or place gives 1 or more. test_stored_output.py shows it.
TOLERANCE = 0.6

# How far what is drawn may lie from where it was stored, as a share of its axes, and the limits of the axes themselves.
# Where chaos draws otherwise on another processor, curves move: on the oldest that `make elsewhere` simulates (Nehalem,
# torch without AVX) by up to 0.04 in notebook 2 and 0.14 in notebook 4, and limits of axes by up to 0.04.
STILL, MOVED, LIMITS = 0.01, 0.15, 0.1
# Data are swapped if two artists would fit this many times better in each other's place; closer ones look the same.
SWAPPED, ALIKE = 3, 0.02


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


def share(axis: list, values: np.ndarray) -> np.ndarray:
    """Values on an axis, [scale, low, high], as shares of the way from its low to its high end."""
    scale, low, high = axis
    low, high, values = (np.asarray(value, dtype=float) for value in (low, high, values))
    if scale == "log":
        with np.errstate(all="ignore"):
            low, high, values = np.log10(low), np.log10(high), np.log10(values)
    return (values - low) / (high - low)


def distance(new: dict, old: dict, axes: dict) -> float:
    """How far an artist lies from another, as a share of the axes; of clouds the share of points that moved."""
    if {"grid"} <= new.keys() & old.keys():
        return float(np.abs(np.subtract(new["grid"], old["grid"])).sum() / 2)
    one, other = (np.array(artist.get("sketch", []), dtype=float).reshape(-1, 4) for artist in (new, old))
    if one.shape != other.shape or (np.isnan(one) != np.isnan(other)).any():
        return np.inf
    apart = [np.abs(share(axes[axis], one[:, i]) - share(axes[axis], other[:, i])) for i, axis in enumerate("xy")]
    far = np.nan_to_num(np.max(apart, axis=0)).mean() if len(one) else 0.0
    if "shades" in old or "shades" in new:
        one, other = (np.array(artist.get("shades", []), dtype=float) for artist in (new, old))
        if one.shape != other.shape:
            return np.inf
        far = max(far, np.nanmean(np.abs(one - other)) / max(np.ptp(other[np.isfinite(other)]), 1e-9))
    return float(far)


def name_of(artist: dict) -> str:
    return f"the {artist['kind']} {artist['label'] or artist['style']!r} in {' and '.join(artist['colors'])}"


def artist_difference(new: dict, old: dict, axes: dict, moved: float) -> str:
    """Say how one artist of a figure differs from the one that is stored in its place."""
    if name_of(new) != name_of(old) or new["style"] != old["style"]:
        return f"{name_of(new)} {new['style']} is drawn where {name_of(old)} {old['style']} is stored"
    if not old["n"] / 2 <= new["n"] <= 2 * old["n"]:
        return f"{name_of(new)} has {new['n']} points where {old['n']} are stored"
    far = distance(new, old, axes)
    return f"{name_of(new)} lies {far:.0%} of the axes from where it is stored" if far > moved else ""


def swapped(new: list[tuple], old: list[tuple]) -> str:
    """Say which two artists, each given with its axes, have changed places."""
    pairs = itertools.combinations(zip(new, old), 2)
    for ((one, _), (was_one, axes)), ((two, _), (was_two, other_axes)) in pairs:
        if one["kind"] == two["kind"]:
            apart = distance(one, was_one, axes) + distance(two, was_two, other_axes)
            crossed = distance(one, was_two, axes) + distance(two, was_one, other_axes)
            if apart > ALIKE and SWAPPED * crossed < apart:
                return f"{name_of(one)} and {name_of(two)} have swapped their data"
    return ""


def drawing_difference(fresh: dict, stored: dict, moved: float = STILL) -> str:
    """Say how two figures differ by what they show (helpers/drawn.py), where its curves may have moved by so much.

    That is the size; the words, in which only numbers may move a little; the axes; and every artist: what it is, its
    label, colour and style, roughly its number of points, and where it lies. Data swapped between two artists are
    noticed even where each would still be near enough, if only they are not alike.
    """
    if fresh["size"] != stored["size"]:
        return f"size {fresh['size']} is not the stored {stored['size']}"
    if len(fresh["axes"]) != len(stored["axes"]):
        return f"{len(fresh['axes'])} axes where {len(stored['axes'])} are stored"
    for new, old in ((fresh, stored), *zip(fresh["axes"], stored["axes"])):
        problem = words_difference(*("\n".join(part["words"]) for part in (new, old)), may_move=moved > STILL)
        if problem:
            return f"other words than in the stored figure: {problem}"
    new_artists, old_artists = ([(a, axes) for axes in f["axes"] for a in axes["artists"]] for f in (fresh, stored))
    if len(new_artists) == len(old_artists) and (problem := swapped(new_artists, old_artists)):
        return problem
    for new, old in zip(fresh["axes"], stored["axes"]):
        for axis in "xy":
            if new[axis][0] != old[axis][0]:
                return f"the {axis} axis is {new[axis][0]}, and {old[axis][0]} is stored"
            beyond = np.abs(share(old[axis], new[axis][1:]) - [0, 1]).max()
            if not beyond <= (LIMITS if moved > STILL else STILL):
                return f"the {axis} axis goes from {new[axis][1]} to {new[axis][2]}, stored is {old[axis][1:]}"
        if len(new["artists"]) != len(old["artists"]):
            return f"{len(new['artists'])} lines, areas and the like where {len(old['artists'])} are stored"
        for one, other in zip(new["artists"], old["artists"]):
            if problem := artist_difference(one, other, old, moved):
                return problem
    return ""


PICTURE = re.compile(r'(?<=src="data:image/png;base64,)[^"]*')


def without_pictures(outputs: list) -> list:
    """Outputs whose HTML tells all but the picture itself: that one is compared as PNG."""
    told = [copy.copy(output) for output in outputs]
    for output in told:
        if "text/html" in output.get("data", {}):
            output["data"] = {**output["data"], "text/html": PICTURE.sub("", output["data"]["text/html"])}
    return told


def compare_figures(fresh: list, stored: list, unstable: bool = False) -> str:
    """Say how the figures among two lists of outputs differ: their number, text alternatives, or what they show.

    Args:
        fresh, stored: the outputs of one cell in two runs.
        unstable: whether curves may move; then the pictures themselves are not compared.
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
        if not texts[1] or words_difference(texts[0] or "", texts[1], may_move=unstable):
            return f"figure {number}: the text alternative {texts[1]!r} is not {texts[0]!r}"
        once = old["data"]["image/png"].replace("\n", "")
        if PICTURE.findall(old["data"].get("text/html", "")) != [once]:
            return f"figure {number}: the picture in the stored HTML is not the stored PNG"
        if "drawn" not in old["metadata"]:
            return f"figure {number} is stored without what it shows: run `make refresh` with this notebook's number"
        problem = drawing_difference(
            *(json.loads(o["metadata"]["drawn"]) for o in (new, old)), MOVED if unstable else STILL
        )
        if not problem and PINNED and not unstable:
            problem = png_difference(*(base64.b64decode(o["data"]["image/png"]) for o in (new, old)))
        if problem:
            return f"figure {number}: {problem}"
    return ""


# Texts whose numbers may differ between processors

# How far a percentage may move, and another number: by a part of it or so much, the larger counts. On that processor
# the least of 16 accuracies moved by 4 points; in an unstable figure shares of 16 networks by 13, and counts by one.
POINTS, PART, UNITS = 6, 1 / 4, 10
SHARES, COUNTS = 15, 2
NUMBER = re.compile(r"-?\d+(\.\d+)?(%?)")


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


ALONE = re.compile(r"(?<![\w^_{$.])(\d+(?:\.\d+)?)(?![\w}])( ?%)?")  # a number in words, and no index of a symbol


def words_difference(fresh: str, stored: str, may_move: bool) -> str:
    """Say where the words of two figures differ; numbers may move a little in a figure whose curves may."""
    new, old = ((ALONE.sub(r"#\2", text) if may_move else text).split() for text in (fresh, stored))
    if len(new) != len(old):
        return f"{len(new)} words where {len(old)} are stored"
    different = [f"{b} is stored, not {a}" for a, b in zip(new, old) if a != b]
    for (a, unit), (b, other) in zip(ALONE.findall(fresh), ALONE.findall(stored)) if may_move else ():
        if abs(float(a) - float(b)) > (SHARES if unit else max(PART * float(b), COUNTS)):
            different.append(f"{b}{other} is stored, not {a}{unit}")
    return "; ".join(different)


def told(outputs: list) -> str:
    """All that outputs say in words, figures apart: what is printed, and what is shown as plain text or Markdown."""
    figures_apart = [output for output in outputs if "image/png" not in output.get("data", {})]
    kinds = ("text/plain", "text/markdown", "text/html")
    return "\n".join(
        output.get("text", "") + " ".join(str(output.get("data", {}).get(kind, "")) for kind in kinds)
        for output in figures_apart
    )
