"""Parameters from the command line: read as papermill reads them, refused unless a notebook has them."""

import ast

import nbformat

from tools.notebook_files import Failure
from tools.tidy import NOTEBOOK


def parameters_of(notebook: nbformat.NotebookNode) -> dict[str, object]:
    """The defaults in the cell tagged `parameters`, by name, as papermill finds them.

    Raises:
        Failure: if one is no plain value, such as a number or a text; it quotes the line.
    """
    from papermill import inspect_notebook  # takes a second: only if somebody asks

    known = nbformat.from_dict(notebook | {"metadata": NOTEBOOK})
    defaults = {}
    for name, found in inspect_notebook(known).items():
        try:
            defaults[name] = ast.literal_eval(found["default"])
        except (ValueError, SyntaxError, TypeError):
            line = f"{name} = {found['default']}"
            raise Failure(f"parameters must be plain values, each on a line such as SEED = 0, got {line!r}") from None
    return defaults


def parse_value(text: str) -> object:
    """A command line's text as bool, int, float or, failing these, str."""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def check_parameters(given: dict[str, object], known: dict[str, dict[str, object]]) -> None:
    """Refuse a parameter that no notebook has, or a value of another type than its default's.

    Args:
        given: values by parameter.
        known: each notebook's defaults by parameter.
    Raises:
        Failure: names the parameter, the value and what is allowed.
    """
    for name, value in given.items():
        defaults = [defaults[name] for defaults in known.values() if name in defaults]
        if not defaults:
            allowed = ", ".join(sorted(set().union(*known.values()))) or "none"
            raise Failure(f"-p {name}: unknown parameter; the notebooks chosen know: {allowed}")
        for default in defaults:
            fits = type(value) is type(default) or (type(default) is float and type(value) is int)
            if not fits:
                raise Failure(f"-p {name}: must be of type {type(default).__name__} like {default!r}, got {value!r}")
