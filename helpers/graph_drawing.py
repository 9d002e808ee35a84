"""Draw a computation graph from left to right with Matplotlib alone. Nodes are names, edges pairs of names.

`layout` decides where everything goes, in columns and rows; `figure` makes Axes of a fitting size, on which one unit
is one inch; `draw` fills them. `show_equations` shows the formulas that go with a graph. Nothing here knows what a
node computes: texts come in as plain strings.
"""

import itertools
import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.path import Path
from matplotlib.text import Text

from helpers.checks import require_choice, require_float, require_int, require_shape
from helpers.plotting import BLUE, GREY, INK, RUST

MOST_NODES = 60  # more do not fit on a page
STYLES = ("facecolor", "edgecolor", "linewidth", "linestyle", "color")  # of a single node; color is its name's
MARGIN = 0.4  # inches left and right of the outer nodes' centres


class Layout(NamedTuple):
    """Where nodes stand: {name: (column, row)}, and the points that each edge passes, its ends included."""

    place: dict[str, tuple[float, float]]
    roads: list[list[tuple[float, float]]]


class Drawn(NamedTuple):
    """What `draw` has drawn, to be hidden or lit up afterwards without moving anything else.

    nodes, values and adjoints by name; arrows and labels in the order of the edges, an empty label as None.
    """

    nodes: dict[str, Circle]
    values: dict[str, Text]
    adjoints: dict[str, Text]
    arrows: list[FancyArrowPatch]
    labels: list[Text | None]


def number_text(value: float, digits: int = 4) -> str:
    """A number for a picture: significant digits without trailing zeros, a true minus sign, 1e−5 for small ones.

    Args:
        value: a finite number.
        digits: how many significant digits, from 1 to 17.
    Raises:
        TypeError, ValueError: if value or digits is not such a number.
    """
    require_float("value", value, -math.inf, math.inf)
    require_int("digits", digits, 1, 17)
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return text.replace("-", "−")


def latex(text: str) -> str:
    """An expression such as "t' · (1 − t²)" in LaTeX; digits after a letter become indices."""
    text = re.sub(r"([A-Za-z])(\d+)", r"\1_{\2}", text.replace("²", "^2").replace("−", "-"))
    return re.sub(r"\b(tanh|exp|log)\b", r"\\\1", text.replace("·", r"\cdot"))


def show_equations(rows: Sequence[tuple[str, str, float]], digits: int = 5) -> None:
    """Display rows "left = right = value" as aligned equations, with a plain text for readers without LaTeX.

    Args:
        rows: left side, right side and value of each equation.
        digits: significant digits of the values, from 1 to 17.
    Raises:
        TypeError, ValueError: if a value is not a finite number, or digits is out of range.
    """
    lines, plain = [], []
    for left, right, value in rows:
        number = number_text(value, digits)
        power = re.sub(r"e(.*)", r" \\cdot 10^{\1}", number.replace("−", "-"))
        lines.append(rf"{latex(left)} &= {latex(right)} &&= {power}")
        plain.append(f"{left} = {right} = {number}")
    aligned = "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"
    display({"text/markdown": aligned, "text/plain": "\n".join(plain)}, raw=True)


def _depths(nodes: Sequence[str], users: Mapping[str, list[str]], parents: Mapping[str, list[str]]) -> dict[str, int]:
    """Longest distance of each node to an end of the graph."""
    depth = {node: 0 for node in nodes}
    waiting = {node: len(users[node]) for node in nodes}
    ready = [node for node in nodes if not users[node]]
    done = 0
    while ready:
        node = ready.pop()
        done += 1
        for parent in parents[node]:
            depth[parent] = max(depth[parent], depth[node] + 1)
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    if done < len(nodes):
        raise ValueError("edges must not lead in a circle.")
    return depth


def _crossings(columns: list[list], links: list[tuple]) -> int:
    """How many pairs of links between neighbouring columns cross."""
    position = {node: (x, y) for x, column in enumerate(columns) for y, node in enumerate(column)}
    count = 0
    for i, (a, b) in enumerate(links):
        for c, d in links[:i]:
            if position[a][0] == position[c][0]:
                count += (position[a][1] - position[c][1]) * (position[b][1] - position[d][1]) < 0
    return count


def _uncrossed(columns: list[list], links: list[tuple]) -> list[list]:
    """Columns after swapping neighbours as long as that takes crossings away."""
    columns = [list(column) for column in columns]
    fewest, better = _crossings(columns, links), True
    while better and fewest:
        better = False
        for column in columns:
            for i in range(len(column) - 1):
                column[i : i + 2] = column[i + 1], column[i]
                if (count := _crossings(columns, links)) < fewest:
                    fewest, better = count, True
                else:
                    column[i : i + 2] = column[i + 1], column[i]
    return columns


