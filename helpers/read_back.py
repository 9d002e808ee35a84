"""Read a figure back: the data behind a label, and what in a picture contradicts its own words."""

import math
import re
import warnings
from collections.abc import Iterator

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import BarContainer, Container, ErrorbarContainer, StemContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter, ScalarFormatter

from helpers.drawn import points
from helpers.language import later, say

CLASS_OF = {later("circle"): "0", later("triangle"): "1"}  # the marks of plotting.scatter_classes
SMALLEST_FONT = 6  # points
LOGARITHMIC = r"\blog(?:\b|ar)"  # log, logarithmic, logarítmica
FROM_0_TO_1 = r"\b(?:accurac\w+|shares?|probabilit\w+|fractions?)\b"


def labelled(ax: Axes) -> dict[str, list[Artist | Container]]:
    """The lines, points, bars and other marks on the Axes by their label, those without one left out."""
    found: dict[str, list] = {}
    for thing in [*ax.lines, *ax.collections, *ax.patches, *ax.images, *ax.containers]:
        label = str(thing.get_label())
        if label and not re.match(r"_(?:child\d+|container\d+|nolegend_)$", label):
            found.setdefault(label, []).append(thing)
    return found


def points_of(thing: Artist | Container) -> np.ndarray:
    """Where a thing that may consist of several artists lies: x and y, shape (n, 2).

    Bars are at their middles, with their heights (or lengths); all else is as in helpers.drawn.
    """
    if isinstance(thing, (ErrorbarContainer, StemContainer)):
        return np.asarray(thing[0].get_xydata(), dtype=float)
    if isinstance(thing, BarContainer):
        if thing.orientation == "horizontal":
            return np.array([(b.get_x() + b.get_width(), b.get_y() + b.get_height() / 2) for b in thing.patches])
        return np.array([(b.get_x() + b.get_width() / 2, b.get_y() + b.get_height()) for b in thing.patches])
    if isinstance(thing, StepPatch):
        values, edges, _ = thing.get_data()
        return np.column_stack([(edges[1:] + edges[:-1]) / 2, values])
    return points(thing)


def drawn(ax: Axes, label: str) -> np.ndarray:
    """The data of what is drawn under a label: x and y of each point, shape (n, 2).

    A check that reads the picture itself cannot be right about other numbers than the reader sees:

        below = drawn(ax, "counting ones")[:, 1] < drawn(ax, "one unit a row")[:, 1]

    Args:
        ax: the Axes.
        label: of a line, points, bars, error bars, stems, stairs or a band. One that begins with "_" is not in legends.
    Raises:
        ValueError: if nothing on the Axes has the label, or more than one thing.
    """
    things = labelled(ax)
    if len(things.get(label, ())) != 1:
        found = "two things or more" if label in things else f"none; there are {list(things)}"
        raise ValueError(f"label must be that of one thing on these Axes, got {label!r}: {found}.")
    return points_of(things[label][0])


def contradictions(fig: Figure, caption: str = "") -> Iterator[str]:
    """What a figure's words and its picture say against each other, each as a sentence that says what to change."""
    yield from marks_of_classes(caption)
    for ax in fig.axes:
        if ax.get_visible():
            yield from _nothing_to_see(ax)
            yield from _legend(ax, caption)
            for axis in (ax.xaxis, ax.yaxis):
                yield from _scale(ax, axis)
                yield from _ticks(axis)
            yield from _range(ax)
    for text in fig.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text.get_fontsize() < SMALLEST_FONT:
            words, size = text.get_text(), text.get_fontsize()
            yield f"the size of {words!r} must be {SMALLEST_FONT} points at least, got {size:g}"


def title_of(ax: Axes) -> str:
    """The title of Axes, wherever the style has set it."""
    return "".join(ax.get_title(place) for place in ("left", "center", "right"))


def _nothing_to_see(ax: Axes) -> Iterator[str]:
    things = [*ax.lines, *ax.collections, *ax.patches, *ax.images, *ax.texts, *ax.artists, *ax.tables, *ax.child_axes]
    if not things and ax.axison:
        yield f"Axes must show something, got the empty ones titled {title_of(ax)!r}: draw on them or leave them out"
    with warnings.catch_warnings(action="ignore"):  # of what a logarithmic axis cannot show
        limits = f"x limits {np.round(ax.get_xlim(), 6)} and y limits {np.round(ax.get_ylim(), 6)}"  # settled now
    logarithmic = [ax.get_xscale() == "log", ax.get_yscale() == "log"]
    for line in ax.lines:
        data = np.asarray(line.get_xydata(), dtype=float)
        name = f"the curve {line.get_label()!r}"
        if not line.get_visible() or not len(data):
            continue
        if not np.isfinite(data).all(axis=1).any():
            yield f"{name} must have a finite point at least, got {len(data)} without"
            continue
        if not (data > 0)[:, logarithmic].all(axis=1).any():
            yield f"{name} must have a point that its logarithmic axis can show; no value is positive"
            continue
        seen = line.get_transform().transform(data)
        seen = seen[np.isfinite(seen).all(axis=1)]
        low, high = seen.min(axis=0), seen.max(axis=0)
        if (high < np.array(ax.bbox.min) - 1).any() or (low > np.array(ax.bbox.max) + 1).any():
            yield f"{name} must lie within the limits, got {limits}"
    for image in ax.images:
        if image.get_visible() and not np.isfinite(np.ma.filled(np.ma.asarray(image.get_array(), float), np.nan)).any():
            yield f"an image must have a finite pixel at least, got none in Axes titled {title_of(ax)!r}"


