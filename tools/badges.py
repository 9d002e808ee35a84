"""Write the repository's address and a fixed revision into every badge and set-up cell.

    python -m tools.badges [ADDRESS]

The address stands in pyproject.toml, [tool.course], and nowhere else by hand. Without an argument, the clone's own
`origin` is taken if it has one, else what stands there is kept. The revision is the commit that is checked out.
"""

import re
import subprocess
import sys
import tomllib

import nbformat

from helpers import ROOT
from tools.notebook_files import put_in_place

SETUP = """\
# Set-up: find the course's folder here or above; on Colab, fetch it once, at a fixed revision.
import pathlib
import subprocess
import sys

REPOSITORY = "{repository}"
REVISION = "{revision}"
if "google.colab" in sys.modules and not pathlib.Path("course/helpers").is_dir():
    fetch = f"git init -q course && cd course && git fetch -q --depth 1 {{REPOSITORY}} {{REVISION}}"
    subprocess.run(f"{{fetch}} && git checkout -q FETCH_HEAD", shell=True)
places = [pathlib.Path.cwd(), *pathlib.Path.cwd().parents, pathlib.Path("course").resolve()]
root = next((place for place in places if (place / "helpers" / "__init__.py").is_file()), None)
if root is None:
    raise ModuleNotFoundError(f"Download the whole course from {{REPOSITORY}} and open this notebook inside it.")
sys.path.insert(0, str(root))"""

BADGE = (
    "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{owner_and_name}/blob/{revision}/notebooks/{name}.ipynb)"
)

# As git takes an address: https://user:password@host:port/path, ssh://user@host:port/path, user@host:path.
PATH = r"/*([\w.~@%+-][\w.~@%+/-]*)"
FORMS = (
    rf"https://(?:[^/]*@)?([\w.-]+(?::\d+)?)/{PATH}",
    rf"ssh://(?:[^/]*@)?([\w.-]+)(?::\d+)?/{PATH}",
    rf"[^/]*@([\w.-]+):{PATH}",
)


def settings() -> dict[str, str]:
    """The address and revision in pyproject.toml."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["tool"]["course"]


def setup_cell(repository: str, revision: str) -> str:
    """The text of the set-up cell, the same in all notebooks."""
    return SETUP.format(repository=repository, revision=revision)


def badge(repository: str, revision: str, name: str) -> str:
    """The Markdown of a notebook's Colab badge."""
    owner_and_name = "/".join(repository.removesuffix(".git").split("/")[-2:])
    return BADGE.format(owner_and_name=owner_and_name, revision=revision, name=name)


def stamp(notebook: nbformat.NotebookNode, repository: str, revision: str, name: str) -> None:
    """Write the address into a notebook's first cell (badge) and set-up cell."""
    first = notebook.cells[0]
    new = badge(repository, revision, name)
    first.source = re.sub(r"(?m)^(<!-- badge -->|\[!\[Open in Colab\].*)$", lambda _: new, first.source)
    for cell in notebook.cells:
        if "setup" in cell.metadata.get("tags", []):
            cell.source = setup_cell(repository, revision)


def git(*arguments: str) -> str:
    """What git prints, or an empty string where it fails."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def web_address(origin: str) -> str:
    """A clone's address as https, without user and password; empty for a folder or what else Colab cannot reach."""
    for form in FORMS:
        if found := re.fullmatch(form, origin):
            return "https://" + found[1] + "/" + found[2].rstrip("/").removesuffix(".git").rstrip("/")
    return ""


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    repository = web_address(given or git("remote", "get-url", "origin"))
    if given and not repository:
        sys.exit(f"REPOSITORY must be an address such as https://github.com/OWNER/REPOSITORY, got {given!r}.")
    repository = repository or settings()["repository"]
    revision = git("rev-parse", "HEAD") or settings()["revision"]
    pyproject = ROOT / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    for key, value in (("repository", repository), ("revision", revision)):
        text = re.sub(rf'(?m)^{key} = ".*"$', f'{key} = "{value}"', text)
    put_in_place(text, pyproject)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        stamp(notebook, repository, revision, path.stem)
        put_in_place(notebook, path)
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    link = re.compile(r"\[!\[Open in Colab\][^\n|]*?notebooks/(\w+)\.ipynb\)")
    put_in_place(link.sub(lambda m: badge(repository, revision, m[1]), text), readme)
    print(f"Badges and set-up cells now name {repository} at {revision[:12]}.")


if __name__ == "__main__":
    main()
