"""Plant mistakes and say what stops each: in a notebook's cells, or in the tests of a copy of the bundle."""

import ast
import contextlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest

from helpers import ROOT

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache", ".ipynb_checkpoints", "mutants")
PATIENCE = 300  # seconds until a check must have stopped a mistake


class Mistake(NamedTuple):
    """A mistake in a notebook's code, and the check that must stop it."""

    words: str  # what is wrong
    old: str  # text that stands in one code cell
    new: str  # what it becomes
    check: str  # a piece of the assertion that must fail, as it stands in the notebook; "" if Python itself objects
    says: str = ""  # a piece of what the failure says, where the assertion leaves it open
    settings: dict = {}  # names that get other values from the planted cell on, so that it is quick to the check


class Outcome(NamedTuple):
    """What became of a mistake."""

    words: str
    said: str  # where it was stopped and what was said there
    caught: bool  # whether that is the right place and the right word


# Checks in notebooks


def code_sources(name: str) -> list[str]:
    """The text of each code cell of a notebook."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def is_check(node: ast.AST) -> bool:
    """Whether a statement asserts: `assert`, a call of some assert_..., or raising AssertionError by hand."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func).split(".")[-1].startswith("assert_")
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Raise) and "AssertionError" in ast.unparse(node))


def checks_in(source: str) -> list[tuple[range, str]]:
    """The assertions in a cell: their lines, counted from 1, and their text.

    In a function called assert_... the call is the check, and what the function asserts inside is not another one.
    """
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {node for f in functions if f.name.startswith("assert_") for node in ast.walk(f)}
    found = [node for node in ast.walk(tree) if is_check(node) and node not in inside]
    return [(range(node.lineno, node.end_lineno + 1), ast.get_source_segment(source, node)) for node in found]


def the_cell_with(old: str, sources: list[str]) -> int:
    """The index of the one code cell that holds the text.

    Raises:
        LookupError: if none does, or more than one.
    """
    holders = [index for index, source in enumerate(sources) if old in source]
    if len(holders) != 1:
        raise LookupError(f"the text must stand in one code cell, not in {len(holders)}: {old!r}")
    return holders[0]


# Running a notebook with a mistake


def failure(error: Exception, sources: list[str]) -> tuple[str, str]:
    """Where an exception left the cells and what it says; and the text of the assertion that raised it, if one did."""
    said, check = f"{type(error).__name__}: {error}", ""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("code cell ")]
    for frame in reversed(frames):  # an assertion may stand in a function; the call in the cell comes first
        number = int(frame.filename.removeprefix("code cell "))
        check = next((text for lines, text in checks_in(sources[number - 1]) if frame.lineno in lines), check)
    return f"{frames[0].filename if frames else 'the notebook'}: {said}", check


def run_cells(sources: list[str], start: int, scope: dict) -> None:
    """Run cells from an index on, as a notebook would."""
    for number, source in enumerate(sources[start:], start + 1):
        exec(compile(source, f"code cell {number}", "exec"), scope)


def attempt(mistake: Mistake, index: int, sources: list[str], scope: dict) -> Outcome:
    """Plant a mistake in a cell that is about to run, and go on until something stops it."""
    sources = [*sources[:index], sources[index].replace(mistake.old, mistake.new), *sources[index + 1 :]]
    scope |= mistake.settings
    try:
        run_cells(sources, index, scope)
    except Exception as error:
        said, check = failure(error, sources)
        right_check = mistake.check in check if mistake.check else not check
        right_check &= isinstance(error, AssertionError) or not mistake.check  # a crash in an assertion says nothing
        if not right_check:
            said = f"ANOTHER CHECK, {check or 'none'!r}: {said}"
        return Outcome(mistake.words, said, right_check and mistake.says in said)
    return Outcome(mistake.words, "every check passed", False)


