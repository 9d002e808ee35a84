"""The values that letters have: a lesson's own code, asked for what it teaches, assigns and computes inside."""

import ast
import contextlib
import io
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from tests.formulas.value import Unreadable


def locals_of(function: Callable, *arguments: Any) -> dict[str, Any]:
    """Call a function and return the names that it had inside at its end, with their values."""
    found: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is function.__code__:
            found.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return found


class Lesson:
    """A lesson's own code, for the values that its letters have: what it teaches, and what its cells assign."""

    def __init__(self, notebook: Any, taught: Any):
        self.taught, self.cells = taught, [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        self.solutions = re.findall(r"(?s)```python\n(.*?)```", texts)

    def has(self, name: str) -> bool:
        """Whether the lesson teaches something of that name."""
        return hasattr(self.taught, name)

    def answer(self, number: int) -> Any:
        """What the solution of an exercise answers."""
        scope = dict(vars(self.taught))
        (solution,) = [text for text in self.solutions if re.search(rf"(?m)^answer_{number} =", text)]
        exec(solution, scope)
        return scope[f"answer_{number}"]

    def value(self, name: str) -> Any:
        """What the first cell that assigns a name assigns to it; what that cell needs is looked up in the same way."""
        scope = dict(vars(self.taught))
        self._assign(name, scope, set())
        return scope[name]

    def _assign(self, name: str, scope: dict[str, Any], tried: set[str]) -> None:
        stores = [cell for cell in self.cells if name in assigned(cell)]
        if not stores or name in tried:
            raise Unreadable(f"no cell of the lesson assigns {name!r}")
        tried.add(name)
        with contextlib.redirect_stdout(io.StringIO()):
            while True:
                try:
                    return exec(compile(stores[0], f"the cell that assigns {name}", "exec"), scope)
                except NameError as error:
                    self._assign(error.name, scope, tried)


def assigned(source: str) -> set[str]:
    """The names that a cell assigns or defines at its top level."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {n.id for target in targets if target for n in ast.walk(target) if isinstance(n, ast.Name)}
    return names
