"""Every exercise of every notebook: stub, solution, right answers in other dresses, slips with their hints, and junk.

An exercise is found by the tag of its cell, and what belongs to it in `helpers.exercises`, where all of it stands.
"""

import ast
import importlib
import math
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from helpers import NOTEBOOKS, feedback
from helpers.definitions import cells_tagged, load_taught, read_notebook

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def source(cell):
    return "".join(cell["source"])


def numbers(name):
    """The numbers of a notebook's exercises, each with the source of its stub and of its solution."""
    notebook = read_notebook(name)
    stubs, solutions = (list(map(source, cells_tagged(notebook, tag))) for tag in ("exercise", "solution"))
    assert len(stubs) == len(solutions), f"{name}: every exercise needs a solution"
    found = {}
    for stub, solution in zip(stubs, solutions):
        (number,) = re.findall(r"(?m)^answer_(\w+) = |^def answer_(\w+)\(", stub)[-1:]
        (code,) = re.findall(r"(?s)```python\n(.*?)```", solution)
        found["".join(number)] = (stub, code, solution)
    return found


def exercise(name, number):
    return getattr(importlib.import_module(f"helpers.exercises.{name.split('_', 1)[1]}"), f"check_{number}")


ALL = [(name, number) for name in NAMES for number in numbers(name)]
every_exercise = pytest.mark.parametrize("name, number", ALL)
TAUGHT = {}


def scope(name):
    """What a student has at hand: the notebook's definitions, NumPy, torch, math."""
    import torch

    if name not in TAUGHT:
        TAUGHT[name] = {"np": np, "torch": torch, "math": math} | vars(load_taught(name))
    return TAUGHT[name]


def verdict(name, number, text, variable="answer"):
    return exercise(name, number).verdict(feedback.evaluate(text, scope(name), variable))


def wrong_answers(check):
    for slip in check.slips:
        for text in (slip.answers,) if isinstance(slip.answers, str) else slip.answers:
            yield text, slip.hint
    yield from check.also_wrong.items()


@pytest.mark.parametrize("name", NAMES)
def test_exercises_come_as_stub_check_and_folded_solution(name):
    cells = read_notebook(name)["cells"]
    for i, cell in enumerate(cells):
        tags = cell["metadata"].get("tags", [])
        if "exercise" in tags:
            (number,) = re.findall(r"answer_(\w+) = ", source(cell))[-1:] or re.findall(
                r"def answer_(\w+)", source(cell)
            )
            assert source(cells[i + 1]) == f"exercises.check_{number}(answer_{number})"
            assert "solution" in cells[i + 2]["metadata"].get("tags", [])
        if "solution" in tags:
            assert source(cell).startswith("<details>") and source(cell).endswith("</details>")
    assert [number for number in numbers(name)] == [str(k) for k in range(1, len(numbers(name)) + 1)]


@every_exercise
def test_the_stub_is_not_answered_yet(name, number, capsys):
    stub, _, _ = numbers(name)[number]
    exercise(name, number)(feedback.evaluate(stub, scope(name), f"answer_{number}"))
    assert capsys.readouterr() == ("Not answered yet.\n", "")


@every_exercise
def test_the_solution_in_the_notebook_is_accepted(name, number, capsys):
    _, solution, _ = numbers(name)[number]
    exercise(name, number)(feedback.evaluate(solution, scope(name), f"answer_{number}"))
    said, errors = capsys.readouterr()
    assert said.startswith("Right. ") and said.endswith(".\n") and said.count("\n") == 1, "praise says what was right"
    assert not errors


@every_exercise
def test_a_right_answer_is_accepted_in_every_dress(name, number, house_rules):
    dresses = exercise(name, number).dresses
    remedy = f"add right answers in other dresses to check_{number} in helpers/exercises/: a tuple, an array, a string"
    house_rules([(f"{len(set(dresses))} dresses are tried, not 6", remedy)] if len(set(dresses)) < 6 else [])
    for text in dresses:
        assert verdict(name, number, text).status == "right", (text, verdict(name, number, text).sentence)


@every_exercise
def test_a_wrong_answer_gets_the_hint_that_belongs_to_it(name, number, house_rules):
    wrong = list(wrong_answers(exercise(name, number)))
    count, remedy = len({text for text, _ in wrong}), f"add slips or also_wrong to check_{number} in helpers/exercises/"
    house_rules([(f"{count} wrong answers are tried, not 10", remedy)] if count < 10 else [])
    for text, hint in wrong:
        status, said = verdict(name, number, text)
        assert status in ("wrong", "error"), (text, said)
        assert "Work through one case" not in said, f"a counterexample helps, this does not: {text}"
        assert callable(hint) or hint in said, (text, said)


@every_exercise
def test_every_slip_speaks_for_its_own_answers(name, number):
    """None is hidden behind another: its own hint is what is said."""
    check = exercise(name, number)
    for slip in check.slips:
        for text in (slip.answers,) if isinstance(slip.answers, str) else slip.answers:
            answer = check.clean(feedback.evaluate(text, scope(name)))
            told = next(other for other in check.slips if feedback._holds(other.recognises, answer))
            assert told is slip, text


class Hostile:
    """An answer with a mind of its own."""

    def _refuse(self, *args):
        raise SystemExit("no")

    __iter__ = __len__ = __float__ = __eq__ = __call__ = __bool__ = __getitem__ = __array__ = _refuse
    __hash__ = None


def endless(*args):
    while True:
        print("and so on")


def interrupted(*args):
    raise KeyboardInterrupt


def leave(*args):
    raise SystemExit


LOOP = []
LOOP.append(LOOP)
FUNCTIONS = [
    len,
    print,
    np.tanh,
    lambda: 0,
    lambda *a: None,
    lambda *a: 1 / 0,
    lambda *a: ...,
    lambda *a: a,
    lambda *a: "x",
    lambda *a: LOOP,
    endless,
    interrupted,
    leave,
    int,
    Hostile,
]
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.just(...),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.text(),
        st.binary(),
        arrays(float, array_shapes(max_dims=3, max_side=3)),
        st.sampled_from(FUNCTIONS),
        st.sampled_from([object(), Hostile(), LOOP, 10**400, "x3", "x1"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.text(), inner),
        st.lists(inner, max_size=4).map(iter),
    ),
    max_leaves=8,
)


@every_exercise
@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(answer=JUNK)
def test_no_answer_whatever_raises_or_prints_more_than_its_line(name, number, answer, capsys, monkeypatch):
    module = importlib.import_module(f"helpers.exercises.{name.split('_', 1)[1]}")
    monkeypatch.setattr(module, "_five_networks", lambda rate: (0.0, 0.0), raising=False)  # trains for a while
    capsys.readouterr()
    exercise(name, number)(answer)
    said, errors = capsys.readouterr()
    assert said.count("\n") == 1 and said.startswith(("Not answered yet.\n", "Not yet: ", "Right. ")) and not errors


def test_every_sentence_of_the_exercises_is_a_literal_that_can_be_found_and_translated():
    for name in NAMES:
        path = NOTEBOOKS.parent / "helpers" / "exercises" / f"{name.split('_', 1)[1]}.py"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("say", "unfit"):
                assert isinstance(call.args[0], ast.Constant), ast.unparse(call)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Slip":
                assert not isinstance(call.args[2], ast.JoinedStr), ast.unparse(call)
