"""Drawing for all notebooks. Functions draw on the Axes they are given; `show` is the only way out."""

import base64
import html
import io
import itertools
import json
import math
import operator
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PolyCollection, QuadMesh
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.quiver import Quiver
from matplotlib.text import Annotation, Text
from matplotlib.typing import ColorType
from PIL import Image

from helpers.checks import require_float, require_int, require_pair, require_real, require_shape
from helpers.drawn import describe
from helpers.language import say
from helpers.read_back import contradictions
from helpers.read_back import drawn as drawn  # lessons read what they have drawn as plotting.drawn

# Okabe-Ito blue and vermillion, for lines and areas. For words vermillion is too pale; RUST is its dark sister.
BLUE, VERMILLION, GREY, INK, RUST = "#0072B2", "#D55E00", "#5A5A5A", "#111111", "#B04A00"
LARGEST = 1e100  # in a region: sums and products of two such numbers are still finite
PROBABILITY = LinearSegmentedColormap.from_list("blue_white_vermillion", [BLUE, "white", VERMILLION])


def use_style() -> None:
    """Apply course.mplstyle, and nothing of a personal matplotlibrc, to all figures made from here on."""
    plt.style.use(["default", pathlib.Path(__file__).with_name("course.mplstyle")])


def contrast(color: ColorType, ground: ColorType = "white", alpha: float | None = None) -> float:
    """Contrast of a colour with what lies behind it, from 1 to 21, as WCAG 2 defines it; words need 4.5, lines 3.

    Args:
        color: what is drawn.
        ground: what lies behind it.
        alpha: opacity from 0 to 1; None leaves the colour its own.
    """
    *channels, alpha = to_rgba(color, alpha)
    behind = np.array(to_rgb(ground))
    channels = np.array([alpha * np.array(channels) + (1 - alpha) * behind, behind])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    darker, lighter = sorted((linear @ [0.2126, 0.7152, 0.0722]).tolist())
    return (lighter + 0.05) / (darker + 0.05)


def is_area(artist: Collection) -> bool:
    """Whether a collection shades an area: a band between curves, a filled contour, or a mesh."""
    band_or_mesh = isinstance(artist, (PolyCollection, QuadMesh)) and not isinstance(artist, Quiver)
    return band_or_mesh or getattr(artist, "filled", False)


def mark_colors(mark: Collection | Patch) -> Iterator[str]:
    """What each mark is seen by: the colour of its face or of its rim, whichever has more contrast with white."""
    kinds = [mark.get_facecolor(), *([mark.get_edgecolor()] if np.any(mark.get_linewidth()) else [])]
    kinds = [colors for colors in map(np.atleast_2d, kinds) if len(colors)]
    for i in range(max(map(len, kinds), default=0)):
        color = max((colors[i % len(colors)] for colors in kinds), key=contrast)
        yield to_hex(color, keep_alpha=color[3] < 1)


def strokes(fig: Figure) -> Iterator[tuple[ColorType, float | None]]:
    """Colour and opacity of each visible line, arrow and mark of a figure; of a mark that of its face or its rim.

    Marks are points, bars, circles and all other patches. Shaded areas are none and may be pale, for a line or the
    points upon them carry what they show: fill_between, contourf, pcolormesh, imshow, and with them decision regions
    and half planes. Frames and grounds of Axes and legends are none either.
    """
    for line in fig.findobj(Line2D):
        if line.get_visible() and len(line.get_xdata()):
            if line.get_linestyle() != "None":
                yield line.get_color(), line.get_alpha()
            if line.get_marker() not in ("None", "", None):
                yield max(line.get_markerfacecolor(), line.get_markeredgecolor(), key=contrast), line.get_alpha()
    of_texts = [text.arrow_patch for text in fig.findobj(Annotation)]
    for arrow in [*fig.findobj(FancyArrowPatch), *of_texts]:
        if arrow is not None and arrow.get_visible():
            yield arrow.get_edgecolor(), None
    marks: list[Collection | Patch] = [patch for ax in fig.findobj(Axes) for patch in ax.patches]
    for points in fig.findobj(Collection):
        if not is_area(points) and len(points.get_offsets()):
            points.update_scalarmappable()  # colours by a map are found when the figure is drawn, or here
            marks.append(points)
    for mark in marks:
        if mark.get_visible():
            yield from ((color, None) for color in mark_colors(mark))


