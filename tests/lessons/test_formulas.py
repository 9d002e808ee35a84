"""Every formula of the lessons is read from the text, and computed with the values that the lesson's code has."""

import importlib
import re
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from helpers import ROOT
from helpers.definitions import load_taught
from tests.formulas import (
    Lesson,
    Unreadable,
    derivative_differs,
    derivative_rows,
    differs,
    formulas,
    sides,
    spans,
    statements,
)
from tools.rules import STRICT

REMEDY = "Mend the formula, or what its letters stand for, in tests/lessons/meanings/NN_topic.py."

POINTS = 3


def meanings_of(name):
    """The drawer with the meanings of a lesson's letters."""
    path = ROOT / "tests" / "lessons" / "meanings" / f"{name}.py"
    if not STRICT and not path.is_file():  # in a fork a lesson may do without: then its formulas are remarks
        return SimpleNamespace(meanings=lambda lesson, rng: {"": {}}, NOT_EVALUATED={}, NUMBERS={})
    assert path.is_file(), f"write {path.relative_to(ROOT)}: what the letters of the lesson's formulas mean, as in 01"
    return importlib.import_module(f"tests.lessons.meanings.{name}")


def scope_for(formula, taught, meanings):
    """The values that hold for a formula: what is taught, and the meanings for all, its section, its cell or itself."""
    scope = vars(taught) | meanings[""]
    for key, values in meanings.items():
        names = (formula.cell, formula.label, formula.tex, sides(formula.tex)[0])
        if key and (formula.section.startswith(key) or key in names):
            scope |= values
    return scope


def is_setting(tex):
    """Whether a formula says no more than what a symbol is set to, or where it lies: a case, and no claim.

    Its number is traced with those of the prose.
    """
    if re.fullmatch(r"[\w_]+\s*=\s*\([-\d., ]+\)", tex):
        return True
    number = r"-?(?:[\d.]+(?:/\d+)?|\\t?frac(?:\d\d|\{\d+\}\{\d+\}))"
    return re.fullmatch(
        rf"(?:\\partial |\\hat )?\\?[a-zA-Z]+(?:[_^]\w|[_^]\{{.*?\}})*'?\s*(?:=|[<>]|\\[lg]e)\s*{number}", tex
    )


def problems(notebook, name):
    try:
        drawer, lesson = meanings_of(name), Lesson(notebook, load_taught(name))
    except AssertionError as error:
        yield from [str(error).split("\n")[0]] * bool(list(formulas(notebook)))
        return
    try:
        points = [drawer.meanings(lesson, np.random.default_rng(point)) for point in range(POINTS)]
    except Exception as error:  # the lesson has lost something
        yield f"tests/lessons/meanings/{name}.py cannot be computed, take out what the lesson lost: {error!r}"
        return
    left = dict(drawer.NOT_EVALUATED)
    for formula in formulas(notebook):
        if left.pop(formula.tex, None) or is_setting(formula.tex):
            continue
        try:
            for number, point in enumerate(points):
                difference = differs(formula.tex, scope_for(formula, lesson.taught, point))
                if difference:
                    yield f"${formula.tex}$ (cell {formula.cell}) is wrong at random point {number}: {difference}"
                    break
        except Unreadable as reason:
            yield (
                f"${formula.tex}$ (cell {formula.cell}) cannot be computed: {reason}. Give its letters values in "
                f"tests/lessons/meanings/{name}.py, or list it there under NOT_EVALUATED with the reason"
            )
        except Exception as error:
            yield f"${formula.tex}$ (cell {formula.cell}) cannot be computed: {type(error).__name__}: {error}"
    for cell in notebook.cells:
        for y, variable, claim in derivative_rows(cell.source) if cell.cell_type == "markdown" else ():
            scopes = [vars(lesson.taught) | point[""] | point.get(cell.id, {}) for point in points]
            for difference in filter(None, (derivative_differs(y, variable, claim, scope) for scope in scopes)):
                yield f"the derivative of ${y}$ by {variable}, ${claim}$ (cell {cell.id}), is wrong: {difference}"
                break
    yield from (f"NOT_EVALUATED lists ${tex}$, which the lesson does not have" for tex in left)


def test_every_formula_agrees_with_the_code(notebook_path, house_rules):
    notebook = nbformat.read(notebook_path, as_version=4)
    found = list(problems(notebook, notebook_path.stem))
    wrong = [problem for problem in found if " is wrong" in problem]
    assert not wrong, "\n".join(wrong)
    house_rules((problem, "formulas are computed beside the code, so that neither can drift") for problem in found)


