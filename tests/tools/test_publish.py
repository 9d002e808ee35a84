"""A release is one commit and its tag, whose badges open notebooks that fetch that very release."""

import re
import shutil
from datetime import date
from types import SimpleNamespace

import nbformat
import pytest

from helpers import ROOT
from tests.tools.marks import posix
from tests.tools.samples import commit_all, git, notebook, python
from tests.tools.test_badges import run_behind
from tools import badges
from tools import publish as publish_module
from tools.publish import web_address


@pytest.fixture
def course(tmp_path):
    """A small course with one notebook in a clone of its own, never published."""
    course = tmp_path / "course"
    for folder in ("helpers", "tools"):
        shutil.copytree(ROOT / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (course / "notebooks").mkdir()
    (course / "pyproject.toml").write_text('[tool.course]  # α\nrepository = "https://github.com/OWNER/REPOSITORY"\n'
                                           'release = "main"\n', encoding="utf-8")  # fmt: skip
    old = badges.badge("https://github.com/OWNER/REPOSITORY", "main", "one")
    (course / "README.md").write_text(f"# α\n| [one](notebooks/one.ipynb) | {old} |\n", encoding="utf-8")
    (course / "CHANGELOG.md").write_text("# Changelog\n\n## Next\n", encoding="utf-8")
    whole = notebook("old text", "from helpers import checks", tags=["setup"])
    whole.cells.insert(0, nbformat.v4.new_markdown_cell(f"# One\n\n{old}\n\nwords", id="first"))
    nbformat.write(whole, course / "notebooks" / "one.ipynb")
    commit_all(course)
    git("config", "user.name", "t", cwd=course)
    git("config", "user.email", "t@example.org", cwd=course)
    return course


def publish(course, *arguments, **variables):
    variables = {"PYTHONPATH": str(course), "PYTHONDONTWRITEBYTECODE": "1"} | variables
    return python("-m", "tools.publish", *arguments, cwd=course, **variables)


def badge_of(course):
    return badges.BADGES.search((course / "README.md").read_text(encoding="utf-8"))[0]


@posix
@pytest.mark.parametrize("tags", [True, False])
def test_a_published_badge_works_on_colab_also_after_later_commits_and_in_a_clone_without_tags(
    course, tmp_path, monkeypatch, tags
):
    git("remote", "add", "origin", "git@github.com:ada/course.git", cwd=course)
    done = publish(course, "1.0.0")
    assert (done.returncode, done.stdout.splitlines()) == (0, [
        "v1.0.0 is committed and tagged; badges and set-up cells name https://github.com/ada/course.",
        "To publish it: git push origin HEAD v1.0.0",
    ])  # fmt: skip
    assert git("log", "-1", "--format=%s", cwd=course) == "Release v1.0.0"
    assert git("status", "--porcelain", cwd=course) == "" and git("tag", cwd=course) == "v1.0.0"
    assert "/github/ada/course/blob/v1.0.0/notebooks/one.ipynb" in badge_of(course)
    (course / "helpers" / "course.mplstyle").rename(course / "helpers" / "another.mplstyle")  # later, for the next one
    git("commit", "-qam", "Later", cwd=course)
    if not tags:
        git("tag", "-d", "v1.0.0", cwd=course)
    monkeypatch.setattr(badges, "ROOT", course)
    done = run_behind(badge_of(course), course, tmp_path)
    assert done.stdout.strip() == str(tmp_path / "content" / "course-v1.0.0"), done.stderr


def test_a_release_that_no_commit_names_is_told(course, monkeypatch, tmp_path):
    monkeypatch.setattr(badges, "ROOT", course)
    assert badges.release_commit("main") == git("rev-parse", "HEAD", cwd=course)
    with pytest.raises(AssertionError, match="names v1.0.0: run `make publish`"):
        run_behind(badge_of(course).replace("/main/", "/v1.0.0/"), course, tmp_path)


def test_an_address_that_is_given_goes_first_and_none_is_told(course):
    git("remote", "add", "origin", "git@github.com:ada/course.git", cwd=course)
    assert publish(course, "1.0.0", "https://example.org/eve/lessons.git").returncode == 0
    assert "/github/eve/lessons/blob/v1.0.0/" in badge_of(course)
    git("remote", "remove", "origin", cwd=course)
    done = publish(course, "1.1.0")
    assert "name https://example.org/eve/lessons." in done.stdout and len(done.stdout.splitlines()) == 2
    settings = course / "pyproject.toml"
    text = settings.read_text(encoding="utf-8").replace("example.org/eve/lessons", "github.com/OWNER/REPOSITORY")
    settings.write_text(text, encoding="utf-8")
    commit_all(course)
    assert publish(course, "1.2.0").stdout.splitlines()[1] == (
        "That address stands for one that Colab can reach: give yours as REPOSITORY=... or as git's origin."
    )


def test_other_languages_are_of_the_same_release(course):
    (course / "translations" / "es").mkdir(parents=True)
    (course / "translations" / "es" / "kept.txt").write_text("")
    (course / "site").mkdir()
    (course / "site" / "words.toml").write_text("")
    commit_all(course)
    done = publish(course, "1.0.0")
    assert done.returncode == 0, done.stderr
    assert git("status", "--porcelain", cwd=course) == ""
    changed = git("show", "--format=", "--name-only", "HEAD", cwd=course).splitlines()
    assert {"notebooks/es/one.ipynb", "translations/es/one.po", "helpers/languages/es.json"} <= set(changed)
    assert "blob/v1.0.0/notebooks/es/one.ipynb" in (course / "notebooks/es/one.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("written, subjects, entry", [
    ("", ["a", "b"], "- a\n- b"), ("", [], "- No changes."), ("\n- Own.\n", ["a"], "- Own."),
])  # fmt: skip
def test_a_changelog_keeps_what_is_before_and_after(monkeypatch, written, subjects, entry):
    text = "# Log\n\nwords\n\n## Next\n{}\n## v1.0.0, 2026-01-01\n\n- One.\n"
    day = SimpleNamespace(today=lambda: date(2026, 2, 1))
    monkeypatch.setattr(publish_module, "datetime", SimpleNamespace(date=day))
    new = publish_module.changelog(text.format(written), "v1.1.0", subjects)
    assert new == text.format(f"\n## v1.1.0, 2026-02-01\n\n{entry}\n")


