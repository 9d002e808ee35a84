"""Load what a notebook teaches, so that tests and later notebooks use the one definition there is."""

import json
from types import SimpleNamespace

from helpers import NOTEBOOKS
from helpers.language import spoken


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

    In another language than English they are those of the notebook's translation, if it is at hand: the same code, and
    its messages in that language.

    Args:
        name: the notebook's file name without `.ipynb`, such as "02_numpy_backprop".
    Raises:
        FileNotFoundError: if there is no such notebook.
    """
    scope: dict = {"__name__": name}
    translated = NOTEBOOKS / spoken() / f"{name}.ipynb"
    notebook = json.loads(translated.read_text(encoding="utf-8")) if translated.is_file() else read_notebook(name)
    for cell in cells_tagged(notebook, "definition"):
        source = "".join(cell["source"])
        exec(compile(source, f"<{name}:{cell.get('id', '')}>", "exec"), scope)
    return SimpleNamespace(**{key: value for key, value in scope.items() if not key.startswith("__")})
