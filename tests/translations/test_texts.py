"""Texts are found where a reader sees them, and others put in their place leave the code as it is."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import NOTEBOOKS
from tools.notebook_files import read
from tools.translate.texts import blocks, rewrite, rewrite_code, skeleton, texts

LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[!.]*.ipynb"))
CODE = '''
# @title Figure: two lines
rate = 0.1  # step length  # fmt: skip
key = {"plain": 1, "two words": 2}
def f(x):
    """The square of x."""
    assert x == x, f"not a number: {x!r}"
    return x * x
ax.plot(x, f(x), label="square", color="red")
ax.annotate("here", (0, 0), textcoords="offset points")
print(f"{rate:.{digits}f} of {{all}} at {key['plain']}", end="")
text = ("one line that is broken "
        f"over {n} pieces")
'''


def cells_of(source):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])


def found(source):
    return [text.words for text in texts(cells_of(source))]


def test_what_a_reader_sees_of_code_is_found_and_nothing_else():
    assert found(CODE) == [
        "Figure: two lines", "step length", "two words", "The square of x.", "not a number: {x!r}", "square", "here",
        "{rate:.{digits}f} of {{all}} at {key['plain']}", "one line that is broken over {n} pieces",
    ]  # fmt: skip


def test_code_keeps_everything_but_its_words():
    spanish = {
        "Figure: two lines": "Figura: «dos» líneas",
        "step length": "longitud del paso",
        "The square of x.": "El cuadrado de x.",
        "not a number: {x!r}": 'no es un "número": {x!r}',
        "square": "cuadrado",
        "{rate:.{digits}f} of {{all}} at {key['plain']}": "en {key['plain']}, {rate:.{digits}f} de {{todos}} \\ '\"",
        "one line that is broken over {n} pieces": "una línea partida en {n} pedazos",
    }
    written = rewrite_code(CODE, spanish.get)
    assert skeleton(written) == skeleton(CODE)
    assert set(spanish.values()) <= set(found(written))
    assert "# @title Figura" in written and "paso  # fmt: skip" in written and 'color="red"' in written


def test_a_key_inside_a_field_goes_where_its_name_went():
    source = "sizes = {\"two words\": 1}\nprint(f\"{sizes['two words']} of them, {key or 'none'}\")"
    spanish = {"two words": "dos palabras", "none": "ninguno"}
    assert [t.words for t in texts(cells_of(source), frozenset({"none"}))].count("none") == 1
    written = rewrite_code(source, spanish.get, frozenset({"none"}))
    assert written == "sizes = {\"dos palabras\": 1}\nprint(f\"{sizes['dos palabras']} of them, {key or 'ninguno'}\")"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_any_words_can_be_written_or_are_refused_and_never_change_the_code(words):
    for english, new in (
        ("two words", words),
        ("not a number: {x!r}", words.replace("{", "").replace("}", "") + "{x!r}"),
    ):
        written = rewrite_code(CODE, {english: new}.get)
        assert skeleton(written) == skeleton(CODE)


@pytest.mark.parametrize("new", ["no field", "{x!r} {y}", "{x", "{x!r} {"])
def test_a_field_that_is_lost_added_or_broken_is_refused(new):
    with pytest.raises(ValueError, match="leave the code as it is|cannot be written|reads otherwise"):
        rewrite_code(CODE, {"not a number: {x!r}": new}.get)


def test_code_in_prose_is_read_as_code():
    source = 'A *line*.\n\n```python\ndef f(x):\n    """The square."""\n    return x**2  # not x\n```\n\nEnd.'
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    assert [text.words for text in texts(notebook)] == ["A *line*.", "The square.", "not x", "End."]
    (cell,) = rewrite(notebook, {"The square.": "El cuadrado.", "not x": "y no x"}.get).cells
    assert cell.source == source.replace("The square.", "El cuadrado.").replace("not x", "y no x")


def test_markdown_is_cut_into_paragraphs_and_items_and_joined_again():
    source = "# Title\n\nOne *line*\nmore:\n\n- item $x$\n- item\n\n```python\na\n\nb\n```\n\n$$x = 1$$\n"
    assert "".join(blocks(source)) == source
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    assert [text.words for text in texts(notebook)] == ["# Title", "One *line*\nmore:", "- item $x$", "- item"]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_written_without_translations_is_itself_and_in_accents_the_same_code(name):
    notebook = read(NOTEBOOKS / f"{name}.ipynb")
    assert [c.source for c in rewrite(notebook, lambda words: None).cells] == [c.source for c in notebook.cells]
    for before, after in zip(notebook.cells, rewrite(notebook, lambda words: f"{words} ¿é\\α?").cells):
        if before.cell_type == "code":
            assert skeleton(before.source) == skeleton(after.source)
