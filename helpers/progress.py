"""Is somebody watching? Progress bars and widgets that leave stored outputs alone."""

import html
import os
import sys
from collections.abc import Iterable

from IPython import get_ipython
from IPython.display import clear_output, display
from tqdm import tqdm


def watched() -> bool:
    """Say whether a reader sits at a live front end (JupyterLab, VS Code, Colab) rather than a batch run.

    Front ends send each cell with metadata of their own, such as its id; papermill, nbval and nbconvert do not.
    HELPERS_WATCHED=0 or 1 overrides the guess.
    """
    override = os.environ.get("HELPERS_WATCHED")
    if override is not None:
        return override == "1"
    kernel = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    request = kernel.get_parent() if hasattr(kernel, "get_parent") else {}
    return "google.colab" in sys.modules or "cellId" in request.get("metadata", {})


class Bar(tqdm):
    """tqdm's counting and timing, shown as one HTML progress bar that goes when it is done, interrupted or failed.

    tqdm's own bars stay behind: on stderr as a line each, in a notebook as a widget that later finds no kernel.
    """

    monitor_interval = 0  # no thread besides
    handle = None
    accounted = 0  # messages that the kernel had sent when the cell began, and since then for bars

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        """Show how far it is, in place of what was shown before."""
        told = self.format_dict
        if self.total:
            text = f"{self.n / self.total:.0%}"
            if told["rate"]:
                text += f", {self.format_interval((self.total - self.n) / told['rate'])} left"
            how = f'max="{self.total}" value="{self.n}"'
        else:
            text, how = f"{self.n} so far", ""  # without a value it says that something is going on
        name = html.escape(self.desc)
        page = f'<div>{name} <progress aria-label="{name}" {how}></progress> {text}</div>'
        data = {"text/html": page, "text/plain": f"{self.desc}: {text}"}
        Bar.accounted += 1
        if self.handle is None:
            self.handle = display(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)

    def close(self) -> None:
        """Take the bar away. Where the cell shows nothing else, not even an empty output stays."""
        super().close()
        if self.handle is None:
            return
        handle, self.handle = self.handle, None
        sys.stdout.flush()
        sys.stderr.flush()
        Bar.accounted += 1
        if messages_sent() == Bar.accounted - 1:
            clear_output()
        else:
            handle.update({}, raw=True)


def messages_sent() -> int:
    """How many messages this kernel has sent so far; 0 where there is no kernel."""
    kernel = getattr(get_ipython(), "kernel", None)
    return kernel.session.message_count if kernel else 0


def new_cell(*_: object) -> None:
    Bar.accounted = messages_sent()


if get_ipython() is not None:
    get_ipython().events.register("pre_run_cell", new_cell)


def progress(iterable: Iterable, description: str, total: int | None = None) -> Iterable:
    """Show a bar while iterating, but only where somebody watches: a stored bar would differ on each run.

    Of bars within bars only the outermost is shown, and none that is done within half a second.

    Args:
        iterable: what to go through.
        description: text before the bar, and its name for screen readers.
        total: number of steps, if the iterable does not tell its length.
    """
    hidden = bool(Bar._instances) or not watched() or not messages_sent()
    return Bar(
        iterable,
        desc=description,
        total=total,
        disable=hidden,
        gui=True,
        delay=0.5,
        mininterval=0.5,
        miniters=1,
    )
