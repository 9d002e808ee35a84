"""Figures that move: frames drawn once, behind a slider and a Play button; elsewhere one static twin.

The frames lie upon each other in the page itself and exactly one is visible. So a key press needs no kernel, shows at
once, and moves nothing: the place is as high as the highest frame with its caption. A plain HTML slider does the
rest: it has a name for screen readers, knows the keyboard, and works in JupyterLab, VS Code and Colab alike.
"""

import base64
import html
import re
from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure, FigureBase

from helpers import plotting
from helpers.checks import require_float, require_int, require_pair
from helpers.language import say
from helpers.progress import watched

# Without it JupyterLab takes the arrow keys for moves between cells. It counts on the focused element alone.
OWN_KEYS = 'data-lm-suppress-shortcuts="true"'
MOST_FRAMES = 60  # more would make the page heavy

# The frame that belongs to the slider's value becomes visible, and the slider tells its words to screen readers.
TURN = """const box = this.closest('.moving');
box.querySelectorAll('figure').forEach((f, i) => f.style.visibility = i == this.value ? 'visible' : 'hidden');
this.setAttribute('aria-valuetext', box.querySelectorAll('figcaption')[this.value].textContent);"""
# Play goes on to the last frame, from the first one if it stands there already; a second press pauses.
PLAY = """const bar = this.closest('.moving').querySelector('input'), button = this;
function stop() { clearInterval(button.timer); button.timer = null; button.textContent = 'PLAY'; }
function turn(k) { bar.value = k; bar.dispatchEvent(new Event('input')); }
if (button.timer) { stop(); return; }
if (bar.value == bar.max) turn(0);
button.textContent = 'PAUSE';
button.timer = setInterval(() => {
  if (!button.isConnected || bar.value == bar.max) return stop();
  turn(Number(bar.value) + 1); if (bar.value == bar.max) stop(); }, SECONDS * 1000);"""


def show_frames(
    draw: Callable[[FigureBase, int], object],
    captions: Sequence[str],
    alts: Sequence[str],
    *,
    twin: Callable[[], Figure] | Sequence[int],
    twin_alt: str,
    twin_caption: str,
    control: str = "step",
    labels: Sequence[str] | None = None,
    size: tuple[float, float] = (7.5, 3.4),
    columns: int = 2,
    start: int = 0,
    seconds: float = 1.0,
) -> None:
    """Show a figure that moves where somebody watches (progress.watched), and its static twin everywhere else.

    A whole call, with a twin made of three of the frames::

        def draw(fig, i):  # on an empty figure, or on a part of the twin
            ax = fig.subplots()
            ax.plot(x, np.tanh(slopes[i] * x))
            ax.set(xlim=(-3, 3), ylim=(-1.1, 1.1))

        moving.show_frames(
            draw,
            captions=[f"slope {w:g}" for w in slopes],
            alts=[f"tanh of {w:g} times x." for w in slopes],
            twin=[0, 4, 8],
            twin_alt="Three curves; the steeper the slope, the more they look like a step.",
            twin_caption="The steeper the slope, the more tanh looks like a step.",
            control="slope",
        )

    All frames keep the size of the figure and the place of the Axes of the first frame; what may still jump (limits,
    sides of labels) `draw` has to hold.

    Args:
        draw: draws frame i, counted from 0, on an empty figure; every frame has the same number of Axes.
        captions: one visible sentence for each frame, from 2 to 60 of them.
        alts: for each frame what it shows, in words.
        twin: a function without arguments that returns the static figure, or the numbers of the frames it is to show.
        twin_alt, twin_caption: of the static figure; they say what the frames say together.
        control: the name of the slider.
        labels: what stands before each caption; by default "Step 3 of 20", with the name of the slider.
        size: of a frame in inches, (width, height).
        columns: of a twin made of frames; each frame is drawn at the full size and a share of the page.
        start: the frame that is shown first, counted from 0.
        seconds: Play shows each frame so long, from 0.05 to 60.
    Raises:
        TypeError, ValueError: if a text is missing, a number is out of range, or a frame has other Axes than the first.
    """
    count = len(captions)
    require_int("the number of captions", count, 2, MOST_FRAMES)
    if labels is None:
        name = f"{control[:1].upper()}{control[1:]}"
        labels = [say("{name} {i} of {count}", name=name, i=i + 1, count=count) for i in range(count)]
    for name, texts in {"alts": alts, "captions": captions, "labels": labels}.items():
        if isinstance(texts, str) or len(texts) != count or not all(map(_is_text, texts)):
            raise ValueError(f"{name} must be a sentence for each of the {count} captions, got {texts!r}.")
    if not _is_text(control):
        raise ValueError(f"control must be the name of the slider, got {control!r}.")
    require_pair("size", size, lambda wide, high: 1 <= min(wide, high) and max(wide, high) <= 20, "from 1 to 20 inches")
    require_int("columns", columns, 1, 4)
    require_int("start", start, 0, count - 1)
    require_float("seconds", seconds, 0.05, 60)
    if not callable(twin):
        for i in twin:
            require_int("a frame of the twin", i, 0, count - 1)
    if not watched():
        fig = twin() if callable(twin) else sheet(draw, {i: labels[i] for i in twin}, size, columns)
        plotting.show(fig, alt=twin_alt, caption=twin_caption)
        return
    spoken = [f"{label}: {caption}" for label, caption in zip(labels, captions)]
    page = _page(_pictures(draw, count, size), spoken, alts, control, start, seconds)
    display({"text/html": page, "text/plain": f"{twin_alt}\n{twin_caption}"}, raw=True)


