"""Each language's catalogues are complete and say the same; its notebooks are those that they make."""

import functools
import json
import re
import shutil

import pytest

from helpers import NOTEBOOKS, ROOT
from helpers import language as spoken
from tools import badges
from tools.notebook_files import read
from tools.translate import catalogues, pseudo
from tools.translate.__main__ import to_run, translated, write
from tools.translate.texts import FIELD, skeleton

LANGUAGES = catalogues.languages()
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[!.]*.ipynb"))
BOTH = [(language, name) for language in LANGUAGES for name in catalogues.names()]
WRITTEN = [(language, name) for language in LANGUAGES for name in LESSONS]
TELL = "run `make translate`, then translate what it names"


@functools.cache
def lags(language, name):
    """Where a catalogue, or the notebook that it makes, is not that of the present English: pairs (what, remedy)."""
    catalog = [message for message in catalogues.load(name, language) if message.id]
    known, wanted = {message.id for message in catalog}, {words for words, *_ in catalogues.messages(name, language)}
    kinds = {
        "missing": wanted - known,
        "unused": known - wanted,
        "empty": {message.id for message in catalog if not message.string},
        "fuzzy": {message.id for message in catalog if message.fuzzy},
    }
    said = {kind: f"{len(texts)} {kind}, such as {min(texts)[:90]!r}" for kind, texts in kinds.items() if texts}
    found = [(f"{language}/{name}.po: {texts}", TELL) for texts in said.values()]
    if (NOTEBOOKS / f"{name}.ipynb").exists():
        path = NOTEBOOKS / language / f"{name}.ipynb"
        stored, made = read(path).cells if path.exists() else [], translated(name, language).cells
        here, there = ([(cell.id, cell.source, cell.metadata) for cell in cells] for cells in (made, stored))
        found += [] if here == there else [(f"notebooks/{language}/{name}.ipynb is not what its catalogue makes", TELL)]
    return found


@pytest.fixture
def abreast(language, name):
    """Leaves out what compares a translation with English that it lags behind, which the test above tells."""
    if lags(language, name):
        pytest.skip("the translation lags behind")


@pytest.mark.parametrize("language, name", BOTH)
def test_a_translation_is_complete_and_of_the_present_english(language, name, house_rules):
    house_rules(lags(language, name))


@pytest.mark.parametrize("language, name", BOTH)
def test_both_sides_have_the_same_fields_formulas_code_and_links(language, name):
    for english, other in catalogues.translations(catalogues.load(name, language)).items():
        assert catalogues.faults(english, other) == [], other


@pytest.mark.parametrize("language, name", BOTH)
def test_no_text_is_left_in_english(language, name):
    alike = catalogues.alike(language)
    for english, other in catalogues.translations(catalogues.load(name, language)).items():
        words = pseudo.plain_words(FIELD.sub(" ", english)) - alike
        remedy = f"translate {english!r}, or list {sorted(words)} under `alike` in {language}/glossary.toml"
        assert english != other or not words, remedy


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_set_up_cell_is_the_same_in_all_notebooks_and_short(language):
    notebooks = [read(path) for path in (NOTEBOOKS / language).glob("*.ipynb")]
    cells = {cell.source for nb in notebooks for cell in nb.cells if "setup" in cell.metadata.get("tags", [])}
    assert len(cells) == 1, "translate the texts of the set-up cell alike in all catalogues"
    assert all(cell.count("\n") < 30 for cell in cells), "shorten the translations in the set-up cell to fewer lines"


@pytest.mark.parametrize("language, name", WRITTEN)
def test_a_notebook_has_the_code_ids_tags_and_kinds_of_output_of_the_english_one(language, name, abreast):
    english, other = read(NOTEBOOKS / f"{name}.ipynb"), read(NOTEBOOKS / language / f"{name}.ipynb")
    for one, two in zip(english.cells, other.cells, strict=True):
        assert (one.id, one.metadata.get("tags")) == (two.id, two.metadata.get("tags"))
        if one.cell_type == "code" and "setup" not in one.metadata.get("tags", []):
            assert skeleton(one.source) == skeleton(two.source), one.id
        kinds = [[sorted(o.get("data", o.output_type)) for o in cell.get("outputs", [])] for cell in (one, two)]
        assert kinds[0] == kinds[1], f"{one.id}: run `make refresh LANGUAGE={language}`"


