"""The reasons for mutants that survive excuse the change they name, and no other on the same line."""

import pytest

from tools.mutation import reasons
from tools.mutation.reasons import SURVIVORS, marked, reason


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("linspace(-2, 2, 9)", "linspace(-2, 2, 10)", "linspace(-2, 2, «9 => 10»)"),
        ("a < 0.95, tol=1", "a <= 0.95, tol=1", "a «< => <=» 0.95, tol=1"),
        ("f(x, dtype=float)", "f(x, )", "f(x, «dtype=float => »)"),
        ("f(1, 1)", "f(1, 1, 1)", "f(1, 1« => , 1»)"),
    ],
)
def test_the_tokens_that_differ_are_marked_and_no_others(old, new, expected):
    assert marked(old, new) == expected


@pytest.mark.parametrize(
    "where, old, new, excused",
    [
        ("exercises.numpy_backprop.check_1", "np.isclose(float(a), 0.1 / 32, rtol=1e-3)", "np.isclose(float(a), 0.1 / 32, )", True),
        ("exercises.numpy_backprop.check_1", "np.isclose(float(a), 0.1 / 32, rtol=1e-3)", "np.isclose(float(a), 0.1 / 33, rtol=1e-3)", False),
        ("plotting.half_plane", "np.linspace(*ylim, 200)", "np.linspace(*ylim, 201)", True),
        ("plotting.half_plane", "np.linspace(*ylim, 200)", "np.linspace(*xlim, 200)", False),
        ("exercises.numpy_backprop._five_networks", 'X, Y, rate, reduction="sum"', 'X, Y, rate, reduction="SUM"', True),
        ("exercises.numpy_backprop._five_networks", 'X, Y, rate, reduction="sum"', 'X, None, rate, reduction="sum"', False),
    ],
)  # fmt: skip
def test_a_reason_excuses_the_change_it_names_and_no_other_on_the_same_line(where, old, new, excused):
    assert bool(reason(where, marked(old, new))) == excused


def test_a_match_beside_what_differs_is_no_reason(monkeypatch):
    monkeypatch.setattr(reasons, "SURVIVORS", [("*", r"tol=", "the tolerance")])
    assert reason("data", marked("f(1, tol=1e-3, x)", "f(1, tol=1e-3, y)")) == ""
    assert reason("data", marked("f(1, tol=1e-3, x)", "f(2, tol=1e-3, x)")) == ""
    assert reason("data", marked("f(1, tol=1e-3, x)", "f(1, x)")) == "the tolerance"


def test_no_reason_leaps_over_parts_of_a_line():
    assert [pattern for _, pattern, _ in SURVIVORS if ".*" in pattern] == []