def _spread(wanted: list[float], weights: list[float]) -> list[float]:
    """Rows at least 1 apart, from top to bottom, as near as possible to the wanted ones (pooled violators)."""
    pools: list[list[float]] = []  # mean, weight, how many
    for i, (y, weight) in enumerate(zip(wanted, weights)):
        pools.append([-y - i, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (m1, w1, n1), (m2, w2, n2) = pools[-2:]
            pools[-2:] = [[(m1 * w1 + m2 * w2) / (w1 + w2), w1 + w2, n1 + n2]]
    flat = [mean for mean, _, size in pools for _ in range(size)]
    return [-(mean + i) for i, mean in enumerate(flat)]


def layout(edges: Iterable[tuple[str, str]]) -> Layout:
    """Place the nodes of a graph without circles: users to the right of what they use, few crossings.

    A node stands as near to its user as it can. An edge that skips columns gets a free lane through them.

    Args:
        edges: pairs (start, end); a pair that occurs twice is two edges.
    Returns:
        the place of each node and the points along each edge, in columns and rows.
    Raises:
        ValueError: if there are no edges, an edge is no pair, there are too many nodes, or a circle.
    """
    edges = list(edges)
    if not all(len(edge) == 2 for edge in edges):
        raise ValueError(f"edges must be pairs (start, end), got {edges!r}.")
    nodes = list(dict.fromkeys(name for edge in edges for name in edge))
    if not 2 <= len(nodes) <= MOST_NODES:
        raise ValueError(f"edges must connect from 2 to {MOST_NODES} nodes, got {len(nodes)}.")
    parents = {node: [a for a, b in edges if b == node] for node in nodes}
    users = {node: [b for a, b in edges if a == node] for node in nodes}
    depth = _depths(nodes, users, parents)
    last = max(depth.values())
    column_of: dict[Hashable, int] = {node: last - d for node, d in depth.items()}

    chains = []  # each edge as the nodes and free lanes it passes
    for number, (a, b) in enumerate(edges):
        lanes = [(number, x) for x in range(column_of[a] + 1, column_of[b])]
        column_of |= {lane: lane[1] for lane in lanes}
        chains.append([a, *lanes, b])
    links = list(dict.fromkeys(link for chain in chains for link in zip(chain, chain[1:])))
    before: dict[Hashable, list] = {}
    after: dict[Hashable, list] = {}
    for a, b in links:
        before.setdefault(b, []).append(a)
        after.setdefault(a, []).append(b)

    orders = []
    for lanes_last in (False, True):  # walks from the ends backwards, operands in their order, or lanes after them
        seen: dict[Hashable, None] = {}
        stack = [node for node in nodes if not users[node]]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen[node] = None
                stack += sorted(reversed(before.get(node, [])), key=lambda n: lanes_last and n in users)
        orders.append(_uncrossed([[n for n in seen if column_of[n] == x] for x in range(last + 1)], links))
    columns = min(orders, key=lambda columns: _crossings(columns, links))

    row = {node: (len(column) - 1) / 2 - i for column in columns for i, node in enumerate(column)}

    def level(side: list) -> list[float]:  # lanes and inputs do not pull where computed nodes do
        real = [n for n in side if n in users]
        strong = [n for n in real if parents[n]] or real or side
        return [sum(row[n] for n in strong) / len(strong)] if side else []

    for _ in range(100):
        for column in columns[1:]:
            levels = [level(before.get(node, [])) + level(after.get(node, [])) for node in column]
            weights = [1.0 if parents.get(node) else 1e-3 for node in column]
            row |= zip(column, _spread([sum(pair) / len(pair) for pair in levels], weights))
    for chain in chains:  # a lane that runs along the edge of the picture runs straight
        lanes = chain[1:-1]
        for extreme, side in ((max, 0), (min, -1)):
            if lanes and all(columns[column_of[lane]][side] == lane for lane in lanes):
                row |= dict.fromkeys(lanes, extreme(row[lane] for lane in lanes))
    row = {node: round(y, 1) for node, y in row.items()}  # a chain that is nearly level is level
    place = {node: (float(column_of[node]), row[node]) for node in nodes}
    roads = [[(float(column_of[point]), row[point]) for point in chain] for chain in chains]
    return Layout(place, roads)


def height(layout: Layout, row: float = 0.86, above: float = 0.5, below: float = 0.72) -> float:
    """The height in inches that a layout needs.

    Args:
        layout: of the graph to be drawn.
        row: distance of two rows in inches, from 0.1 to 10.
        above, below: room over the top row and under the bottom row, in inches, from 0.1 to 10.
    Raises:
        TypeError, ValueError: if a length is out of range.
    """
    for name, length in (("row", row), ("above", above), ("below", below)):
        require_float(name, length, 0.1, 10)
    rows = [y for _, y in layout.place.values()] + [y for road in layout.roads for _, y in road]
    return (max(rows) - min(rows)) * row + above + below


def figure(
    layout: Layout, width: float = 7.5, row: float = 0.86, above: float = 0.5, below: float = 0.72
) -> tuple[Figure, Axes]:
    """A figure of the height that the layout needs (see height), and Axes on which one unit is one inch.

    Args:
        layout: of the graph to be drawn.
        width: of the figure in inches, from 1 to 100.
        row, above, below: as in height.
    Raises:
        TypeError, ValueError: if a length is out of range.
    """
    require_float("width", width, 1, 100)
    fig = plt.figure(figsize=(width, height(layout, row, above, below)), layout="none")
    return fig, fig.add_axes((0, 0, 1, 1))


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _inside(box: tuple[float, ...], points: np.ndarray) -> int:
    x, y = points.T
    return int(np.sum((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])))


def _curve(points: np.ndarray, bow: float) -> tuple[Path, np.ndarray]:
    """A path through points, level at the inner ones, and the same as a row of points; bow bends it off the line."""
    vertices, codes, dots = [points[0]], [Path.MOVETO], []
    for a, b in zip(points, points[1:]):
        if len(points) == 2:
            offset = bow * min(1.0, 1.2 / np.linalg.norm(b - a)) * np.array([a[1] - b[1], b[0] - a[0]])
            c1, c2 = a + (b - a) / 3 + offset, b - (b - a) / 3 + offset
        else:
            reach = np.array([(b[0] - a[0]) / 2, 0])
            c1 = a + (reach if a is not points[0] else (b - a) / 3)
            c2 = b - (reach if b is not points[-1] else (b - a) / 3)
        vertices += [c1, c2, b]
        codes += [Path.CURVE4] * 3
        s = np.linspace(0, 1, 60)[:, None]
        dots.append((1 - s) ** 3 * a + 3 * s * (1 - s) ** 2 * c1 + 3 * s**2 * (1 - s) * c2 + s**3 * b)
    return Path(np.array(vertices), codes), np.concatenate(dots)


def draw(
    ax: Axes,
    layout: Layout,
    edges: Sequence[tuple[str, str]],
    labels: Sequence[str] = (),
    above: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    adjoints: Mapping[str, str] | None = None,
    styles: Mapping[str, Mapping] | None = None,
    radius: float = 0.17,
    font_size: float = 8.5,
) -> Drawn:
    """Draw a graph on Axes of which one unit is to be one inch (see figure).

    Args:
        layout: of these edges.
        edges: pairs (start, end), those of the layout in its order.
        labels: a text beside each edge; empty for none at all.
        above: {name: text} over nodes, such as the operation.
        values: {name: text} under nodes, in blue.
        adjoints: {name: text} under the values, in vermillion italics.
        styles: {name: properties} of single nodes: facecolor, edgecolor, linewidth, linestyle, color (of the name).
        radius: of the nodes, in inches, from 0.01 to 1.
        font_size: in points, from 1 to 100.
    Returns:
        the artists drawn, by node and edge.
    Raises:
        TypeError, ValueError: if the edges are others, a name is no node's, or a number is out of range.
    """
    if [tuple(map(layout.place.get, edge)) for edge in edges] != [(road[0], road[-1]) for road in layout.roads]:
        raise ValueError(f"edges must be those of the layout in its order, got {edges!r}.")
    require_shape("labels", labels, (0,), (len(edges),))
    for kind, texts in {"above": above, "values": values, "adjoints": adjoints, "styles": styles}.items():
        for name in texts or ():
            require_choice(f"a name in {kind}", name, layout.place)
    for name, style in (styles or {}).items():
        for key in style:
            require_choice(f"a property in the style of {name}", key, STYLES)
    require_float("radius", radius, 0.01, 1)
    require_float("font_size", font_size, 1, 100)
    wide, high = ax.bbox.size / ax.figure.dpi
    ax.set(xlim=(0, wide), ylim=(0, high))
    ax.axis("off")
    rows = [y for _, y in layout.place.values()] + [y for road in layout.roads for _, y in road]
    columns = max(x for x, _ in layout.place.values())
    room = radius + (0.17 if above else 0.03), radius + 0.16 * bool(values) + 0.16 * bool(adjoints) + 0.03
    pitch = (high - sum(room)) / (max(rows) - min(rows)) if max(rows) > min(rows) else 0.0

    def inches(point):
        y = room[1] + (point[1] - min(rows)) * pitch if pitch else high / 2
        return np.array([MARGIN + point[0] * (wide - 2 * MARGIN) / columns, y])

    centre = {name: inches(point) for name, point in layout.place.items()}
    boxes = [(x - radius, y - radius, x + radius, y + radius) for x, y in centre.values()]

    drawn = Drawn({}, {}, {}, [], [])
    curves = []
    for number, (edge, road) in enumerate(zip(edges, layout.roads)):
        twins = [i for i, other in enumerate(edges) if other == edge]
        bow = (twins.index(number) - (len(twins) - 1) / 2) * 0.5
        points = np.array([inches(point) for point in road])
        along = [points[1] - points[0], points[-1] - points[-2]]
        along = [v / np.linalg.norm(v) for v in along]
        points[0] += (radius + 0.01) * along[0]
        points[-1] -= (radius + 0.02) * along[1]
        path, dots = _curve(points, bow)
        curves.append(dots)
        arrow = {"arrowstyle": "-|>", "mutation_scale": 8, "lw": 1.1, "color": INK, "zorder": 2}
        drawn.arrows.append(ax.add_patch(FancyArrowPatch(path=path, shrinkA=0, shrinkB=0, **arrow)))
    every_dot = np.concatenate(curves)

    def write(x, y, text, **style):
        artist = ax.text(x, y, text, fontsize=font_size, ha="center", va="center", zorder=4, **style)
        return artist, tuple(artist.get_window_extent().transformed(ax.transData.inverted()).extents)

    for name, (x, y) in centre.items():
        style = {"facecolor": "white", "edgecolor": INK, "linewidth": 1.2, **(styles or {}).get(name, {})}
        color = style.pop("color", INK)
        drawn.nodes[name] = ax.add_patch(Circle((x, y), radius, zorder=3, **style))
        ax.text(x, y, name, fontsize=font_size, ha="center", va="center", zorder=4, color=color)
        texts = []
        blue, slanted = {"color": BLUE}, {"color": RUST, "style": "italic"}
        for given, kept, look in ((values, drawn.values, blue), (adjoints, drawn.adjoints, slanted)):
            if given and name in given:
                texts.append(write(x, y, given[name], **look))
                kept[name] = texts[-1][0]
        glyph = [write(x, y, above[name], color=GREY)] if above and name in above else []
        _stack_texts(y, radius, texts, glyph, boxes, every_dot, high)

    for text, dots in itertools.zip_longest(labels, curves):
        drawn.labels.append(_place_label(write, text, dots[:60], boxes, every_dot) if text else None)
    return drawn


def _stack_texts(
    y: float, radius: float, texts: list, glyph: list, boxes: list, every_dot: np.ndarray, high: float
) -> None:
    """Put a node's texts under it and its glyph over it, or the other way round if edges cross the texts there."""
    best = None
    for side in (-1, 1):
        spots, cost = [], 0.0
        for group, towards in ((texts, side), (glyph, -side)):
            order = group if towards < 0 else group[::-1]  # the value always stands over the adjoint
            for i, (artist, (x0, y0, x1, y1)) in enumerate(order):
                at = y + towards * (radius + 0.1 + 0.15 * i)
                box = (x0, at - (y1 - y0) / 2, x1, at + (y1 - y0) / 2)
                spots.append((artist, at, box))
                cost += 100 * sum(_overlap(box, other) for other in boxes) + _inside(box, every_dot)
                cost += 100 * (box[1] < 0 or box[3] > high)
        if best is None or cost < best[0]:
            best = (cost, spots)
    for artist, at, box in best[1]:
        artist.set_y(at)
        boxes.append(box)


def _place_label(write, text: str, dots: np.ndarray, boxes: list, every_dot: np.ndarray) -> Text:
    """Write a label beside its edge, at the first of many spots that is free of texts, nodes and edges."""
    artist, box = write(0, 0, text, color=INK)
    half = np.array([box[2] - box[0] + 0.05, box[3] - box[1]]) / 2  # with a little air on both sides
    best = None
    shares = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
    near, far = (0.025, 0.06), (0.12, 0.2, 0.3, 0.4, 0.5)
    for gaps, share in itertools.product((near, far), shares):
        i = round(share * (len(dots) - 1))
        along = dots[min(i + 1, len(dots) - 1)] - dots[max(i - 1, 0)]
        normal = np.array([-along[1], along[0]]) / np.linalg.norm(along)
        outside = 1 if along[1] < 0.05 * abs(along[0]) else -1  # over falling edges, under rising ones
        for side, gap in itertools.product((outside, -outside), gaps):
            at = dots[i] + side * normal * (half @ np.abs(normal) + gap)
            box = (*(at - half), *(at + half))
            cost = 100 * sum(_overlap(box, other) for other in boxes) + _inside(box, every_dot)
            if best is None or cost < best[0]:
                best = (cost, at, box)
        if best[0] == 0:
            break
    artist.set_position(best[1])
    boxes.append(best[2])
    return artist
