"""The catalogue of mistakes keeps step with the notebooks: each of their assertions has been seen to fail.

`make mistakes` plants the mistakes. These tests say in a second what is missing or gone.
"""

import pytest

from tools.mistakes.__main__ import catalogue
from tools.mistakes.engine import Mistake, attempt, checks_in, code_sources, the_cell_with

MISTAKES = catalogue([""])
NOTEBOOKS = [name for name in MISTAKES if name != "anywhere"]


def checks_of(name):
    """The text of each assertion in a notebook."""
    return [text for source in code_sources(name) for _, text in checks_in(source)]


def test_every_notebook_has_a_catalogue_of_mistakes(notebook_path):
    assert notebook_path.stem in NOTEBOOKS, f"write tests/lessons/{notebook_path.stem}.py"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_check_is_one_that_a_mistake_turns_red(name):
    caught = [mistake.check for mistake in MISTAKES[name] if mistake.check]
    assert [check for check in checks_of(name) if not any(piece in check for piece in caught)] == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_check_that_catches_a_mistake_is_gone(name):
    checks = checks_of(name)
    for mistake in MISTAKES[name]:
        holders = [check for check in checks if mistake.check in check]
        assert not mistake.check or len(holders) == 1, f"the check of {mistake.words!r} is gone: {mistake.check}"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_mistake_has_its_place_in_one_code_cell(name):
    sources = code_sources(name)
    for mistake in MISTAKES[name]:
        assert mistake.new != mistake.old and the_cell_with(mistake.old, sources) >= 0, mistake.words


def test_no_two_mistakes_have_the_same_words():
    for name, mistakes in MISTAKES.items():
        words = [mistake[0] for mistake in mistakes]
        assert len(set(words)) == len(words), name


CELLS = [
    "x = 1",
    "def assert_small(y):\n    assert y < 9\n",
    "assert x == 1, 'x must be 1'",
    "assert_small(8 * x)",
    "1 / x",
]


@pytest.mark.parametrize(
    "new, check, says, caught, said",
    [
        ("x = 2", "x must be 1", "", True, "code cell 3: AssertionError: x must be 1"),
        ("x = 2", "x must be 1", "another word", False, "code cell 3: AssertionError: x must be 1"),
        ("x = 2", "assert_small(8 * x)", "", False, "ANOTHER CHECK"),
        ("x = 1 + 0", "x must be 1", "", False, "every check passed"),
        ("x = y", "", "'y' is not defined", True, "code cell 1: NameError: name 'y' is not defined"),
        ("x = y", "x must be 1", "", False, "ANOTHER CHECK, 'none'"),
        ("x = type('Odd', (), {'__eq__': lambda *_: 1 / 0})()", "x must be 1", "", False, "ANOTHER CHECK"),
    ],
)
def test_a_mistake_is_caught_only_by_the_check_that_is_named_with_the_word_that_is_named(
    new, check, says, caught, said
):
    outcome = attempt(Mistake("words", "x = 1", new, check, says), 0, CELLS, {})
    assert outcome.words == "words" and outcome.caught == caught and outcome.said.startswith(said)


def test_a_function_that_asserts_counts_where_it_is_called_and_settings_hold_from_the_planted_cell_on():
    assert [text for source in CELLS for _, text in checks_in(source)] == ["assert x == 1, 'x must be 1'", CELLS[3]]
    quick = Mistake("words", "8 * x", "9 * k", "assert_small", settings={"k": 1})
    scope: dict = {"x": 1}
    exec(compile(CELLS[1], "code cell 2", "exec"), scope)
    assert attempt(quick, 3, CELLS, scope) == ("words", "code cell 4: AssertionError: ", True)


def test_a_text_that_stands_in_no_cell_or_in_two_has_no_place():
    for text in ("nowhere", "x"):
        with pytest.raises(LookupError, match="must stand in one code cell"):
            the_cell_with(text, CELLS)