def in_a_copy(mistake: Mistake, index: int, sources: list[str], scope: dict) -> Outcome:
    """Attempt a mistake in a copy of this process, with all that has run so far in its memory."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    copy = context.Process(target=lambda: sending.send(attempt(mistake, index, sources, scope)))
    copy.start()
    sending.close()  # the copy's end is the only one left: if it dies, that is the end of the file
    try:
        return receiving.recv() if receiving.poll(PATIENCE) else Outcome(mistake.words, "nothing stopped it", False)
    except EOFError:
        return Outcome(mistake.words, "its process died", False)
    finally:
        copy.join(1)
        copy.kill()
        copy.join()


def caught_by_itself(mistake: Mistake, index: int, sources: list[str], scope: dict) -> Outcome:
    """Attempt a mistake, and if it has settings, make sure that they alone do not turn the check red."""
    outcome = in_a_copy(mistake, index, sources, scope)
    if mistake.settings and outcome.caught:
        last = int(outcome.said.removeprefix("code cell ").split(":")[0])
        unplanted = in_a_copy(mistake._replace(new=mistake.old), index, sources[:last], scope)
        if unplanted.caught:
            return Outcome(mistake.words, f"CAUGHT BY ITS SETTINGS: {outcome.said}", False)
    return outcome


def try_notebook(name: str, mistakes: list[Mistake]) -> Iterator[Outcome]:
    """Run an unchanged notebook, and before each cell a copy of the process for each mistake that is planted there."""
    sources, scope = code_sources(name), {"__name__": "__main__"}
    places: dict[int, list[Mistake]] = {}
    for mistake in mistakes:
        try:
            places.setdefault(the_cell_with(mistake.old, sources), []).append(mistake)
        except LookupError as error:
            yield Outcome(mistake.words, str(error), False)
    os.chdir(ROOT / "notebooks")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        for index in range(max(places, default=-1) + 1):
            for mistake in places.get(index, ()):
                yield caught_by_itself(mistake, index, sources, scope)
            try:
                run_cells(sources[: index + 1], index, scope)
            except Exception as error:
                yield Outcome("the notebook as it is", failure(error, sources)[0], False)
                return


# Running tests on a copy of the bundle with a mistake

Edit = Callable[[Path], None]


def replace(old: str, new: str) -> Edit:
    """An edit that replaces a text which stands once in a file, or in one code cell of a notebook."""
    return partial(_replace, old, new)


def _replace(old: str, new: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(old) == 1:
        path.write_text(text.replace(old, new), encoding="utf-8")
    else:
        rearrange(partial(_replace_in_cell, old, new), old)(path)


def _replace_in_cell(old: str, new: str, cells: list, index: int) -> None:
    cells[index].source = cells[index].source.replace(old, new)


def rearrange(change: Callable[[list, int], None], text: str) -> Edit:
    """An edit that changes a notebook's list of cells at the one code cell that holds a text."""
    return partial(_rearrange, change, text)


def _rearrange(change: Callable[[list, int], None], text: str, path: Path) -> None:
    if path.suffix != ".ipynb":
        raise LookupError(f"the text must stand once in {path.name}: {text!r}")
    notebook = nbformat.read(path, as_version=4)
    sources = [cell.source if cell.cell_type == "code" else "" for cell in notebook.cells]
    change(notebook.cells, the_cell_with(text, sources))
    nbformat.write(notebook, path)


def try_tests(words: str, target: str, edit: Edit, arguments: list[str], says: str) -> Outcome:
    """Make an edit in a copy of the bundle, and run some tests there; one must fail and say what it should."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "course"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        try:
            edit(tree / target)
        except LookupError as error:
            return Outcome(words, str(error), False)
        command = [sys.executable, "-m", "pytest", "-x", "--color=no", "--numprocesses=0", *arguments]
        environment = os.environ | {"PYTHONPATH": str(tree)}
        try:
            done = subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return Outcome(words, "nothing stopped it", False)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    telling = [line for line in lines if says in line]
    failed = done.returncode == pytest.ExitCode.TESTS_FAILED  # other codes say that no test could be run
    return Outcome(words, (telling or lines or ["nothing"])[-1], bool(failed and telling))


def try_all(name: str, mistakes: list[tuple]) -> list[Outcome]:
    """The outcome of each mistake of one file of the catalogue."""
    os.environ["MPLBACKEND"] = "agg"
    return [try_tests(*mistake) for mistake in mistakes] if name == "anywhere" else list(try_notebook(name, mistakes))
