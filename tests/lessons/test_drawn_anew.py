"""Graded answers are judged as in the course, on values that the course does not show."""

import importlib
import sys

import pytest

from helpers import feedback
from tests.lessons.test_exercises import ALL, scope, wrong_answers

MODULES = sorted({name.split("_", 1)[1] for name, _ in ALL})


@pytest.fixture(params=[1, 2])
def graded(request, monkeypatch):
    """The modules of exercises, by lesson's topic, as the grader imports them."""
    for name in [name for name in sys.modules if name.startswith("helpers.exercises.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(feedback, "_seed", request.param)
    found = {topic: importlib.import_module(f"helpers.exercises.{topic}") for topic in MODULES}
    yield found
    for name in [name for name in sys.modules if name.startswith("helpers.exercises.")]:
        del sys.modules[name]


def of_functions(module, name):
    """The checks of a module whose answers are functions."""
    for number in (number for lesson, number in ALL if lesson == name):
        check = getattr(module, f"check_{number}")
        if any(word in source for source in check.dresses for word in ("lambda", "def ")):
            yield check


def test_right_answers_stay_right_and_wrong_ones_wrong(graded):
    names = {name.split("_", 1)[1]: name for name, _ in ALL}
    tried = 0
    for topic, module in graded.items():
        name = names[topic]
        for check in of_functions(module, name):
            for source in check.dresses:
                verdict = check.verdict(feedback.evaluate(source, scope(name)))
                assert verdict.status == "right", (name, source, verdict)
            for source, _ in wrong_answers(check):
                verdict = check.verdict(feedback.evaluate(source, scope(name)))
                assert verdict.status in ("wrong", "error"), (name, source, verdict)
            tried += 1
    assert tried
    shown, drawn = (list(map(str, (m._LAYERS, m._RATIOS))) for m in (_as_shown(), graded["threshold_xnor"]))
    assert shown[0] != drawn[0], "the grader's values are others"


def _as_shown():
    kept = sys.modules.pop("helpers.exercises.threshold_xnor")
    seed, feedback._seed = feedback._seed, None
    try:
        return importlib.import_module("helpers.exercises.threshold_xnor")
    finally:
        feedback._seed = seed
        sys.modules["helpers.exercises.threshold_xnor"] = kept
