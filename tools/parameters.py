"""Parameters from the command line: refused unless a notebook has them."""

import ast

import nbformat

from helpers.definitions import cells_tagged
from tools.notebook_files import Failure

PLAIN = "parameters must be plain values, each on a line such as SEED = 0"


def parameters_of(notebook: nbformat.NotebookNode) -> dict[str, object]:
    """The defaults in the cell tagged `parameters`, by name; Python reads them, so annotations do not matter.

    papermill's own reading misses names with some annotations, A = B = 1, and every line with a second = in it.

    Raises:
        Failure: if a line gives a name no plain value, such as a number or a text; it quotes the line.
    """
    lines = "".join(cell.source for cell in cells_tagged(notebook, "parameters")[:1])  # papermill too takes the first
    try:
        statements = ast.parse(lines).body
    except SyntaxError as error:
        raise Failure(f"{PLAIN}, got {(error.text or lines).strip()!r}") from None
    defaults = {}
    for statement in statements:
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Expr(ast.Constant()):  # the last: words instead of a comment
                continue
            case ast.Assign(targets, value):
                pass
            case ast.AnnAssign(target, _, value):
                targets = [target]
            case _:
                targets = value = None
        try:
            plain = ast.literal_eval(value)
            defaults |= {target.id: plain for target in targets}
        except (AttributeError, ValueError, SyntaxError, TypeError):  # no names, or something to compute
            line = ast.get_source_segment(lines, statement).splitlines()[0]
            raise Failure(f"{PLAIN}, got {line!r}") from None
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
