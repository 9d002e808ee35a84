"""The exercises of a lesson as it asks them: number, blank, solution; and the points that each is worth."""

import ast
import builtins
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import nbformat

from helpers import NOTEBOOKS
from tools.notebook_files import SEEN, Failure, read

ANSWER = re.compile(r"(?m)^answer_(\d+)[ \t]*(?::[^=\n]+)?=(?!=)")
TOPIC = re.compile(r"(?m)^from helpers\.exercises import (\w+) as exercises|^import helpers\.exercises\.(\w+) as")
Points = dict[str, dict[int, float]]  # by lesson and exercise


class Asked(NamedTuple):
    """An exercise: its number, the source of its blank answer cell, and that of its solution."""

    number: int
    blank: str
    solution: str

    def is_data(self) -> bool:
        """Whether its answer is made of numbers, texts and lists, so that it can be handed on without running it."""
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Call)
        return not any(isinstance(node, kinds) for node in ast.walk(ast.parse(self.solution)))


def number_of(source: str) -> int | None:
    """The number k of a cell that sets answer_k; the last, if it sets several."""
    found = ANSWER.findall(source)
    return int(found[-1]) if found else None


def has_tag(cell: nbformat.NotebookNode, *tags: str) -> bool:
    return bool(set(tags) & set(cell.metadata.get("tags", [])))


def asked(notebook: nbformat.NotebookNode) -> dict[int, Asked]:
    """The exercises of a lesson by number."""
    found, blank = {}, None
    for cell in notebook.cells:
        if has_tag(cell, "exercise"):
            blank = cell.source
        elif has_tag(cell, "solution") and blank is not None:
            code = re.search(r"(?s)```python\n(.*?)```", cell.source)
            number = number_of(blank)
            if code and number is not None:
                found[number] = Asked(number, blank, code[1].rstrip("\n"))
            blank = None
    return found


def topic(source: str) -> str:
    """The module in helpers/exercises from which a text takes its checks; empty if it takes none."""
    found = TOPIC.search(source)
    return next(filter(None, found.groups())) if found else ""


def lessons(folder: Path = NOTEBOOKS) -> dict[str, nbformat.NotebookNode]:
    """The notebooks of a folder that have exercises, by name."""
    notebooks = {path.stem: read(path) for path in sorted(folder.glob(SEEN))}
    return {name: notebook for name, notebook in notebooks.items() if asked(notebook)}


def points(chosen: str, there: dict[str, Iterable[int]]) -> Points:
    """What counts, and how much.

    Args:
        chosen: a TOML file with a table of points for each lesson; or lessons, each with or without numbers, such as
            "01:1,5 03", for one point an exercise; or nothing, for all.
        there: the numbers of the exercises of each lesson.
    Raises:
        Failure: names what is not there.
    """
    if chosen.endswith(".toml"):
        try:
            table = tomllib.loads(Path(chosen).read_text(encoding="utf-8"))
            wanted = [(lesson, {int(k): float(p) for k, p in row.items()}) for lesson, row in table.items()]
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise Failure(
                f"{chosen}: must hold a table for each lesson, with lines such as `3 = 2.5`: {error}"
            ) from None
    else:
        wanted = []
        for word in chosen.split() or [""]:
            lesson, _, numbers = word.partition(":")
            if numbers and not re.fullmatch(r"\d+(,\d+)*", numbers):
                raise Failure(f'EXERCISES must be such as "01:1,5 03" or points.toml, got {word!r}')
            wanted.append((lesson, dict.fromkeys(map(int, filter(None, numbers.split(","))), 1.0)))
    found: Points = {}
    for lesson, row in wanted:
        names = [name for name in there if name.startswith(lesson)]
        if not names:
            raise Failure(f"EXERCISES: no lesson begins with {lesson!r}; there are {', '.join(there)}")
        for name in names:
            numbers = sorted(there[name])
            if missing := sorted(set(row) - set(numbers)):
                raise Failure(f"EXERCISES: {name} has no exercise {missing[0]}; it has {', '.join(map(str, numbers))}")
            if bad := [k for k, p in row.items() if not 0 < p < 1e6]:
                raise Failure(
                    f"EXERCISES: points must be more than 0, got {row[bad[0]]:g} for exercise {bad[0]} of {name}"
                )
            found[name] = found.get(name, {}) | (row or dict.fromkeys(numbers, 1.0))
    return found


# What a cell needs and gives: enough to run an exercise without the whole lesson.


def parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def gives(source: str) -> set[str]:
    """The names that a cell binds at its top level."""
    tree, names = parsed(source), set()
    waiting = list(tree.body) if tree else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        if isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        waiting += ast.iter_child_nodes(node)
    return names


def needs(source: str) -> set[str]:
    """The names that a cell reads and does not bind itself, builtins apart."""
    tree = parsed(source)
    if tree is None:
        return set()
    read_, bound = set(), gives(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read_ if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return read_ - bound - set(dir(builtins))
