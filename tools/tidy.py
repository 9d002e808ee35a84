"""What a stored notebook may contain, in one place: whatever a front end adds besides is taken out.

JupyterLab, VS Code and Colab save notebooks each in their own way: in format 4.0 to 4.5, with cell ids, without, or
with the ids in the metadata, and with the state of widgets, times, or where the reader scrolled to. `tidy` makes one
form of all these. The tag `folded` alone decides whether a cell is folded; the marks of each front end follow from it.
"""

import difflib
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.corpus.words import generate_corpus_id

from tools.notebook_files import CELL_ID

TAGS = {
    "setup",
    "parameters",
    "definition",
    "exercise",
    "solution",
    "folded",
    "nbval-ignore-output",
    "unstable-figure",
    "injected-parameters",  # papermill's, in a result that was run with -p
}
NOTEBOOK = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
OUTPUT = {
    "scrapbook",
    "needs_background",
    "drawn",
    "image/png",
}  # the metadata of an output; those of a picture are IMAGE
IMAGE = {"alt", "needs_background"}
SHOWN = {"application/scrapbook.scrap.json+json", "image/png", "text/html", "text/latex", "text/markdown", "text/plain"}
FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}}  # as Colab and JupyterLab say it
TITLE = re.compile(r"# @title \S.*|%%")  # a cell magic must be a cell's first line, and is its own title


def only(allowed: set[str], given: dict) -> dict:
    return {key: value for key, value in given.items() if key in allowed}


def joined(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Outputs in which a text that arrived in pieces is one again."""
    whole: list[NotebookNode] = []
    for output in outputs:
        if whole and output.output_type == whole[-1].output_type == "stream" and output.name == whole[-1].name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def tidy_outputs(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """What a batch run would have stored: no widgets, none of a front end's own forms of an output, no pauses."""
    kept = []
    for output in outputs:
        if "data" in output:
            if "application/vnd.jupyter.widget-view+json" in output.data:
                continue  # its other forms name the widget in plain text
            output.data = NotebookNode(only(SHOWN, output.data))
            output.metadata = NotebookNode(only(OUTPUT, output.get("metadata", {})))
            if "image/png" in output.metadata:
                output.metadata["image/png"] = NotebookNode(only(IMAGE, output.metadata["image/png"]))
            if not output.data:
                continue
        kept.append(output)
    return joined(kept)


def keep_ids(cells: Sequence[NotebookNode], known: Sequence[NotebookNode]) -> None:
    """Give each cell the id it had: its own, one kept in its metadata, or that of the known cell in its place.

    Args:
        cells: cells of any minor format of 4.
        known: the cells of an earlier version, with ids.
    """
    free = {cell.id for cell in known}
    found: dict[int, str] = {}

    def claim(position: int, name: object) -> None:
        if position not in found and name in free:
            found[position] = name
            free.discard(name)

    for position, cell in enumerate(cells):
        for name in (cell.get("id"), cell.metadata.get("id")):
            claim(position, name)
    texts = [[(cell.cell_type, cell.source) for cell in some] for some in (known, cells)]
    for _, a, b, start, end in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if b - a == end - start:  # equal, or as many cells changed in place
            for old, position in zip(range(a, b), range(start, end)):
                if known[old].cell_type == cells[position].cell_type:
                    claim(position, known[old].id)
    taken = {cell.id for cell in known} | set(found.values())
    for position, cell in enumerate(cells):
        for name in (cell.metadata.get("id"), cell.get("id"), generate_corpus_id()):
            usable = isinstance(name, str) and CELL_ID.fullmatch(name) and name not in taken
            if position not in found and usable:
                found[position] = name
                taken.add(name)
        cell["id"] = found[position]


def tidy(notebook: NotebookNode, known: Sequence[NotebookNode] = ()) -> NotebookNode:
    """Bring a notebook into the one form that is stored, in place.

    Args:
        notebook: of format 4, as any front end or papermill wrote it.
        known: the cells of its last version, whose ids its cells keep.
    Returns:
        the same notebook, in format 4.5.
    Raises:
        ValueError: if a folded cell does not say in its first line what it does.
    """
    notebook.nbformat_minor = 5
    notebook.metadata = nbformat.from_dict(NOTEBOOK)
    keep_ids(notebook.cells, known)
    for cell in notebook.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag in TAGS]
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type != "code":
            continue
        cell.outputs = tidy_outputs(cell.outputs)
        if "folded" in tags:
            first = cell.source.partition("\n")[0]
            if not TITLE.match(first):
                raise ValueError(f"a folded cell must begin with `# @title What it does`, got {first!r}")
            cell.metadata.update(nbformat.from_dict(FOLDED))
    return notebook


def cells_in_git(path: Path) -> list[NotebookNode]:
    """The cells of a notebook as last committed; none where git does not know it, or is not there."""
    try:
        command = ["git", "show", f"HEAD:./{path.name}"]
        done = subprocess.run(command, cwd=path.parent, capture_output=True, check=True)
        notebook = nbformat.reads(done.stdout.decode("utf-8"), as_version=nbformat.NO_CONVERT)
        return [cell for cell in notebook.cells if "id" in cell]
    except Exception:  # no git, no repository, not committed yet, or no notebook
        return []
