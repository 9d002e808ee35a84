"""A reader runs a cell again, or the whole notebook: nothing fails, and the numbers stay as they were."""

import matplotlib

matplotlib.use("Agg")
import nbformat
import pytest
from matplotlib import pyplot as plt

from helpers import plotting
from tools.parameters import parameters_of

CHEAP = {"SEEDS": 3, "EPOCHS": 2, "SWEEP_EPOCHS": 1, "NOISE_SAMPLES": 1000}


@pytest.mark.filterwarnings("ignore")
def test_cells_run_twice_and_the_notebook_run_twice_say_the_same_again(notebook_path, capsys, monkeypatch):
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

    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = []
    for cell in cells:
        said.append(run(cell))
        assert run(cell) == said[-1], f"run again, this cell says something else:\n{cell.source}"
    for cell, before in zip(cells, said):
        assert run(cell) == before, f"in the second run of the notebook this cell says something else:\n{cell.source}"
