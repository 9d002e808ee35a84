"""What every notebook promises by its form. nbval, in the same run, compares what the cells print and draw."""

import ast
import getpass
import html
import re
import socket

import nbformat
import pytest

from helpers.definitions import cells_tagged, load_taught
from tools import badges
from tools.one_file import code_of, self_contained
from tools.tidy import tidy

OPENING_VERBS = {"Build", "Train", "Trace", "Compare", "Write", "Learn"}


@pytest.fixture
def notebook(notebook_path):
    return nbformat.read(notebook_path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def headings(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"(?s)```.*?```", "", text)
    return [(len(marks), title) for marks, title in re.findall(r"(?m)^(#+) (.+)$", text)]


def calls(cell, name):
    """Whether a cell calls a function of this name, given as `f` or `module.f`."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return False
    return any(isinstance(node, ast.Call) and ast.unparse(node.func) == name for node in ast.walk(tree))


def test_every_code_cell_ran_once_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_stored_output_is_an_error_or_a_warning(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr", cell.source


def test_a_cell_that_prints_at_top_level_has_its_output_stored(notebook):
    for cell in code_cells(notebook):
        statements = ast.parse(cell.source).body
        prints = any(
            isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and ast.unparse(s.value.func) == "print"
            for s in statements
        )
        shows = any(
            isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and ast.unparse(s.value.func) == "plotting.show"
            for s in statements
        )
        if prints:
            assert any(o.output_type == "stream" for o in cell.outputs), f"output stripped: {cell.source}"
        if shows:
            assert any("image/png" in o.get("data", {}) for o in cell.outputs), f"figure stripped: {cell.source}"


def test_every_figure_has_a_text_alternative_a_light_background_and_a_visible_caption(notebook):
    figures = 0
    for cell in code_cells(notebook):
        for output, after in zip(cell.outputs, [*cell.outputs[1:], {}]):
            if "image/png" in output.get("data", {}):
                figures += 1
                metadata = output.metadata["image/png"]
                assert len(metadata["alt"]) > 30 and metadata["needs_background"] == "light", cell.source
                assert output.data["text/plain"] == metadata["alt"]
                assert f'alt="{html.escape(metadata["alt"])}"' in output.data["text/html"]
                assert output.metadata["needs_background"] == "light"  # where JupyterLab looks for it
                assert after["data"]["text/markdown"].strip("*").strip(), cell.source
    assert figures >= 3


def test_a_notebook_is_small_enough_to_be_shown_and_sent(notebook_path):
    assert notebook_path.stat().st_size < 1.5e6


def test_figures_leave_only_through_show(notebook):
    for cell in code_cells(notebook):
        assert "plt.show(" not in cell.source and "IPython.display" not in cell.source, cell.source


def test_title_begins_with_a_verb_and_is_the_only_one(notebook):
    levels = headings(notebook)
    assert levels[0][0] == 1 and levels[0][1].split()[0] in OPENING_VERBS
    assert [level for level, _ in levels].count(1) == 1


def test_headings_nest_without_gaps(notebook):
    levels = [level for level, _ in headings(notebook)]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))


def test_opening_says_what_is_learned_needed_and_how_long_it_takes(notebook):
    for words in ("You will learn", "You need", "Time"):
        assert f"**{words}**" in notebook.cells[1].source


def test_closing_sections_come_in_order(notebook):
    closing = ["Try it", "What you built", "In practice", "References"]
    titles = [title for level, title in headings(notebook) if level == 2]
    assert titles[-4:] == closing


def test_setup_cell_and_badge_carry_the_address_in_pyproject(notebook, notebook_path):
    course = badges.settings()
    (setup,) = cells_tagged(notebook, "setup")
    assert setup.source == badges.setup_cell(course["repository"], course["release"]), "run `python -m tools.badges`"
    assert code_cells(notebook)[0] is setup
    assert badges.badge(course["repository"], course["release"], notebook_path.stem) in notebook.cells[0].source


def test_parameters_stand_in_one_tagged_cell_as_commented_capital_scalars(notebook):
    (cell,) = cells_tagged(notebook, "parameters")
    for line, statement in zip(cell.source.splitlines(), ast.parse(cell.source).body):
        assert statement.targets[0].id.isupper() and "#" in line
        assert isinstance(ast.literal_eval(statement.value), (int, float, str, bool))


def test_parameters_are_checked_right_after_they_are_set(notebook):
    (cell,) = cells_tagged(notebook, "parameters")
    cells = code_cells(notebook)
    check = cells[cells.index(cell) + 1].source
    for statement in ast.parse(cell.source).body:
        assert f'"{statement.targets[0].id}"' in check


NUMERAL = re.compile(r"(?<![\w.])\d+(?:[,_]\d+)*(?:\.\d+)?(?:e-?\d+)?(?!\w|\.\d)")


def numerals(text):
    """The numbers written in a text, as floats; of a pair such as (0,1) each by itself; no versions, no dates."""
    for numeral in NUMERAL.findall(text.replace("−", "-")):
        yield from map(float, re.sub(r"(?<=\d)[,_](?=\d{3}\b)", "", numeral).split(","))


def typed(node):
    """The texts in an expression that stand there as such; what an f-string computes is left out."""
    if isinstance(node, ast.FormattedValue):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from typed(child)


def literals(source):
    """The numbers in a piece of code, and what they are in per cent."""
    values = {
        float(node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    return values | {round(100 * value, 9) for value in values}


def is_said(node):
    """Whether a statement or call tells the reader something: it prints, shows a figure, or words what is shown."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("plotting.show", "print")
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("alt", "caption")


def test_numerals_are_read_as_they_are_meant():
    text = "12 of 1,000 rows, (0,1) and 0.25, 1e−3, −7.5; NumPy 2.0.2, W2, A1, 3.5x and x3 are no numbers"
    assert list(numerals(text)) == [12, 1000, 0, 1, 0.25, 1e-3, 7.5]


COUNTS = set(map(float, range(13)))  # words for small numbers of things, layers and sections


def test_no_measured_number_is_typed_into_a_caption_an_alternative_or_a_printed_sentence(notebook):
    """What an output says in typed digits must be a setting that stands in the code of the same cell."""
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        said = [[*typed(node)] for node in ast.walk(tree) if is_said(node)]
        drawn = set(typed(tree)).difference(*said)
        settings = literals(cell.source) | COUNTS | set(numerals(" ".join(drawn)))
        for texts in said:
            assert not set(numerals(" ".join(texts))) - settings, f"compute it, or let a check say it: {texts}"


def test_a_number_in_the_prose_is_a_setting_or_one_that_the_code_prints_or_asserts(notebook, notebook_path):
    """It catches what stands nowhere in the code or its output; it cannot tell which of the numbers there is meant."""
    helpers = badges.ROOT / "helpers"
    paths = [helpers / "data.py", helpers / "exercises" / f"{notebook_path.stem[3:]}.py"]
    known = COUNTS.union(*(literals(path.read_text(encoding="utf-8")) for path in paths))
    known |= literals(code_of(notebook.cells))
    for cell in code_cells(notebook):
        for output in cell.outputs:
            known |= set(numerals(output.get("text", "")))
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    prose = prose.split("\n## References")[0]
    prose = re.sub(r"(?s)```.*?```|\$\$.*?\$\$|\$.*?\$|`.*?`|\]\(.*?\)", "", prose)
    for line in prose.splitlines():
        if "**Time**" not in line:
            assert not set(numerals(line)) - known, f"assert it, or let the code print it: {line}"


def test_definitions_run_alone_and_in_order(notebook_path):
    assert vars(load_taught(notebook_path.stem))


def test_code_cells_hold_one_idea(notebook):
    for cell in code_cells(notebook):
        assert len(cell.source.splitlines()) <= 30, cell.source


def test_a_notebook_is_stored_in_the_form_that_tidy_writes(notebook, notebook_path):
    stored = notebook_path.read_text(encoding="utf-8")
    assert not cells_tagged(notebook, "injected-parameters")
    assert nbformat.writes(tidy(notebook)) + "\n" == stored, f"run `make refresh NB={notebook_path.stem[:2]}`"


README = (badges.ROOT / "README.md").read_text(encoding="utf-8")
PRIVATE = {
    "a path of a machine": r"/(?:root|home|work|tmp|Users|mnt|opt)/[\w./-]*|[A-Z]:\\\\\w",
    "an object's address": r"0x[0-9a-f]{8,}",
    "a time stamp": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    "a token": r"gh[pousr]_\w{20}|hf_\w{20}|sk-\w{20}|AKIA\w{16}|(?i:password|secret|api_key)\s*=\s*\W\w+",
    "an address on a network": r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
}


def test_nothing_private_is_stored(notebook_path, notebook):
    names = {getpass.getuser(), socket.gethostname()} - {"root", "localhost", "runner"}
    built = nbformat.writes(self_contained(notebook))
    for text in (notebook_path.read_text(encoding="utf-8"), built):
        text = re.sub(r'"image/png": "[^"]*"|(?<=;base64,)[^"\\]*', "", text)
        for what, pattern in PRIVATE.items():
            assert not re.findall(pattern, text), what
        assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)]


def test_the_search_for_private_things_finds_them():
    samples = ["/home/ada/x", "0x7f3a52c1d2e0", "2026-01-02T03:04", "ghp_" + 20 * "a", "10.1.2.3"]
    for pattern, sample in zip(PRIVATE.values(), samples):
        assert re.search(pattern, sample)


def test_a_notebook_fetches_nothing_but_the_course(notebook):
    for cell in code_cells(notebook):
        if "setup" not in cell.metadata.get("tags", []):
            assert not re.search(r"subprocess|urllib|requests\.|https?://|^[!%]|pip install", cell.source), cell.source


def test_the_readme_lists_the_notebook_with_its_title_and_minutes(notebook, notebook_path):
    (row,) = [line for line in README.splitlines() if f"](notebooks/{notebook_path.name})" in line]
    title = headings(notebook)[0][1]
    (minutes,) = re.findall(r"\*\*Time\*\* about (\d+) minutes", notebook.cells[1].source)
    number = notebook_path.stem.split("_")[0].lstrip("0")
    assert f"[{number} {title}]" in row and f"| {minutes} |" in row
