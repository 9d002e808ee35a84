"""What a figure shows, in words and numbers: its axes, and upon them each curve, cloud of points, area and picture.

`describe` goes into the stored output beside the picture, so that two runs of a figure can be compared by what they
show; with `points` a lesson asserts its caption on what is drawn.
"""

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure, SubFigure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.quiver import Quiver
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter, ScalarFormatter

DIGITS = 4  # of a number, in a description


def points(artist: Artist) -> np.ndarray:
    """Where an artist lies, in the units of its axes, float64 of shape (n, 2).

    Of a line and of scattered points these are the points themselves; of arrows their tips; of areas and contours the
    corners of their outlines; of a bar, any other patch and a picture the lower left and the upper right corner.

    Raises:
        TypeError: if the artist is none of these, such as a text.
    """
    match artist:
        case Line2D():
            found = np.column_stack(artist.get_data(orig=False))
        case Quiver():
            found = np.column_stack([artist.X + artist.U, artist.Y + artist.V])
        case PathCollection():
            found = artist.get_offsets()
        case Collection():
            found = np.vstack([np.empty((0, 2)), *(path.vertices for path in artist.get_paths())])
        case FancyArrowPatch():
            found = np.empty((0, 2))  # its places are known when it is drawn
        case Patch():
            found = artist.get_path().get_extents(artist.get_patch_transform()).get_points()
        case AxesImage():
            left, right, bottom, top = artist.get_extent()
            found = np.array([[left, bottom], [right, top]])
        case _:
            raise TypeError(f"artist must be a line, points, an area, a patch or a picture, got {artist!r}.")
    return np.ma.filled(np.ma.asarray(found, dtype=float), np.nan)


def kind_of(artist: Artist) -> str:
    """What an artist is called: line, points, arrows, contour, area, patch or picture; empty for all else."""
    kinds = [(Line2D, "line"), (Quiver, "arrows"), (PathCollection, "points"), (ContourSet, "contour")]
    kinds += [(Collection, "area"), (Patch, "patch"), (AxesImage, "picture")]
    return next((name for kind, name in kinds if isinstance(artist, kind)), "")


def label_of(artist: Artist, ax: Axes) -> str:
    """The label under which a legend lists an artist; of a bar that of its series; empty if it has none."""
    series = next((box.get_label() for box in ax.containers if artist in box.get_children()), "")
    own = str(artist.get_label())
    return next((label for label in (own, str(series)) if not label.startswith("_")), "")


def visible(ax: Axes) -> list[Artist]:
    """What is drawn on Axes at places of its own and can be seen: lines, collections, patches and pictures."""
    return [artist for artist in [*ax.lines, *ax.collections, *ax.patches, *ax.images] if artist.get_visible()]


def _numbers(values: np.ndarray) -> list[float | None]:
    """Numbers to a few digits, as JSON has them; None for what is not finite."""
    return [float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None for value in np.ravel(values).tolist()]


def sketch(where: np.ndarray, blocks: int = 8) -> list[list[float | None]]:
    """Many points, shape (n, 2), in few numbers, so that two runs can be compared.

    In the order in which they are drawn, for each of at most so many blocks of as many points: the median of x, and of
    y the median, the 10th and the 90th percentile.
    """
    where = where[np.isfinite(where).all(axis=1)]
    parts = [part.T for part in np.array_split(where, blocks) if len(part)]
    return [_numbers([np.median(x), *np.quantile(y, [0.5, 0.1, 0.9])]) for x, y in parts]


def grid(where: np.ndarray, ax: Axes) -> list[float | None]:
    """The share of points, shape (n, 2), in each of four times four fields of Axes, row by row from below."""
    inside = ax.transAxes.inverted().transform(ax.transData.transform(where))
    counts, _, _ = np.histogram2d(*inside.T[::-1], bins=4, range=[(0, 1), (0, 1)])
    return _numbers(counts / max(len(where), 1))


def _shades(artist: Artist) -> np.ndarray | None:
    """The numbers that a colour map turns into colours, in two dimensions; None if there are none."""
    values = artist.get_array() if isinstance(artist, ScalarMappable) else None
    if values is None or isinstance(artist, ContourSet):
        return None
    values = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    return values.mean(axis=2) if values.ndim == 3 else np.atleast_2d(values)