def refuse_pale(fig: Figure) -> None:
    """Raise ValueError if words, lines or marks of a figure have too little contrast with white (WCAG 2, AA)."""
    for text in fig.findobj(Text):
        words, color = text.get_text(), text.get_color()
        if text.get_visible() and words.strip() and contrast(color, alpha=text.get_alpha()) < 4.5:
            raise ValueError(f"The colour of {words!r} must have a contrast of 4.5 with white, got {color!r}.")
    for color, alpha in strokes(fig):
        if contrast(color, alpha=alpha) < 3:
            found = repr(color) if alpha is None else f"{color!r} at an opacity of {alpha:g}"
            raise ValueError(f"The colour of a line or mark must have a contrast of 3 with white, got {found}.")


def picture(fig: Figure) -> bytes:
    """The figure as PNG, as small as it can be without a difference to see: with 256 colours chosen from its own."""
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", metadata={"Software": None})
    full = Image.open(buffer).convert("RGB")
    few = full.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few.save(small, format="png", optimize=True)
    return small.getvalue()


def show(fig: Figure, *, alt: str, caption: str) -> None:
    """Display a figure with a text alternative and a visible caption, and close it.

    Front ends and nbconvert show the HTML form: of all forms it alone brings the alternative to screen readers. The
    PNG beside it serves where HTML is not shown (PDF, some viewers), and the words where pictures are not. Where no
    notebook runs at all, as in a script, alternative and caption are printed. `drawn` says what the figure shows, in
    numbers, so that two runs can be compared by it.

    Args:
        fig: the figure.
        alt: what the figure shows and what follows from it, in words; it replaces the picture.
        caption: one visible line below the picture that says what to see.
    Raises:
        TypeError: if fig is no figure.
        ValueError: if alt or caption says nothing; if words, lines or marks are too pale to see on white; or if the
            picture and its words contradict each other (see read_back.contradictions).
    """
    if not isinstance(fig, Figure):
        raise TypeError(f"fig must be a Matplotlib Figure, got {fig!r}.")
    for name, text in (("alt", alt), ("caption", caption)):
        if not isinstance(text, str) or not any(map(str.isalnum, text)):
            raise ValueError(f"{name} must be a sentence about the figure, got {text!r}.")
    refuse_pale(fig)
    for sentence in contradictions(fig, caption):
        raise ValueError(f"{sentence[0].upper()}{sentence[1:]}.")
    shown, png = describe(fig), picture(fig)
    plt.close(fig)
    if get_ipython() is None:
        print(f"Figure: {alt}\n{caption}")
        return
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    light = {"needs_background": "light"}  # JupyterLab reads it at the top, Notebook at the picture
    display(
        {"text/html": f'<img src="{source}" alt="{html.escape(alt)}">', "image/png": png, "text/plain": alt},
        metadata={"image/png": {"alt": alt} | light, "drawn": json.dumps(shown)} | light,
        raw=True,
    )
    display({"text/markdown": f"*{caption}*", "text/plain": caption}, raw=True)


def scatter_classes(ax: Axes, X: np.ndarray, Y: np.ndarray, size: float = 16) -> None:
    """Draw labelled points: class 0 as blue circles, class 1 as vermillion triangles.

    Args:
        X: points, shape (m, 2).
        Y: labels 0 or 1, shape (m, 1) or (m,).
        size: marker area in points squared, from 1 to 1000.
    Raises:
        TypeError, ValueError: if a shape is another, a label is neither 0 nor 1, or the size is out of range.
    """
    labels = np.ravel(Y)
    m = len(labels)
    require_shape("Y", Y, (m,), (m, 1))
    require_shape("X", X, (m, 2))
    require_float("size", size, 1, 1000)
    for label in labels.tolist():
        if label not in (0, 1):
            raise ValueError(f"Y must hold labels 0 and 1 only, got {label!r}.")
    for label, color, marker in ((0, BLUE, "o"), (1, VERMILLION, "^")):
        ax.scatter(
            *np.asarray(X)[labels == label].T,
            s=size,
            c=color,
            marker=marker,
            edgecolors="white",
            linewidths=0.5,
            label=say("class {label}", label=label),
            zorder=3,
        )


