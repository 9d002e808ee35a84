"""Load what a notebook teaches, so that tests and later notebooks use the one definition there is."""

import json
from types import SimpleNamespace

from helpers import NOTEBOOKS


def cells_tagged(notebook: dict, tag: str) -> list[dict]:
    """The cells of a notebook (as parsed JSON) that carry a tag, in order."""
    return [cell for cell in notebook["cells"] if tag in cell["metadata"].get("tags", [])]


def read_notebook(name: str) -> dict:
    """The parsed JSON of notebooks/<name>.ipynb.

    Raises:
        FileNotFoundError: if there is no such notebook; the message lists those there are.
    """
    paths = {path.stem: path for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    if name not in paths:
        raise FileNotFoundError(f"name must be one of {', '.join(paths)}, got {name!r}.")
    return json.loads(paths[name].read_text(encoding="utf-8"))


def load_taught(name: str) -> SimpleNamespace:
    """Run a notebook's cells tagged `definition`, alone and in order, and return what they define.

    Args:
        name: the notebook's file name without `.ipynb`, such as "02_numpy_backprop".
    Raises:
        FileNotFoundError: if there is no such notebook.
    """
    scope: dict = {"__name__": name}
    for cell in cells_tagged(read_notebook(name), "definition"):
        source = "".join(cell["source"])
        exec(compile(source, f"<{name}:{cell.get('id', '')}>", "exec"), scope)
    return SimpleNamespace(**{key: value for key, value in scope.items() if not key.startswith("__")})
