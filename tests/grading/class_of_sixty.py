"""A class that hands in: honest work in every form, mistakes, accidents and attacks, each with its marks."""

import copy
import json
from pathlib import Path

import nbformat

from helpers import NOTEBOOKS
from tools.exercises import Asked, asked, has_tag, lessons, number_of
from tools.notebook_files import read
from tools.one_file import self_contained

LESSON = "01_threshold_xnor"
THERE = lessons()
ALL = asked(THERE[LESSON])
RIGHT = dict.fromkeys(ALL, "right")
Expected = dict[int, str]


def solved(changes: dict[int, str] | None = None, lesson: str = LESSON, language: str = "") -> nbformat.NotebookNode:
    """A lesson with its solutions as answers, apart from changes: source by exercise."""
    notebook = read(NOTEBOOKS / language / f"{lesson}.ipynb") if language else copy.deepcopy(THERE[lesson])
    answers = {number: one.solution for number, one in asked(THERE[lesson]).items()} | (changes or {})
    for cell in notebook.cells:
        if has_tag(cell, "exercise"):
            cell.source = answers[number_of(cell.source)]
    return notebook


def with_cells(notebook: nbformat.NotebookNode, *sources: str, first: bool = False) -> nbformat.NotebookNode:
    more = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook.cells = [*more, *notebook.cells] if first else [*notebook.cells, *more]
    return notebook


def blank(one: Asked) -> str:
    return one.blank


# Honest answers and mistakes: the changes, and the marks where they are not all right.

MISTAKES: dict[str, tuple[dict[int, str], Expected]] = {
    "right": ({}, {}),
    "nothing done": ({k: blank(one) for k, one in ALL.items()}, dict.fromkeys(ALL, "unanswered")),
    "one wrong": ({1: "answer_1 = [0, 1, 1, 1]"}, {1: "wrong"}),
    "two wrong": ({2: "answer_2 = ([1, 2], -2)"}, {2: "wrong"}),
    "three wrong": ({3: "answer_3 = -0.5"}, {3: "wrong"}),
    "four wrong": ({4: "answer_4 = ([1, 1, 1], -2)"}, {4: "wrong"}),
    "five wrong": ({5: "answer_5 = lambda A, W, b: A @ W + b"}, {5: "wrong"}),
    "six wrong": ({6: "answer_6 = lambda f, w, h: f(w + h) - f(w)"}, {6: "wrong"}),
    "seven wrong": ({7: "answer_7 = ([1, 1], -1.5)"}, {7: "wrong"}),
    "eight wrong": ({8: "answer_8 = ([[1, 1], [-1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.5])"}, {8: "wrong"}),
    "half done": ({k: blank(ALL[k]) for k in (5, 6, 7, 8)}, dict.fromkeys((5, 6, 7, 8), "unanswered")),
    "arrays": (
        {1: "import numpy\nanswer_1 = numpy.array([[0], [0], [0], [1]])", 3: "answer_3 = (v for v in [0.5])"},
        {},
    ),
    "dictionary": ({2: "answer_2 = {'w': (-2, -4), 'b': 4}"}, {}),
    "a set": ({1: "answer_1 = {0, 1}"}, {1: "wrong"}),
    "a text": ({3: "answer_3 = 'half'"}, {3: "wrong"}),
    "not a number": ({3: "answer_3 = float('nan')"}, {3: "wrong"}),
    "forgot to return": ({6: "def f(g, w, h):\n    g(w)\n\n\nanswer_6 = f"}, {6: "wrong"}),
    "a magic line": ({1: "%matplotlib inline\nanswer_1 = [0, 0, 0, 1]"}, {}),
}

