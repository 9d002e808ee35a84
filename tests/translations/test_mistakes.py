"""Each check of the translations is seen to fail: a mistake at a time, in a made-up French of the small notebook."""

import dataclasses
import json

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_output

from helpers import language
from tests.given import require_none
from tests.translations import test_answers, test_catalogues
from tools import badges
from tools.mistakes.copies import FIXTURE
from tools.notebook_files import put_in_place, read
from tools.translate import __main__, catalogues

NAME, LINKED = "01_tiny", "The line is `line` and $s x + 1$, see [Euclid](https://example.org)."
ALT, CAPTION = "Two lines.", "*The slope.*"
SAID = ["Not yet: ", "Not answered yet."]


def in_french(words):
    return words.replace("slope", "pente").rstrip() + "\u00a0!" + words[len(words.rstrip()) :]


def outputs(say):
    """What the notebook's cells store, as far as the checks look at it: a printed line, and a figure with its words."""
    line = new_output("stream", name="stdout", text=say("Over 3 the line is at 7.0") + "\n")
    alt = {"image/png": {"alt": say(ALT)}}
    picture = new_output("display_data", {"image/png": "", "text/plain": say(ALT)}, metadata=alt)
    caption = new_output("display_data", {"text/markdown": say(CAPTION), "text/plain": say(CAPTION)})
    return {"check": [line], "figure": [picture, caption]}


def store(path, say):
    notebook = read(path)
    for cell in notebook.cells:
        if cell.id in (stored := outputs(say)):
            cell.outputs = stored[cell.id]
    put_in_place(notebook, path)


@pytest.fixture
def french(tmp_path, monkeypatch):
    """The folder of a course that is whole in English and in French."""
    for module in (catalogues, __main__, test_catalogues):
        for name in {"NOTEBOOKS", "TRANSLATIONS", "ROOT"} & set(vars(module)):
            if (module, name) != (catalogues, "ROOT"):  # where the site's words stand
                monkeypatch.setattr(module, name, tmp_path / ("" if name == "ROOT" else name.lower()))
    monkeypatch.setattr(language, "_translations", language._translations.__wrapped__)  # which keeps nothing
    monkeypatch.setattr(test_catalogues, "lags", test_catalogues.lags.__wrapped__)
    monkeypatch.setattr(language, "SENTENCES", tmp_path / "helpers" / "languages")
    said = [(words, "helpers", "") for words in SAID]
    real = catalogues.messages
    monkeypatch.setattr(catalogues, "messages", lambda name, code: said if name == "helpers" else real(name, code))
    for folder in ("notebooks", "helpers"):
        (tmp_path / folder).mkdir()
    notebook = nbformat.read(FIXTURE / f"{NAME}.ipynb", as_version=4)
    badges.stamp(notebook, "https://github.com/a/b", "main", NAME)
    notebook.cells.insert(2, new_markdown_cell(LINKED, id="linked"))
    put_in_place(notebook, tmp_path / "notebooks" / f"{NAME}.ipynb")
    store(tmp_path / "notebooks" / f"{NAME}.ipynb", str)
    __main__.write("fr")
    for name in catalogues.names():
        edit_catalogue(name, lambda message: setattr(message, "string", in_french(message.id)))
    terms = {"line": "line", "slope": "pente"} | {f"term {n}": "terme" for n in range(15)}
    text = "[terms]\n" + "".join(f'"{term}" = "{other}"\n' for term, other in terms.items())
    (tmp_path / "translations" / "fr" / "glossary.toml").write_text(text, encoding="utf-8")
    assert __main__.write("fr") == []
    store(tmp_path / "notebooks" / "fr" / f"{NAME}.ipynb", in_french)
    return tmp_path


def edit_catalogue(name, edit):
    catalog = catalogues.load(name, "fr")
    for message in [message for message in catalog if message.id]:
        edit(message)
    put_in_place(catalogues.written(catalog), catalogues.path_of(name, "fr"))


def of(words, **changes):
    """Edits the translation of the text that begins with some words."""

    def edit(message):
        if message.id.startswith(words):
            for name, value in changes.items():
                setattr(message, name, value(getattr(message, name)))

    return lambda root: edit_catalogue(NAME, edit)


def stored(id_, edit):
    """Edits a cell of the French notebook."""

    def change(root):
        path = root / "notebooks" / "fr" / f"{NAME}.ipynb"
        notebook = read(path)
        edit(next(cell for cell in notebook.cells if cell.id == id_))
        put_in_place(notebook, path)

    return change


def without(old, new=""):
    return lambda text: text.replace(old, new)


def source(old, new):
    return lambda cell: cell.update(source=cell.source.replace(old, new))


def unheard_of(root):
    catalog = catalogues.load(NAME, "fr")
    catalog.add("Nobody says this.", "Personne.")
    put_in_place(catalogues.written(catalog), catalogues.path_of(NAME, "fr"))


def helpers_json(root):
    (root / "helpers" / "languages" / "fr.json").write_text(json.dumps({SAID[0]: "Non."}), encoding="utf-8")


def picture(edit):
    """Edits the stored figure: its two outputs, the picture and the caption."""
    return stored("figure", lambda cell: edit(*cell.outputs))


