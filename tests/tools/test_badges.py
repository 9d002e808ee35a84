"""The set-up cell finds the course or says what to do; a badge opens a notebook that runs where the reader clicks."""

import os
import re
import shutil
import stat
import subprocess
import sys

import nbformat
import pytest

from helpers import ROOT
from helpers.definitions import cells_tagged
from tests.tools.marks import posix
from tests.tools.samples import commit_all, git, notebook, python
from tools import badges
from tools.mistakes.copies import small_course
from tools.one_file import code_of
from tools.processes import without_the_course

COLAB = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')\n"
USE = "\nimport helpers, pathlib; print(pathlib.Path(helpers.__file__).parent.parent)"


def start(source, folder, **variables):
    """Run source in a fresh interpreter in a folder, without the course on its path."""
    run, environment = [sys.executable, "-P", "-c", source], without_the_course() | variables
    return subprocess.run(run, cwd=folder, capture_output=True, text=True, env=environment)


def last_line(source, folder, **variables):
    return start(source, folder, **variables).stderr.strip().splitlines()[-1]


@pytest.fixture
def repository(tmp_path):
    """A bare repository that holds the helpers at two releases, and the folder of a new Colab session."""
    work = tmp_path / "work"
    shutil.copytree(ROOT / "helpers", work / "helpers")
    for release in ("v1.0.0", "v1.1.0"):
        (work / "release").write_text(release)
        commit_all(work, release)
        git("tag", release, cwd=work)
    git("clone", "-q", "--bare", str(work), str(tmp_path / "bare.git"), cwd=tmp_path)
    (tmp_path / "content").mkdir()
    return (tmp_path / "bare.git").as_uri(), tmp_path / "content"


@pytest.mark.parametrize("folder", [".", "notebooks", "tests", "tests/helpers"])
def test_helpers_are_found_from_anywhere_in_the_course(folder):
    done = start(badges.setup_cell("https://example.org/course", "main") + USE, ROOT / folder)
    assert done.stdout.strip() == str(ROOT), done.stderr


@posix
def test_colab_fetches_each_release_once_into_a_folder_of_its_own(repository):
    address, content = repository
    for release in ("v1.0.0", "v1.0.0", "v1.1.0"):  # run twice; and another lesson's notebook, a month later
        done = start(COLAB + badges.setup_cell(address, release) + USE, content)
        assert done.stdout.strip() == str(content / f"course-{release}"), done.stderr
        assert (content / f"course-{release}" / "release").read_text() == release
    shutil.rmtree(address.removeprefix("file://"))
    assert start(COLAB + badges.setup_cell(address, "v1.0.0"), content).returncode == 0, "it must not fetch again"


@posix
def test_a_fetch_that_was_cut_short_is_mended_by_a_second_run(repository):
    address, content = repository
    (content / "course-v1.0.0" / "helpers").mkdir(parents=True)
    git("init", "-q", cwd=content / "course-v1.0.0")
    (content / "course-v1.0.0" / "helpers" / "__init__.py").write_text("half")
    done = start(COLAB + badges.setup_cell(address, "v1.0.0") + USE, content)
    assert done.stdout.strip() == str(content / "course-v1.0.0"), done.stderr


GIT = {  # what a stand-in for git does in its second step, and what is quoted of it
    "private": ("echo 'fatal: could not read Username' >&2; exit 128", "fatal: could not read Username"),
    "silent": ("sleep 30", ".*timed out after 1 seconds"),
    "gone": ("", "fatal: couldn't find remote ref v9.0.0"),
    "blocked": ("none", ".*No such file or directory: 'git'"),
}


@posix
@pytest.mark.parametrize("trouble", GIT)
def test_on_colab_every_trouble_is_one_sentence_that_can_be_followed_there(trouble, repository, tmp_path):
    address, content = repository
    does, quoted = GIT[trouble]
    bin = tmp_path / "bin"
    bin.mkdir()
    if does not in ("", "none"):
        (bin / "git").write_text(f'#!/bin/sh\ncase "$1" in fetch) {does};; esac\n')
        (bin / "git").chmod(stat.S_IRWXU)
    path = str(bin) if does == "none" else f"{bin}{os.pathsep}{os.environ['PATH']}"
    source = COLAB + badges.setup_cell(address, "v9.0.0").replace("timeout=60", "timeout=1")
    said = last_line(source, content, PATH=path)
    way_out = "run this cell once more, or ask your teacher for this lesson's one-file notebook, which fetches nothing,"
    expected = rf"ModuleNotFoundError: {address} at v9\.0\.0 could not be fetched \({quoted}\): {way_out} and upload.*"
    assert re.fullmatch(expected, said)


def test_elsewhere_one_sentence_says_what_to_do_and_a_strangers_helpers_are_left_alone(tmp_path):
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("raise SystemError")
    (tmp_path / "lonely").mkdir()
    said = last_line(badges.setup_cell("https://example.org/course", "v1.0.0") + USE, tmp_path / "lonely")
    assert said.startswith(
        f"ModuleNotFoundError: The course is neither in {tmp_path / 'lonely'} nor above it: open this"
    )
    assert said.endswith("which is at https://example.org/course (for papermill, give the notebook's folder as --cwd).")


def behind(link, clone):
    """The notebook that a badge opens: what git has at the badge's path and release. Says what is missing."""
    place = re.search(r"colab\.research\.google\.com/github/([^/]+/[^/]+)/blob/([^/]+)/(notebooks/\w+\.ipynb)", link)
    owner_and_name, release, path = place.groups()
    commit = badges.release_commit(release)
    assert commit, f"no commit of this clone's history names {release}: run `make publish`"
    return owner_and_name, release, commit, nbformat.reads(git("show", f"{commit}:{path}", cwd=clone), as_version=4)


