"""What a notebook teaches is loaded whole, from it alone, and an error in it is placed."""

import json
import symtable

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.helpers.values  # noqa: F401  the profile of Hypothesis
from helpers import ROOT, definitions
from helpers.definitions import cells_tagged, load_taught


def test_what_a_notebook_defines_is_loaded_and_an_error_in_it_names_the_cell(tmp_path, monkeypatch):
    def cell(source, *tags):
        return {"cell_type": "code", "id": f"id-{len(source)}", "metadata": {"tags": list(tags)}, "source": [source]}

    sources = ["α = 2\n__hidden = 1", "def double(x):\n    return α * x", "def name():\n    return __name__"]
    cells = [cell("1 / 0"), *(cell(source, "definition") for source in sources), cell("α = 3", "exercise")]
    (tmp_path / "one.ipynb").write_text(json.dumps({"cells": cells}, ensure_ascii=False), encoding="utf-8")
    cells.append(cell("1 / 0", "definition"))
    del cells[1]["id"]  # older notebooks have none
    (tmp_path / "two.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(definitions, "NOTEBOOKS", tmp_path)
    one = load_taught("one")
    assert one.double(3) == 6 and sorted(vars(one)) == ["double", "name", "α"] and one.name() == "one"
    assert one.double.__code__.co_filename == f"<one:id-{len(sources[1])}>"
    with pytest.raises(ZeroDivisionError) as caught:
        load_taught("two")
    assert str(caught.traceback[-1].path).endswith("<two:id-5>")
    with pytest.raises(FileNotFoundError, match="^name must be one of one, two, got 'three'"):
        load_taught("three")


NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_that_the_definitions_of_a_notebook_bind_is_loaded(name):
    cells = cells_tagged(nbformat.read(NOTEBOOKS[name], as_version=4), "definition")
    symbols = [s for cell in cells for s in symtable.symtable(cell.source, name, "exec").get_symbols()]
    bound = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    assert vars(load_taught(name)).keys() == bound


@given(st.one_of(st.text(), st.integers(), st.sampled_from(["../notebooks/01_threshold_xnor", "01", 300 * "x"])))
def test_no_other_notebook_is_loaded(name):
    with pytest.raises(FileNotFoundError) as caught:
        load_taught(name)
    assert str(caught.value) == f"name must be one of {', '.join(NOTEBOOKS)}, got {name!r}."
