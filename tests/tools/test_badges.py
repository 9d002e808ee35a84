"""The set-up cell makes `import helpers` work in the course's folders, on Colab, and says what to do elsewhere."""

import ast
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from helpers import ROOT
from tools import badges
from tools.child import OUTSIDE
from tools.one_file import carried, code_of

COLAB = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')\n"
USE = "\nimport helpers, pathlib; print(pathlib.Path(helpers.__file__).parent.parent)"


def start(source, folder):
    """Run source in a fresh interpreter in a folder, without the course on its path."""
    return subprocess.run([sys.executable, "-P", "-c", source], cwd=folder, capture_output=True, text=True, env=OUTSIDE)


def git(*arguments, cwd):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A bare repository that holds the helpers, and its revision."""
    work = tmp_path / "work"
    shutil.copytree(ROOT / "helpers", work / "helpers")
    git("init", "-q", cwd=work)
    git("add", "-A", cwd=work)
    git("commit", "-qm", "helpers", cwd=work)
    git("clone", "-q", "--bare", str(work), str(tmp_path / "bare.git"), cwd=tmp_path)
    return f"file://{tmp_path / 'bare.git'}", git("rev-parse", "HEAD", cwd=work)


@pytest.mark.parametrize("folder", [".", "notebooks", "tests"])
def test_helpers_are_found_from_anywhere_in_the_course(folder):
    done = start(badges.setup_cell("https://example.org/course", "main") + USE, ROOT / folder)
    assert done.stdout.strip() == str(ROOT), done.stderr


@pytest.mark.skipif(os.name != "posix", reason="Colab is a Linux")
def test_colab_fetches_the_course_once_at_the_fixed_revision(repository, tmp_path):
    empty = tmp_path / "content"
    empty.mkdir()
    source = COLAB + badges.setup_cell(*repository) + USE
    for _ in range(2):
        done = start(source, empty)
        assert done.stdout.strip() == str(empty / "course"), done.stderr
    assert git("rev-parse", "HEAD", cwd=empty / "course") == repository[1]
    shutil.rmtree(repository[0].removeprefix("file://"))
    assert start(source, empty).returncode == 0, "a second run must not fetch again"


@pytest.mark.parametrize("colab", [COLAB, ""])
def test_without_network_and_helpers_one_sentence_says_what_to_do(colab, tmp_path):
    done = start(colab + badges.setup_cell("file:///nowhere", "main") + USE, tmp_path)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert (
        last == "ModuleNotFoundError: Download the whole course from file:///nowhere and open this notebook inside it."
    )


def test_badges_in_the_readme_carry_the_address_in_pyproject():
    course = badges.settings()
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert badges.badge(course["repository"], course["revision"], path.stem) in text, "run `make address`"


def names_of_helpers(source):
    """The dotted names that a Python text imports from helpers, and those that it takes from what it imports."""
    nodes = list(ast.walk(ast.parse(source)))
    imports = [n for n in nodes if isinstance(n, ast.ImportFrom) and n.module.startswith("helpers")]
    names = {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    parts = [n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id in names]
    return {*names.values(), *(f"{names[part.value.id]}.{part.attr}" for part in parts)}


def test_names_are_found_where_they_are_imported_and_where_they_are_taken():
    source = (
        "from helpers import checks as c, data\nfrom helpers.definitions import load_taught\nimport os\nc.close(os.sep)"
    )
    assert names_of_helpers(source) == {
        "helpers.checks",
        "helpers.checks.close",
        "helpers.data",
        "helpers.definitions.load_taught",
    }


def test_the_fixed_revision_holds_all_that_the_notebooks_import(tmp_path):
    whole = ["git", "rev-parse", "--is-shallow-repository", "--show-cdup"]
    if subprocess.run(whole, cwd=ROOT, capture_output=True, text=True).stdout != "false\n\n":
        pytest.skip("this copy of the course has no history")
    archive = ["git", "archive", "--output", str(tmp_path / "course.zip"), badges.settings()["revision"]]
    assert not subprocess.run(archive, cwd=ROOT).returncode, "the revision is not in the history: run `make address`"
    shutil.unpack_archive(tmp_path / "course.zip", tmp_path)
    sources = [code_of(nbformat.read(path, as_version=4).cells) for path in (ROOT / "notebooks").glob("*.ipynb")]
    lost = [path for source in sources for path in carried(source) if not (tmp_path / path).is_file()]
    find = "import pkgutil, sys; [pkgutil.resolve_name(name) for name in sys.argv[1:]]"
    names = sorted(set().union(*map(names_of_helpers, sources)))
    found = subprocess.run(
        [sys.executable, "-c", find, *names], cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True
    )
    assert not lost and not found.returncode, (
        f"commit, then run `make address`: {lost or found.stderr.splitlines()[-1]}"
    )
