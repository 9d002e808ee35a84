"""Mistakes written by hand: a piece of a cell's text, what it becomes, and the check that must stop it."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """A mistake in a notebook's code, and the check that must stop it."""

    words: str  # what is wrong
    old: str  # text that stands in one code cell
    new: str  # what it becomes
    check: str  # a piece of the assertion that must fail, as it stands in the notebook; "" if Python itself objects
    says: str = ""  # a piece of what the failure says, where the assertion leaves it open
    settings: dict = {}  # names that get other values from the planted cell on, so that it is quick to the check


class Outcome(NamedTuple):
    """What became of a mistake."""

    words: str
    said: str  # where it was stopped and what was said there
    caught: bool  # whether that is the right place and the right word
    superfluous: bool = False  # whether it can be deleted: its check fails by other changes, or it has lost its place


def the_cell_with(old: str, sources: list[str]) -> int:
    """The index of the one code cell that holds the text.

    Raises:
        LookupError: if none does, or more than one.
    """
    holders = [index for index, source in enumerate(sources) if old in source]
    if len(holders) != 1:
        raise LookupError(f"the text must stand in one code cell, not in {len(holders)}: {old!r}")
    return holders[0]
