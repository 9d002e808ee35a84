"""Is somebody watching? Progress bars and widgets that leave stored outputs alone."""

import os
import sys
from collections.abc import Iterable

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


def progress(iterable: Iterable, description: str, total: int | None = None) -> Iterable:
    """Show a bar while iterating, but only where somebody watches: a stored bar would differ on each run.

    Args:
        iterable: what to go through.
        description: text before the bar.
        total: number of steps, if the iterable does not tell its length.
    """
    return tqdm(iterable, desc=description, total=total, leave=False, disable=not watched())
