"""Build, for each notebook, a single file that carries the helpers inside it and runs in an empty folder, offline.

    python -m tools.one_file [NAME ...]

The files go to build/colab. Folded cells at the top write what the notebook imports into a folder of its own, and its
set-up cell takes it from there: a clone of the course beside or around the file is neither changed nor used. Of other
notebooks, whose taught code it builds on, it carries the definitions.
"""

import argparse
import ast
import json
import pathlib
import re
import sys

import nbformat

from helpers import NOTEBOOKS, ROOT
from helpers.definitions import cells_tagged
from tools.badges import speaking
from tools.notebook_files import Failure, named, put_in_place, read
from tools.tidy import tidy

OUTPUT = ROOT / "build" / "colab"
CARRIED = "carried-helpers"  # no name that a clone of the course would have
EXPLANATION = (
    f"This file carries the course's helpers. The folded cells below write them into a folder `{CARRIED}`, here beside "
    "the notebook. Run them; there is no need to read them."
)
SETUP = f"""\
# @title Set-up: the helpers are those that the folded cells above have written
import pathlib
import sys

root = pathlib.Path("{CARRIED}").resolve()
if not (root / "helpers" / "__init__.py").is_file():
    raise ModuleNotFoundError("Run the folded cells above first: they write the helpers that this notebook imports.")
sys.path.insert(0, str(root))"""


def files_needed(source: str, root: pathlib.Path | None = None) -> set[str]:
    """What a Python text imports from helpers, and the notebooks whose taught code it loads: paths from the root."""
    root = root or ROOT
    found, notebooks = set(), {path.stem for path in (root / "notebooks").glob("*.ipynb")}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
            folder = node.module.replace(".", "/")
            candidates = [f"{folder}.py", *(f"{folder}/{alias.name}.py" for alias in node.names)]
            found |= {path for path in candidates if (root / path).is_file()}
        if isinstance(node, ast.Constant) and node.value in notebooks:
            found.add(f"notebooks/{node.value}.ipynb")  # load_taught, or whatever a module calls it, is given its name
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "speak":
            found.add(f"helpers/languages/{ast.literal_eval(node.args[0])}.json")
    return found


def code_of(cells: list[dict]) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def carried(source: str, root: pathlib.Path | None = None) -> dict[str, str]:
    """All files that a text needs, and those that these need in turn: text by path from the root, here or a copy's.

    Notebooks are reduced to their cells tagged `definition`, without outputs.
    """
    root, files = root or ROOT, {}
    always = ["helpers/__init__.py", "helpers/exercises/__init__.py", "helpers/course.mplstyle"]
    waiting = [*always, *files_needed(source, root)]
    while waiting:
        path = waiting.pop()
        if path in files:
            continue
        files[path] = text = (root / path).read_text(encoding="utf-8")
        if path.endswith(".ipynb"):
            notebook = json.loads(text)
            kept = [cell | {"outputs": [], "execution_count": None} for cell in cells_tagged(notebook, "definition")]
            files[path] = json.dumps(notebook | {"cells": kept}, indent=1, ensure_ascii=False)
            waiting += files_needed(code_of(kept), root)
        elif path.endswith(".py"):
            waiting += files_needed(text, root)
    return dict(sorted(files.items()))


def self_contained(notebook: nbformat.NotebookNode, root: pathlib.Path | None = None) -> nbformat.NotebookNode:
    """The notebook with the files it needs in folded cells before its set-up cell, which looks for them alone.

    Raises:
        Failure: if there is no set-up cell, or the code cells are not plain Python.
    """
    try:
        files = carried(code_of(notebook.cells), root)
    except SyntaxError as error:
        raise Failure(f"its code must be plain Python, without magics: {(error.text or '').strip()!r}") from None
    folders = sorted({str(pathlib.PurePosixPath(CARRIED, path).parent) for path in files})
    first = "# @title Make the folders\nimport pathlib\n\n"
    first += f"for folder in {folders}:\n    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)"
    texts = [first, *(f"%%writefile {CARRIED}/{path}\n{text}" for path, text in files.items())]
    added = [nbformat.v4.new_markdown_cell(EXPLANATION, id="helpers")]
    for number, text in enumerate(texts):
        added.append(
            nbformat.v4.new_code_cell(text.rstrip("\n"), id=f"helpers-{number}", metadata={"tags": ["folded"]})
        )
    setup = cells_tagged(notebook, "setup")
    if len(setup) != 1:
        raise Failure(f"one cell must be tagged setup, not {len(setup)}")
    place = notebook.cells.index(setup[0])
    spoken = re.search(r'speak\("(\w+)"\)', setup[0].source)
    language = spoken[1] if spoken else "en"
    cells = [
        *notebook.cells[:place],
        *added,
        setup[0] | {"source": SETUP + speaking(language)},
        *notebook.cells[place + 1 :],
    ]
    result = tidy(nbformat.from_dict(notebook | {"cells": cells}))
    nbformat.validate(result)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.one_file", description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", default=[""], help="notebooks by name or its beginning; all if none is named"
    )
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for path in named(options.names, NOTEBOOKS):
        target = options.output / path.name
        try:
            options.output.mkdir(parents=True, exist_ok=True)
            put_in_place(self_contained(read(path)), target)
        except (Failure, OSError) as reason:
            print(f"{path.stem}: {reason}", file=sys.stderr)
            return 1
        print(f"{path.name}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
