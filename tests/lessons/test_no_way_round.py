"""No way round the checks: every cell runs to its end, only known marks, nothing strange, nothing left."""

import ast
import io
import json
import re
import tokenize

import nbformat
import pytest

from helpers import NOTEBOOKS
from helpers.definitions import cells_tagged
from tests.given import refresh, require_none
from tests.lessons.test_form import brief
from tools import tidy

# What a lesson may import; a new module is added here after somebody has thought about it.
MODULES = {
    *("cmath", "collections", "collections.abc", "copy", "dataclasses", "decimal", "fractions", "functools", "heapq"),
    *("io", "itertools", "math", "numbers", "operator", "random", "string", "textwrap", "time", "types", "typing"),
    *("numpy", "scipy", "scipy.optimize", "scipy.special", "scipy.stats", "matplotlib.pyplot", "matplotlib.ticker"),
    *("sklearn.datasets", "sklearn.linear_model", "sklearn.model_selection", "sklearn.pipeline"),
    *("sklearn.preprocessing", "torch", "torch.nn", "torch.nn.functional", "torch.utils.data", "ipywidgets"),
}
# What to do about what a cell does, by the verb with which `strange` tells it; about all else, do without.
WORDS_FOR = {
    "asserts": "assert what can fail, outside of try, with a message that says what is wrong and where",
    "compares": "compare it with what is computed in another way",
    "has": "narrow it until a mistake would be noticed; name what an `except` is for",
}
# What no cell may call, whoever it belongs to: it ends the run, reaches around the checks, or out of the notebook.
BUILT_INS = {
    *("exit", "quit", "eval", "exec", "compile", "open", "input", "breakpoint", "__import__", "globals", "setattr"),
    *("get_ipython", "import_module"),
}
CALLS = {
    *("system", "popen", "fork", "_exit", "set_trace", "run_cell", "import_module"),
    *("home", "expanduser", "listdir", "iterdir", "glob", "rglob", "unlink", "rmtree", "getenv"),
    *("read_text", "write_text", "read_bytes", "write_bytes", "urlopen", "urlretrieve", "filterwarnings"),
    *("simplefilter", "savefig", "savetxt", "tofile", "hub", "settrace", "setprofile"),
}
NAMES = {"SystemExit", "KeyboardInterrupt", "BaseException", "os", "environ", "pickle", "__debug__", "__builtins__"}


def lesson_code(notebook):
    """(cell id, code) of solutions and of each code cell but the set-up cell, which test_form compares as a whole."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "setup" not in cell.metadata.get("tags", []):
            yield cell.id, cell.source
        elif cell.cell_type == "markdown":
            for block in re.findall(r"(?s)```(?:python|py)\n(.*?)```", cell.source):
                yield cell.id, block


def strange(tree):
    """What a piece of code does that no lesson should, each in a few words."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]:
                if name not in MODULES and name.split(".")[0] != "helpers":
                    yield f"imports {name}, which is not among MODULES"
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in BUILT_INS or name.split(".")[-1] in CALLS:
                yield f"calls {name}"
            if name == "torch.load" or any(word.arg == "weights_only" for word in node.keywords):
                loads = {word.arg: ast.unparse(word.value) for word in node.keywords}
                if loads.get("weights_only") != "True":
                    yield "calls torch.load without weights_only=True"
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in NAMES or (name == "sys" and isinstance(node, ast.Name)):
                yield f"uses {name}"
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield "has a bare except"
        if isinstance(node, ast.Try) and any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):
            yield "asserts inside a try"
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant):
            yield "asserts a constant"
        if isinstance(node, ast.Assert) and node.msg is None:
            yield f"asserts without a word: {ast.unparse(node.test)}"
        yield from itself(node)


def itself(node):
    """A check that compares something with itself, or whose tolerance lets everything pass."""
    if isinstance(node, ast.Compare):
        sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
        if any(a == b for a, b in zip(sides, sides[1:])):
            yield f"compares {sides[0]} with itself"
    if isinstance(node, ast.Assert):
        for bound in (c for inner in ast.walk(node.test) if isinstance(inner, ast.Compare) for c in inner.comparators):
            if isinstance(bound, ast.Constant) and bound.value in (1e5, 1e6, 1e9, 1e12):
                yield f"has a bound that lets everything pass: {ast.unparse(node.test)}"
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("assert_close", "allclose", "isclose"):
        actual, expected, *rest = [ast.unparse(argument) for argument in node.args] + [""] * 2
        if actual == expected:
            yield f"compares {actual} with itself"
        limits = {word.arg: word.value for word in node.keywords} | dict(zip(["rtol"], node.args[2:3]))
        for limit in filter(None, map(limits.get, ("rtol", "atol"))):
            if isinstance(limit, ast.Constant) and not isinstance(limit.value, str) and not 0 <= limit.value <= 0.05:
                yield f"has a tolerance that lets everything pass: {ast.unparse(node)}"


