"""Write the course's address and last release into every badge and set-up cell.

    python -m tools.badges

Both stand in pyproject.toml, [tool.course], and nowhere else by hand; tools.publish changes them. A release is a tag
such as v1.0.0. It names itself in badges and set-up cells before it is committed, which a commit cannot, so a badge
opens the very notebook whose set-up cell fetches the helpers beside it. Before the first release it is a branch.
"""

import re
import subprocess
import tomllib
from pathlib import Path

import nbformat

from helpers import ROOT
from tools.notebook_files import put_in_place, read
from tools.tidy import tidy

SETUP = """\
# @title Set-up: find the course's helpers here or above; on Colab, fetch them once
import pathlib
import subprocess
import sys

REPOSITORY, RELEASE = "{repository}", "{release}"
here, fetched = pathlib.Path.cwd(), pathlib.Path(f"course-{{RELEASE}}").resolve()
places = [here, *here.parents, fetched]
root = next((place for place in places if (place / "helpers" / "course.mplstyle").is_file()), None)
advice = (
    f"The course is neither in {{here}} nor above it: open this notebook inside the course's folder, "
    f"which is at {{REPOSITORY}} (for papermill, give the notebook's folder as --cwd)."
)
if root is None and "google.colab" in sys.modules:
    try:
        fetched.mkdir(exist_ok=True)
        for step in ("init -q", f"fetch -q --depth 1 {{REPOSITORY}} {{RELEASE}}", "checkout -q -f FETCH_HEAD"):
            subprocess.run(["git", *step.split()], cwd=fetched, check=True, capture_output=True, text=True, timeout=60)
        root = fetched
    except (OSError, subprocess.SubprocessError) as error:
        reason = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1]
        advice = (
            f"{{REPOSITORY}} at {{RELEASE}} could not be fetched ({{reason}}): run this cell once more, or ask your "
            "teacher for this lesson's one-file notebook, which fetches nothing, and upload it to Colab."
        )
if root is None:
    raise ModuleNotFoundError(advice)
sys.path.insert(0, str(root))"""

BADGE = (
    "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{owner_and_name}/blob/{release}/notebooks/{name}.ipynb)"
)
SITE_LINK = re.compile(r"(?<=\]\()https://[^)\s]*(?=\)<!-- site -->)")  # in README.md, to the website
BADGES = re.compile(r"\[!\[Open in Colab\][^\n|]*?notebooks/([\w/]+)\.ipynb\)")


def settings() -> dict[str, str]:
    """The address and release in pyproject.toml."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["tool"]["course"]


def setup_cell(repository: str, release: str, language: str = "en") -> str:
    """The text of the set-up cell, the same in all notebooks of a language."""
    return SETUP.format(repository=repository, release=release) + speaking(language)


def speaking(language: str) -> str:
    """What a set-up cell says last, so that the helpers speak the notebook's language."""
    return "" if language == "en" else f'\nfrom helpers.language import speak\nspeak("{language}")'


def badge(repository: str, release: str, name: str, language: str = "en") -> str:
    """The Markdown of a notebook's Colab badge."""
    owner_and_name = "/".join(repository.removesuffix(".git").split("/")[-2:])
    name = name if language == "en" else f"{language}/{name}"
    return BADGE.format(owner_and_name=owner_and_name, release=release, name=name)


def site_address(repository: str, language: str = "") -> str:
    """Where GitHub Pages publishes a repository's site, or its pages in a language; empty for another host."""
    found = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", repository)
    return f"https://{found[1].lower()}.github.io/{found[2]}/{language and language + '/'}" if found else ""


def stamp(notebook: nbformat.NotebookNode, repository: str, release: str, name: str, language: str = "en") -> None:
    """Write address and release into a notebook's badge, or its line `<!-- badge -->`, and its set-up cell."""
    new = badge(repository, release, name, language)
    first = notebook.cells[0]
    first.source = re.sub(r"(?m)^(<!-- badge -->|\[!\[Open in Colab\].*)$", lambda _: new, first.source)
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "setup" in tags:
            cell.source = setup_cell(repository, release, language)
            cell.metadata.tags = [*tags, *({"folded"} - set(tags))]
    tidy(notebook, notebook.cells)


def write_everywhere() -> list[Path]:
    """Bring all badges and set-up cells up to pyproject.toml; return the files."""
    course = settings()
    repository, release = course["repository"], course["release"]
    notebooks = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
    for path in notebooks:
        notebook = read(path)
        stamp(notebook, repository, release, path.stem)
        put_in_place(notebook, path)
    readmes = sorted(ROOT.glob("README*.md"))
    for readme in readmes:
        text = readme.read_text(encoding="utf-8")
        text = BADGES.sub(lambda found: badge(repository, release, found[1]), text)
        put_in_place(SITE_LINK.sub(site_address(repository, readme.stem.partition(".")[2]) or repository, text), readme)
    return [*notebooks, *readmes]


def git(*arguments: str) -> str:
    """What git prints in the course's own clone; nothing where it fails, or the clone is somebody else's around it."""
    try:
        top = subprocess.run(["git", "rev-parse", "--show-cdup"], cwd=ROOT, capture_output=True, text=True)
        if top.returncode or top.stdout.strip():
            return ""
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def release_commit(release: str) -> str:
    """The commit of a release, also in a clone without tags: the one that first names it in pyproject.toml.

    Empty if the history does not tell. A branch, as before the first release, stands for what is checked out.
    """
    if not re.fullmatch(r"v\d+\.\d+\.\d+", release):
        return git("rev-parse", "HEAD")
    by_tag = git("rev-parse", "--quiet", "--verify", f"refs/tags/{release}^{{commit}}")
    named = git("log", "--format=%H", "-S", f'release = "{release}"', "--", "pyproject.toml")
    return by_tag or (named.splitlines() or [""])[-1]


if __name__ == "__main__":
    names = ", ".join(path.name for path in write_everywhere())
    print(f"Badges and set-up cells name {settings()['repository']} at {settings()['release']}: {names}.")
