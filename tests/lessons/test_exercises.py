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

from helpers import NOTEBOOKS, feedback
from helpers.definitions import cells_tagged, load_taught, read_notebook
from tests.given import require_none
from tests.helpers.values import JUNK

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def source(cell):
    return "".join(cell["source"])


def numbers(name):
    """The numbers of a notebook's exercises, each with the source of its stub and of its solution."""
    notebook = read_notebook(name)
    stubs, solutions = (list(map(source, cells_tagged(notebook, tag))) for tag in ("exercise", "solution"))
    if len(stubs) != len(solutions):
        count = f"{name} has {len(stubs)} cells tagged exercise and {len(solutions)} tagged solution"
        require_none([(count, "give every exercise its solution; CONTRIBUTING.md says how")])
    found = {}
    for stub, solution in zip(stubs, solutions):
        number = re.findall(r"(?m)^(?:answer_(\w+) = |def answer_(\w+)\()", stub)[-1:]
        code = re.findall(r"(?s)```python\n(.*?)```", solution)
        if len(number) != 1 or len(code) != 1:
            remedy = "set answer_1 (or 2, ...) in the stub, and in one ```python block of the solution"
            require_none([(f"{name}: an exercise without its answer, {stub[:60]!r}", remedy)])
        found["".join(number[0])] = (stub, code[0], solution)
    return found


def exercise(name, number):
    module = importlib.import_module(f"helpers.exercises.{name.split('_', 1)[1]}")
    if not hasattr(module, f"check_{number}"):
        where = module.__name__.replace(".", "/")
        require_none([(f"{where}.py has no check_{number}", "write it as an Exercise; CONTRIBUTING.md says how")])
    return getattr(module, f"check_{number}")


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
    cells, found = read_notebook(name)["cells"], []
    for i, cell in enumerate(cells):
        tags = cell["metadata"].get("tags", [])
        if "exercise" in tags:
            number = re.findall(r"\banswer_(\w+)", source(cell))[-1]
            if source(cells[i + 1]) != (check := f"exercises.check_{number}(answer_{number})"):
                found.append((f"exercise {number} is not checked in the next cell", f"write `{check}` there"))
            if "solution" not in cells[i + 2]["metadata"].get("tags", []):
                found.append((f"no solution follows exercise {number}", "tag the cell after its check `solution`"))
        if "solution" in tags and not (source(cell).startswith("<details>") and source(cell).endswith("</details>")):
            found.append((f"the solution {source(cell)[:60]!r} is not folded", "put it into <details>...</details>"))
    if list(numbers(name)) != (counted := [str(k) for k in range(1, len(numbers(name)) + 1)]):
        found.append((f"the exercises are numbered {', '.join(numbers(name))}", f"number them {', '.join(counted)}"))
    require_none(found)


def mend(number):
    return f"mend check_{number} in helpers/exercises/, or the answer"


@every_exercise
def test_the_stub_is_not_answered_yet_and_the_solution_is_right(name, number, capsys):
    for kind, text in zip(("stub", "solution"), numbers(name)[number]):
        exercise(name, number)(feedback.evaluate(text, scope(name), f"answer_{number}"))
        said, errors = capsys.readouterr()
        right = said.startswith("Right. ") and said.endswith(".\n") and said.count("\n") == 1
        if errors or not (right if kind == "solution" else said == "Not answered yet.\n"):
            wanted = "`Right.` and what was right, in one line" if kind == "solution" else "`Not answered yet.`"
            require_none([(f"of the {kind} it says {said + errors!r}, not {wanted}", mend(number))])


@every_exercise
def test_a_right_answer_is_accepted_in_every_dress(name, number, house_rules):
    dresses = exercise(name, number).dresses
    told = {text: verdict(name, number, text) for text in dresses}
    refused = {text: found.sentence for text, found in told.items() if found.status != "right"}
    require_none((f"the right answer {text!r} is told {said!r}", mend(number)) for text, said in refused.items())
    remedy = f"add right answers in other dresses to check_{number} in helpers/exercises/: a tuple, an array, a string"
    house_rules([(f"{len(told)} dresses are tried, not 6", remedy)] if len(told) < 6 else [])