def left_over(source):
    """Comments in a piece of code that are code themselves."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            words = token.string.lstrip("#").strip()
            try:
                (statement,) = ast.parse(words).body
            except (SyntaxError, ValueError):
                continue
            called = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            alone = not token.line[: token.start[1]].strip()
            if isinstance(statement, (ast.Assign, ast.Import, ast.ImportFrom, ast.Assert, ast.Raise, ast.Delete)) and (
                alone or not isinstance(statement, ast.Assign)
            ):
                yield token.string
            elif called and (
                alone or ast.unparse(statement.value.func).split(".")[-1] in CALLS | BUILT_INS | {"print"}
            ):
                yield token.string


def test_no_cell_does_what_no_lesson_should(notebook):
    found = [f"cell {name} {what}" for name, code in lesson_code(notebook) for what in strange(ast.parse(code))]
    remedy = (
        "do without; what is harmless after all is added to MODULES, or taken out of CALLS, in test_no_way_round.py"
    )
    require_none((what, WORDS_FOR.get(what.split()[2], remedy)) for what in found)


def test_no_code_is_left_in_a_comment_and_nothing_is_to_do(notebook):
    found = [
        f"cell {name} has code in a comment, {what}" for name, code in lesson_code(notebook) for what in left_over(code)
    ]
    for cell in notebook.cells:
        if word := re.search(r"\b(?:TODO|FIXME|XXX|TBD|WIP)\b|\?\?\?|lorem ipsum", cell.source):
            found.append(f"cell {cell.id} says {word[0]}")
    require_none((what, "finish it, or take it out") for what in found)


def test_tags_are_known_and_no_comment_tells_nbval_to_look_away(notebook):
    found = []
    for cell in notebook.cells:
        if unknown := set(cell.metadata.get("tags", [])) - (tidy.TAGS - {"injected-parameters"}):
            found.append(
                (f"cell {cell.id} has tags that the course has not, {unknown}", "take one of TAGS in tools/tidy.py")
            )
        if away := re.search(r"#\s*(?:NBVAL|PYTEST)_|%%capture|raises-exception", cell.source):
            found.append((f"cell {cell.id} hides its output from comparison by {away[0]!r}", "take that out"))
    require_none(found)


def test_ids_are_unique_the_file_is_valid_and_what_is_attached_is_there(notebook, notebook_path):
    ids = [cell["id"] for cell in json.loads(notebook_path.read_text(encoding="utf-8"))["cells"]]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    found = [(f"cell {i} is there twice", "delete one, or let a front end make a new cell of it") for i in twice]
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        found.append(
            (
                f"the file is no valid notebook, {error.message}",
                f"open and save it in JupyterLab, {refresh(notebook_path)}",
            )
        )
    for cell in notebook.cells:
        named = set(re.findall(r"attachment:([^)\s\"]+)", cell.source))
        if named != set(cell.get("attachments", {})):
            found.append(
                (f"what is attached to cell {cell.id} is not what it shows, {named}", "attach the picture again")
            )
    require_none(found)


def test_every_section_that_is_named_is_there(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    exercises = {n for stub in cells_tagged(notebook, "exercise") for n in re.findall(r"\banswer_(\d+)\b", stub.source)}
    notebooks = {str(int(path.name[:2])) for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")}
    there = {"section": set(re.findall(r"(?m)^## (\d+)\.", text)), "exercise": exercises, "notebook": notebooks}
    other = r"(?:notebooks? \d(?:'s|,)? |of notebook \d)"
    named = r"(?i)\b(section|exercise|notebook)s?\s+(\d+(?:(?:, | and | to |–)\d+)*)"
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            words = re.sub(rf"(?i){other}sections? \d+|sections? \d+ of notebook \d", "", cell.source)
            for kind, numbers in re.findall(named, words):
                if missing := set(re.findall(r"\d+", numbers)) - there[kind.lower()]:
                    found.append(f"{brief(cell)} names {kind} {', '.join(missing)}, which is not there")
    require_none((what, "mend the sentence") for what in found)


SLIPS = {
    "raise SystemExit": "uses SystemExit", "import sys\nsys.exit(0)": "imports sys", "import os": "imports os",
    "os.system('ls')": "calls os.system", "pathlib.Path.home()": "calls pathlib.Path.home", "eval('x')": "calls eval",
    "torch.load(f, weights_only=False)": "calls torch.load without weights_only=True",
    "try:\n    assert x == 1, 'x'\nexcept Exception:\n    pass": "asserts inside a try",
    "assert True, 'x'": "asserts a constant", "assert x > 1": "asserts without a word: x > 1",
    "assert f(x) == f(x), 'x'": "compares f(x) with itself",
    "checks.assert_close(a, a, 1e-9)": "compares a with itself",
    "checks.assert_close(a, b, 0.5)": "has a tolerance that lets everything pass",
    "assert x < 1e6, 'x'": "has a bound that lets everything pass",
}  # fmt: skip


@pytest.mark.parametrize("code", SLIPS)
def test_what_no_lesson_should_do_is_found(code):
    assert any(SLIPS[code] in what for what in strange(ast.parse(code)))


@pytest.mark.parametrize("comment, found", [
    ("# breakpoint()", True), ("x = 1  # breakpoint()", True), ("# y = f(x)", True), ("# import pdb", True),
    ("x = 1  # y (n, 1)", False), ("# (n, d), (d, k)", False), ("# f' of the layer", False), ("# @title A cell", False),
])  # fmt: skip
def test_code_in_comments_is_told_from_words(comment, found):
    assert bool(list(left_over(comment))) == found
