"""helpers.answered: an exercise that only says whether it is answered."""

import pytest

from helpers.answered import answered
from helpers.feedback import evaluate
from tools.exercises import asked, lessons

EXERCISES = [(lesson, one) for lesson, notebook in lessons().items() for one in asked(notebook).values()]


@pytest.mark.parametrize("lesson, one", EXERCISES, ids=[f"{lesson[:2]}-{one.number}" for lesson, one in EXERCISES])
def test_a_blank_is_no_answer(lesson, one):
    check = answered(f"answer_{one.number}", one.blank)
    assert check.verdict(evaluate(one.blank, {}, f"answer_{one.number}")).status == "unanswered"


def test_a_translated_blank_is_no_answer():
    check = answered("answer_1", 'def f(a):\n    """English."""\n    ...\n\n\nanswer_1 = f')
    assert check.verdict(
        evaluate('def f(a):\n    """Español."""\n    ...\n\n\nanswer_1 = f', {}, "answer_1")
    ).status == ("unanswered")


@pytest.mark.parametrize("source", ["lambda a: 2 * a", "3", "{'u': 1}", "print", "object()"])
def test_whatever_else_is_an_answer_and_no_more_is_said(source):
    verdict = answered("answer_1", "def f(a):\n    ...\n\n\nanswer_1 = f").verdict(evaluate(source, {}))
    assert verdict == ("right", "Answered. It is graded when you have handed it in.")


def test_a_table_of_blanks_is_answered_when_one_is_filled():
    check = answered("answer_1", 'answer_1 = {"u": ..., "v": ...}')
    assert check.verdict({"u": ..., "v": ...}).status == "unanswered"
    assert check.verdict({"u": 1, "v": ...}).status == "right"
