"""A built notebook is one file: it carries all it imports, and runs in an empty folder without network."""

import subprocess
import sys

import nbformat

from helpers.definitions import cells_tagged
from tools.child import CUT_OFF, OUTSIDE, can_cut_off
from tools.one_file import CARRIED, SETUP, carried, code_of, self_contained
from tools.run import parameters_of


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
    setup = cells_tagged(notebook, "setup")
    lesson = [cell | {"source": SETUP} if cell in setup else cell for cell in notebook.cells]
    assert [cell for cell in built.cells if cell.id not in added] == lesson
    assert len({cell.id for cell in built.cells}) == len(built.cells)


def run_up_to_the_setup_cell(built, folder, leave_out=()):
    """Run a built notebook in a folder as far as its set-up cell, and say where its helpers are from."""
    (setup,) = cells_tagged(built, "setup")
    cells = [cell for cell in built.cells[: built.cells.index(setup) + 1] if cell not in leave_out]
    cells.append(nbformat.v4.new_code_cell("import helpers; print(helpers.__file__)"))
    nbformat.write(nbformat.from_dict(built | {"cells": cells}), folder / "one.ipynb")
    run = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "one.ipynb"]
    return subprocess.run(run, cwd=folder, env=OUTSIDE, capture_output=True, text=True)


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_built_notebook_leaves_a_clone_beside_and_around_it_alone_and_uses_what_it_carries(notebook_path, tmp_path):
    notebook = nbformat.read(notebook_path, as_version=4)
    built = self_contained(notebook)
    for clone in (tmp_path, tmp_path / "course"):
        for path in (".git/HEAD", *carried(code_of(notebook.cells))):
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_text("a student's answers", encoding="utf-8")
    before = contents(tmp_path)
    for _ in range(2):
        done = run_up_to_the_setup_cell(built, tmp_path)
        last = done.stdout.splitlines()[-1]
        assert last == str(tmp_path / CARRIED / "helpers" / "__init__.py"), done.stdout + done.stderr
    assert {path: text for path, text in contents(tmp_path).items() if path in before} == before


def test_a_built_notebook_whose_folded_cells_were_left_out_says_so_in_one_sentence(notebook_path, tmp_path):
    built = self_contained(nbformat.read(notebook_path, as_version=4))
    done = run_up_to_the_setup_cell(built, tmp_path, leave_out=cells_tagged(built, "helpers"))
    assert done.stdout.count("ModuleNotFoundError: Run the folded cells above first: they write the helpers") == 1


QUICK = {"SEEDS": "2", "EPOCHS": "2", "SWEEP_EPOCHS": "1"}


def printed(notebook):
    """What each cell of the lesson printed."""
    cells = [c for c in notebook.cells if c.cell_type == "code" and "helpers" not in c.metadata.get("tags", [])]
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


@can_cut_off
def test_a_built_notebook_runs_in_an_empty_folder_without_network_and_prints_the_same(notebook_path, tmp_path):
    stored = nbformat.read(notebook_path, as_version=4)
    nbformat.write(self_contained(stored), tmp_path / notebook_path.name)
    quick = [text for name in parameters_of(stored) if name in QUICK for text in ("-p", name, QUICK[name])]
    papermill = [sys.executable, "-m", "papermill", notebook_path.name, "out.ipynb", "--no-progress-bar", *quick]
    done = subprocess.run([*CUT_OFF, *papermill], cwd=tmp_path, env=OUTSIDE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert quick or printed(nbformat.read(tmp_path / "out.ipynb", 4)) == printed(stored)