def run_behind(link, clone, folder):
    """Run the set-up cell and the imports of the notebook that a badge opens, in an empty folder, as on Colab.

    The address is answered by a copy of the clone, in which the release is tagged if it is not.
    """
    owner_and_name, release, commit, opened = behind(link, clone)
    bare = folder / "served.git"
    git("clone", "-q", "--bare", str(clone), str(bare), cwd=folder)
    git("tag" if release.startswith("v") else "branch", "-f", release, commit, cwd=bare)
    (folder / "content").mkdir()
    (setup,) = cells_tagged(opened, "setup")
    imports = re.findall(r"(?m)^(?:from helpers.*|import helpers.*)$", code_of(opened.cells))
    instead = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{bare.as_uri()}.insteadOf",
               "GIT_CONFIG_VALUE_0": f"https://github.com/{owner_and_name}"}  # fmt: skip
    return start("\n".join([COLAB, setup.source, *imports, USE]), folder / "content", **instead)


@posix
def test_a_badge_opens_a_notebook_that_runs_on_colab(notebook_path, tmp_path):
    if badges.git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("needs the course's history: a clone that is not shallow (git fetch --unshallow), no zip")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    link = next((found[0] for found in badges.BADGES.finditer(readme) if found[1] == notebook_path.stem), None)
    if link is None:
        pytest.skip("README.md does not list it, which tests/lessons/test_form.py tells")
    done = run_behind(link, ROOT, tmp_path)
    assert done.stdout.strip() == str(tmp_path / "content" / f"course-{badges.settings()['release']}"), done.stderr


def test_badges_in_the_readme_carry_the_address_in_pyproject():
    course = badges.settings()
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        badge = badges.badge(course["repository"], course["release"], path.stem)
        assert badge in text or f"notebooks/{path.name}" not in text, "run `python -m tools.badges`"


@pytest.mark.parametrize("readme, language", [("README.md", ""), ("README.es.md", "es")])
def test_a_readme_leads_to_the_site_in_its_language(readme, language):
    (found,) = badges.SITE_LINK.findall((ROOT / readme).read_text(encoding="utf-8"))
    repository = badges.settings()["repository"]
    assert found == (badges.site_address(repository, language) or repository), "run `python -m tools.badges`"


def test_a_badge_leads_to_the_notebook_at_its_release():
    place = "https://colab.research.google.com/github/owner/course/blob/v1.0.0/notebooks/01_a.ipynb"
    for address in ("https://github.com/owner/course", "https://github.com/owner/course.git"):
        assert badges.badge(address, "v1.0.0", "01_a").endswith(f"]({place})")


def test_a_new_notebook_gets_its_badge_at_the_mark_and_a_folded_set_up_cell():
    whole = notebook("anything", tags=["setup"])
    whole.cells[0].source = "# Two\n<!-- badge -->"
    for _ in range(2):  # twice is as once
        badges.stamp(whole, "https://a.org/b/c", "v1.0.0", "two")
        assert whole.cells[0].source == "# Two\n" + badges.badge("https://a.org/b/c", "v1.0.0", "two")
        assert whole.cells[1].source == badges.setup_cell("https://a.org/b/c", "v1.0.0")
        assert whole.cells[1].metadata.tags == ["setup", "folded"]


def test_a_new_address_is_written_into_every_notebook_and_readme(tmp_path):
    root = small_course(tmp_path)
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    for field, value in (("repository", "https://github.com/Ada/course"), ("release", "v2.0.0")):
        text = re.sub(rf'(?m)^{field} = ".*"$', f'{field} = "{value}"', text)
    pyproject.write_text(text, encoding="utf-8")
    done = python("-m", "tools.badges", cwd=root, PYTHONPATH=str(root))
    start = "Badges and set-up cells name https://github.com/Ada/course at v2.0.0: "
    assert done.stdout == f"{start}01_tiny.ipynb, README.es.md, README.md.\n", done.stderr
    badge = badges.badge("https://github.com/Ada/course", "v2.0.0", "01_tiny")
    whole = nbformat.read(root / "notebooks" / "01_tiny.ipynb", as_version=4)
    assert badge in whole.cells[0].source
    assert badges.setup_cell("https://github.com/Ada/course", "v2.0.0") in [cell.source for cell in whole.cells]
    spanish = (root / "README.es.md").read_text(encoding="utf-8")
    assert "(https://ada.github.io/course/es/)<!-- site -->" in spanish
    assert badges.badge("https://github.com/Ada/course", "v2.0.0", "es/01_threshold_xnor") in spanish


def test_the_commit_of_a_release_is_that_of_its_tag_or_the_first_that_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(badges, "ROOT", tmp_path)
    assert badges.release_commit("main") == badges.release_commit("v1.0.0") == "", "no repository, no history"
    commits = []
    for release in ("main", "v1.0.0", "v1.0.0", "v1.1.0"):
        (tmp_path / "pyproject.toml").write_text(f'release = "{release}"\nnumber = {len(commits)}\n')
        commit_all(tmp_path)
        commits.append(git("rev-parse", "HEAD", cwd=tmp_path))
    assert badges.release_commit("v1.0.0") == commits[1] and badges.release_commit("v1.1.0") == commits[3]
    assert badges.release_commit("main") == commits[3] and badges.release_commit("v3.0.0") == ""
    git("tag", "v1.0.0", commits[2], cwd=tmp_path)
    assert badges.release_commit("v1.0.0") == commits[2]
