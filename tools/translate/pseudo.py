"""Find texts that no catalogue holds: run the notebooks in a language that is English with accents.

    python -m tools.translate.pseudo [NAME ...]

Whatever a reader would see and has no accent did not come from a catalogue. Names that stay in every language are
listed in translations/names.txt; any other word is printed, and the exit status is 1. It runs the notebooks, so it is
for once a week. The runs are kept in build/pseudo.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator

from nbformat import NotebookNode

from helpers import NOTEBOOKS, ROOT
from tools import run
from tools.notebook_files import named, put_in_place, read
from tools.translate.catalogues import TRANSLATIONS, shown
from tools.translate.texts import FIELD, NOT_PROSE, rewrite

FOLDER = ROOT / "build" / "pseudo"
ACCENTS = str.maketrans("aeioucn", "àéïôüçñ")
LEFT = re.compile(rf"(?s)({FIELD.pattern}|{NOT_PROSE.pattern}|log\b|logarithmic)")
WORD = re.compile(r"[A-Za-z]*[aeiouc][A-Za-z]*")


def accented(text: str) -> str:
    """A text with accents on what is neither field, formula, code nor address."""
    parts, end = [], 0
    for found in LEFT.finditer(text):
        parts += [text[end : found.start()].translate(ACCENTS), found[0]]
        end = found.end()
    return "".join([*parts, text[end:].translate(ACCENTS)])


def seen(notebook: NotebookNode) -> Iterator[str]:
    """The texts of a notebook's outputs: printed, or said of and in its figures."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            yield output.get("data", {}).get("text/plain", "")
            yield from re.findall(r"'(?:label|title|words?|xlabel|ylabel)': '([^']*)'", str(output.get("metadata", {})))


def plain_words(notebook: NotebookNode) -> set[str]:
    """Words of its outputs that have no accent though they could."""
    text = NOT_PROSE.sub(" ", "\n".join(seen(notebook)))
    return {word for word in WORD.findall(text) if len(word) > 2}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.translate.pseudo", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[""], help="notebooks by name or its beginning; all if none")
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "notebooks").mkdir(parents=True)
    for path in named(options.names, NOTEBOOKS):
        put_in_place(rewrite(read(path), accented, shown("", path.stem)), FOLDER / "notebooks" / path.name)
    if run.main(["--notebooks", str(FOLDER / "notebooks"), "--output", str(FOLDER / "executed")]):
        return 1
    names = set((TRANSLATIONS / "names.txt").read_text(encoding="utf-8").split())
    leaks = {path.stem: plain_words(read(path)) - names for path in named([""], FOLDER / "executed")}
    for name, words in leaks.items():
        print(f"{name}: {', '.join(sorted(words)) or 'nothing without an accent but names'}")
    if any(leaks.values()):
        print("For a word of a sentence see translations/shown.toml; a name belongs into translations/names.txt.")
    return 1 if any(leaks.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
