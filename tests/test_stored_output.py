"""Numbers of a text that may differ between processors may move a little; its words stay."""

import pytest

from tests.stored_output import text_difference

STORED = "over 32 seeds\nReLU  96.5%  at most 180 epochs"


def said(fresh):
    """What the comparison says where a text came in two pieces."""
    return text_difference([{"text": fresh[:7]}, {"text": fresh[7:]}], [{"text": STORED}])


@pytest.mark.parametrize(
    "old, new", [("96.5%", "96.5%"), ("96.5%", "93.5%"), ("96.5%", "99.5%"), ("180", "220"), ("32", "42")]
)
def test_a_number_may_move_by_its_tolerance(old, new):
    assert said(STORED.replace(old, new)) == ""


@pytest.mark.parametrize(
    "old, new",
    [
        ("96.5%", "12.5%"),
        ("96.5%", "93.4%"),
        ("96.5%", "96.5"),
        ("180", "230"),
        ("32", "43"),
        ("ReLU", "sigmoid"),
        ("96.5%", "nan%"),
    ],
)
def test_a_number_that_moves_farther_or_another_word_is_told(old, new):
    assert said(STORED.replace(old, new)) == f"{old} is stored, not {new}"


def test_a_word_too_many_or_too_few_is_told():
    assert said(STORED + " more") == "10 words where 9 are stored"
    assert said(STORED.removesuffix("epochs")) == "8 words where 9 are stored"
