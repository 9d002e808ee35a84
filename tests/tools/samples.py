"""Small notebooks and repositories that the tests of the tools run on, and the run as a process of its own."""

import os
import subprocess
import sys

import nbformat
import pytest

from helpers import ROOT
from tools.notebook_files import Failure

OLD = "an earlier good result"
GOOD = "print('ok')"


def notebook(*sources, parameters="SEED = 0\nRATE = 0.5\nNAME = 'a'", tags=()):
    """A notebook with a parameter cell and code cells of these sources; tags for the first of them."""
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters")]
    cells += [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    cells += [nbformat.v4.new_markdown_cell("words", id="words")]
    cells[1].metadata.tags = list(tags)
    kernel = {"name": "python3", "display_name": "python3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def refused(function, *arguments):
    with pytest.raises(Failure) as caught:
        function(*arguments)
    return str(caught.value)


def git(*arguments, cwd):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit_all(folder, words="all"):
    """Commit all that is in a folder, into a repository that is made if there is none."""
    git("init", "-q", "-b", "main", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-qm", words, cwd=folder)


def python(*arguments, cwd=ROOT, **variables):
    """A finished run of this Python, with variables besides those there are."""
    run, environment = [sys.executable, *arguments], os.environ | variables
    return subprocess.run(run, cwd=cwd, capture_output=True, text=True, env=environment)


def write(folder, name, *cells, kernel="python3"):
    """Put a notebook with these code cells into a folder's `in`."""
    whole = notebook(*cells, parameters="SEED = 0  # seed")
    whole.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(whole, folder / "in" / f"{name}.ipynb")


def command(folder, *arguments):
    where = ["--notebooks", str(folder / "in"), "--output", str(folder / "out")]
    return [sys.executable, "-m", "tools.run", *where, *arguments]


def run_process(folder, *arguments, timeout=120):
    return subprocess.run(command(folder, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=timeout)


def earlier_result(folder, name):
    """Put an earlier good result in place; return its path."""
    (folder / "out").mkdir(exist_ok=True)
    path = folder / "out" / f"{name}.ipynb"
    path.write_text(OLD)
    return path


def leftovers(folder):
    return sorted(p.name for p in (folder / "out").iterdir() if p.suffix != ".ipynb")
