"""A small course is green as it is; a fork may have a notebook of another form and language, and is told once."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.tools.samples import python
from tools.badges import settings, setup_cell
from tools.mistakes.copies import run_tests, small_course

FORM = ["tests/lessons/test_form.py", "tests/lessons/test_exercises.py", "tests/lessons/test_readability.py"]
FIGURE = """\
import matplotlib.pyplot as plt

from helpers import plotting
from helpers.exercises import recta as exercises

plotting.use_style()
fig, ax = plt.subplots(figsize=(4, 2.5))
ax.plot([0, 1], [1, 3], color=plotting.BLUE)
ax.set(xlabel="$x$", ylabel="$y$")
plotting.show(fig, alt="Una recta que sube de la altura uno a la altura tres.", caption="La recta sube.")"""


def spanish_notebook():
    """Six cells: a title, the set-up cell, a figure, an exercise with its check, and a solution."""
    solution = "<details><summary>Solución</summary>\n\n```python\nanswer_1 = 3\n```\n\n</details>"
    cells = [
        new_markdown_cell("# Dibuja una recta\n\n## Pruébalo\n\n¿Qué pendiente sube tres en un paso?", id="titulo"),
        new_code_cell(setup_cell(settings()["repository"], settings()["release"]), id="preparar"),
        new_code_cell(FIGURE, id="figura"),
        new_code_cell("answer_1 = None", id="ejercicio"),
        new_code_cell("exercises.check_1(answer_1)", id="respuesta"),
        new_markdown_cell(solution, id="solucion"),
    ]
    for i, tags in {1: ["setup", "folded"], 3: ["exercise"], 5: ["solution"]}.items():
        cells[i].metadata["tags"] = tags
    return new_notebook(cells=cells)


def test_a_small_course_is_green_as_it_is(tmp_path):
    done = run_tests(small_course(tmp_path), ["notebooks", *FORM])
    assert done.returncode == 0 and "departures" not in done.stdout, done.stdout[-2000:]


def test_a_fork_may_have_a_short_notebook_in_another_language_and_is_told_what_departs_from_the_form(tmp_path):
    root = small_course(tmp_path, proof="report")
    nbformat.write(spanish_notebook(), root / "notebooks" / "05_recta.ipynb")
    exercises = (root / "helpers" / "exercises" / "tiny.py").read_text(encoding="utf-8")
    (root / "helpers" / "exercises" / "recta.py").write_text(
        re.sub("(?s)    dresses=.*?\n", "", exercises), encoding="utf-8"
    )
    ran = python("-m", "tools.run", "--in-place", "05", cwd=root, PYTHONPATH=str(root))
    assert ran.returncode == 0, ran.stderr
    done = run_tests(root, ["notebooks/05_recta.ipynb", "tests/lessons", "-k", "05_recta"])
    assert done.returncode == 0, done.stdout[-3000:]
    table = done.stdout[done.stdout.index("Told and no more") :]
    for what in ("'Dibuja'", "the last headings are ['Pruébalo']", "README.md does not list it", "0 dresses are tried"):
        assert len([line for line in table.splitlines() if what in line and line.startswith("05_recta")]) == 1, table
    notebook = nbformat.read(root / "notebooks" / "05_recta.ipynb", as_version=4)
    notebook.cells[5].source = notebook.cells[5].source.replace("answer_1 = 3", "answer_1 = 4")
    nbformat.write(notebook, root / "notebooks" / "05_recta.ipynb")
    done = run_tests(root, ["tests/lessons/test_exercises.py"])
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, "a solution that is refused is red in every course"