# Accidents.
MISTAKES |= {
    "divides by zero": ({2: "answer_2 = 1 / 0"}, {2: "error"}),
    "raises inside": ({5: "def f(A, W, b):\n    return A / b @ 1 + undefined\n\n\nanswer_5 = f"}, {5: "error"}),
    "no Python": ({4: "answer_4 = ([1, 1, 1], -1.5"}, {4: "error"}),
    "a name that is not there": ({7: "answer_7 = nand_unit"}, {7: "error"}),
    "exits": ({1: "import sys\nsys.exit()\nanswer_1 = [0, 0, 0, 1]"}, {1: "error"}),
    "exits inside": ({5: "def f(A, W, b):\n    raise SystemExit\n\n\nanswer_5 = f"}, {5: "error"}),
    "ends its process": ({3: "import os\nos._exit(0)\nanswer_3 = 0.5"}, {3: "error"}),
    "loops": ({2: "while True:\n    pass\nanswer_2 = 1"}, {2: "error"}),
    "loops inside": ({5: "def f(A, W, b):\n    while True:\n        pass\n\n\nanswer_5 = f"}, {5: "error"}),
    "sleeps": ({6: "import time\ntime.sleep(1e6)\nanswer_6 = None"}, {6: "error"}),
    "asks": ({1: "answer_1 = input('well?')"}, {1: "error"}),
    "recurses": ({8: "def f():\n    f()\n\n\nf()\nanswer_8 = 1"}, {8: "error"}),
    "prints a gigabyte": ({1: "for _ in range(1000):\n    print('x' * 10**6)\nanswer_1 = [0, 0, 0, 1]"}, {}),
    "prints for ever": ({1: "while True:\n    print('x' * 10**6)\nanswer_1 = 1"}, {1: "error"}),
    "takes all memory": ({4: "waste = bytearray(200 * 2**30)\nanswer_4 = 1"}, {4: "error"}),
    "an endless list": ({1: "import itertools\nanswer_1 = itertools.count()"}, {1: "wrong"}),
    "a huge file": (
        {3: "file = open('big', 'wb')\nfor _ in range(300):\n    file.write(bytes(2**20))\n\nanswer_3 = 1"},
        {3: "error"},
    ),
    "ten thousand files": (
        {3: "for i in range(10_000):\n    open(f'file-{i}', 'w').close()\nanswer_3 = 0.5"}, {3: "error"},
    ),
}  # fmt: skip