def plain(tex):
    """A statement without what Matplotlib's own reader of LaTeX does not know."""
    tex = re.sub(r"\\text\s*\{", r"\\mathrm{", tex).replace(r"\tfrac", r"\frac").replace("\\cases", "")
    tex = re.sub(r"\\sqrt\s*(\w)", r"\\sqrt{\1}", tex)
    tex = re.sub(r"\\([lg]e)(?![a-z])", r"\\\1q", tex)
    return re.sub(r"\\frac(?!\{)\s*(\w)\s*(\w)", r"\\frac{\1}{\2}", tex).replace("%", r"\%")


def test_every_formula_is_well_formed(notebook_path):
    reader = MathTextParser("path")
    for cell in nbformat.read(notebook_path, as_version=4).cells:
        if cell.cell_type == "markdown":
            assert re.sub(r"(?s)```.*?```|`[^`\n]*`", "", cell.source).count("$") % 2 == 0, f"a $ too many: {cell.id}"
            for tex, _ in spans(cell.source):
                for _, statement in statements(tex):
                    for side in filter(None, sides(statement)[::2]):
                        try:
                            reader.parse(f"${plain(side)}$")
                        except ValueError as error:
                            why = str(error).splitlines()[-1]
                            pytest.fail(f"cell {cell.id}: ${side}$ in ${tex}$ cannot be drawn: {why}")


SCOPE = {
    "A1": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]),
    "W1": np.array([[1.0, -1.0], [0.5, 2.0]]),
    "dZ2": np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]),
    "z": np.array([-1.0, 0.5, 2.0]),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "u": 2.0,
}
SCOPE |= {
    "Z2": SCOPE["A1"] @ SCOPE["W1"],
    "dW1": SCOPE["A1"].T @ SCOPE["dZ2"],
    "db1": SCOPE["dZ2"].sum(0, keepdims=True),
}


@pytest.mark.parametrize(
    "right, wrong",
    [
        (r"Z_2 = A_1 W_1", r"Z_2 = A_1 W_1^\top"),
        (r"\partial W_1 = A_1^\top \delta_2", r"\partial W_1 = \delta_2^\top A_1"),
        (r"\partial b_1 = \sum \delta_2", r"\partial b_1 = \delta_2"),
        (r"Z^{\{2\}} = A^{\{1\}} W^{\{1\}}", r"Z^{\{2\}} = A^{\{1\}} \odot A^{\{1\}}"),
        (r"\partial L / \partial W_{1} = A_1^\top \delta_2", r"\partial W_1 = 2 A_1^\top \delta_2"),
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}", r"\sigma(z) = \frac{1}{1 + e^{z}}"),
        (r"\sigma(z) = \tfrac12 + \tfrac12 \tanh \tfrac z2", r"\sigma(z) = \tfrac12 + \tfrac12 \tanh z"),
        (r"\sigma' = \sigma(1 - \sigma)", r"\sigma' = \sigma(1 + \sigma)"),
        (r"\tanh'(z) = 1 - \tanh^2 z", r"\tanh'(z) = 1 + \tanh^2 z"),
        (r"|z| = \max(z, 0) + \max(-z, 0)", r"|z| = \max(z, 0) - \max(-z, 0)"),
        (r"z_i^2 = z_i z_i", r"z_i^2 = z_i^3"),
        (r"z_i = \begin{cases} -|z_i| & z_i < 0 \\ |z_i| & z_i \ge 0 \end{cases}", r"z \ge 1"),
        (r"1/2u = \frac14", r"1/2u = 1"),
        (r"2^4 = 16", r"2^4 = 12"),
        (r"\bigl[ z > 0 \bigr] \le 1", r"[z > 0] = 1"),
    ],
)
def test_a_right_formula_agrees_and_a_wrong_one_does_not(right, wrong):
    ((_, right),) = statements(right)
    ((_, wrong),) = statements(wrong)
    assert differs(right, SCOPE) == "" and differs(wrong, SCOPE) != ""


@pytest.mark.parametrize("tex", [r"q = 1 + u", r"Z_2 = A_1 W_1)", r"u = \sum_j z_i", r"u = \frac{1}{", r"A_{ijm} = u"])
def test_what_cannot_be_read_says_why(tex):
    with pytest.raises(Unreadable):
        differs(tex, SCOPE)


def test_the_columns_of_a_table_of_derivatives_are_read():
    table = (
        "| $y$ | $\\partial y / \\partial a$ | $\\partial y / \\partial b$ |\n|---|---|---|\n| $a - b$ | $1$ | $1$ |"
    )
    (by_a, by_b) = derivative_rows(table)
    scope = {"a": 1.0, "b": 2.0}
    assert derivative_differs(*by_a, scope) == "" and derivative_differs(*by_b, scope)