def _blocks(values: np.ndarray) -> list[float | None]:
    """The medians of at most four times four blocks of an array of two dimensions, row by row."""
    rows = [row for row in np.array_split(values, 4) if row.size]
    return _numbers(np.array([np.median(b) for row in rows for b in np.array_split(row, 4, axis=1) if b.size]))


def _colors(artist: Artist) -> list[str]:
    """The colours of an artist, each once and in order; of a colour map its name."""
    if _shades(artist) is not None:
        return [artist.get_cmap().name]
    if isinstance(artist, Line2D):
        return [to_hex(artist.get_color())]
    if isinstance(artist, Quiver) or not isinstance(artist, (Collection, Patch)):
        return []
    colors = [*np.atleast_2d(artist.get_facecolor()), *np.atleast_2d(artist.get_edgecolor())]
    return list(dict.fromkeys(to_hex(color) for color in colors if len(color) and color[3] > 0))


def _style(artist: Artist) -> str:
    """How a line is dashed and its points marked; how an area is hatched."""
    if isinstance(artist, Line2D):
        return "".join(mark for mark in (artist.get_linestyle(), str(artist.get_marker())) if mark != "None")
    return getattr(artist, "get_hatch", lambda: None)() or ""


def _describe_artists(ax: Axes) -> list[dict[str, Any]]:
    """What lies on Axes; artists that nobody can tell apart, of one kind, label, colour and style, are one entry."""
    groups: dict[tuple, list[Artist]] = {}
    for artist in visible(ax):
        key = kind_of(artist), label_of(artist, ax), tuple(_colors(artist)), _style(artist)
        groups.setdefault(key, []).append(artist)
    found = []
    for (kind, label, colors, style), members in groups.items():
        where = np.vstack([points(artist) for artist in members])
        entry = {"kind": kind, "label": label, "colors": list(colors), "style": style, "n": len(where)}
        if kind == "points" and len(where) > 8:  # a cloud
            entry["grid"] = grid(where, ax)
        else:
            entry["sketch"] = sketch(where, 8 if kind in ("line", "points") else 3)
        shades = [_blocks(values) for values in map(_shades, members) if values is not None]
        found.append(entry | ({"shades": shades} if shades else {}))
    return found


def _words(texts: list[Text], legends: list[Legend]) -> list[str]:
    """What is written, in order."""
    texts = [*texts, *(text for legend in legends for text in legend.get_texts())]
    return [text.get_text() for text in texts if text.get_visible() and text.get_text().strip()]


def _describe_axes(ax: Axes) -> dict[str, Any]:
    titles = [ax.title, ax._left_title, ax._right_title]  # Matplotlib has no public name for the Text of the last two
    names = [label for axis in (ax.xaxis, ax.yaxis) for label in [axis.label, *_named_ticks(axis)] if ax.axison]
    legends = [legend for legend in [ax.get_legend()] if legend is not None]
    return {
        "words": _words([*titles, *names, *ax.texts], legends),
        "x": [ax.get_xscale(), *_numbers(ax.get_xlim())],
        "y": [ax.get_yscale(), *_numbers(ax.get_ylim())],
        "artists": _describe_artists(ax),
    }


def _named_ticks(axis: Axis) -> list[Text]:
    """The labels of an axis's ticks if they were given as words; numbers may come and go."""
    counts = isinstance(axis.get_major_formatter(), (ScalarFormatter, LogFormatter))
    return [] if counts else axis.get_ticklabels()


def describe(fig: Figure) -> dict[str, Any]:
    """What a figure shows, as JSON has it.

    Returns:
        "size" in inches; "words" outside the axes; and for each Axes, those inside others included, its "words"
        (titles, labels, legend, annotations), its "x" and "y" as [scale, low, high], and its "artists", each with
        "kind", "label", "colors", "style", the number "n" of its points and a "sketch" of where they lie, or of a
        cloud the "grid"; what a colour map shows also has its "shades", the medians of blocks.
    """
    parts = [fig, *fig.findobj(SubFigure)]
    words = _words([text for part in parts for text in part.texts], [box for part in parts for box in part.legends])
    axes = [_describe_axes(ax) for outer in fig.axes for ax in (outer, *outer.child_axes) if ax.get_visible()]
    return {"size": _numbers(fig.get_size_inches()), "words": words, "axes": axes}
