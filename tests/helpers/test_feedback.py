"""Feedback on exercises: what students type is brought into one form, and what they are told is one useful line."""

import re

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers import feedback

PLAIN = feedback.Exercise(
    clean=feedback.function,
    right=lambda f: f(2.0) == 4.0,
    praise="Right.",
    slips=(feedback.Slip("lambda x: -x * x", lambda f: f(2.0) == -4, "the sign."),),
)


@pytest.mark.parametrize("typed, told", [
    ("def answer(x):\n    y = x + 1\n    return yy", "your line 3, `return yy`, raises NameError: name 'yy' is not"),
    ("lambda x: x.squared()", "your line 1, `lambda x: x.squared()`, raises AttributeError: 'float' object has no"),
    ("lambda: 4.0", "your line 1, `lambda: 4.0`, raises TypeError"),
    ("def answer(x):\n    return answer(x)", "your line 2, `return answer(x)`, raises RecursionError"),
    ("def answer(x):\n    raise SystemExit", "your line 2, `raise SystemExit`, raises SystemExit"),
    ("def answer(x):\n    while True:\n        print(x)", "your line 3, `print(x)`, raises EndlessPrinting: it prints"),
    ("def answer(x):\n    raise ValueError('two\\nlines')", "raises ValueError: two lines"),
    ("made", "your line 2 raises NameError: name 'nowhere' is not defined"),
    ("def answer(x):\n    raise ValueError('x' * 400)", "raises ValueError: " + "x" * 300),
    ("def answer(x):\n    raise ValueError", "raises ValueError"),
    ("np.linalg.inv", "raises LinAlgError: 0-dimensional array given"),
])  # fmt: skip
def test_the_students_own_exception_is_shown_with_its_line(typed, told):
    elsewhere = {}
    exec("def made(x):\n    return nowhere", elsewhere)  # its source is nowhere to be found
    status, said = PLAIN.verdict(feedback.evaluate(typed, {"np": np, "made": elsewhere["made"]}))
    assert status == "error" and told in said and "x" * 301 not in said


def test_the_line_is_found_in_what_was_typed_in_a_notebook_cell():
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("import math\n\ndef helper(x):\n    return x.upper()\n")
        shell.run_cell("# my try\ndef mine(x):\n    return helper(x)\n")
        status, said = PLAIN.verdict(shell.user_ns["mine"])
    finally:
        InteractiveShell.clear_instance()
    assert status == "error"
    assert said == "your line 3, `return helper(x)`, raises AttributeError: 'float' object has no attribute 'upper'"


@pytest.mark.parametrize("text", [
    "None", "...", "(None, None)", "lambda x: None", "lambda x: ...", "def answer(x):\n    pass",
    "def answer(x):\n    '''Square x.'''\n    return ...", "def answer(x):\n    y = ...\n    return y",
    "def answer(x):\n    y = ...\n    return y + x",
])  # fmt: skip
def test_a_blank_is_not_answered_yet(text):
    assert PLAIN.verdict(feedback.evaluate(text, {})) == ("unanswered", "Not answered yet.")


def test_a_function_without_return_is_told_so_and_is_no_stub():
    assert PLAIN.verdict(feedback.evaluate("def answer(x):\n    x * x", {})).sentence.endswith("add a return.")


@pytest.mark.parametrize("typed", [
    "[1, 2]", "(1, 2)", "[[1], [2]]", "[[1, 2]]", "np.array([1, 2])", "torch.tensor([1., 2.], requires_grad=True)",
    "[np.array([1]), torch.tensor(2)]", "(x for x in (1, 2))", "range(1, 3)", "{'a': 1, 'b': 2}", "map(int, '12')",
])  # fmt: skip
def test_numbers_are_found_in_every_dress(typed):
    import torch

    assert feedback.array(feedback.evaluate(typed, {"np": np, "torch": torch}), (2,)).tolist() == [1, 2]


@pytest.mark.parametrize("answer, told", [
    ([1, 2, 3], "give 2 numbers, not 3 numbers."), (3, "give 2 numbers, not a single number."),
    ([[1, 2], [3, 4]], "give 2 numbers, not an array of the shape (2, 2)."), ("12", "not the text '12'"),
    ({1, 2}, "a set has no order"), ([1, [2, 3]], "this is no array of numbers"), ([None, 2], "Not answered yet."),
    ([1j, 1], "give numbers, not 1j"), ([len, 2], "give numbers, not <built-in"),
])  # fmt: skip
def test_what_is_no_such_array_is_refused_in_words(answer, told):
    with pytest.raises(feedback.Told, match=re.escape(told)):
        feedback.array(answer, (2,))


class Long:
    """A thing whose text has lines, and more letters than a message can bear."""

    def __repr__(self):
        return "thing\n  of " + "y" * 60

    def __call__(self):
        return 1


def test_a_long_text_is_cut_and_stays_on_its_line():
    with pytest.raises(feedback.Told) as told:
        feedback.array([Long(), 1], (2,))
    (text,) = re.findall("not (.*)[.]$", str(told.value))
    assert text == "thing of " + "y" * 48 + "..." and len(text) == 60