MAY_MOVE = {"nbval-ignore-output", "unstable-figure"}  # between processors; each edition was run on one of them
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def numbers(cell):
    """The numbers that a cell's outputs tell, output by output; a language may put them in another order."""
    said = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return [sorted(NUMBER.findall(text)) for text in said]


@pytest.mark.parametrize("language, name", WRITTEN)
def test_stored_outputs_tell_the_numbers_of_the_english_ones(language, name, abreast):
    english, other = read(NOTEBOOKS / f"{name}.ipynb"), read(NOTEBOOKS / language / f"{name}.ipynb")
    for one, two in zip(english.cells, other.cells, strict=True):
        if one.cell_type == "code" and MAY_MOVE.isdisjoint(one.metadata.get("tags", [])):
            assert numbers(one) == numbers(two), f"{one.id}: run `make refresh LANGUAGE={language}`"


def alternatives(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [(o, after) for o, after in zip(outputs, outputs[1:]) if "image/png" in o.get("data", {})]
    return [(o.metadata["image/png"]["alt"], after["data"]["text/markdown"]) for o, after in shown]


@pytest.mark.parametrize("language, name", WRITTEN)
def test_every_figure_has_an_alternative_and_a_caption_in_its_language(language, name, abreast):
    english, other = read(NOTEBOOKS / f"{name}.ipynb"), read(NOTEBOOKS / language / f"{name}.ipynb")
    one, two = alternatives(english), alternatives(other)
    assert len(one) == len(two), f"run `make refresh LANGUAGE={language}`"
    for (alt, caption), (other_alt, other_caption) in zip(one, two):
        assert alt != other_alt and caption != other_caption, other_alt


@pytest.mark.parametrize("language", LANGUAGES)
def test_helpers_say_what_the_catalogue_holds_and_english_where_it_holds_nothing(language, monkeypatch):
    stored = json.loads((ROOT / "helpers" / "languages" / f"{language}.json").read_text(encoding="utf-8"))
    assert stored == catalogues.translations(catalogues.load("helpers", language)), TELL
    monkeypatch.setattr(spoken, "_spoken", language)
    assert [spoken.say(sentence) for sentence in stored] == list(stored.values())
    assert spoken.say("no such sentence") == "no such sentence"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_glossary_term_has_one_translation(language):
    glossary = catalogues.glossary(language)
    assert len(glossary) >= 15 and all(glossary.values()), f"give each term its translation in {language}/glossary.toml"
    for name in catalogues.names():
        for english, other in catalogues.translations(catalogues.load(name, language)).items():
            assert catalogues.other_terms(glossary, english, other) == [], other


@pytest.mark.parametrize("language, name", BOTH)
def test_both_sides_claim_the_same(language, name):
    """Each language is the other's second source: whoever changes a number, a name or a side changes both."""
    found, known = [], catalogues.claims(language)
    for message in catalogues.load(name, language):
        if message.id and message.string and not message.fuzzy:
            place = message.locations[0][0] if message.locations else name
            faults = catalogues.other_facts(known, message.id, message.string)
            found += [f"{place}: {fault}: {message.id} | {message.string}" for fault in faults]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_freely_is_there_and_does_claim_something_else(language):
    *known, free = catalogues.claims(language)
    all_of_it = [
        both for name in catalogues.names() for both in catalogues.translations(catalogues.load(name, language)).items()
    ]
    for begin in free:
        found = [catalogues.other_facts((*known, ()), *both) for both in all_of_it if both[0].startswith(begin)]
        assert any(found), f"take {begin!r} out of [free] in the glossary: nothing that begins so needs it"


@pytest.mark.parametrize("english, other, found", [
    ("(0,1) and (1,0) meet: AND", "(0,1) y (1,0) se encuentran: AND", 0),
    ("(0,0) and (1,1) meet: AND", "(0,1) y (1,0) se encuentran: AND", 1),
    ("make the output unit a NOR instead of an OR", "haz que la unidad de salida sea OR y no NOR", 1),
    ("XNOR's line, a3 with w3, three layers", "la recta de XNOR, a3 con w3, tres capas", 0),
    ("a3 with w4", "a3 con w3", 1),
    ("three layers", "dos capas", 1),
    ("rows of the batch, units of one row", "filas del lote, unidades de una fila", 0),
    ("units of one row, rows of the batch", "filas del lote, unidades de una fila", 1),
    ("at least two", "a lo sumo dos", 1),
    ("at least three of three", "al menos dos de tres", 1),
    ("section 6 proves it", "lo demuestra la sección 5", 1),
])  # fmt: skip
def test_another_claim_is_found(english, other, found):
    assert bool(catalogues.other_facts(catalogues.claims("es"), english, other)) == found


def test_a_third_language_needs_a_code_and_its_texts_alone(tmp_path, monkeypatch):
    name = LESSONS[0]
    for folder in ("helpers", "notebooks"):
        (tmp_path / folder).mkdir()
    shutil.copy(NOTEBOOKS / f"{name}.ipynb", tmp_path / "notebooks")
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path / "translations")
    monkeypatch.setattr(catalogues, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr("tools.translate.__main__.NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr("tools.translate.__main__.ROOT", tmp_path)
    missing = write("fr")
    assert any(f"{name}.po" in line and "wait for a translation" in line for line in missing)
    place, said = next(line for line in missing if f"{name}.po:" in line).split(": not translated: ")
    at = int(place.split(":")[1]) - 1
    assert said.strip("'") in catalogues.path_of(name, "fr").read_text(encoding="utf-8").splitlines()[at]
    assert to_run("fr") == []  # it will change with its translation
    monkeypatch.setattr(catalogues, "names", lambda: [])
    monkeypatch.setattr("tools.translate.__main__.to_do", lambda name, language: [])
    assert to_run("fr") == [name]
    catalog = catalogues.load(name, "fr")
    chosen = [message for message in catalog if message.id and not catalogues.faults(message.id, f"É. {message.id}")][
        :10
    ]
    for message in chosen:
        message.string = f"É. {message.id}"
    path = catalogues.path_of(name, "fr")
    path.write_text(catalogues.written(catalog), encoding="utf-8")
    sources = "\n".join(cell.source for cell in translated(name, "fr").cells)
    assert len(chosen) == 10 and sources.count("É. ") >= 10
    assert 'speak("fr")' in sources and "/fr/" in badges.badge("https://github.com/a/b", "main", name, "fr")


def test_other_tools_compare_the_fields_of_a_sentence_and_nothing_of_a_formula_or_a_per_cent_sign():
    catalog = catalogues.new_catalog("es")
    for words in (r"$\\text{answer}$ is wrong", "{name} is wrong", "30 % is wrong", "plain"):
        catalog.add(words)
    flags = re.findall(r"(?m)^#, (.*)\nmsgid (.*)$", catalogues.written(catalog))
    assert flags == [("python-brace-format", '"{name} is wrong"')]


def test_a_fuzzy_text_keeps_its_old_english_however_often_it_is_brought_up_to_date(tmp_path, monkeypatch):
    old = 'A "long" text, with more than the hundred columns of a line in a catalogue: so it is cut,\nand two lines.'
    said = [old]

    def english(name, language):
        catalog = catalogues.new_catalog(language)
        catalog.add(said[0])
        return catalog

    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(catalogues, "english", english)
    catalogues.update("lesson", "es")
    path = catalogues.path_of("lesson", "es")
    path.write_text(path.read_text(encoding="utf-8")[:-4] + '"Un texto."\n', encoding="utf-8")
    said[0] = old.replace("two", "three")
    for _ in range(3):
        catalogues.update("lesson", "es")
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#|")]
    assert len(kept) > 2 and all(re.fullmatch(r'#\| (msgid )?"([^"\\]|\\.)*"', line) for line in kept), (
        "no string is cut"
    )
    (message,) = (message for message in catalogues.load("lesson", "es") if message.id)
    assert (message.previous_id, message.string, message.user_comments) == ([old], "Un texto.", [])
