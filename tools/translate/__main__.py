"""Bring the translations up to date: catalogues, the notebooks of each language, and what the helpers say.

    python -m tools.translate [LANGUAGE ...]

A language has a folder in translations/; a new code makes one. Texts that are not translated yet, or whose translation
has something wrong, stay English in the notebooks that are written, and are told, each with its line. Stored outputs
stay where the code is as it was. Where it is another, and nothing waits for a translation, the notebook is run.
"""

import argparse
import copy
import json
import sys

from nbformat import NotebookNode

from helpers import NOTEBOOKS, ROOT
from tools import badges, run
from tools.notebook_files import Failure, named, own_code_cells, put_in_place, read
from tools.tidy import tidy
from tools.translate import catalogues
from tools.translate.texts import Say, rewrite

SHOWN = 5  # texts of a catalogue that are named at once


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


def to_do(name: str, language: str) -> list[str]:
    """What a catalogue wants of a translator, line by line."""
    path, catalog = f"translations/{language}/{name}.po", catalogues.load(name, language)
    found = [
        f"{path}:{message.lineno}: {message.string[:50]!r}: {fault}"
        for message in catalog
        if message.id in catalogues.translations(catalog)
        for fault in catalogues.faults(message.id, message.string)
    ]
    waiting = [message for message in catalog if message.id and (not message.string or message.fuzzy)]
    for message in waiting[:SHOWN]:
        state = "the English has changed" if message.fuzzy else "not translated"
        found.append(f"{path}:{message.lineno}: {state}: {message.id[:60]!r}")
    if waiting[SHOWN:]:
        found.append(f"{path}: {len(waiting)} of {len(catalog)} texts wait for a translation, these the first")
    return found


def to_run(language: str) -> list[str]:
    """The notebooks of a language that have lost their outputs, and that no translation will change again."""
    found = []
    for path in [] if to_do("helpers", language) else named([""], NOTEBOOKS / language):
        never_ran = any(cell.source.strip() and not cell.execution_count for cell in own_code_cells(read(path)))
        if never_ran and not to_do(path.stem, language):
            found.append(path.stem)
    return found


def write(language: str) -> list[str]:
    """Update the catalogues of a language and all that follows from them; return what is left to do, line by line."""
    left = []
    for name in catalogues.names():
        catalogues.update(name, language)
        left += to_do(name, language)
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
    failed = 0
    try:
        for language in options.languages or catalogues.languages():
            left = write(language)
            print(*left, sep="\n", end="\n" * bool(left))
            if names := to_run(language):
                print(f"{language}: what follows from the new code is run", flush=True)
                failed |= run.main(["--in-place", "--language", language, *names])
            print(f"{language}: {'translate these, then `make translate` once more' if left else 'complete'}")
    except (Failure, ValueError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
