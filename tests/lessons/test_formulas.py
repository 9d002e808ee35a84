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
from tests.formulas.lesson import Lesson
from tests.formulas.text import derivative_rows, formulas, sides, spans, statements
from tests.formulas.value import Reader, Unreadable, derivative_differs, differs
from tools.rules import STRICT

REMEDY = "Mend the formula, or what its letters stand for, in tests/lessons/meanings/NN_topic.py."

POINTS = 3


def meanings_of(name):
    """The drawer with the meanings of a lesson's letters."""
    path = ROOT / "tests" / "lessons" / "meanings" / f"{name}.py"
    if not STRICT and not path.is_file():  # in a fork a lesson may do without: then its formulas are remarks
        return SimpleNamespace(
            meanings=lambda lesson, rng: {"": {}}, NOT_EVALUATED={}, NUMBERS={}, SETTINGS=(), EXPRESSIONS={}
        )
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


NUMBER = r"-?(?:[\d.]+(?:/\d+)?|\\t?frac(?:\d\d|\{\d+\}\{\d+\}))"
SYMBOL = r"(?:\\partial |\\Delta |\\(?:hat|bar|dot|tilde) ?)?(?:\\mathrm\{\w+\}|\\?[a-zA-Z]+)(?:[_^](?:\w|\{.*?\}+))*'*"
SETTING = re.compile(rf"{SYMBOL}\s*(?:=|[<>]|\\[lg]e)\s*(?:{NUMBER}|\([-\d., ]*\))")
SHAPE = re.compile(rf"({SYMBOL}) \(([ndk1]), ([ndk1])\)")
# What says nothing that could be computed: a symbol, a number, a place, a function of a symbol.
PLAIN = re.compile(
    rf"[-+]? ?{SYMBOL}|\\(?:tanh|log) {SYMBOL}|{SYMBOL} ?\({SYMBOL}(?:, {SYMBOL})?\)|\|{SYMBOL}\||"
    rf"(?:\\pm |[-+] ?)?{NUMBER}|\([-\w, ]*\)"
)


def expression_differs(tex, code, scope):
    """Where a formula without a relation is not what the drawer says that it is in code; empty if it is."""
    signs = "-+" if "\\pm" in tex else "+"
    found = np.squeeze([Reader(tex.replace("\\pm", sign), scope).value() for sign in signs])
    wanted = np.squeeze(eval(code, {"np": np} | scope))
    if np.shape(found) == np.shape(wanted) and np.allclose(found, wanted, rtol=1e-6):
        return ""
    return f"it is {np.ravel(found)[0]:.6g}, and {code} is {np.ravel(wanted)[0]:.6g}"


def judged(formula, points, lesson, drawer, whole):
    """What is wrong with one formula, in words; empty if nothing is.

    Raises:
        Unreadable: if it cannot be computed.
    """
    tex = formula.tex
    scopes = [scope_for(formula, lesson.taught, point) for point in points]
    if shape := SHAPE.fullmatch(tex):
        name, *letters = shape.groups()
        for scope in scopes:
            is_so, said = np.shape(Reader(name, scope).value()), tuple(scope.get(letter, 1) for letter in letters)
            if is_so != said:
                return f"at n, d, k = {scope['n']}, {scope['d']}, {scope['k']} the shape is {is_so}"
        return ""
    if len(sides(tex)) == 1:  # no relation: a piece of a formula that has one, or of the code
        code = drawer.EXPRESSIONS.get(tex)
        if code is None and not PLAIN.fullmatch(tex) and tex.replace(" ", "") not in whole:
            raise Unreadable("it is a piece of no other formula, so EXPRESSIONS must say what it is in code")
        found = [expression_differs(tex, code, scope) for scope in scopes] if code else []
    else:
        found = [differs(tex, scope) for scope in scopes]
    return next((f"at random point {at}: {what}" for at, what in enumerate(found) if what), "")


def problems(notebook, name):
    try:
        drawer, lesson = meanings_of(name), Lesson(notebook, load_taught(name))
    except AssertionError as error:
        yield from [str(error).split("\n")[0]] * bool(list(formulas(notebook)))
        return
    try:
        points = [drawer.meanings(lesson, np.random.default_rng(point)) for point in range(POINTS)]
    except Exception as error:  # the lesson has lost something
        why = str(error) if isinstance(error, Unreadable) else repr(error)
        yield f"tests/lessons/meanings/{name}.py asks for what the lesson has lost, take it out there: {why}"
        return
    said = list(formulas(notebook))
    whole = " ".join(formula.tex.replace(" ", "") for formula in said if len(sides(formula.tex)) > 1)
    listed = {*drawer.NOT_EVALUATED, *drawer.EXPRESSIONS, *drawer.SETTINGS}
    for formula in said:
        place = f"${formula.tex}$ (cell {formula.cell})"
        if formula.tex in {*drawer.NOT_EVALUATED, *drawer.SETTINGS}:
            continue
        try:
            if wrong := judged(formula, points, lesson, drawer, whole):
                setting = SETTING.fullmatch(formula.tex)
                yield f"{place} is {'no setting that SETTINGS lists' if setting else 'wrong'} {wrong}"
        except Exception as error:
            reason = str(error) if isinstance(error, Unreadable) else repr(error)
            yield (
                f"{place} cannot be computed: {reason}. Give its letters values in tests/lessons/meanings/{name}.py, "
                "or list it there under NOT_EVALUATED with the reason"
            )
    for cell in notebook.cells:
        for y, variable, claim in derivative_rows(cell.source) if cell.cell_type == "markdown" else ():
            for point in points:
                if wrong := derivative_differs(y, variable, claim, vars(lesson.taught) | point[""]):
                    yield f"the derivative of {y} by {variable}, {claim} (cell {cell.id}), is wrong {wrong}"
                    break
    yield from (
        f"${tex}$ is in no formula of the lesson: take it out of tests/lessons/meanings/{name}.py"
        for tex in listed - {f.tex for f in said}
    )


def test_every_formula_agrees_with_the_code(notebook_path, house_rules):
    notebook = nbformat.read(notebook_path, as_version=4)
    found = list(problems(notebook, notebook_path.stem))
    wrong = [problem for problem in found if " is wrong" in problem]
    assert not wrong, "\n".join(wrong)
    remedy = "keep that file and the lesson in step, so that formula and code cannot drift"
    house_rules((problem, remedy) for problem in found)


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
            for tex in spans(cell.source):
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
    rows = ["| y | by a | by b |", "|---|---|---|", "| `a-b` | `1` | `1` |", "| `a*b` | ? | ? |"]
    table = "\n".join([*rows, "| abs(a) | `1` if `a>0`, else `0` | |"])
    by_a, by_b, kink = derivative_rows(table)
    scope = {"a": 1.0, "b": 2.0}
    assert [bool(derivative_differs(*row, scope)) for row in (by_a, by_b, kink)] == [False, True, True]
