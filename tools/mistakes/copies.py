"""Try a mistake in a copy of the course: some test there must fail, and say what it should."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import nbformat

from helpers import ROOT
from tools.badges import settings, stamp
from tools.mistakes.by_hand import Outcome, the_cell_with
from tools.notebook_files import put_in_place

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache", ".ipynb_checkpoints", "mutants")
FIXTURE = ROOT / "tests" / "fixture"
PATIENCE = 300  # seconds

Edit = Callable[[Path], None]  # changes one file


class Edited(NamedTuple):
    """A mistake anywhere in the course, and the test that must catch it."""

    words: str  # what is wrong
    file: str  # its path from the root
    edit: Edit
    tests: list[str]  # arguments for pytest
    says: str  # a piece of what the failing test says


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


def small_course(place: Path, proof: str = "strict") -> Path:
    """Put a copy of the course into a folder, with the fixture's notebook, executed, in the place of the lessons.

    Args:
        place: a folder that exists.
        proof: how strict the copy is about the rules of the house, "strict" or "report".
    Returns:
        the root of the copy.
    """
    root = place / "course"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    lessons = [
        (root / "notebooks", "*.ipynb"),
        *((root / "tests" / "lessons", f"{kind}[0-9]*.py") for kind in ("", "test_", "meanings/")),
    ]
    for path in (path for folder, pattern in lessons for path in folder.glob(pattern)):
        path.unlink()
    for folder in [*(path for path in (root / "notebooks").iterdir() if path.is_dir()), root / "translations"]:
        shutil.rmtree(folder, ignore_errors=True)  # the lessons in other languages
    shutil.copy(FIXTURE / "tiny.py", root / "helpers" / "exercises")
    shutil.copy(FIXTURE / "README.md", root)
    shutil.copy(FIXTURE / "meanings.py", root / "tests" / "lessons" / "meanings" / "01_tiny.py")
    pyproject = root / "pyproject.toml"
    text = re.sub(r'(?m)^proof = ".*"$', f'proof = "{proof}"', pyproject.read_text(encoding="utf-8"))
    pyproject.write_text(text, encoding="utf-8")
    (root / "notebooks" / "01_tiny.ipynb").write_text(executed_fixture(root), encoding="utf-8")
    return root


def executed_fixture(root: Path) -> str:
    """The fixture's notebook after a run in a copy of the course; it is run once for each state of the helpers."""
    sources = [*sorted((root / "helpers").rglob("*.py")), *sorted(FIXTURE.iterdir()), root / "pyproject.toml"]
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources if path.is_file())).hexdigest()[:24]
    kept = ROOT / "build" / "fixture" / f"{state}.ipynb"
    if not kept.is_file():
        notebook = nbformat.read(FIXTURE / "01_tiny.ipynb", as_version=4)
        stamp(notebook, settings()["repository"], settings()["release"], "01_tiny")
        nbformat.write(notebook, root / "notebooks" / "01_tiny.ipynb")
        command, environment = [sys.executable, "-m", "tools.run", "--in-place", "01"], {"PYTHONPATH": str(root)}
        subprocess.run(command, cwd=root, env=os.environ | environment, check=True, capture_output=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        put_in_place((root / "notebooks" / "01_tiny.ipynb").read_text(encoding="utf-8"), kept)
    return kept.read_text(encoding="utf-8")


def run_tests(root: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess:
    """Run some tests in a copy of the course, and nothing of the course itself."""
    command = [sys.executable, "-m", "pytest", "-x", "--color=no", "--numprocesses=0", *arguments]
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment, timeout=PATIENCE)


def attempt(mistake: Edited) -> Outcome:
    """Make an edit in a copy of the small course, and run some tests there; one must fail and say what it should."""
    with tempfile.TemporaryDirectory() as scratch:
        root = small_course(Path(scratch))
        try:
            mistake.edit(root / mistake.file)
            done = run_tests(root, mistake.tests)
        except LookupError as error:
            return Outcome(mistake.words, str(error), False)
        except subprocess.TimeoutExpired:
            return Outcome(mistake.words, "nothing stopped it", False)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    telling = [line for line in lines if mistake.says in line]
    failed = done.returncode == 1  # pytest's other codes say that no test could be run
    return Outcome(mistake.words, (telling or lines or ["nothing"])[-1], bool(failed and telling))
