"""A built notebook is one file: it carries all it imports, and runs in an empty folder without network."""

import os
import pathlib
import shutil
import subprocess
import sys

import nbformat
import pytest

from helpers.colab import carried, code_of, self_contained
from helpers.taught import cells_tagged

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTSIDE = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def test_a_built_notebook_carries_all_that_it_imports(notebook_path, tmp_path):
    notebook = nbformat.read(notebook_path, as_version=4)
    for path, text in carried(code_of(notebook.cells)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    source = code_of([c for c in notebook.cells if "from helpers" in c.source])
    loads = [line for line in code_of(notebook.cells).splitlines() if "= load_taught(" in line]
    source += "\n" + "\n".join(loads) + "\nimport helpers; print(helpers.__file__)"
    run = [sys.executable, "-c", source]
    done = subprocess.run(run, cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True)
    assert done.stdout.strip() == str(tmp_path / "helpers" / "__init__.py"), done.stderr


def test_a_built_notebook_keeps_the_lesson_and_folds_what_it_carries(notebook_path):
    notebook = nbformat.read(notebook_path, as_version=4)
    built = self_contained(notebook)
    folded = cells_tagged(built, "helpers")
    assert all(cell.metadata.jupyter.source_hidden for cell in folded)
    added = {cell.id for cell in folded} | {"helpers"}
    assert [cell for cell in built.cells if cell.id not in added] == notebook.cells
    assert len({cell.id for cell in built.cells}) == len(built.cells)


@pytest.mark.skipif(not shutil.which("unshare"), reason="cuts the network with unshare")
def test_the_built_notebook_1_runs_in_an_empty_folder_without_network_and_prints_the_same(tmp_path):
    name = "01_threshold_xnor.ipynb"
    stored = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    nbformat.write(self_contained(stored), tmp_path / name)
    script = f"ip link set lo up; {sys.executable} -m papermill {name} out.ipynb --no-progress-bar"
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script], cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]

    def printed(notebook):
        cells = [c for c in notebook.cells if c.cell_type == "code" and "helpers" not in c.metadata.get("tags", [])]
        return [[o.get("text") for o in cell.outputs] for cell in cells]

    assert printed(nbformat.read(tmp_path / "out.ipynb", 4)) == printed(stored)
