"""The set-up cell makes `import helpers` work in the course's folders, on Colab, and says what to do elsewhere."""

import ast
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from helpers import ROOT
from tests.tools.samples import git, notebook
from tools import badges
from tools.one_file import carried, code_of
from tools.processes import without_the_course

COLAB = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')\n"
USE = "\nimport helpers, pathlib; print(pathlib.Path(helpers.__file__).parent.parent)"


def start(source, folder):
    """Run source in a fresh interpreter in a folder, without the course on its path."""
    return subprocess.run(
        [sys.executable, "-P", "-c", source], cwd=folder, capture_output=True, text=True, env=without_the_course()
    )


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
        [sys.executable, "-c", find, *names], cwd=tmp_path, env=without_the_course(), capture_output=True, text=True
    )
    assert not lost and not found.returncode, (
        f"commit, then run `make address`: {lost or found.stderr.splitlines()[-1]}"
    )


# The address


@pytest.mark.parametrize(
    "origin, expected",
    [
        ("git@github.com:owner/course.git", "https://github.com/owner/course"),
        ("ssh://git@github.com/owner/course", "https://github.com/owner/course"),
        ("https://github.com/owner/course.git", "https://github.com/owner/course"),
        ("https://example.org/git@home/x.github", "https://example.org/git@home/x.github"),
        ("https://x-access-token:ghp_SECRET@github.com/owner/course.git", "https://github.com/owner/course"),
        ("https://ada@github.com/owner/course", "https://github.com/owner/course"),
        ("https://ada:p@ss@example.org:8443/owner/course/", "https://example.org:8443/owner/course"),
        ("https://github.com/owner/course/", "https://github.com/owner/course"),
        ("https://github.com/owner/course.git//", "https://github.com/owner/course"),
        ("https://github.com/owner/courseX/", "https://github.com/owner/courseX"),
        ("https://github.com/owner/course/.git", "https://github.com/owner/course"),
        ("ssh://ada@github.com:22/owner/course.git", "https://github.com/owner/course"),
        ("ada@github.com:/owner/course.git/", "https://github.com/owner/course"),
        ("https://github.com/owner/course'; rm x", ""),
        ("https://github.com/", ""),
        ("/srv/course.git", ""),
        ("", ""),
    ],
)
def test_the_clones_origin_becomes_an_address_that_colab_can_reach(origin, expected):
    assert badges.web_address(origin) == expected


def test_a_badge_leads_to_the_notebook_at_its_revision():
    place = "https://colab.research.google.com/github/owner/course/blob/abc/notebooks/01_a.ipynb"
    for repository in ("https://github.com/owner/course", "https://github.com/owner/course.git"):
        assert badges.badge(repository, "abc", "01_a").endswith(f"]({place})")


def test_the_setup_cell_carries_address_and_revision_and_is_python():
    text = badges.setup_cell("https://github.com/owner/course", "abc")
    compile(text, "setup", "exec")
    assert 'REPOSITORY = "https://github.com/owner/course"\nREVISION = "abc"\n' in text


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small course with one notebook, under git, without an origin."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[tool.course]  # α\nrepository = "https://old.org/a/b"\nrevision = "old"\n', encoding="utf-8"
    )
    old = "[![Open in Colab](old.svg)](https://colab.old/blob/old/notebooks/one.ipynb)"
    readme = f"# α\n| [one](notebooks/one.ipynb) | {old} |\n| x | {old} |\n"
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    whole = notebook("old text", tags=["setup"])
    whole.cells.insert(0, nbformat.v4.new_markdown_cell(f"# One\n\n{old}\n\nwords", id="first"))
    nbformat.write(whole, tmp_path / "notebooks" / "one.ipynb")
    git("init", "-q", cwd=tmp_path)
    git("add", "-A", cwd=tmp_path)
    git("commit", "-qm", "all", cwd=tmp_path)
    monkeypatch.setattr(badges, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["address"])
    return tmp_path


def check_stamped(course, repository, capsys):
    """Everything in the course carries this address and the commit that is checked out."""
    badges.main()
    revision = badges.git("rev-parse", "HEAD")
    assert re.fullmatch("[0-9a-f]{40}", revision)
    assert capsys.readouterr().out == f"Badges and set-up cells now name {repository} at {revision[:12]}.\n"
    assert badges.settings() == {"repository": repository, "revision": revision}
    assert (course / "pyproject.toml").read_text(encoding="utf-8").startswith("[tool.course]  # α\n")
    badge = badges.badge(repository, revision, "one")
    readme = (course / "README.md").read_text(encoding="utf-8")
    assert readme == f"# α\n| [one](notebooks/one.ipynb) | {badge} |\n| x | {badge} |\n"
    whole = nbformat.read(course / "notebooks" / "one.ipynb", as_version=4)
    assert whole.cells[0].source == f"# One\n\n{badge}\n\nwords"
    assert whole.cells[2].source == badges.setup_cell(repository, revision)
    assert [cell.source for cell in whole.cells[1::2]] == [notebook("x").cells[0].source, "words"]


def test_without_an_origin_the_address_in_pyproject_is_kept(course, capsys):
    check_stamped(course, "https://old.org/a/b", capsys)


def test_the_clones_origin_is_written_everywhere_and_twice_is_as_once(course, capsys):
    git("remote", "add", "origin", "git@new.org:c/d.git", cwd=course)
    check_stamped(course, "https://new.org/c/d", capsys)
    check_stamped(course, "https://new.org/c/d", capsys)


@pytest.mark.parametrize("given", ["https://hand.org/e/f", "git@hand.org:e/f.git", "https://ada:secret@hand.org/e/f/"])
def test_an_address_given_by_hand_goes_before_the_clones_origin_and_is_cleaned_too(course, capsys, monkeypatch, given):
    git("remote", "add", "origin", "git@new.org:c/d.git", cwd=course)
    monkeypatch.setattr(sys, "argv", ["address", given])
    check_stamped(course, "https://hand.org/e/f", capsys)


def test_an_address_that_colab_cannot_reach_is_refused_in_one_line_and_changes_nothing(course, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["address", "/srv/course.git"])
    with pytest.raises(SystemExit) as ended:
        badges.main()
    said = "REPOSITORY must be an address such as https://github.com/OWNER/REPOSITORY, got '/srv/course.git'."
    assert ended.value.code == said and badges.git("status", "--porcelain") == ""


def test_outside_git_the_revision_in_pyproject_is_kept(course, capsys, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(course / "nowhere"))
    badges.main()
    assert capsys.readouterr() == ("Badges and set-up cells now name https://old.org/a/b at old.\n", "")
    assert badges.settings()["revision"] == "old"


def test_a_new_notebook_gets_its_badge_at_the_mark():
    whole = notebook("x")
    whole.cells[0].source = "# Two\n<!-- badge -->"
    badges.stamp(whole, "https://a.org/b/c", "abc", "two")
    assert whole.cells[0].source == "# Two\n" + badges.badge("https://a.org/b/c", "abc", "two")