@pytest.mark.parametrize("answer, told", [
    ([1, 2], "give one number."), (None, "Not answered yet."), ("3", "not the text '3'"), ({1}, "give one number."),
])  # fmt: skip
def test_what_is_not_one_number_is_refused_in_words(answer, told):
    assert feedback.number([[2]]) == 2
    with pytest.raises(feedback.Told, match=re.escape(told)):
        feedback.number(answer)


def test_a_grading_tries_values_that_its_seed_draws(monkeypatch):
    monkeypatch.setattr(feedback, "_seed", None)
    assert feedback.tried("shown", lambda rng: rng.random()) == "shown"
    feedback.grade_with(5)
    assert feedback.tried("shown", lambda rng: rng.random()) == np.random.default_rng(5).random()


def test_a_check_that_goes_wrong_itself_is_never_an_exception():
    """A predicate that cannot digest an answer does not hold; a counterexample that cannot says so in a sentence."""
    lost = feedback.Exercise(
        right=lambda a: 1 / a > 1, praise="Right.", counterexample=lambda a: f"you said {a + 0}",
        slips=(
            feedback.Slip("3", lambda a: a.stop, "stop"),
            feedback.Slip("4", lambda a: a == 4, lambda a: f"{a} is 4"),
        ),
    )  # fmt: skip
    assert lost.verdict(0.5) == ("right", "Right.")
    assert lost.verdict(4) == ("wrong", "4 is 4") and lost.verdict(0) == ("wrong", "you said 0")
    assert lost.verdict("text") == ("wrong", "this is not it. Work through one case by hand and compare.")
    plain = feedback.Exercise(right=lambda a: a == 1, praise="Right.", clean=lambda a: a + 0)
    assert plain.verdict(2) == plain.verdict("2") == lost.verdict("text")
    told = feedback.Exercise(right=lambda a: False, praise="", counterexample=lambda a: feedback.number(a))
    assert told.verdict([1, 2]) == ("wrong", "give one number.")


def test_an_interrupt_or_what_the_right_raises_is_told_and_ends_nothing():
    def stop(answer):
        raise KeyboardInterrupt

    assert feedback.Exercise(right=stop, praise="").verdict(1) == ("error", "the check stopped with KeyboardInterrupt.")

    def refuse(answer):
        raise feedback.unfit("no {what}.", what="sets")

    assert feedback.Exercise(right=refuse, praise="").verdict(1).line() == "Not yet: no sets."


def test_names_of_a_list_or_text_and_no_others():
    assert feedback.names("(x1, X2; w_3)") == {"x1", "x2", "w3"} and feedback.names(["", "a"]) == {"a"}
    with pytest.raises(feedback.Told, match="give names, in quotation marks."):
        feedback.names(3)


def test_no_array_is_what_a_function_may_return():
    with pytest.raises(feedback.Told, match="your function returns .*, which is no array of numbers"):
        feedback.on_arrays(feedback.function(lambda A: [[1, 2], [3]]), np.ones(2))
    with pytest.raises(feedback.Told, match="raises ValueError: mine"):
        feedback.on_arrays(feedback.evaluate("guarded(answer)", {"guarded": feedback.guarded, "answer": refuse_all}))


def refuse_all():
    raise ValueError("mine")


@pytest.mark.parametrize("text", ["X3", "x_3", "x₃", "$x_3$", "x3'", "`x3`", "[x3]"])
def test_a_name_is_found_in_every_dress(text):
    assert feedback.names(text) == feedback.names([text]) == {"x3"}


@pytest.mark.parametrize("tensors", [False, True])
@pytest.mark.parametrize(
    "text", ["lambda A: torch.square(A)", "lambda A: np.multiply(A, np.asarray(A))", "lambda A: A * A"]
)
def test_a_function_may_be_written_for_numpy_or_torch(text, tensors):
    import torch

    A = np.array([1.0, 2.0])
    guarded = feedback.function(feedback.evaluate(text, {"np": np, "torch": torch}))
    assert feedback.on_arrays(guarded, A, tensors=tensors).tolist() == [1, 4]


def test_a_function_cannot_change_what_it_is_checked_with():
    def spoil(A):
        A *= 0
        return A

    A = np.ones(2)
    feedback.on_arrays(feedback.function(spoil), A)
    assert A.tolist() == [1, 1]


def test_every_sentence_passes_through_say(monkeypatch):
    """A translation changes `say` alone: praise, hints and what the mechanism itself says."""
    monkeypatch.setattr(
        feedback, "say", lambda sentence, **values: f"<{sentence.format(**values) if values else sentence}>"
    )
    told = [
        PLAIN.verdict(eval(text)).sentence
        for text in ("lambda x: x * x", "lambda x: -x * x", "lambda x: x", "None", "3")
    ]
    assert all(sentence.startswith("<") and sentence.endswith(">") for sentence in told), told
