"""The proof that checks bite: what it may call seen, and what not."""

import ast
import os
from typing import NamedTuple

import nbformat
import numpy as np
import pytest

from tests.tools.samples import python
from tools.mistakes import Mistake
from tools.mistakes.changes import changes
from tools.mistakes.checks import MARKER, Marker, checks_in, marked
from tools.mistakes.dependencies import bound_and_read, needed_cells
from tools.mistakes.proof import Notebook, Report, in_a_copy, prove, remarks
from tools.mistakes.values import spoilt

copied = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be copied")

CELLS = [
    "x = 1",
    "def assert_small(y):\n    assert y < 9\n\ndef half(y):\n    assert y == y, 'y must be a number'\n    return y / 2",
    "assert x == 1, 'x must be 1'",
    "assert_small(8 * x)",
    "if x > 5:\n    assert x > 6, 'never so far'",
    "if x == 7:\n    raise AssertionError('seven')",
    "words = 'a'\nassert isinstance(words, str), 'a text stays a text'",
    "1 / x",
]
X_IS_1, SMALL, NUMBER, TEXT = (2, 0), (3, 0), (1, 0), (6, 0)


def proved(sources=CELLS, mistakes=(), tags=None):
    lesson = Notebook(list(sources), tags or [set() for _ in sources], list(mistakes))
    lesson.visit(0)
    return lesson


# Finding and marking


def test_checks_are_found_where_they_stand_and_a_function_that_asserts_counts_where_it_is_called():
    assert [(check.place, check.text) for check in checks_in(CELLS)] == [
        (NUMBER, "assert y == y, 'y must be a number'"),
        (X_IS_1, "assert x == 1, 'x must be 1'"),
        (SMALL, "assert_small(8 * x)"),
        ((4, 0), "assert x > 6, 'never so far'"),
        ((5, 0), "raise AssertionError('seven')"),
        (TEXT, "assert isinstance(words, str), 'a text stays a text'"),
    ]


def test_a_marked_check_is_noted_and_stops_the_run_only_if_it_is_to():
    marker = Marker()
    code = compile(marked(ast.parse("\nassert 1 == 2, 'no'\ny = 3"), 7), "cell", "exec")
    scope = {MARKER: marker}
    exec(code, scope)
    assert scope["y"] == 3 and marker.ran == {(7, 0)} and marker.red == {(7, 0): "AssertionError: no"}
    marker.stopping = True
    with pytest.raises(AssertionError, match="no") as caught:
        exec(code, scope)
    assert caught.traceback[-1].lineno == 1, "the line is that of the cell"


def test_a_crash_in_a_check_is_no_failure_of_the_check():
    marker = Marker()
    with pytest.raises(ZeroDivisionError):
        exec(compile(marked(ast.parse("assert 1 / 0"), 0), "cell", "exec"), {MARKER: marker})
    assert marker.red == {}


# Changes


def changed(source):
    return {ast.unparse(tree) for _, tree in changes(source)}


@pytest.mark.parametrize(
    "source, variant",
    [
        ("a + b", "a - b"), ("a @ b", "b @ a"), ("a < b", "a >= b"), ("a < b", "a <= b"), ("x = 3", "x = 4"),
        ("x = True", "x = False"), ("f(a, b)", "f(b, a)"), ("f(a, k=1)", "f(a)"), ("y = f(a)", "y = a"),
        ("y = a.T", "y = a"), ("y = a.max()", "y = a.min()"), ("y = [a, b]", "y = [b, a]"), ("y = -a", "y = a"),
        ("y = a if c else b", "y = b if c else a"), ("y = a[1:]", "y = a"), ("y = {1: a, 2: b}", "y = {1: b, 2: a}"),
        ("x += 1", "pass"), ("f(a)", "pass"), ("y = a and b", "y = a or b"), ("y = a + b", "y = b + b"),
        ("y = [x for x in a if x]", "y = [x for x in a]"),
        ("for x in a:\n    f(x)", "for x in list(a)[1:]:\n    f(x)"),
        ("def f(a):\n    return a", "def f(a):\n    return -a"),
        ("def f(a=1):\n    return a", "def f(a=2 * 1):\n    return a"),
    ],
)  # fmt: skip
def test_one_thing_is_changed(source, variant):
    assert variant in changed(source)


