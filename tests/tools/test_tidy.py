"""Whatever a front end made of a notebook, it is stored in one form, with the ids it had."""

import copy
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter

from tests.tools.samples import commit_all
from tools.tidy import cells_in_git, tidy

WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "a1"}, "text/plain": "IntSlider(value=0)"}
STATE = {
    "application/vnd.jupyter.widget-state+json": {"a1": {"model_name": "IntSliderModel"}}
}  # Colab leaves out `state`


@pytest.fixture
def stored():
    """A small notebook as the course stores it."""
    figure = nbformat.v4.new_output(
        "display_data",
        {"image/png": "iVBORw0KGgo=", "text/plain": "a figure"},
        metadata={"image/png": {"alt": "a figure", "needs_background": "light"}, "needs_background": "light"},
    )
    cells = [
        nbformat.v4.new_markdown_cell("# Build", id="title"),
        nbformat.v4.new_code_cell("print(1)", id="one", metadata={"tags": ["definition"]}, execution_count=1),
        nbformat.v4.new_code_cell("# @title A guard\nassert True", id="two", metadata={"tags": ["folded"]}),
        nbformat.v4.new_code_cell("show()", id="three", outputs=[figure], execution_count=3),
    ]
    cells[1].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    return tidy(nbformat.v4.new_notebook(cells=cells))


def as_colab(notebook):
    """As Colab saves it: format 4.0, ids in the metadata, with its own marks and the state of widgets."""
    notebook.nbformat_minor = 0
    notebook.metadata |= {"colab": {"provenance": []}, "widgets": STATE, "accelerator": "GPU"}
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    for cell in notebook.cells:
        cell.metadata |= {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost"}, "outputId": "f00"}
    notebook.cells[3].outputs[0].metadata["image/png"] |= {"height": 12, "width": 13}
    notebook.cells[3].outputs[0].data["application/vnd.google.colaboratory.intrinsic+json"] = {"type": "string"}
    notebook.cells[3].outputs.append(nbformat.v4.new_output("display_data", WIDGET))


def as_vs_code(notebook):
    """As VS Code saves one of format 4.2: no ids, its kernel's name and versions, where cells were folded."""
    notebook.nbformat_minor = 2
    notebook.metadata = {
        "kernelspec": {"name": "ve311dnn", "display_name": ".venv (3.11.9)", "language": "python"},
        "language_info": {"name": "python", "version": "3.11.9"},
        "vscode": {"interpreter": {"hash": "0"}},
    }
    for cell in notebook.cells:
        del cell["id"]
        cell.metadata |= {"vscode": {"languageId": "python"}, "collapsed": True}


def as_jupyterlab(notebook):
    """As JupyterLab saves it after Run All: times, folds and scrolling, and a stream in two pieces."""
    notebook.metadata["toc-autonumbering"] = True
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}
    for cell in notebook.cells:
        cell.metadata |= {"ExecuteTime": {"end_time": "2026-01-01T10:00:00"}, "execution": {}, "editable": True}
        cell.metadata |= {"scrolled": True, "papermill": {"duration": 1}, "lines_to_next_cell": 2}
    notebook.cells[2].metadata.jupyter = {"source_hidden": False, "outputs_hidden": True}
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text=text) for text in ("1", "\n")]


@pytest.mark.parametrize("save", [as_colab, as_vs_code, as_jupyterlab])
def test_a_notebook_saved_by_any_front_end_comes_out_as_it_was(stored, save):
    saved = copy.deepcopy(stored)
    save(saved)
    saved = nbformat.reads(json.dumps(saved), as_version=nbformat.NO_CONVERT)
    result = tidy(saved, known=stored.cells)
    assert result == stored
    nbformat.validate(result)
    HTMLExporter().from_notebook_node(result)


def test_ids_stay_where_a_cell_is_known_by_its_text_or_its_place_and_are_new_elsewhere(stored):
    saved = copy.deepcopy(stored)
    as_vs_code(saved)
    saved.cells[1].source = "print(2)"  # changed in place
    saved.cells.insert(3, nbformat.v4.new_markdown_cell("new"))
    ids = [cell.id for cell in tidy(saved, known=stored.cells).cells]
    assert ids[:3] + ids[4:] == ["title", "one", "two", "three"]
    assert ids[3] not in ("title", "one", "two", "three")


def test_without_an_earlier_version_ids_in_the_metadata_stay_and_two_are_never_alike(stored):
    saved = copy.deepcopy(stored)
    as_colab(saved)
    saved.cells[1].metadata.id = "title"
    saved.cells[2].metadata.id = "not an id"
    ids = [cell.id for cell in tidy(saved).cells]
    assert ids[0] == "title" and ids[3] == "three" and len(set(ids)) == 4


def test_an_unknown_tag_goes_and_a_fold_follows_from_its_tag_alone(stored):
    assert stored.cells[2].metadata == {"tags": ["folded"], "cellView": "form", "jupyter": {"source_hidden": True}}
    stored.cells[1].metadata.tags = ["nbval-skip", "definition"]
    stored.cells[2].metadata.tags = []
    tidy(stored)
    assert stored.cells[1].metadata == {"tags": ["definition"]} and stored.cells[2].metadata == {}


@pytest.mark.parametrize("source", ["assert True", "", "# @title ", "x = 1\n# @title late"])
def test_a_folded_cell_without_a_title_is_refused(stored, source):
    stored.cells[2].source = source
    with pytest.raises(ValueError, match="a folded cell must begin with `# @title What it does`, got "):
        tidy(stored)


def test_a_text_that_arrived_in_pieces_is_one_again_and_keeps_its_place(stored):
    out, err, figure = (
        lambda text: nbformat.v4.new_output("stream", text=text),
        lambda text: nbformat.v4.new_output("stream", name="stderr", text=text),
        nbformat.v4.new_output("display_data", {"text/plain": "figure"}),
    )
    stored.cells[1].outputs = [out("a\n"), out("b"), err("c"), out("d"), figure, figure, out("e"), out("\n")]
    assert tidy(stored).cells[1].outputs == [out("a\nb"), err("c"), out("d"), figure, figure, out("e\n")]


@given(
    sources=st.lists(st.sampled_from("abcd"), max_size=6),
    known=st.lists(st.sampled_from("abcd"), max_size=6),
    minor=st.integers(0, 5),
)
def test_every_mixture_of_cells_comes_out_valid_and_stays_as_it_is(sources, known, minor):
    earlier = [nbformat.v4.new_code_cell(source, id=f"k{i}") for i, source in enumerate(known)]
    cells = [nbformat.v4.new_code_cell(source, id=f"k{i}") for i, source in enumerate(sources)]
    for cell in cells:
        if minor < 5:
            cell.pop("id")
    result = tidy(nbformat.v4.new_notebook(cells=cells, nbformat_minor=minor), earlier)
    nbformat.validate(result)
    assert len({cell.id for cell in result.cells}) == len(cells)
    assert tidy(copy.deepcopy(result), earlier) == result
    if sources == known:
        assert [cell.id for cell in result.cells] == [cell.id for cell in earlier]


def test_earlier_ids_are_those_of_the_last_commit_and_none_where_git_cannot_tell(stored, tmp_path):
    path = tmp_path / "one.ipynb"
    nbformat.write(stored, path)
    assert cells_in_git(path) == []
    commit_all(tmp_path)
    assert [cell.id for cell in cells_in_git(path)] == ["title", "one", "two", "three"]
    path.with_name("two.ipynb").write_text("{}")
    assert cells_in_git(path.with_name("two.ipynb")) == []