PRESENT = test_catalogues.test_a_translation_is_complete_and_of_the_present_english
SAME = test_catalogues.test_both_sides_have_the_same_fields_formulas_code_and_links
COPIED = test_catalogues.test_no_text_is_left_in_english
CODE = test_catalogues.test_a_notebook_has_the_code_ids_tags_and_kinds_of_output_of_the_english_one
NUMBERS = test_catalogues.test_stored_outputs_tell_the_numbers_of_the_english_ones
FIGURES = test_catalogues.test_every_figure_has_an_alternative_and_a_caption_in_its_language
TERMS = test_catalogues.test_a_glossary_term_has_one_translation
HELPERS = test_catalogues.test_helpers_say_what_the_catalogue_holds_and_english_where_it_holds_nothing

MISTAKES = {
    "a text is missing": (PRESENT, of("A line.", id=lambda _: "Another line."), "missing, such"),
    "a text is unused": (PRESENT, unheard_of, "unused, such"),
    "a text is empty": (PRESENT, of("A line.", string=lambda _: ""), "empty, such"),
    "a text is fuzzy": (PRESENT, of("A line.", flags=lambda flags: flags | {"fuzzy"}), "fuzzy, such"),
    "a text is left in English": (COPIED, of("A line.", string=lambda _: "A line."), "translate 'A line.'"),
    "a field is lost": (SAME, of("Over 3", string=without("{line(3, SLOPE):.1f}")), "fields in braces"),
    "a formula differs": (SAME, of(LINKED, string=without("$s x + 1$", "$s x$")), "formulas"),
    "code differs": (SAME, of(LINKED, string=without("`line`", "`ligne`")), "code must be"),
    "a link leads elsewhere": (SAME, of(LINKED, string=without(".org", ".com")), "links must be"),
    "a blank at the end is lost": (SAME, of(LINKED, string=lambda text: text + " "), "blanks at"),
    "a notebook's sentence is edited": (PRESENT, stored("closing", source("A line.", "Une ligne.")), "make translate"),
    "a notebook's code is edited": (PRESENT, stored("line", source("+ 1", "+ 2")), "make translate"),
    "a number in code differs": (CODE, stored("line", source("+ 1", "+ 2")), "line"),
    "a cell has another tag": (CODE, stored("line", lambda cell: cell.metadata.update(tags=[])), "definition"),
    "an output is gone": (CODE, stored("check", lambda cell: cell.update(outputs=[])), "check: run"),
    "a figure is gone": (CODE, stored("figure", lambda cell: cell.update(outputs=cell.outputs[1:])), "figure: run"),
    "a printed number differs": (NUMBERS, stored("check", lambda cell: cell.outputs[0].update(text="8")), "check: run"),
    "an alternative is English": (FIGURES, picture(lambda png, _: png.metadata["image/png"].update(alt=ALT)), ALT),
    "a caption is English": (FIGURES, picture(lambda _, words: words.data.update({"text/markdown": CAPTION})), "slope"),
    "a term has two translations": (TERMS, of("The larger", string=without("pente", "côte")), "must be 'pente'"),
    "helpers say something else": (HELPERS, helpers_json, "make translate"),
}  # fmt: skip


def check(test, monkeypatch):
    arguments = {"language": "fr", "name": NAME, "monkeypatch": monkeypatch}
    arguments |= {"house_rules": require_none, "abreast": None}
    names = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(**{name: arguments[name] for name in names})


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_caught_by_its_check(words, french, monkeypatch):
    test, plant, says = MISTAKES[words]
    check(test, monkeypatch)
    plant(french)
    with pytest.raises((AssertionError, pytest.fail.Exception), match=says):
        check(test, monkeypatch)


SPOKEN, LESSON, NUMBER = test_answers.ALL[0]
REAL = test_answers.exercise(LESSON, NUMBER)


def never(answer):
    return False


ANSWERED = {
    "a hint has no translation": ({REAL.slips[0].hint}, {}, "no catalogue has"),
    "a word before each hint has no translation": ({"Not yet: "}, {}, "no catalogue has"),
    "a praise is told in English": ({}, {"praise": "Right, and raw."}, "no catalogue has"),
    "a computed sentence is told in English": (
        {},
        {"slips": (), "counterexample": "look at {}".format},
        "no catalogue",
    ),
    "a solution is refused": ({}, {"right": never}, "must be accepted"),
    "a slip gets another hint": ({}, {"slips": [s._replace(recognises=never) for s in REAL.slips]}, r"\[0, 1, 1, 1\]"),
}


@pytest.mark.parametrize("words", ANSWERED)
def test_an_exercise_that_answers_in_english_or_amiss_is_caught(words, monkeypatch):
    forgotten, changes, says = ANSWERED[words]
    known = catalogues.translations(catalogues.load("helpers", SPOKEN))
    monkeypatch.setattr(test_answers, "exercise", lambda *_: dataclasses.replace(REAL, **changes))
    monkeypatch.setattr(catalogues, "translations", lambda _: {k: v for k, v in known.items() if k not in forgotten})
    with pytest.raises(AssertionError, match=says):
        test_answers.test_an_exercise_answers_in_its_language_alone(SPOKEN, LESSON, NUMBER, monkeypatch)