@pytest.mark.parametrize(
    "source",
    ["assert a == 1, 'one'", "print(1 + 1)", "'''words'''", "import numpy", "assert_close(a, 1)", "f'{a + 1}'",
     "def assert_one(a):\n    assert a == 1", "def f(a: 1 + 1):\n    pass"],
)  # fmt: skip
def test_checks_and_what_is_only_said_stay_as_they_are(source):
    assert changed(source) == set()


def test_changes_come_in_the_same_random_order_each_time():
    words = [words for words, _ in changes("y = a + 2 * b - 1")]
    assert words == [words for words, _ in changes("y = a + 2 * b - 1")] and words != sorted(words)
    assert words != [words for words, _ in changes("y = a + 2 * b - 1", seed=1)]


# Values


class Pair(NamedTuple):
    a: int
    b: int


@pytest.mark.parametrize(
    "value, spoiled",
    [
        (3, 6), (3.0, -3.0), (True, False), ([1, 2], [2, 2 * 2]), ([1, 2], [1]), ((1, 2, 3), (2, 3, 1)),
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}), ({"a": 1, "b": "c"}, {"a": 2, "b": "c"}), (Pair(1, 2), Pair(2, 1)),
        ([Pair(1, 2)], [Pair(2, 4)]), ([True, 2], [False, 2]), ({"a": True}, {"a": False}),
    ],
)  # fmt: skip
def test_a_value_is_spoiled_in_its_numbers_and_in_its_order(value, spoiled):
    before = repr(value)
    assert spoiled in [value for _, value in spoilt(value)]
    assert repr(value) == before


def test_arrays_are_spoiled_and_what_holds_no_numbers_is_not():
    found = dict(spoilt(np.array([1.0, 2.0])))
    assert found["each number negated"].tolist() == [-1, -2] and found["the last row gone"].tolist() == [1]
    assert found["rows in the opposite order"].tolist() == [2, 1]
    assert [list(spoilt(value)) for value in ("words", len, np, np.float64)] == [[]] * 4


# Dependencies


def test_a_cell_depends_on_the_cells_that_bind_or_change_what_it_reads_and_on_theirs():
    sources = ["a = 1", "b = 2", "def f(x):\n    return x + b", "y = f(a)", "b = 0", "y.append(1)", "y"]
    assert needed_cells(sources) == [set(), set(), {1}, {0, 1, 2}, set(), {0, 1, 2, 3}, {0, 1, 2, 3, 5}]
    assert bound_and_read("x[0] += y")[1:] == ({"x"}, {"x", "y"})


# Proof


@copied
def test_a_check_behind_what_takes_too_long_is_tried_on_the_values_that_it_left(monkeypatch):
    monkeypatch.setattr(Notebook, "try_changes", lambda *_, **__: None)
    lesson = proved(["x = [3]", "assert x[0] < 4, 'small'", "assert len('x') == 1, 'a check of no value'"])
    assert lesson.red == {(1, 0): "x comes to code cell 2 with each number doubled"}
    assert proved(["x = 3", "assert x < 4, 'x'"], tags=[{"parameters"}, set()]).red == {}, "settings are not spoiled"


@copied
def test_each_check_is_seen_to_fail_by_a_change_of_what_it_depends_on_and_others_are_told():
    lesson = proved()
    assert set(lesson.red) == {X_IS_1, SMALL} and lesson.trouble == ""
    assert lesson.red[X_IS_1].startswith("x comes to code cell 3 with ")
    assert "code cell 1, line 2: " in proved(["def f():\n    return 1", "assert f() == 1, 'f'"]).red[1, 0]
    assert lesson.ran == {X_IS_1, SMALL, TEXT}, "of a function that nobody calls nothing runs"
    report = Report("no_such", lesson.sources, lesson.needed, lesson.checks, lesson.ran, lesson.red, [], "", True)
    told = {what: remedy for what, remedy in remarks(report)}
    assert [what.rpartition(" ")[2] for what in told] == ["ran", "ran", "fail"] and len(told) == 3
    assert "never ran" in list(told)[1] and "default parameters" in list(told.values())[1]
    (entry,) = [remedy for what, remedy in told.items() if "a text stays a text" in what]
    assert "tests/lessons/no_such.py" in entry and "MISTAKES = [" in entry
    assert 'Mistake("what is wrong", "words = \'a\'", "what it becomes",' in entry


