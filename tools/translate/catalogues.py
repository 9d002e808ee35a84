"""Catalogues of translations: translations/<language>/<name>.po, for each notebook, helpers, the grader and the site.

Babel reads, writes and updates them, so that every translator's tool can edit them. A changed English text keeps its
translation as fuzzy, with the old English beside it, until somebody has looked at it.
"""

import ast
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages import pofile
from babel.messages.catalog import Catalog

from helpers import NOTEBOOKS, ROOT
from tools.notebook_files import Failure, named, put_in_place, read
from tools.translate.texts import NOT_PROSE, is_text, template, texts

TRANSLATIONS = ROOT / "translations"
HEADER = "# Translations of the course. `make translate` brings this file up to date."
WIDTH = 100  # of the lines of a catalogue
TELLING = {"later", "say", "told", "unfit"}  # calls whose first argument a reader sees
SPEAKING = {"helpers": "helpers", "grading": "tools/grade"}  # folders by catalogue
PRAISE, HINTS = "praise", {"Slip", "_slip"}
# Lines of a catalogue's head that would change with each update, or name somebody.
CHANGING = (
    "POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By", "Report-Msgid-Bugs-To",
)  # fmt: skip


def languages() -> list[str]:
    """The languages that have a folder of catalogues."""
    return sorted(path.name for path in TRANSLATIONS.glob("*") if path.is_dir())


def shown(language: str, name: str) -> frozenset[str]:
    """Single words of a notebook's code that a reader sees though nothing tells, from translations/shown.toml."""
    path = TRANSLATIONS / "shown.toml"
    listed = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return frozenset(listed.get(name, ()))


def literals_in(node: ast.AST) -> Iterator[str]:
    if is_text(node):
        yield template(node)
    elif not isinstance(node, (ast.Call, ast.Lambda, ast.Compare, ast.Subscript)):
        for child in ast.iter_child_nodes(node):
            yield from literals_in(child)


def sentences(source: str) -> Iterator[str]:
    """What a module of helpers, or of the grader, tells a reader."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).split(".")[-1]
            if name in TELLING and node.args:
                yield from literals_in(node.args[0])
            if name in HINTS and node.args:
                yield from literals_in(node.args[-1])
            for keyword in node.keywords:
                if keyword.arg == PRAISE:
                    yield from literals_in(keyword.value)


def words_of(value: object) -> Iterator[str]:
    """The texts of the site's words, paragraph by paragraph."""
    if isinstance(value, str):
        yield from (part for part in re.split(r"\n{2,}", value.strip()) if re.search(r"[^\W\d_]{2,}", part))
    elif isinstance(value, dict):
        for part in value.values():
            yield from words_of(part)


def messages(name: str, language: str) -> Iterator[tuple[str, str, str]]:
    """All English texts of a catalogue, each with its place and its kind."""
    if name in SPEAKING:
        for path in sorted((ROOT / SPEAKING[name]).rglob("*.py")):
            for words in sentences(path.read_text(encoding="utf-8")):
                yield words, path.relative_to(ROOT).as_posix(), ""
    elif name == "site":
        for words in words_of(tomllib.loads((ROOT / "site" / "words.toml").read_text(encoding="utf-8"))):
            yield words, "site/words.toml", ""
    else:
        for cell, words, kind in texts(read(NOTEBOOKS / f"{name}.ipynb"), shown(language, name)):
            yield words, f"{name}#{cell}", kind


def names() -> list[str]:
    """The catalogues that a language has."""
    return [*(path.stem for path in named([""], NOTEBOOKS)), "helpers", "grading", "site"]


def english(name: str, language: str) -> Catalog:
    """The catalogue of a notebook, of helpers, the grader or the site without translations."""
    catalog = new_catalog(language)
    for words, place, kind in messages(name, language):
        catalog.add(words, locations=[(place, None)], auto_comments=[kind] if kind in ("comment", "string") else [])
    return catalog


def new_catalog(language: str) -> Catalog:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        raise Failure(f"a language must be a code such as es or pt_BR, got {language!r}") from None
    return Catalog(locale=locale, project="course", header_comment=HEADER, fuzzy=False)


def path_of(name: str, language: str) -> Path:
    return TRANSLATIONS / language / f"{name}.po"


