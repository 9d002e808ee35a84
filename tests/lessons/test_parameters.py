"""The parameters of each notebook: every value in range is taken, every other refused in one sentence."""

import ast
import math
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import ROOT
from helpers.definitions import cells_tagged
from tests.given import require_none
from tests.helpers.values import amiss, refusal

REMEDY = (
    "Check each parameter in the cell after them by checks.require_int, _float, _choice or _address, and nothing else."
)

NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


def parameters_and_their_check(path):
    """The defaults in the parameter cell, and the source of the cell after it that checks them, with its imports."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tagged = next(iter(cells_tagged(notebook, "parameters")), None)
    if tagged is None:
        return {}, {}, ""
    place = cells.index(tagged)
    imports = [
        ast.unparse(statement)
        for cell in cells[:place]
        if "setup" not in cell.metadata.get("tags", [])
        for statement in ast.parse(cell.source).body
        if isinstance(statement, (ast.Import, ast.ImportFrom))
    ]
    defaults: dict = {}
    exec(tagged.source, {}, defaults)
    scope: dict = {}
    exec("\n".join(imports), scope)
    return defaults, scope, cells[place + 1].source


def load(name):
    """A notebook's defaults, the ranges that its check cell states, and a function that runs that cell."""
    defaults, imported, source = parameters_and_their_check(NOTEBOOKS[name])
    code = compile(source, f"<{name}: check of parameters>", "exec")

    def run(**values):
        scope = imported | defaults | values
        exec(code, scope)
        return scope

    scope = run()
    ranges = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("checks.require_"):
            given_name, value, *limits = node.args
            if ast.literal_eval(given_name) != ast.unparse(value):
                remedy = f'write checks.{node.func.attr}("{ast.unparse(value)}", {ast.unparse(value)}, ...)'
                require_none([(f"{ast.unparse(node)} names another parameter than it checks", remedy)])
            limits = [eval(ast.unparse(limit), scope) for limit in limits]
            ranges[value.id] = (node.func.attr, limits)
    return SimpleNamespace(defaults=defaults, ranges=ranges, run=run)


@pytest.fixture(scope="module", params=NOTEBOOKS)
def parameters(request):
    return load(request.param)


def valid(kind, limits):
    if kind == "require_choice":
        return st.sampled_from(list(limits[0]))
    if kind == "require_address":
        return st.sampled_from(["", "tcp://host:8786", "tls://10.0.0.7:1"])
    low, high = limits
    integers = st.integers(math.ceil(low), math.floor(high))
    if kind == "require_int":
        return st.one_of(integers, st.sampled_from([low, high]))
    return st.one_of(st.floats(low, high), *([integers] if math.ceil(low) <= math.floor(high) else []))


def test_each_parameter_has_its_check(parameters, house_rules):
    lost = [name for name in parameters.defaults if name not in parameters.ranges]
    house_rules((f"{name} may be anything", f'add checks.require_...("{name}", {name}, ...)') for name in lost)


@given(draw=st.data())
def test_all_values_in_range_are_taken_together(parameters, draw):
    values = {name: draw.draw(valid(*how), label=name) for name, how in parameters.ranges.items()}
    scope = parameters.run(**values)
    assert {name: scope[name] for name in values} == values


@given(draw=st.data())
def test_any_other_value_is_refused_in_one_sentence_with_name_value_and_range(parameters, draw):
    for name, (kind, limits) in parameters.ranges.items():
        values, allowed = amiss(kind, *limits)
        value = draw.draw(values, label=name)
        assert refusal(lambda: parameters.run(**{name: value})) == f"{name} must {allowed}, got {value!r}."
