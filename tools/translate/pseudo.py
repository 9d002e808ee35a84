"""Find texts that no catalogue holds: run the notebooks in a language that is English with accents.

    python -m tools.translate.pseudo [NAME ...]

Whatever a reader would see and has no accent did not come from a catalogue. Names that stay in every language are
listed in translations/names.txt; any other word is printed with the text it stands in, and the exit status is 1. It
runs the notebooks, in a copy of the course in build/pseudo whose helpers speak with accents too, so it is for once a
week.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterator

from nbformat import NotebookNode

from helpers import NOTEBOOKS, ROOT
from tools import run
from tools.notebook_files import named, put_in_place, read
from tools.translate import catalogues
from tools.translate.__main__ import said
from tools.translate.texts import FIELD, NOT_PROSE, STAYS

FOLDER = ROOT / "build" / "pseudo"
LANGUAGE = "accents"
ACCENTS = str.maketrans("aeioucn", "àéïôüçñ")
# What stays: fields, formulas and code; and what helpers look for in the label of a logarithmic axis.
LEFT = re.compile(rf"({FIELD.pattern}|{NOT_PROSE.pattern}|log\b|logarithmic)", re.DOTALL)
WORD = re.compile(r"(?<!\w)(?=[A-Za-z]*[aeioucn])[A-Za-z]{2,}(?!\w)")  # an identifier, or a letter alone, is none
NAME = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(STAYS, key=len, reverse=True))) or '(?!)'})(?!\w)")
SAID_IN_HTML = re.compile(r'(?s)(?:alt|aria-label|aria-valuetext)="([^"]*)"')
REMEDY = """\
A word of a sentence: let it reach its place as a literal that is more than one word, or stands where readers look
(tools/translate/texts.py says where); in helpers let it pass `say`; a single word may go into translations/shown.toml.
A name that every language keeps goes into translations/names.txt."""


def accented(text: str) -> str:
    """A text with accents on the words of what is neither field, formula, code nor address."""
    parts, end = [], 0
    for found in LEFT.finditer(text):
        parts += [WORD.sub(with_accents, text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, WORD.sub(with_accents, text[end:])])


def with_accents(word: re.Match) -> str:
    return word[0].translate(ACCENTS)


def in_drawing(value: object) -> Iterator[str]:
    """The words of a figure's description (helpers.drawn): what is written, and labels."""
    if isinstance(value, dict):
        yield from [*value.get("words", []), value.get("label", "")]
        for part in value.values():
            yield from in_drawing(part)
    elif isinstance(value, list):
        for part in value:
            yield from in_drawing(part)


def seen(notebook: NotebookNode) -> Iterator[str]:
    """The texts of a notebook's outputs: printed, or said of and in its figures."""
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        data, metadata = output.get("data", {}), output.get("metadata", {})
        yield from [output.get("text", ""), data.get("text/plain", ""), data.get("text/markdown", "")]
        yield from SAID_IN_HTML.findall(data.get("text/html", ""))
        yield metadata.get("scrapbook", {}).get("name", "")
        yield from in_drawing(json.loads(metadata.get("drawn", "{}")))


def plain_words(text: str) -> set[str]:
    """Words of a text that have no accent though they could, apart from names."""
    return set(WORD.findall(NAME.sub(" ", NOT_PROSE.sub(" ", text))))


def leaks(notebook: NotebookNode) -> dict[str, str]:
    """Words of a notebook's outputs without an accent, each with a line in which it stands."""
    lines = [line for text in seen(notebook) for line in text.splitlines()]
    return {word: line.strip() for line in reversed(lines) for word in plain_words(line)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.translate.pseudo", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[""], help="notebooks by name or its beginning; all if none")
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(ROOT / "helpers", FOLDER / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    sentences = {words: accented(words) for words, _, _ in catalogues.messages("helpers", LANGUAGE)}
    put_in_place(json.dumps(sentences), FOLDER / "helpers" / "languages" / f"{LANGUAGE}.json")
    (FOLDER / "notebooks").mkdir()
    for path in named([""], NOTEBOOKS):  # all: a lesson takes its definitions from others
        put_in_place(said(path.stem, LANGUAGE, accented), FOLDER / "notebooks" / path.name)
    where = ["--notebooks", str(FOLDER / "notebooks"), "--output", str(FOLDER / "executed")]
    failed = run.main([*options.names, *where])
    ran = named([""], FOLDER / "executed") if (FOLDER / "executed").is_dir() else []
    found = {path.stem: leaks(read(path)) for path in ran}
    for name, words in found.items():
        print(f"{name}: {len(words) or 'no'} words without an accent")
        for word in sorted(words):
            print(f"  {word}: {words[word][:100]}")
    if any(found.values()):
        print(REMEDY)
    return 1 if failed or any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
