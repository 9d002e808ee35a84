"""The catalogue of mistakes keeps step with the notebooks: each of their checks has been seen to fail.

`make mistakes` plants the mistakes. These tests say in a second what is missing or gone.
"""

import pytest

from tests.mistakes.__main__ import catalogue
from tests.mistakes.planting import checks_in, code_sources, the_cell_with

MISTAKES = catalogue([""])
NOTEBOOKS = [name for name in MISTAKES if name != "bundle"]


def checks_of(name):
    """The text of each assertion in a notebook."""
    return [text for source in code_sources(name) for _, text in checks_in(source)]


def test_every_notebook_has_a_catalogue_of_mistakes(notebook_path):
    assert notebook_path.stem in NOTEBOOKS, f"write tests/mistakes/{notebook_path.stem}.py"


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
