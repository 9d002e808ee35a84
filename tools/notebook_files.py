"""Notebooks as files: find them by name, read them with a clear refusal, write them whole or not at all."""

import os
import pathlib
import re
import secrets
import stat
import subprocess
import warnings

import nbformat
from nbformat.corpus.words import generate_corpus_id

from helpers import ROOT

SEEN = "[!.]*.ipynb"  # in any folder; those with a dot before their name are hidden
CELL_ID = re.compile(r"[\w-]{1,64}", re.ASCII)  # what format 4.5 allows


class Failure(Exception):
    """What went wrong and what to do, in one line."""


def first_line(text: str) -> str:
    """The first line of a message that says something, without terminal colours."""
    lines = (line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines())
    return next(filter(None, lines), "no message")


def error_line(name: str, message: str) -> str:
    """An exception in one line."""
    return f"{name}: {first_line(message)}" if message.strip() else name


def mend_ids(notebook: nbformat.NotebookNode) -> None:
    """Let ids make no notebook invalid: some tools write them into format 4.4, or empty, or the same one twice."""
    seen = set()
    if any("id" in cell for cell in notebook.cells):
        notebook.nbformat_minor = max(5, notebook.nbformat_minor)
        for cell in notebook.cells:
            name = cell.get("id")
            if not isinstance(name, str) or not CELL_ID.fullmatch(name) or name in seen:
                cell["id"] = generate_corpus_id()
            seen.add(cell.id)


def read(path: pathlib.Path) -> nbformat.NotebookNode:
    """A valid notebook of format 4, or a Failure that says why not."""
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise Failure("the file is empty; delete it, or restore it")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nbformat.warnings.DuplicateCellId)  # it gives all but one another id
            warnings.simplefilter("ignore", nbformat.warnings.MissingIDFieldWarning)
            notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        if notebook.get("nbformat") != 4:
            raise Failure(f"nbformat must be 4, got {notebook.get('nbformat')}; open and save it in JupyterLab")
        mend_ids(notebook)
        nbformat.validate(notebook)
    except Failure:
        raise
    except FileNotFoundError:
        if path.is_symlink():
            raise Failure(f"a link to {os.readlink(path)}, which is not there") from None
        known = ", ".join(sorted(p.stem for p in path.parent.glob(SEEN))) or "none"
        raise Failure(f"no such notebook in {path.parent.name}/; there are: {known}") from None
    except Exception as error:
        raise Failure(f"not a readable notebook: {first_line(str(error))[:200]}") from None
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise Failure(f"its language must be python, got {language!r}")
    return notebook


def own_code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The code cells as their author counts them: without the one in which papermill sets parameters."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell for cell in code if "injected-parameters" not in cell.metadata.get("tags", [])]


def put_in_place(content: nbformat.NotebookNode | str, target: pathlib.Path) -> None:
    """Write a notebook or a text beside the target, then replace it in one step.

    Whatever goes wrong, a full disk or a signal, leaves the target as it was. Its mode stays, a link stays a link; a
    new file gets the mode that its user's umask allows.
    """
    text = content if isinstance(content, str) else nbformat.writes(content) + "\n"
    target = pathlib.Path(os.path.realpath(target))
    beside = target.with_name(f".{target.stem}-{secrets.token_hex(4)}.tmp")
    try:
        with open(beside, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(beside, stat.S_IMODE(target.stat().st_mode))
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def named(names: list[str], folder: pathlib.Path) -> list[pathlib.Path]:
    """The notebooks of a folder whose names begin so, each once; a path that does not exist where none does."""
    there = sorted(folder.glob(SEEN))
    paths = [p for n in names for p in [q for q in there if q.name.startswith(n)] or [folder / f"{n or '*'}.ipynb"]]
    return [path for path in dict.fromkeys(paths) if not path.name.startswith(".")]


def changed(language: str = "") -> list[str]:
    """The file names of the notebooks that git sees as new or changed; those of another language by its code.

    Raises:
        Failure: where git cannot tell, as in a downloaded folder that is no clone.
    """
    command = [
        "git",
        "status",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--",
        f":(glob){pathlib.PurePosixPath('notebooks', language)}/*.ipynb",
    ]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (os.fsdecode(getattr(error, "stderr", b"")) or str(error)).splitlines()[0]
        raise Failure(f"--changed: git must tell what has changed; name the notebooks instead ({reason})") from None
    entries = os.fsdecode(done.stdout).split("\0")  # two letters of status, a blank, and the path as it is
    return [pathlib.Path(entry[3:]).name for entry in entries if entry and "D" not in entry[:2]]