def marks_of_classes(caption: str) -> Iterator[str]:
    """What a caption says of triangles and circles that is not as plotting.scatter_classes draws them."""
    marks = {say(mark): mark for mark in CLASS_OF}
    found = re.findall(rf"({'|'.join(marks)})s?(?: are|:| mean| for)? (?:class )?([01])\b", caption.lower())
    for mark, label in ((marks[mark], label) for mark, label in found):
        if label != CLASS_OF[mark]:
            yield f"a caption must say that {mark}s are {CLASS_OF[mark]}, as they are drawn, got {label!r}"


def _legend(ax: Axes, caption: str) -> Iterator[str]:
    labels = [label for label in labelled(ax) if not label.startswith("_")]
    figure = ax.get_figure(root=True)
    legends = [*figure.legends, *(legend for other in figure.axes if (legend := other.get_legend()))]
    words = [text.get_text() for legend in legends for text in legend.get_texts()]
    words += [text.get_text() for text in ax.texts]
    if all(say(mark) in caption.lower() for mark in CLASS_OF):
        words += [say("class {label}", label=label) for label in CLASS_OF.values()]
    missing = [label for label in labels if not any(label in text for text in words)]
    if len(labels) > 1 and missing:
        yield f"what carries a label must be named by a legend or a text beside it, got {missing} without"


def _scale(ax: Axes, axis: Axis) -> Iterator[str]:
    name = axis.axis_name
    if not ax.axison or not axis.get_visible():
        return
    figure = ax.get_figure(root=True)
    group = getattr(ax, f"get_shared_{name}_axes")().get_siblings(ax)
    labels = [getattr(other, f"get_{name}label")() for other in group] + [getattr(figure, f"get_sup{name}label")()]
    said = [re.sub(r"\$[^$]*\$", "", label) for label in labels]
    own = re.sub(r"\$[^$]*\$", "", axis.get_label_text())
    is_log = axis.get_scale() in ("log", "symlog")
    if is_log and not any(re.search(LOGARITHMIC, text) for text in said):
        yield f"the label of a logarithmic {name} axis must say so, as in 'loss (log scale)', got {labels[0]!r}"
    if not is_log and re.search(LOGARITHMIC, own):
        label, scale = axis.get_label_text(), axis.get_scale()
        yield f"only a logarithmic {name} axis may be labelled {label!r}; this one is {scale}"


def number(text: str) -> float:
    """The number that a tick's label says, in per cent too; nan if it says none."""
    text = text.replace("−", "-").replace("\u202f", "").replace(",", "").strip("$ ")
    text = re.sub(r"^(?:\\mathdefault\{)?10\^\{(-?\d+)\}\}?$", r"1e\1", text)
    try:
        return float(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return math.nan


def _ticks(axis: Axis) -> Iterator[str]:
    formatter = axis.get_major_formatter()
    if isinstance(formatter, (ScalarFormatter, LogFormatter)):
        return
    places = axis.get_majorticklocs()
    if np.array_equal(places, np.arange(len(places))):  # names of things side by side, not a scale
        return
    for place, text in zip(places, map(formatter, places)):
        said = number(text)
        if math.isfinite(said) and not np.isclose([said, 100 * said * ("%" in text)], place, rtol=0.05).any():
            yield f"the tick at {place:g} must say that number, got {text!r}"


def _range(ax: Axes) -> Iterator[str]:
    for axis, column in ((ax.xaxis, 0), (ax.yaxis, 1)):
        label = axis.get_label_text()
        if not re.search(FROM_0_TO_1, label) or "%" in label or "per cent" in label:
            continue
        for thing in [*ax.lines, *ax.containers]:
            if isinstance(thing, Line2D) and thing.get_transform() != ax.transData:
                continue  # a line across the picture, in fractions of its width
            values = points_of(thing)[:, column]
            values = values[np.isfinite(values)]
            if len(values) and np.abs(values).max() > 1 + 1e-9:
                yield f"what is labelled {label!r} must lie within 0 and 1, got {values[np.abs(values).argmax()]:g}"
                break
