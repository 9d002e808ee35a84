"""Bring the translations up to date: catalogues, the notebooks of each language, and what the helpers say.

    python -m tools.translate [LANGUAGE ...]

A language has a folder in translations/; a new code makes one. Texts that are not translated yet, or whose translation
has something wrong, stay English in the notebooks that are written, and are told; outputs stay where a cell is as it
was, and `make refresh` runs what has changed.
"""

import argparse
import copy
import json
import sys

from nbformat import NotebookNode

from helpers import NOTEBOOKS, ROOT
from tools import badges
from tools.notebook_files import Failure, named, put_in_place, read
from tools.tidy import tidy
from tools.translate import catalogues
from tools.translate.texts import Say, rewrite


def keep_outputs(notebook: NotebookNode, earlier: NotebookNode | None) -> None:
    """Give the cells their stored outputs if the code is as it was, the set-up cell apart; else all are run anew."""

    def code(cells: list[NotebookNode]) -> list[tuple[str, str]]:
        return [
            (cell.id, "" if "setup" in cell.metadata.get("tags", []) else cell.source)
            for cell in cells
            if cell.cell_type == "code"
        ]

    if earlier is None or code(earlier.cells) != code(notebook.cells):
        return
    stored = {cell.id: cell for cell in earlier.cells}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = stored[cell.id].outputs, stored[cell.id].execution_count


def said(name: str, language: str, say: Say) -> NotebookNode:
    """A notebook in other words, without outputs: the same code, ids and tags; its helpers speak the language."""
    english, course = read(NOTEBOOKS / f"{name}.ipynb"), badges.settings()
    notebook = copy.deepcopy(english)
    badges.stamp(notebook, course["repository"], course["release"], name, language)
    return tidy(rewrite(notebook, say, catalogues.shown(language, name)), english.cells)


def translated(name: str, language: str) -> NotebookNode:
    """A notebook in another language, as its catalogue has it."""
    return said(name, language, catalogues.sound(catalogues.load(name, language)).get)


def write(language: str) -> list[str]:
    """Update the catalogues of a language and all that follows from them; return what is left to do, line by line."""
    left = []
    for name in catalogues.names():
        path, catalog = f"translations/{language}/{name}.po", catalogues.update(name, language)
        for english, other in catalogues.translations(catalog).items():
            left += [f"{path}: {other[:50]!r}: {fault}" for fault in catalogues.faults(english, other)]
        open_ = sum(not message.string or message.fuzzy for message in catalog if message.id)
        if open_:
            left.append(f"{path}: {open_} of {len(catalog)} texts wait for a translation")
    catalogues.begin_glossary(language)
    (NOTEBOOKS / language).mkdir(exist_ok=True)
    for path in named([""], NOTEBOOKS):
        target = NOTEBOOKS / language / path.name
        notebook = translated(path.stem, language)
        keep_outputs(notebook, read(target) if target.is_file() else None)
        put_in_place(notebook, target)
    sentences = catalogues.sound(catalogues.load("helpers", language))
    (ROOT / "helpers" / "languages").mkdir(exist_ok=True)
    text = json.dumps(sentences, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    put_in_place(text, ROOT / "helpers" / "languages" / f"{language}.json")
    return left


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.translate", description=__doc__.splitlines()[0])
    parser.add_argument("languages", nargs="*", help="codes such as es; all that have a folder if none is named")
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        for language in options.languages or catalogues.languages():
            for line in write(language):
                print(line)
    except (Failure, ValueError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