# Attacks. All but the attack is right, and right it stays.
DELETES = """
import os, shutil
for place in ({deleted}):
    shutil.rmtree(place, ignore_errors=True)
answer_1 = [0, 0, 0, 1]
"""
CHILDREN = """
import subprocess, sys
children = [subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1e6)"]) for _ in range(100)]
answer_1 = [0, 0, 0, 1]
"""
FORKS = """
import os
for _ in range(100):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass
answer_1 = [0, 1, 1, 1]
"""
PATCHES = """
import helpers.feedback, helpers.exercises.threshold_xnor as mine
class Always:
    def __call__(self, answer): print("Right. Sure.")
    def verdict(self, answer): return ("right", "Right. Sure.")
helpers.feedback.Exercise.verdict = Always.verdict
for k in range(1, 9):
    setattr(mine, f"check_{k}", Always())
"""
FORGES = """
import json, os
for line in ('["right", "Right."]', '{"exercise": 1, "status": "right", "sentence": "Right."}'):
    for number in range(3, 256):
        try:
            os.write(number, ("\\n" + line + "\\n").encode())
        except OSError:
            pass
print('{"exercise": 1, "status": "right", "sentence": "Right."}')
"""
HOOK = """
import sys, types, importlib.abc
class Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.startswith("helpers"):
            raise SystemExit
sys.meta_path.insert(0, Hook())
"""
LATE = """
import numpy as np
def f(A, W, b):
    np.array_equal = lambda *a, **k: True
    np.allclose = np.array_equal
    return A @ W
answer_5 = f
"""
INSIDE = """
import sys
def f(A, W, b):
    for name, module in list(sys.modules.items()):
        if name == "helpers.exercises.threshold_xnor":
            module._same = lambda *a: True
    return A @ W
answer_5 = f
"""
STEALS = """
import ast, glob, json, re
for path in glob.glob("{root}/notebooks/*.ipynb") + glob.glob("{folder}/*.ipynb"):
    for cell in json.load(open(path))["cells"]:
        found = re.search(r"answer_1 = (\\[.*\\])", "".join(cell["source"]))
        if found:
            answer_1 = ast.literal_eval(found[1])
"""
CALLS = """
import socket
socket.create_connection(("127.0.0.1", {port}), timeout=5)
answer_1 = [0, 0, 0, 1]
"""
TABLE = "answer_6 = lambda f, w, h: {3.0: 6.5, 1.0: (1 / 1.75 - 1 / 2) / -0.25}.get(w, 5.0)"  # of what is shown
WRONG5 = "answer_5 = lambda A, W, b: A @ W\n"
ATTACKS: dict[str, tuple[dict[int, str], Expected]] = {
    "a table": ({6: TABLE}, {6: "wrong"}),
    "deletes": ({1: DELETES}, {}),
    "a hundred children": ({1: CHILDREN}, {1: "any"}),  # they may be refused, and nothing else may suffer
    "a hundred forks": ({1: FORKS}, {1: "any"}),
    "patches checks": ({1: PATCHES + "answer_1 = 1", 5: PATCHES + WRONG5}, {1: "wrong", 5: "wrong"}),
    "patches numpy": (
        {5: "import numpy as np\nnp.array_equal = np.allclose = lambda *a, **k: True\n" + WRONG5}, {5: "wrong"},
    ),
    "patches numpy late": ({5: LATE}, {5: "error"}),
    "patches the check late": ({5: INSIDE}, {5: "error"}),
    "patches builtins": ({5: "import builtins\nbuiltins.all = lambda some: True\n" + WRONG5}, {5: "wrong"}),
    "hooks imports": ({5: HOOK + WRONG5}, {5: "wrong"}),
    "forges": ({1: FORGES + "answer_1 = 1", 5: FORGES + WRONG5}, {1: "wrong", 5: "wrong"}),
    "kills its parent": ({1: "import os\nos.kill(os.getppid(), 9)\nanswer_1 = 1"}, {1: "wrong"}),
    "imports the solution": (
        {1: "from helpers.exercises import threshold_xnor\nanswer_1 = eval(threshold_xnor.check_1.dresses[0])",
         4: "from helpers.exercises.threshold_xnor import MAJORITY\nanswer_4 = ([1, 1, 1], -1.5)"},
        {1: "error", 4: "error"},
    ),
    "steals": ({1: STEALS}, {1: "unanswered"}),
    "equal to all": (
        {1: "class All(list):\n    def __eq__(self, other):\n        return True\n\n\nanswer_1 = All([1, 1, 1, 1])"},
        {1: "wrong"},
    ),
    "calls out": ({1: CALLS}, {1: "error"}),
    "a thread": (
        {1: "import threading\nthreading.Thread(target=threading.Event().wait).start()\nanswer_1 = [0, 0, 0, 1]"},
        {},
    ),
}  # fmt: skip


# Forms in which notebooks come.


