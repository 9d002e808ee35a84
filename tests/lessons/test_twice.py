"""A reader runs a cell again, or the whole notebook: nothing fails, and the numbers stay as they were."""

import nbformat
import pytest
from matplotlib import pyplot as plt

from helpers import plotting
from tools.parameters import parameters_of

REMEDY = "Let the cell make its own generator from SEED, and change nothing that an earlier cell has made."

CHEAP = {"SEEDS": 3, "EPOCHS": 2, "SWEEP_EPOCHS": 1, "NOISE_SAMPLES": 1000}


@pytest.fixture
def lesson(notebook_path, capsys, monkeypatch):
    """The code cells of a notebook, and a function that runs one in the same kernel and returns what it says."""
    notebook = nbformat.read(notebook_path, as_version=4)
    cheap = {name: value for name, value in CHEAP.items() if name in parameters_of(notebook)}
    monkeypatch.setattr(plotting, "show", lambda fig, *, alt, caption: (print(alt, caption), plt.close(fig)))
    monkeypatch.chdir(notebook_path.parent)
    scope: dict = {"__name__": "__main__"}

    def run(cell):
        exec(compile(cell.source, f"<{cell.id}>", "exec"), scope)
        if "parameters" in cell.metadata.get("tags", []):
            scope.update(cheap)
        return capsys.readouterr().out

    return [cell for cell in notebook.cells if cell.cell_type == "code"], run


@pytest.mark.filterwarnings("ignore")
def test_a_cell_that_is_run_again_says_the_same(lesson):
    cells, run = lesson
    for cell in cells:
        assert run(cell) == run(cell), f"run again, this cell says something else:\n{cell.source}"


@pytest.mark.filterwarnings("ignore")
def test_a_notebook_that_is_run_again_in_its_kernel_says_the_same(lesson):
    cells, run = lesson
    said = [run(cell) for cell in cells]
    for cell, before in zip(cells, said):
        assert run(cell) == before, f"in the second run this cell says something else:\n{cell.source}"