def load(name: str, language: str) -> Catalog:
    """A catalogue as it stands; empty if there is none."""
    path = path_of(name, language)
    if not path.is_file():
        return new_catalog(language)
    try:
        with open(path, "rb") as file:
            catalog = pofile.read_po(file, locale=language, abort_invalid=True)
    except (pofile.PoFileError, ValueError) as error:
        raise Failure(f"{path.relative_to(ROOT)}: not a catalogue: {error}") from None
    for message in catalog:  # Babel reads the old English of a fuzzy text as a comment, and would wrap it as one
        old = " ".join(line[1:].strip() for line in message.user_comments if line.startswith("|"))
        message.user_comments = [line for line in message.user_comments if not line.startswith("|")]
        if message.fuzzy and old:
            message.previous_id = [pofile.denormalize("\n".join(re.findall(r'"(?:[^"\\]|\\.)*"', old)))]
    return catalog


def written(catalog: Catalog) -> str:
    """A catalogue as text, without the dates that would make each update a change.

    Babel would wrap the old English of a fuzzy text as a comment, in the middle of a string, which other tools refuse.
    """
    for message in catalog:  # no text is filled in by %, and the braces of a formula are no fields; other tools compare
        message.flags -= {"python-format", "python-brace-format"} if "$" in str(message.id) else {"python-format"}
    buffer = io.BytesIO()
    pofile.write_po(buffer, catalog, width=WIDTH, sort_output=False, omit_header=False)
    fuzzy = (message for message in catalog if message.id and message.fuzzy)

    def with_old_english(flags: re.Match) -> str:
        old = next(fuzzy).previous_id
        lines = f"msgid {pofile.normalize(old[0], width=WIDTH)}".splitlines() if old else ()
        return "\n".join([flags[0], *(f"#| {line}" for line in lines)])

    text = re.sub(r"(?m)^#, .*\bfuzzy\b.*$", with_old_english, buffer.getvalue().decode("utf-8"))
    return re.sub(rf'(?m)^"({"|".join(CHANGING)}): .*\n', "", text)