def sheet(
    draw: Callable[[FigureBase, int], object], titles: dict[int, str], size: tuple[float, float], columns: int = 2
) -> Figure:
    """Some frames side by side in one figure of page width, each with its title.

    Args:
        draw: as in show_frames.
        titles: {number of the frame: title}.
        size: of a frame in inches; only its shape counts here.
        columns: how many stand side by side, from 1 to 4.
    """
    rows = -(-len(titles) // columns)
    wide = plt.rcParams["figure.figsize"][0]
    fig = plt.figure(figsize=(wide, rows * (wide / columns * size[1] / size[0] + 0.35)))
    for part, (i, title) in zip(fig.subfigures(rows, columns, squeeze=False).flat, titles.items()):
        draw(part, i)
        part.suptitle(title, x=0.02, ha="left", fontsize=10.5)
    return fig


def _is_text(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _pictures(draw: Callable[[FigureBase, int], object], count: int, size: tuple[float, float]) -> list[bytes]:
    """Each frame as PNG, its Axes where the first frame's layout put them."""
    pictures: list[bytes] = []
    places: list = []
    for i in range(count):
        fig = plt.figure(figsize=size)
        try:
            draw(fig, i)
            if i == 0:
                fig.canvas.draw()  # runs the layout
                places = [ax.get_position(original=True) for ax in fig.axes]
            if len(fig.axes) != len(places):
                raise ValueError(f"draw must make {len(places)} Axes, as in frame 0, got {len(fig.axes)} in frame {i}.")
            fig.set_layout_engine("none")
            for ax, place in zip(fig.axes, places):
                ax.set_position(place)
            plotting.refuse_pale(fig)
            pictures.append(plotting.picture(fig))
        finally:
            plt.close(fig)
    return pictures


def _page(
    pictures: Sequence[bytes], spoken: Sequence[str], alts: Sequence[str], control: str, start: int, seconds: float
) -> str:
    """Slider, button and frames as HTML; without scripts (a notebook that is not trusted) the first frame stays."""
    figures = []
    for i, (picture, caption, alt) in enumerate(zip(pictures, spoken, alts)):
        source = "data:image/png;base64," + base64.b64encode(picture).decode()
        figures.append(
            f'<figure style="grid-area: 1 / 1; margin: 0; visibility: {"visible" if i == start else "hidden"}">'
            f'<img src="{source}" alt="{html.escape(alt)}" decoding="sync" style="max-width: 100%; background: white">'
            f'<figcaption style="font-style: italic">{html.escape(caption)}</figcaption></figure>'
        )
    words = {"SECONDS": str(seconds), "'PLAY'": repr(say("Play")), "'PAUSE'": repr(say("Pause"))}
    script = re.sub("|".join(words), lambda found: words[found[0]], PLAY)
    turn, play = html.escape(TURN), html.escape(script)
    return (
        f'<div class="moving" role="group" aria-label="{html.escape(control)}">'
        f'<div style="display: flex; gap: 0.8em; align-items: center; margin: 0.4em 0">'
        f'<button type="button" {OWN_KEYS} style="min-width: 5em" onclick="{play}">{say("Play")}</button>'
        f'<label style="display: flex; gap: 0.6em; flex: 0 1 30em">{html.escape(control)}'
        f'<input type="range" {OWN_KEYS} min="0" max="{len(pictures) - 1}" value="{start}" style="flex: 1" '
        f'aria-label="{html.escape(control)}" aria-valuetext="{html.escape(spoken[start])}" oninput="{turn}"></label>'
        f'</div><div style="display: grid">{"".join(figures)}</div></div>'
    )
