"""A built notebook is one file: it carries all it imports, and runs in an empty folder without network."""

import json
import os
import pathlib
import subprocess
import sys

import nbformat
import pytest

from helpers import NOTEBOOKS
from helpers.definitions import cells_tagged
from tests.tools.marks import can_cut_off
from tests.tools.samples import OLD, notebook
from tools import one_file
from tools.one_file import CARRIED, SETUP, carried, code_of, self_contained
from tools.processes import CUT_OFF, without_the_course
from tools.tidy import tidy


def test_a_built_notebook_carries_all_that_it_imports(notebook_path, tmp_path):
    notebook = nbformat.read(notebook_path, as_version=4)
    for path, text in carried(code_of(notebook.cells)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    source = code_of([c for c in notebook.cells if "from helpers" in c.source])
    loads = [line for line in code_of(notebook.cells).splitlines() if "= load_taught(" in line]
    source += "\n" + "\n".join(loads) + "\nimport helpers; print(helpers.__file__)"
    run = [sys.executable, "-c", source]
    done = subprocess.run(run, cwd=tmp_path, env=without_the_course(), capture_output=True, text=True)
    assert done.stdout.strip() == str(tmp_path / "helpers" / "__init__.py"), done.stderr


def test_a_built_notebook_keeps_the_lesson_and_folds_what_it_carries(notebook_path):
    notebook = nbformat.read(notebook_path, as_version=4)
    built = self_contained(notebook)
    folded = [cell for cell in built.cells if cell.id.startswith("helpers-")]
    assert folded and all(cell.metadata.jupyter.source_hidden for cell in folded)
    added = {cell.id for cell in folded} | {"helpers"}
    setup = cells_tagged(notebook, "setup")
    notebook = tidy(notebook)
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
    return subprocess.run(run, cwd=folder, env=without_the_course(), capture_output=True, text=True)


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
    done = run_up_to_the_setup_cell(
        built, tmp_path, leave_out=[cell for cell in built.cells if cell.id.startswith("helpers-")]
    )
    assert done.stdout.count("ModuleNotFoundError: Run the folded cells above first: they write the helpers") == 1


def printed(notebook):
    """What each cell of the lesson printed."""
    cells = [c for c in notebook.cells if c.cell_type == "code" and not c.id.startswith("helpers-")]
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


@can_cut_off
@pytest.mark.parametrize("lesson", ["01", "03"])  # by itself, and with what another teaches; all once a week
def test_a_built_notebook_runs_in_an_empty_folder_without_network_and_prints_the_same(lesson, tmp_path):
    (notebook_path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    stored = nbformat.read(notebook_path, as_version=4)
    nbformat.write(self_contained(stored), tmp_path / notebook_path.name)
    papermill = [sys.executable, "-m", "papermill", notebook_path.name, "out.ipynb", "--no-progress-bar"]
    done = subprocess.run(
        [*CUT_OFF, *papermill], cwd=tmp_path, env=without_the_course(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert printed(nbformat.read(tmp_path / "out.ipynb", 4)) == printed(stored)


# On a small course, without processes


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small course: data needs checks, one exercise loads what notebook `two` teaches, and that needs plotting."""
    definition, lesson = "from helpers.plotting import BLUE\nα = 1", "from helpers import progress"
    whole = notebook(definition, lesson, tags=["definition"])
    whole.cells[1] |= {"outputs": [nbformat.v4.new_output("stream", text="long")], "execution_count": 3}
    texts = {
        "helpers/__init__.py": "# helpers\n",
        "helpers/exercises/__init__.py": "",
        "helpers/course.mplstyle": "from helpers import data",
        "helpers/data.py": "from helpers.checks import require_int\n\n",
        "helpers/checks.py": "import math  # α\n",
        "helpers/plotting.py": "BLUE = 'blue'\n",
        "helpers/progress.py": "",
        "helpers/exercises/two.py": "from helpers import checks, data\nload_taught('two')",
        "notebooks/two.ipynb": json.dumps(whole),
    }
    for path, text in texts.items():
        (tmp_path / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / path).write_text(text, encoding="utf-8")
    monkeypatch.setattr(one_file, "ROOT", tmp_path / "tree")
    return texts


ALWAYS = ["helpers/__init__.py", "helpers/course.mplstyle", "helpers/exercises/__init__.py"]


def test_what_the_carried_files_need_is_carried_too(tree):
    files = one_file.carried("from helpers.data import xor_clouds")
    assert list(files) == sorted([*ALWAYS, "helpers/data.py", "helpers/checks.py"])
    assert files == {path: tree[path] for path in files}


def test_of_a_notebook_the_definitions_are_carried_without_outputs_and_what_they_need(tree):
    files = one_file.carried("from helpers.exercises import two")
    names = ["helpers/checks.py", "helpers/data.py", "helpers/exercises/two.py", "helpers/plotting.py"]
    assert list(files) == sorted([*ALWAYS, *names, "notebooks/two.ipynb"])
    whole, carried = json.loads(tree["notebooks/two.ipynb"]), json.loads(files["notebooks/two.ipynb"])
    assert carried == whole | {"cells": [whole["cells"][1] | {"outputs": [], "execution_count": None}]}
    assert "α" in files["notebooks/two.ipynb"] and '\n "cells": [\n' in files["notebooks/two.ipynb"], "readable"


def test_a_built_notebook_writes_what_it_needs_before_its_setup_cell(tree, tmp_path, monkeypatch):
    whole = notebook("SETUP", "from helpers.checks import feedback", tags=["setup"])
    whole.metadata.papermill = {}
    built = one_file.self_contained(whole)
    assert "papermill" not in built.metadata
    setup = whole.cells[1] | {"source": one_file.SETUP}
    assert [built.cells[0], *built.cells[-3:]] == [whole.cells[0], setup, *whole.cells[2:]]
    assert whole.cells[1].source == "SETUP", "the notebook itself is as it was"
    explanation, first, *writers = built.cells[1:-3]
    assert explanation.id == "helpers" and explanation.cell_type == "markdown" and "folded" in explanation.source
    assert [cell.id for cell in (first, *writers)] == [f"helpers-{i}" for i in range(5)]
    for cell in (first, *writers):
        assert cell.metadata == {"tags": ["folded"], "jupyter": {"source_hidden": True}, "cellView": "form"}
    monkeypatch.chdir(tmp_path)
    for _ in range(2):  # a cell may be run twice
        exec(first.source, {})
    folder = one_file.CARRIED
    made = sorted(path.as_posix() for path in pathlib.Path(folder).rglob("*"))
    assert made == [f"{folder}/helpers", f"{folder}/helpers/exercises"]
    for cell, (path, text) in zip(
        writers, one_file.carried("from helpers.checks import feedback").items(), strict=True
    ):
        assert cell.source == f"%%writefile {folder}/{path}\n{text}".rstrip("\n")


def test_built_notebooks_are_put_into_a_folder_and_listed_by_size(tree, tmp_path, monkeypatch, capsys):
    (tmp_path / "in").mkdir()
    for name in ("b_two", "a_one", "b_one"):
        nbformat.write(notebook("SETUP", tags=["setup"]), tmp_path / "in" / f"{name}.ipynb")
    monkeypatch.setattr(one_file, "NOTEBOOKS", tmp_path / "in")
    monkeypatch.setattr(one_file, "OUTPUT", tmp_path / "deep" / "out")
    monkeypatch.setattr(sys, "argv", ["colab", "b"])
    assert one_file.main() == one_file.main() == 0
    assert sorted(os.listdir(one_file.OUTPUT)) == ["b_one.ipynb", "b_two.ipynb"]
    assert capsys.readouterr().out == "b_one.ipynb: 0.0 MB\nb_two.ipynb: 0.0 MB\n" * 2
    monkeypatch.setattr(sys, "argv", ["colab", "--output", str(tmp_path / "all")])
    assert one_file.main() == 0
    assert sorted(os.listdir(tmp_path / "all")) == ["a_one.ipynb", "b_one.ipynb", "b_two.ipynb"]
    built = nbformat.read(tmp_path / "all" / "a_one.ipynb", as_version=4)
    assert built.cells[1].id == "helpers"


def test_what_cannot_be_built_is_one_clear_line_and_the_earlier_file_stays(tree, tmp_path, monkeypatch, capsys):
    (tmp_path / "in").mkdir()
    nbformat.write(notebook("SETUP", tags=["setup"]), tmp_path / "in" / "one.ipynb")
    (tmp_path / "in" / "torn.ipynb").write_text("{")
    nbformat.write(notebook("x = 1"), tmp_path / "in" / "bare.ipynb")
    nbformat.write(notebook("%matplotlib inline", tags=["setup"]), tmp_path / "in" / "magic.ipynb")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "torn.ipynb").write_text(OLD)
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(one_file, "NOTEBOOKS", tmp_path / "in")
    for output, name, said in (("out", "torn", "torn: not a readable notebook: "), ("file", "one", "one: ["),
                               ("out", "two", "two: no such notebook in in/; there are: bare, magic, one, torn"),
                               ("out", "bare", "bare: one cell must be tagged setup, not 0"),
                               ("out", "magic", "magic: its code must be plain Python, without magics: '%matplotlib"),
                               ("out", "/abs", "abs: no such notebook in /; there are: none")):  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["colab", name, "--output", str(tmp_path / output)])
        assert one_file.main() == 1
        out, err = capsys.readouterr()
        assert out == "" and err.startswith(said) and err.count("\n") == 1
    assert (tmp_path / "out" / "torn.ipynb").read_text() == OLD and os.listdir(tmp_path / "out") == ["torn.ipynb"]
