"""Every solution is accepted by its check, every typical slip gets its own hint, and a stub says it is a stub."""

import importlib
import importlib.util
import re

import nbformat
import pytest

from helpers import ROOT
from helpers.definitions import cells_tagged, load_taught

NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def wrong_answers(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / "wrong_answers" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WRONG_ANSWERS


def respond(name, number, source, capsys):
    """What the check prints about an answer, given as the source that stands in for the stub."""
    scope = dict(vars(load_taught(name)))
    exec(source, scope)
    exercises = importlib.import_module(f"helpers.exercises.{name.split('_', 1)[1]}")
    capsys.readouterr()
    getattr(exercises, f"check_{number}")(scope[f"answer_{number}"])
    return capsys.readouterr().out


def cells(name, tag):
    return cells_tagged(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4), tag)


@pytest.mark.parametrize("name", NAMES)
def test_each_notebook_has_three_exercises_and_a_folded_solution_for_each(name):
    assert len(cells(name, "exercise")) == 3
    for cell in cells(name, "solution"):
        assert cell.source.startswith("<details>") and cell.source.endswith("</details>")
    assert len(cells(name, "solution")) == 3


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_not_answered_yet(name, number, capsys):
    assert respond(name, number, cells(name, "exercise")[number - 1].source, capsys) == "Not answered yet.\n"


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_in_the_notebook_is_accepted(name, number, capsys):
    (solution,) = re.findall(r"(?s)```python\n(.*?)```", cells(name, "solution")[number - 1].source)
    said = respond(name, number, solution, capsys)
    assert said.startswith("Right. ") and said.endswith(".\n"), "praise says what was right"


@pytest.mark.parametrize(
    "name, number, source",
    [
        ("01_threshold_xnor", 2, "answer_2 = ([[-1], [-1]], 1.5)"),
        ("03_autodiff_trace", 1, "answer_1 = 'x3'"),
        ("03_autodiff_trace", 1, 'answer_1 = "x3\'"'),
        ("03_autodiff_trace", 1, 'answer_1 = ["x3\'"]'),
    ],
)
def test_a_right_answer_may_be_a_column_or_a_name_alone_or_with_the_prime_of_a_gradient(name, number, source, capsys):
    assert respond(name, number, source, capsys).startswith("Right. ")


@pytest.mark.parametrize(
    "name, number, source, hint",
    [(n, k, source, hint) for n in NAMES for k, rows in wrong_answers(n).items() for source, hint in rows],
)
def test_a_typical_slip_gets_its_own_hint(name, number, source, hint, capsys):
    said = respond(name, number, source, capsys)
    assert said.startswith("Not yet: ") and hint in said and said.endswith((".\n", "…\n"))


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_has_typical_slips_tried(name):
    assert all(len(wrong_answers(name).get(number, ())) >= 2 for number in (1, 2, 3))