def update(name: str, language: str) -> Catalog:
    """Bring a catalogue up to date with the English texts and store it; return it."""
    catalog, template_ = load(name, language), english(name, language)
    old = {message.id: message.previous_id for message in catalog if message.fuzzy and message.id}
    catalog.update(template_, no_fuzzy_matching=False, update_header_comment=False, keep_user_comments=True)
    for message in catalog:
        message.previous_id = message.previous_id or old.get(message.id, [])
    catalog.header_comment = HEADER
    catalog.obsolete.clear()  # what no lesson says any more is in git
    path = path_of(name, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    put_in_place(written(catalog), path)
    return catalog


def translations(catalog: Catalog) -> dict[str, str]:
    """The finished translations: neither empty nor fuzzy."""
    return {m.id: m.string for m in catalog if m.id and isinstance(m.id, str) and m.string and not m.fuzzy}


# What can be wrong with a translation

PLACEHOLDER = re.compile(r"(?<!\{)(?:\{\{)*(\{(?:[^{}]|\{[^{}]*\})+\})")
EXACT = {
    "fields in braces": PLACEHOLDER,
    "formulas": re.compile(r"\$\$?[^$]+\$\$?"),
    "code": re.compile(r"(?<!`)`[^`\n]+`(?!`)"),
    "links": re.compile(r"\]\(([^)]+)\)"),
}
WORDS_IN_TEX = re.compile(r"\\(?:text|mathrm)\{[^}]*\}")


def sound(catalog: Catalog) -> dict[str, str]:
    """The finished translations that have nothing wrong; where one has, the English text stays."""
    return {english: other for english, other in translations(catalog).items() if not faults(english, other)}


def faults(english_words: str, other: str) -> list[str]:
    """What a translation has that differs from the English and must not: fields, formulas, code, targets of links."""
    found = []
    for what, pattern in EXACT.items():
        one, two = (sorted(pattern.findall(WORDS_IN_TEX.sub("", text))) for text in (english_words, other))
        if one != two:
            found.append(f"{what} must be the same on both sides: {one} and {two}")
    if (english_words[:1].isspace(), english_words[-1:].isspace()) != (other[:1].isspace(), other[-1:].isspace()):
        found.append("blanks at the beginning and the end must be the same on both sides")
    return found


# The glossary: one translation for each term

GLOSSARY = """\
# Each English term and the one translation that stands for it: a regular expression, in lower case, that a translation
# of a text with the term must match. A test compares. Before them, words that are spelled as in English.
alike = []

[terms]
"""


def glossary(language: str) -> dict[str, str]:
    """Regular expressions of the translation of each English term, from translations/<language>/glossary.toml.

    A language without one begins with the terms of the others, each empty.
    """
    path = TRANSLATIONS / language / "glossary.toml"
    if not path.is_file():
        others = sorted(TRANSLATIONS.glob("*/glossary.toml"))
        return {term: "" for other in others for term in glossary(other.parent.name)}
    return tomllib.loads(path.read_text(encoding="utf-8"))["terms"]


def alike(language: str) -> frozenset[str]:
    """Words that are spelled as in English, from translations/<language>/glossary.toml."""
    path = TRANSLATIONS / language / "glossary.toml"
    return frozenset(tomllib.loads(path.read_text(encoding="utf-8")).get("alike", ()) if path.is_file() else ())


def begin_glossary(language: str) -> None:
    """Write the terms of a language that has no glossary yet, for its translator to fill in."""
    path, terms = TRANSLATIONS / language / "glossary.toml", glossary(language)
    if not path.is_file():
        put_in_place(GLOSSARY + "".join(f'"{term}" = ""\n' for term in terms), path)


def other_terms(terms: dict[str, str], english_words: str, other: str) -> list[str]:
    """The terms of a glossary that an English text has and its translation says otherwise."""
    plain, said = (NOT_PROSE.sub(" ", PLACEHOLDER.sub(" ", text)).lower() for text in (english_words, other))
    return [
        f"{term!r} must be {wanted!r} here too"
        for term, wanted in terms.items()
        if re.search(rf"\b{re.escape(term)}s?\b", plain) and not re.search(wanted, said)
    ]


# Facts: what a text claims, whatever its language

FACT = re.compile(r"\d+(?:\.\d+)?|\b(?:X?N?OR|N?AND|ReLU|[a-zA-Z]{1,2}\d)\b(?:'(?!s\b))?")


def claims(language: str) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    """How numbers in words and opposites are said, and how texts begin that are said freely, from the glossary."""
    path = TRANSLATIONS / language / "glossary.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return told.get("numbers", {}), told.get("facts", {}), tuple(told.get("free", ()))


def other_facts(
    known: tuple[dict[str, str], dict[str, str], tuple[str, ...]], english_words: str, other: str
) -> list[str]:
    """What a translation claims otherwise: numbers and names in their order, and which of two opposites comes first."""
    numbers, opposites, free = known
    if english_words.startswith(free):
        return []
    both = [PLACEHOLDER.sub(" ", text) for text in (english_words, other)]
    one, two = map(FACT.findall, both)
    rest, found = iter(two), []
    if not all(fact in rest for fact in one):
        found.append(f"numbers and names must be the same, in the same order: {one} and {two}")
    plain = [NOT_PROSE.sub(" ", text).lower() for text in both]
    for words, translated in numbers.items():
        kinds = list(zip(plain, ([rf"\b{word}" for word in side.split("|")] for side in (words, translated))))
        for (here, mine), (there, theirs) in (kinds, kinds[::-1]):
            if re.search(rf"{mine[0]}\b", here) and not re.search("|".join(theirs), there):
                found.append(f"{mine[0][2:]!r} is on one side alone")
    for pair, translated in opposites.items():
        places = {}
        for word, wanted in zip(pair.split(" / "), translated.split(" / ")):
            if here := re.search(rf"\b(?:{word})\b", plain[0]):
                there = re.search(wanted, plain[1])
                places[word] = here.start(), there.start() if there else None
        if any(there is None for _, there in places.values()):
            found.append(f"the translation of {' and '.join(places)} must be in it too")
        elif sorted(places, key=lambda word: places[word][0]) != sorted(places, key=lambda word: places[word][1]):
            found.append(f"{' and '.join(places)} must come in the same order")
    return found
