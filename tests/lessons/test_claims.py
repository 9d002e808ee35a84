"""Claims have two sides: what is measured is bounded from above and from below, or a reason says why one side will do.

A lost conversion, a rate ten times too large, a network that learns nothing: each passes a bound on one side half of
the time. Reasons stand in the lesson's drawer: ONE_SIDED = {quantity: reason} in tests/lessons/meanings/NN_topic.py.
"""

import ast
import re

import nbformat
import pytest

from tests.given import require_none
from tests.lessons.test_formulas import meanings_of

ORDERS = {ast.Lt: "below", ast.LtE: "below", ast.Gt: "above", ast.GtE: "above"}
TOLERANCE = 1e-3  # an upper bound so small says that two things are equal, and has no other side


def assertions(source):
    """The conditions that the assertions of a cell demand; all(findings.values()) demands those of `findings`."""
    tree = ast.parse(source)
    tables = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            tables |= {ast.unparse(target): node.value.values for target in node.targets}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            table = re.fullmatch(r"all\((\w+)\.values\(\)\)", ast.unparse(node.test))
            yield from tables.get(table[1], ()) if table else [node.test]


def comparisons(condition):
    """(left, operator, right) of each comparison that must hold for a condition to hold, and of some that may."""
    match condition:
        case ast.BoolOp():
            for value in condition.values:
                yield from comparisons(value)
        case ast.UnaryOp(op=ast.Not()):
            yield from comparisons(condition.operand)
        case ast.Compare():
            sides = [condition.left, *condition.comparators]
            yield from zip(sides, condition.ops, sides[1:])
        case ast.Call(func=function, args=[inner, *_]) if ast.unparse(function).split(".")[-1] in ("all", "any"):
            yield from comparisons(inner.elt if isinstance(inner, (ast.GeneratorExp, ast.ListComp)) else inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="all" | "any")):
            yield from comparisons(inner)


def factor(side):
    """The number that a side is, or with which it multiplies something measured; None if there is none."""
    if isinstance(side, ast.BinOp) and isinstance(side.op, (ast.Mult, ast.Div)):
        return next((n for n in map(factor, (side.left, side.right)) if n is not None), None)
    try:
        return float(ast.literal_eval(side))
    except (ValueError, TypeError):
        return None


def quantities(side):
    """What is bounded, as text, whether it is the least, the largest or any of several; a number is not measured."""
    match side:
        case ast.Call(func=ast.Name("min" | "max" | "abs" | "map"), args=inner):
            for one in inner:
                yield from quantities(one)
        case ast.Call(func=ast.Attribute(value=inner, attr="min" | "max" | "abs"), args=[]):
            yield from quantities(inner)
        case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner) | ast.Starred(value=inner):
            yield from quantities(inner)
        case _ if factor(side) is None or not isinstance(side, (ast.Constant, ast.UnaryOp)):
            yield ast.unparse(side)


def is_size(side):
    """Whether a side is an absolute value, or the largest of several: one upper bound holds it on both sides."""
    return bool(re.search(r"^abs\(|\.abs\(\)(?:\.max\(\))?$", ast.unparse(side)))


def sides_of(condition):
    """(quantity, what bounds it: "below", "above" or "equal", whether by a number) for each bound that it sets."""
    for left, operator, right in comparisons(condition):
        order, numbers = ORDERS.get(type(operator)), [factor(left), factor(right)]
        if order is None:
            yield from ((what, "equal", False) for side in (left, right) for what in quantities(side))
        elif order == "below" and numbers[1] is not None and (0 <= numbers[1] <= TOLERANCE or is_size(left)):
            yield from ((what, "equal", True) for what in quantities(left))
        else:
            other = "above" if order == "below" else "below"
            yield from ((what, order, numbers[1] is not None) for what in quantities(left))
            yield from ((what, other, numbers[0] is not None) for what in quantities(right))


def one_sided(notebook):
    """{quantity: (cell, condition)} of what a number bounds on one side, and nothing on the other in any cell."""
    sides, places = {}, {}
    for cell in notebook.cells:
        for condition in assertions(cell.source) if cell.cell_type == "code" else ():
            for what, side, by_number in sides_of(condition):
                sides.setdefault(what, set()).add(side)
                if by_number:
                    places.setdefault(what, (cell.id, ast.unparse(condition)))
    return {what: place for what, place in places.items() if len(sides[what]) == 1 and "equal" not in sides[what]}


def test_what_is_measured_is_bounded_on_both_sides(notebook, notebook_path):
    reasons, found = getattr(meanings_of(notebook_path.stem), "ONE_SIDED", {}), one_sided(notebook)
    drawer = f"ONE_SIDED in tests/lessons/meanings/{notebook_path.stem}.py"
    missing = [(f"cell {cell} bounds {what} on one side: {text}", f"add the other side, or a reason to {drawer}")
               for what, (cell, text) in found.items() if what not in reasons]  # fmt: skip
    idle = [(f"{what} needs no reason", f"take it out of {drawer}") for what in reasons if what not in found]
    require_none(missing + idle)


@pytest.mark.parametrize("code, found", [
    ("assert error < 60, 'x'", {"error"}),
    ("assert 50 < error < 60, 'x'", set()),
    ("assert error < 60 and 50 < error, 'x'", set()),
    ("assert min(losses) > 0.3, 'x'", {"losses"}),
    ("assert 0.3 < min(losses) <= max(losses) < 0.5, 'x'", set()),
    ("assert all(loss > 0.67 for loss in losses), 'x'", {"loss"}),
    ("assert late < 0.9 * early, 'x'", {"late"}),
    ("assert 0.5 < late / early < 0.9, 'x'", set()),
    ("assert sooner > later, 'x'", set()),
    ("assert abs(a - b) < 0.1, 'x'", set()),
    ("assert abs(a - b) > 0.1, 'x'", {"a - b"}),
    ("assert noise < 1e-9, 'x'", set()),
    ("found = {'It falls.': late < 0.9 * early}\nassert all(found.values()), found", {"late"}),
])  # fmt: skip
def test_a_claim_of_one_side_is_found(code, found):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    assert set(one_sided(notebook)) == found