@copied
def test_nothing_is_changed_in_cells_that_set_parameters():
    lesson = proved(tags=[{"parameters"}, *(set() for _ in CELLS[1:])])
    assert X_IS_1 not in lesson.red and SMALL not in lesson.red


@copied
def test_a_check_that_fails_without_a_change_or_a_cell_that_raises_is_trouble():
    assert proved(["x = 1", "assert x == 2, 'x'"]).trouble == "code cell 2: AssertionError: x"
    assert proved(["x = 1", "1 / 0", "assert x"]).trouble == "code cell 2: ZeroDivisionError: division by zero"


BY_HAND = "words = 'a'", "words = 1", "a text stays"


@copied
@pytest.mark.parametrize(
    "mistake, caught, said",
    [
        (Mistake("w", *BY_HAND), True, "code cell 7: AssertionError: a text stays a text"),
        (Mistake("w", *BY_HAND, "another word"), False, "code cell 7: AssertionError: a text stays a text"),
        (Mistake("w", "words = 'a'", "words = 'b'", "a text stays"), False, "every check passed"),
        (Mistake("w", "words = 'a'", "words = unknown", "a text stays"), False, "ANOTHER CHECK, 'none'"),
        (Mistake("w", "words = 'a'", "words = unknown", ""), True, "code cell 7: NameError"),
        (Mistake("w", "x = 1", "x = 2", "a text stays"), False, "ANOTHER CHECK, \"assert x == 1, 'x must be 1'\""),
        (Mistake("w", "words = 'a'", "words = 'b'", "a text stays", settings={"str": int}), False, "CAUGHT BY ITS"),
        (Mistake("w", "x = 1", "x = 2", "x must be"), True, "not needed: "),
        (Mistake("w", "gone", "x = 2", "x must be"), False, "its place is gone"),
        (Mistake("w", "x = 1", "x = 2", "gone"), False, "its check is gone"),
    ],
)  # fmt: skip
def test_a_mistake_by_hand_is_caught_only_by_the_named_check_with_the_named_word(mistake, caught, said):
    lesson = proved(mistakes=[mistake])
    (outcome,) = lesson.outcomes
    assert outcome.caught == caught and outcome.said.startswith(said), outcome
    assert outcome.superfluous == said.startswith(("not needed", "its ")) and lesson.trouble == ""
    assert (TEXT in lesson.red) == (caught and mistake.check == "a text stays")


@copied
def test_what_is_proved_is_kept_by_the_text_of_the_cells_behind_it(tmp_path, monkeypatch):
    folder, kept = tmp_path / "notebooks", tmp_path / "kept"
    folder.mkdir()

    def write(*sources):
        cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "one.ipynb")

    def report():
        """In a process of its own, for it changes its folder and its output."""
        return in_a_copy(lambda: prove("one", [], folder, kept))[0]

    write("x = 1", "assert x == 1", "y = 2", "assert y == 2")
    first = report()
    assert set(first.red) == {(1, 0), (3, 0)} and first.ran == set(first.red)
    monkeypatch.setattr(Notebook, "visit", lambda *_: pytest.fail("an unchanged notebook must not be run"))
    assert report() == first
    monkeypatch.undo()
    tried = []
    changes_of = Notebook.try_changes
    monkeypatch.setattr(
        Notebook, "try_changes", lambda self, cell, **near: (tried.append(cell), changes_of(self, cell, **near))
    )
    write("x = 1", "assert x == 1", "y = 3", "assert y == 3")
    again = report()
    assert again.red[1, 0] == first.red[1, 0] and (3, 0) in again.red
    write("x = 1", "if x > 1:\n    assert x == 2")
    monkeypatch.undo()
    once = in_a_copy(lambda: prove("one", [], folder, kept, tmp_path, trying=False))[0]
    assert (once.tried, once.red) == (False, {}) and ["never ran" in what for what, _ in remarks(once)] == [True]
    (kept / "one.json").write_text('{"whole": "another", "red": {"forged": "by nobody"}, "ran": ["forged"]}')
    stale = report()
    assert stale.ran == set() and stale.red == {}, "a record of other text counts for nothing"
    write("%magic")
    assert report().trouble == "its code must be plain Python, without magics: '%magic'"


def test_a_name_that_no_notebook_has_is_refused_in_one_line():
    done = python("-m", "tools.mistakes", "99")
    assert done.returncode == 1 and "No notebook begins with 99" in done.stderr