def _require_region(xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    for name, limits in (("xlim", xlim), ("ylim", ylim)):
        require_pair(name, limits, operator.lt, "the lower first")
        require_float(f"the larger limit in {name}", max(map(abs, limits)), 0, LARGEST)


def decision_regions(
    ax: Axes,
    predict: Callable[[np.ndarray], np.ndarray],
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    resolution: int = 200,
) -> None:
    """Colour the plane by a prediction, with a line where it crosses 1/2.

    Args:
        predict: maps points (m, 2) to probabilities or step outputs in [0, 1], shape (m, 1) or (m,).
        xlim, ylim: (low, high) of the region drawn, in the units of the inputs.
        resolution: points along each side of the grid, from 2 to 2000.
    Raises:
        TypeError, ValueError: if the region is none, the resolution is out of range, or predict gives another shape or
            numbers outside [0, 1].
    """
    _require_region(xlim, ylim)
    require_int("resolution", resolution, 2, 2000)
    x1, x2 = np.meshgrid(np.linspace(*xlim, resolution), np.linspace(*ylim, resolution))
    p = predict(np.column_stack([x1.ravel(), x2.ravel()]))
    require_shape("the output of predict", p, (x1.size,), (x1.size, 1))
    p = np.reshape(require_real("the output of predict", p), x1.shape)
    for wrong in p[~((p >= 0) & (p <= 1))][:1].tolist():
        raise ValueError(f"the output of predict must lie from 0 to 1, got {wrong!r}.")
    ax.imshow(
        p,
        extent=(*xlim, *ylim),
        origin="lower",
        cmap=PROBABILITY,
        vmin=0,
        vmax=1,
        alpha=0.45,
        aspect="auto",
        interpolation="bilinear",
    )
    if p.min() < 0.5 < p.max():
        ax.contour(x1, x2, p, levels=[0.5], colors=INK, linewidths=1.3)
    ax.set(xlim=xlim, ylim=ylim)


def half_plane(ax: Axes, w: Sequence[float], b: float, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    """Draw where w1 x1 + w2 x2 + b > 0 (shaded and hatched), its boundary, and the arrow of w.

    Args:
        w: the two weights, finite; there is no boundary if both are 0.
        b: the bias, finite.
        xlim, ylim: (low, high) of the region drawn.
    Raises:
        TypeError, ValueError: if w, b or the region is none of these.
    """
    w1, w2 = require_pair("w", w, lambda w1, w2: w1 != 0 or w2 != 0, "not both 0")
    require_float("b", b, -math.inf, math.inf)
    _require_region(xlim, ylim)
    x1, x2 = np.meshgrid(np.linspace(*xlim, 200), np.linspace(*ylim, 200))
    z = w1 * x1 + w2 * x2 + b
    ax.contourf(x1, x2, z, levels=[0, np.inf], colors=[VERMILLION], alpha=0.18, hatches=["///"])
    if z.min() < 0 < z.max():  # Matplotlib before 3.11 warns of a level outside the data and draws another
        ax.contour(x1, x2, z, levels=[0], colors=INK, linewidths=1.3)
    # The foot of the perpendicular from the middle of the picture: the arrow starts on the boundary.
    middle = np.array([sum(xlim) / 2, sum(ylim) / 2])
    normal = np.array([w1, w2]) / np.hypot(w1, w2)
    foot = middle - (normal @ middle + b / np.hypot(w1, w2)) * normal
    length = 0.1 * min(xlim[1] - xlim[0], ylim[1] - ylim[0])  # as long in every picture
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=foot + length * normal, xytext=foot, arrowprops=arrow)
    ax.set(xlim=xlim, ylim=ylim)


def draw_network(
    ax: Axes,
    layers: Sequence[Sequence[str]],
    edges: Mapping[tuple[tuple[int, int], tuple[int, int]], str] | None = None,
    titles: Sequence[str] = (),
    node_size: float = 0.2,
    font_size: float = 10,
) -> dict[tuple[int, int], tuple[float, float]]:
    """Draw a small network from left to right, its weights on the edges.

    Args:
        layers: labels of the nodes, layer by layer from the input, each from top to bottom; no layer is empty.
        edges: {((layer, i), (layer, j)): label} of two different nodes; a label starting with "-" or "−" makes the
            edge vermillion and dashed. None connects neighbouring layers fully, without labels.
        titles: a title per layer, below it; may be empty.
        node_size: radius of a node, from 0.01 to 0.5; layers are 1.6 apart and nodes of a layer 1 apart.
        font_size: of labels, in points, from 1 to 100.
    Returns:
        the centre of each node by (layer, index), for further drawing on the same Axes.
    Raises:
        TypeError, ValueError: if there is no node, an edge or a title has none, or a size is out of range.
    """
    if not len(layers) or not all(map(len, layers)):
        raise ValueError(f"layers must be one layer or more of one label or more, got {layers!r}.")
    require_shape("titles", titles, (0,), (len(layers),))
    require_float("node_size", node_size, 0.01, 0.5)
    require_float("font_size", font_size, 1, 100)
    height = max(len(layer) for layer in layers)
    centre = {
        (column, row): (1.6 * column, (len(layer) - 1) / 2 - row)
        for column, layer in enumerate(layers)
        for row in range(len(layer))
    }
    if edges is None:
        edges = {(a, b): "" for a in centre for b in centre if b[0] == a[0] + 1}
    if not isinstance(edges, Mapping):
        raise TypeError(f"edges must be a mapping from pairs of nodes to labels, got {edges!r}.")
    pairs = set(itertools.permutations(centre, 2))
    for edge, label in edges.items():
        if edge not in pairs or not isinstance(label, str):
            found = {edge: label}
            raise ValueError(f"edges must be labels of pairs of different nodes (layer, index), got {found}.")
        a, b = (np.array(centre[node]) for node in edge)
        along = (b - a) / np.linalg.norm(b - a)
        negative = label.startswith(("-", "−"))
        style = {"color": VERMILLION if negative else BLUE, "linestyle": "--" if negative else "-"}
        ax.annotate(
            "",
            xy=b - node_size * along,
            xytext=a + node_size * along,
            arrowprops={"arrowstyle": "-|>", "lw": 1.4, "shrinkA": 0, "shrinkB": 0, **style},
            zorder=1,
        )
        if label:  # near the start, where edges of one node are still apart from the others' ends
            at = a + 0.33 * (b - a)
            ax.text(*at, label, ha="center", va="center", fontsize=font_size, color=INK,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2}, zorder=2)  # fmt: skip
    for node, (x, y) in centre.items():
        ax.add_patch(plt.Circle((x, y), node_size, facecolor="white", edgecolor=INK, linewidth=1.3, zorder=3))
        ax.text(x, y, layers[node[0]][node[1]], ha="center", va="center", fontsize=font_size, zorder=4)
    for column, title in enumerate(titles):
        ax.text(1.6 * column, -(height - 1) / 2 - 2.2 * node_size, title, ha="center", va="top", fontsize=font_size)
    ax.set(
        xlim=(-0.45, 1.6 * (len(layers) - 1) + 0.45),
        ylim=(-(height - 1) / 2 - 0.35 - 2.6 * node_size * bool(titles), (height - 1) / 2 + 0.4),
    )
    ax.set_aspect("equal")
    ax.axis("off")
    return centre