UNFILLED = re.compile(r"\{\w+[!:}]|[a-z] None\b|the check stopped")


@every_exercise
def test_a_wrong_answer_gets_the_hint_that_belongs_to_it(name, number, house_rules):
    wrong = list(wrong_answers(exercise(name, number)))
    count, remedy = len({text for text, _ in wrong}), f"add slips or also_wrong to check_{number} in helpers/exercises/"
    house_rules([(f"{count} wrong answers are tried, not 10", remedy)] if count < 10 else [])
    found = []
    for text, hint in wrong:
        status, said = verdict(name, number, text)
        if status not in ("wrong", "error") or not callable(hint) and hint not in said:
            found.append((f"the wrong answer {text!r} is told {said!r}, not {hint!r}", mend(number)))
        elif "Work through one case" in said:
            found.append((f"the wrong answer {text!r} gets no hint", f"give check_{number} a counterexample for it"))
        elif UNFILLED.search(said):
            found.append((f"the wrong answer {text!r} is told {said!r}", "give say() a value for each of its {names}"))
    require_none(found)


@every_exercise
def test_every_slip_speaks_for_its_own_answers(name, number):
    """None is hidden behind another: its own hint is what is said."""
    check, found = exercise(name, number), []
    for slip in check.slips:
        for text in (slip.answers,) if isinstance(slip.answers, str) else slip.answers:
            answer = check.clean(feedback.evaluate(text, scope(name)))
            if next(other for other in check.slips if feedback._holds(other.recognises, answer)) is not slip:
                found.append((f"an earlier slip of check_{number} takes {text!r} too", "narrow it, or put it last"))
    require_none(found)


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
    len, print, np.tanh, lambda: 0, lambda *a: None, lambda *a: 1 / 0, lambda *a: ..., lambda *a: a, lambda *a: "x",
    lambda *a: LOOP, endless, interrupted, leave, int, Hostile,
]  # fmt: skip
LEAVES = [JUNK, st.complex_numbers(), st.sampled_from(FUNCTIONS)]
LEAVES += [st.sampled_from([object(), Hostile(), LOOP, 10**400, "x3", "x1"])]
ANSWERS = st.one_of(*LEAVES, st.lists(st.one_of(LEAVES), max_size=4), st.lists(st.one_of(LEAVES), max_size=4).map(iter))


@every_exercise
@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(answer=ANSWERS)
def test_no_answer_whatever_raises_or_prints_more_than_its_line(name, number, answer, capsys, monkeypatch):
    module = importlib.import_module(f"helpers.exercises.{name.split('_', 1)[1]}")
    monkeypatch.setattr(module, "_five_networks", lambda rate: (0.0, 0.0), raising=False)  # trains for a while
    capsys.readouterr()
    exercise(name, number)(answer)
    said, errors = capsys.readouterr()
    if said.count("\n") != 1 or not said.startswith(("Not answered yet.\n", "Not yet: ", "Right. ")) or errors:
        require_none([(f"of {answer!r} it says {said + errors!r}, not one line", f"mend `clean` of check_{number}")])


SAID = {"say": 0, "unfit": 0, "later": 0, "Slip": 2}  # which argument is the sentence


def test_every_sentence_of_the_exercises_is_a_literal_that_can_be_found_and_translated():
    found = []
    for path in (NOTEBOOKS.parent / "helpers" / "exercises").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            at = SAID.get(ast.unparse(call.func)) if isinstance(call, ast.Call) else None
            if at is not None and isinstance(call.args[at], ast.JoinedStr | ast.BinOp):
                found.append(f"{path.name}, line {call.lineno}: {ast.unparse(call.args[at])} is put together")
    require_none((what, "write a plain text with {names}, and give say() their values") for what in found)