def colab(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """As Colab saves: format 4.0, ids in the metadata, marks of its own."""
    notebook.nbformat_minor = 0
    notebook.metadata = nbformat.from_dict({"colab": {"provenance": []}, "kernelspec": {"name": "python3"}})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(dict(cell.metadata) | {"id": cell.pop("id"), "outputId": "1234"})
    return notebook


def vscode(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """As VS Code saves: no ids, marks of its own, tags in its own order."""
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.pop("id")
        cell.metadata["vscode"] = {"languageId": "python"}
    return notebook


def without_tags(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    return notebook


def spanish(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Other words in prose, comments and docstrings; helpers that speak Spanish."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = "Palabras en español."
        elif has_tag(cell, "setup"):
            cell.source += '\n\nfrom helpers.language import speak\n\nspeak("es")'
        else:
            cell.source = cell.source.replace('"""', '"""Español. ', 1) + "  # como siempre"
    return notebook


def turned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    notebook.cells.reverse()
    return notebook


def without_checks(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("exercises.check_")]
    return notebook


def other_checks(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        if cell.source.startswith("exercises.check_"):
            cell.source = 'print("Right. Sure.")'
    return notebook


HELPER = "def z_of(A, W, b):\n    return A @ W + b"
FORMS = {
    "María José Núñez": (lambda: spanish(solved()), {}),
    "Íñigo": (lambda: solved({3: "answer_3 = 0"}, language="es"), {3: "wrong"}),
    "Íñigo, one file": (lambda: self_contained(solved(language="es")), {}),
    "one file": (lambda: self_contained(solved()), {}),
    "one file, wrong": (lambda: self_contained(solved({3: "answer_3 = 0"})), {3: "wrong"}),
    "colab": (lambda: colab(solved()), {}),
    "colab, one file": (lambda: colab(self_contained(solved())), {}),
    "vscode": (lambda: vscode(solved({8: "answer_8 = 5"})), {8: "wrong"}),
    "tags lost": (lambda: without_tags(solved({7: "answer_7 = 5"})), {7: "wrong"}),
    "turned": (lambda: turned(solved()), {}),
    "no checks": (lambda: without_checks(solved({1: "answer_1 = 5"})), {1: "wrong"}),
    "other checks": (lambda: other_checks(solved({1: "answer_1 = 5"})), {1: "wrong"}),
    "helper below": (
        lambda: with_cells(solved({5: "answer_5 = lambda A, W, b: (z_of(A, W, b) > 0).astype(int)"}), HELPER), {},
    ),
    "answers below": (
        lambda: with_cells(solved({1: ALL[1].blank}), "answer_1 = [0, 0, 0, 1]"), {},
    ),
    "cells above": (lambda: with_cells(solved(), "import os", "1 / 0", "x = undefined", first=True), {}),
    "a cell deleted": (lambda: without_answer(solved(), 2), {2: "unanswered"}),
    "=cmd|' /C calc'!A1": (lambda: solved(), {}),
}  # fmt: skip


def without_answer(notebook: nbformat.NotebookNode, number: int) -> nbformat.NotebookNode:
    notebook.cells = [c for c in notebook.cells if not (has_tag(c, "exercise") and number_of(c.source) == number)]
    return notebook


# What cannot be graded: the bytes, and a piece of the reason.
LOST = {
    "empty file.ipynb": (b"", "the file is empty"),
    "half a file.ipynb": (json.dumps(THERE[LESSON]).encode()[:5000], "not a readable notebook"),
    "a list.ipynb": (b"[1, 2, 3]", "not a readable notebook"),
    "a picture.ipynb": (b"\x89PNG\r\n\x1a\n\x00\x00", "not a readable notebook"),
    "a script.py": (b"answer_1 = [0, 0, 0, 1]", "not a notebook"),
    "another notebook.ipynb": (nbformat.writes(nbformat.v4.new_notebook()).encode(), "not a lesson"),
}


def write(folder: Path, root: Path, port: int, walled: bool) -> dict[str, Expected]:
    """Write a class's hand-ins; return the marks of each student whose notebook counts.

    Args:
        root: of the course, which some attack.
        port: of this machine, which one calls.
        walled: whether there are walls around them; without, nobody deletes what is not theirs, nor calls out.
    """
    deleted = f'"..", "{folder}", "{root}", "/tmp"' if walled else '"..",'
    expected: dict[str, Expected] = {}
    folder.mkdir(parents=True)

    def put(student: str, notebook: nbformat.NotebookNode, marks: Expected) -> None:
        (folder / f"{student.replace('/', '-')}.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
        expected[student.replace("/", "-")] = RIGHT | marks

    for student, (changes, marks) in (MISTAKES | ATTACKS).items():
        if not walled and student in ("calls out", "steals"):
            continue
        words = {"{folder}": str(folder), "{root}": str(root), "{port}": str(port), "{deleted}": deleted}
        filled = {}
        for number, source in changes.items():
            for word, value in words.items():
                source = source.replace(word, value)
            filled[number] = source
        put(student, solved(filled), marks)
    for student, (make, marks) in FORMS.items():
        put(student, make(), marks)
    for name, (data, _) in LOST.items():
        (folder / name).write_bytes(data)
    return expected
