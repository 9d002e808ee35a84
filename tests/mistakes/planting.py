"""Plant a mistake and say what stops it: in a notebook's cells, or in a test on a copy of the bundle."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from helpers.taught import cells_tagged

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache", ".ipynb_checkpoints", "mutants")


def plant(path, old, new):
    """The notebook at a path with a mistake in the one code cell that holds the text."""
    notebook = nbformat.read(path, as_version=4)
    holders = [cell for cell in notebook.cells if cell.cell_type == "code" and old in cell.source]
    if len(holders) != 1:
        raise LookupError(f"the text must stand in one code cell: {old!r}")
    holders[0].source = holders[0].source.replace(old, new)
    return notebook


def run_cells(name, old, new, parameters):
    """Plant a mistake in a notebook and run its cells; return where and how it stops, empty if it does not."""
    os.chdir(ROOT / "notebooks")
    notebook = plant(Path(f"{name}.ipynb"), old, new)
    (settings,) = cells_tagged(notebook, "parameters")
    settings.source += "".join(f"\n{key} = {value!r}" for key, value in parameters.items())
    scope = {"__name__": "__main__"}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        for number, cell in enumerate(code, 1):
            try:
                exec(compile(cell.source, f"<code cell {number}>", "exec"), scope)
            except Exception as error:
                return f"code cell {number}: {type(error).__name__}: {error}"
    return ""


def run_tests(target, old, new, arguments):
    """Plant a mistake in a file of a copy of the bundle and run some tests there; return what they say if they fail."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "course"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        path = tree / target
        text = path.read_text(encoding="utf-8")
        if text.count(old) == 1:
            path.write_text(text.replace(old, new), encoding="utf-8")
        else:
            nbformat.write(plant(path, old, new), path)
        command = [sys.executable, "-m", "pytest", "-x", "--color=no", "--numprocesses=0", *arguments]
        environment = os.environ | {"PYTHONPATH": str(tree)}
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment)
        return done.stdout + done.stderr if done.returncode else ""


def attempt(name, mistake):
    """Plant one mistake; return what is wrong with it, what the check said, and whether it said what it should."""
    words, *planted, fragment = mistake
    try:
        said = run_tests(*planted) if name == "helpers" else run_cells(name, *planted)
    except LookupError as error:
        return words, str(error), False
    lines = [line.strip() for line in said.splitlines() if fragment in line]
    return words, (lines or said.splitlines() or ["every check passed"])[-1], bool(lines)
