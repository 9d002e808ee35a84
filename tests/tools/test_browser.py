"""What make browser compares, and what it says without a browser; `make browser` itself is a run of the real thing."""

import copy

import nbformat
import pytest

from tools import browser
from tools.tidy import tidy


def notebook():
    figure = nbformat.v4.new_output(
        "display_data",
        {"image/png": "iVBORw0KGgo=", "text/plain": "a figure"},
        metadata={"image/png": {"alt": "a figure"}},
    )
    cells = [nbformat.v4.new_code_cell("x", id="a"), nbformat.v4.new_code_cell("y", id="b", outputs=[figure])]
    cells[0].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    return tidy(nbformat.v4.new_notebook(cells=cells))


def warning(cells):
    cells[1].outputs.append(nbformat.v4.new_output("stream", name="stderr", text="bar"))


def empty(cells):
    cells[0].outputs.append(nbformat.v4.new_output("display_data", {}))


def other_text(cells):
    cells[0].outputs[0].text = "2\n"


def other_words(cells):
    cells[1].outputs[0].data["text/plain"] = "another figure"


def other_source(cells):
    cells[0].source = "z"


@pytest.mark.parametrize("change", [warning, empty, other_text, other_words, other_source])
def test_what_a_batch_run_does_not_have_is_told(change):
    saved = notebook()
    change(saved.cells)
    assert list(browser.differences(saved, notebook()))


def test_times_streams_in_pieces_and_what_moves_are_no_difference():
    saved = notebook()
    saved.cells[0].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00"}
    saved.cells[1].outputs = [nbformat.v4.new_output("display_data", {"text/html": '<input type="range">'})]
    assert list(browser.differences(copy.deepcopy(saved), notebook())) == []


def test_without_a_browser_there_is_one_line_and_no_failure(monkeypatch, capsys):
    monkeypatch.setattr(browser, "CHROMIUM", None)
    monkeypatch.setattr("sys.argv", ["browser"])
    assert browser.main() == 0
    assert capsys.readouterr().out.startswith("Skipped: no browser; install Chromium")


def test_what_stops_a_page_is_told_beside_what_was_found():
    def page():
        yield "one"
        raise browser.Failure("the kernel is gone")

    assert list(browser.told(page())) == ["one", "the kernel is gone"]