def test_the_changelog_takes_what_is_written_under_next_or_else_the_subjects_of_the_commits(course):
    assert publish(course, "1.0.0").returncode == 0
    (course / "notes.txt").write_text("1")
    commit_all(course, "Notes for teachers")
    assert publish(course, "1.1.0").returncode == 0
    log = course / "CHANGELOG.md"
    log.write_text(log.read_text().replace("## Next\n", "## Next\n\n- By hand.\n"))
    git("commit", "-qam", "Words", cwd=course)
    assert publish(course, "1.2.0").returncode == 0
    day = r", \d{4}-\d\d-\d\d"
    assert re.fullmatch(
        rf"# Changelog\n\n## Next\n\n## v1.2.0{day}\n\n- By hand.\n\n## v1.1.0{day}\n\n- Notes for teachers\n\n"
        rf"## v1.0.0{day}\n\n- First release.\n", log.read_text()
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([], "VERSION must be three numbers such as 1.2.0 (the last release is main), got ''."),
        (["v1"], "VERSION must be three numbers such as 1.2.0 (the last release is main), got 'v1'."),
        (["0.9.0"], "v0.9.0 is there already; choose a higher version."),
        (["1.0.0", "/srv/course.git"], "REPOSITORY must be an address such as https://github.com/OWNER/REPOSITORY, "
         "got '/srv/course.git'."),
    ],
)  # fmt: skip
def test_what_cannot_be_published_is_one_line_and_changes_nothing(course, arguments, said):
    git("tag", "v0.9.0", cwd=course)
    done = publish(course, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said + "\n")
    assert git("status", "--porcelain", cwd=course) == "" and git("rev-list", "--count", "HEAD", cwd=course) == "1"


def test_unsaved_changes_are_named(course):
    (course / "README.md").write_text("edited")
    assert publish(course, "1.0.0").stderr == "Commit or stash your changes first: README.md\n"


def test_without_git_or_in_somebody_elses_clone_nothing_is_published(course):
    advice = "A release is a commit and a tag: publish from a clone, with git installed.\n"
    before = (course / "pyproject.toml").read_text(encoding="utf-8")
    assert publish(course, "1.0.0", PATH="").stderr == advice
    shutil.rmtree(course / ".git")
    git("init", "-q", cwd=course.parent)
    git("commit", "-q", "--allow-empty", "-m", "theirs", cwd=course.parent)
    git("remote", "add", "origin", "https://github.com/theirs/all", cwd=course.parent)
    assert publish(course, "1.0.0").stderr == advice
    assert (course / "pyproject.toml").read_text(encoding="utf-8") == before


@posix
def test_a_release_that_git_refuses_leaves_the_clone_as_it_was(course):
    hook = course / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    done = publish(course, "1.0.0")
    assert (done.returncode, done.stderr) == (1, "Nothing is published: not today\n")
    assert git("status", "--porcelain", cwd=course) == git("tag", cwd=course) == ""


@pytest.mark.parametrize("origin, expected", [
    *((origin, "https://github.com/owner/course") for origin in (
        "git@github.com:owner/course.git", "ssh://git@github.com/owner/course", "https://github.com/owner/course.git",
        "https://x-access-token:ghp_SECRET@github.com/owner/course.git", "https://github.com/owner/course.git//",
        "https://github.com/owner/course/.git", "ssh://ada@github.com:22/owner/course.git",
        "ada@github.com:/owner/course.git/",
    )),
    ("https://example.org/git@home/x.github", "https://example.org/git@home/x.github"),
    ("https://ada:p@ss@example.org:8443/owner/course/", "https://example.org:8443/owner/course"),
    ("https://github.com/owner/courseX/", "https://github.com/owner/courseX"),
    ("https://github.com/owner/course'; rm x", ""), ("https://github.com/", ""), ("/srv/course.git", ""), ("", ""),
])  # fmt: skip
def test_an_address_becomes_one_that_colab_can_reach(origin, expected):
    assert web_address(origin) == expected
