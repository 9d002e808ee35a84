"""Feedback that only says whether an exercise is answered: for a class whose answers are graded later."""

from typing import Any

from helpers.feedback import Exercise, evaluate, unanswered


def answered(name: str, blank: str) -> Exercise:
    """An exercise for which every answer is as good as any other, but its blank is none.

    Args:
        name: of the answer, such as "answer_3".
        blank: source of the answer cell as it is handed out.
    """
    untouched = evaluate(blank, {}, name)

    def clean(answer: Any) -> Any:
        if _same(answer, untouched):
            raise unanswered()
        return answer

    return Exercise(clean=clean, right=lambda answer: True, praise="Answered. It is graded when you have handed it in.")


def _same(one: Any, other: Any) -> bool:
    """Whether an answer is still its blank: of functions, whether they do the same; their texts may be translated."""
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    codes = [getattr(function, "__code__", None) for function in (one, other)]
    if None not in codes:
        mine, blank = ((c.co_code, c.co_names, [x for x in c.co_consts if not isinstance(x, str)]) for c in codes)
        return mine == blank
    return one is other or (type(one) is type(other) and isinstance(one, str | int | float) and one == other)
