"""What every notebook promises by its form. nbval, in the same run, compares what the cells print and draw.

What would mislead a reader is red in every course. The rest are rules of this course's own house: strict here, in a
fork remarks (tools/rules.py). Every message says what to do.
"""

import ast
import getpass
import html
import re
import socket

import nbformat

from helpers import ROOT
from helpers.definitions import cells_tagged, load_taught
from tests.given import refresh, require_none
from tools import badges
from tools.one_file import self_contained
from tools.tidy import tidy

HERE = "tests/lessons/test_form.py"
OPENING_VERBS = {"Build", "Train", "Trace", "Compare", "Write", "Learn"}
OPENING, CLOSING = ["You will learn", "You need", "Time"], ["Try it", "What you built", "In practice", "References"]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def headings(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"(?s)```.*?```", "", text)
    return [(len(marks), title) for marks, title in re.findall(r"(?m)^(#+) (.+)$", text)]


def brief(cell):
    """How a cell is called in a message: by its id, and its first line that says something."""
    line = next((line for line in cell.source.splitlines() if line.strip()), "an empty cell")
    return f"cell {cell.id} ({line[:60]!r})"


def calls_at_top_level(cell, name):
    """Whether a statement of the cell itself, not of a function in it, is a call of this name."""
    found = [s.value for s in ast.parse(cell.source).body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    return any(ast.unparse(call.func) == name for call in found)


# What would mislead a reader


def test_every_code_cell_is_plain_python(notebook):
    for cell in code_cells(notebook):
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            require_none([(f"{brief(cell)} is no Python, {error}", "write it without magics and shell commands")])


def test_every_code_cell_ran_once_from_top_to_bottom_without_errors_and_warnings(notebook, notebook_path):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        require_none([(f"the cells were not run in order, their counts are {counts}", refresh(notebook_path))])
    bad = [
        brief(cell)
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    require_none(
        (f"{cell} stores an error or a warning", f"mend its cause, then {refresh(notebook_path)}") for cell in bad
    )


def test_a_cell_that_prints_or_shows_at_top_level_has_its_output_stored(notebook, notebook_path):
    found = []
    for cell in code_cells(notebook):
        stored = {kind for o in cell.outputs for kind in (o.output_type, *o.get("data", {}))}
        if calls_at_top_level(cell, "print") and "stream" not in stored:
            found.append(f"{brief(cell)} prints, and no output is stored")
        if calls_at_top_level(cell, "plotting.show") and "image/png" not in stored:
            found.append(f"{brief(cell)} shows a figure, and no figure is stored")
    require_none((what, refresh(notebook_path)) for what in found)


def test_every_figure_has_a_text_alternative_a_light_background_and_a_visible_caption(notebook, notebook_path):
    found = []
    for cell in code_cells(notebook):
        for output, after in zip(cell.outputs, [*cell.outputs[1:], {}]):
            if "image/png" in output.get("data", {}):
                own = output.metadata.get("image/png", {})
                alt, data = own.get("alt", ""), output.data
                lacks = {
                    f"a text alternative that says what it shows, not {alt!r}": len(alt) > 30,
                    "the same alternative in each form": data.get("text/plain") == alt
                    and f'alt="{html.escape(alt)}"' in data.get("text/html", ""),
                    "a light background": {m.get("needs_background") for m in (own, output.metadata)} == {"light"},
                    "a visible caption": after.get("data", {}).get("text/markdown", "").strip("*").strip(),
                }  # fmt: skip
                found += [f"the figure of {brief(cell)} lacks {what}" for what, there in lacks.items() if not there]
    remedy = f"let it leave through plotting.show(fig, alt=..., caption=...), then {refresh(notebook_path)}"
    require_none((what, remedy) for what in found)


def test_figures_leave_only_through_show(notebook):
    others = [cell for cell in code_cells(notebook) if re.search(r"plt\.show\(|IPython\.display", cell.source)]
    remedy = "show the figure with plotting.show(fig, alt=..., caption=...)"
    require_none((f"{brief(cell)} shows something by itself", remedy) for cell in others)


def test_definitions_run_alone_and_in_order(notebook_path):
    """Later notebooks, exercises and one-file notebooks load them so."""
    try:
        load_taught(notebook_path.stem)
    except Exception as error:
        remedy = "tag the cells `definition` that the definitions need, and no others"
        require_none([(f"the definitions do not run by themselves: {error!r}", remedy)])


def test_a_notebook_is_stored_in_the_form_that_tidy_writes(notebook, notebook_path):
    stored = notebook_path.read_text(encoding="utf-8")
    as_it_is = not cells_tagged(notebook, "injected-parameters") and nbformat.writes(tidy(notebook)) + "\n" == stored
    require_none([] if as_it_is else [("it is stored as a front end left it", refresh(notebook_path))])


def test_a_notebook_is_small_enough_to_be_shown_and_sent(notebook_path):
    size = notebook_path.stat().st_size / 1e6
    large = [(f"it has {size:.1f} MB, and GitHub shows 1.5 MB", "make its figures smaller or fewer")]
    require_none(large if size > 1.5 else [])


# Rules of the house: sections


def test_title_begins_with_a_verb_and_is_the_only_one(notebook, house_rules):
    (level, title), *others = headings(notebook)
    verb = title.split()[0]
    found = []
    if level != 1 or verb not in OPENING_VERBS:
        allowed = ", ".join(sorted(OPENING_VERBS))
        remedy = f"begin with {allowed}, or add a verb to OPENING_VERBS in {HERE}"
        found.append((f"the title {title!r} begins with {verb!r}", remedy))
    found += [(f"{'#' * n} {words}", "only the title is a heading of level 1") for n, words in others if n == 1]
    house_rules(found)


def test_headings_nest_without_gaps(notebook, house_rules):
    levels = headings(notebook)
    pairs = zip(levels, levels[1:])
    house_rules((f"the heading {t!r} skips a level", "take a # away") for (a, _), (b, t) in pairs if b > a + 1)


def test_numbered_sections_count_from_one(notebook, house_rules):
    titles = [title for level, title in headings(notebook) if level == 2]
    numbers = [int(title.split(".")[0]) for title in titles if re.match(r"\d+\.", title)]
    if numbers != list(range(1, len(numbers) + 1)):
        remedy = "number them from 1, and see what the text says of them by number"
        house_rules([(f"its sections are numbered {', '.join(map(str, numbers))}", remedy)])


def test_opening_says_what_is_learned_needed_and_how_long_it_takes(notebook, house_rules):
    lost = [words for words in OPENING if f"**{words}**" not in notebook.cells[1].source]
    said = " and ".join(f"**{words}**" for words in lost)
    remedy = f"add a line for each, as in notebook 1, or change OPENING in {HERE}"
    house_rules([(f"the second cell does not say {said}", remedy)] if lost else [])


def test_closing_sections_come_in_order(notebook, house_rules):
    titles = [title for level, title in headings(notebook) if level == 2]
    if titles[-len(CLOSING) :] != CLOSING:
        remedy = f"end with {', '.join(CLOSING)}, or change CLOSING in {HERE}"
        house_rules([(f"the last headings are {titles[-len(CLOSING) :]}", remedy)])


def test_a_notebook_has_a_figure_and_an_exercise(notebook, house_rules):
    figures = any("image/png" in o.get("data", {}) for cell in code_cells(notebook) for o in cell.outputs)
    found = [] if figures else [("it has no figure", "show one for each claim, through plotting.show")]
    if not cells_tagged(notebook, "exercise"):
        found.append(("it has no exercise", "ask one where each thing is built; CONTRIBUTING.md says how"))
    house_rules(found)


def test_code_cells_hold_one_idea(notebook, house_rules):
    long = [cell for cell in code_cells(notebook) if len(cell.source.splitlines()) > 30]
    house_rules((f"{brief(cell)} has more than 30 lines", "split it, one idea a cell") for cell in long)


def test_the_readme_lists_the_notebook_with_its_title_and_minutes(notebook, notebook_path, house_rules):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if f"](notebooks/{notebook_path.name})" in line]
    minutes = re.findall(r"\*\*Time\*\* about (\d+) minutes", notebook.cells[1].source)[:1] or ["minutes"]
    number = notebook_path.stem.split("_")[0].lstrip("0")
    title = f"[{number} {headings(notebook)[0][1]}](notebooks/{notebook_path.name})"
    if not [row for row in rows if title in row and f"| {minutes[0]} |" in row]:
        house_rules(
            [("README.md does not list it so", f"add a row with {title} and | {minutes[0]} |, as its cells say")]
        )


# Rules of the house: set-up and parameters


def test_setup_cell_and_badge_carry_the_address_in_pyproject(notebook, notebook_path, house_rules):
    course = badges.settings()
    setups, remedy = cells_tagged(notebook, "setup"), "run `python -m tools.badges`"
    if setups != code_cells(notebook)[:1]:
        require_none([(f"{len(setups)} cells are the set-up cell", "tag the first code cell, and no other, `setup`")])
    if setups[0].source != badges.setup_cell(course["repository"], course["release"]):
        require_none([("the set-up cell is not the course's own", remedy)])
    badge = badges.badge(course["repository"], course["release"], notebook_path.stem)
    there = badge in notebook.cells[0].source
    house_rules([] if there else [("the first cell has no badge", f"add a line `<!-- badge -->`, then {remedy}")])


def is_scalar(statement):
    try:
        return statement.targets[0].id.isupper() and isinstance(
            ast.literal_eval(statement.value), (int, float, str, bool)
        )
    except (AttributeError, ValueError):
        return False


def test_parameters_stand_in_one_tagged_cell_as_commented_capital_scalars(notebook, house_rules):
    cells = cells_tagged(notebook, "parameters")
    lines = [line for cell in cells for line in cell.source.splitlines() if line.strip()]
    found = [(f"{len(cells)} cells are tagged parameters", "tag one")] if len(cells) > 1 else []
    for line in lines:
        (statement, *_) = ast.parse(line).body or [None]
        if not is_scalar(statement) or "#" not in line:
            found.append((f"the parameter {line!r}", "write NAME = value  # meaning, the name in capitals"))
    house_rules(found)


def test_a_notebook_fetches_nothing_but_the_course(notebook, house_rules):
    fetch = r"subprocess|urllib|requests\.|https?://|^[!%]|pip install"
    own = [cell for cell in code_cells(notebook) if "setup" not in cell.metadata.get("tags", [])]
    found = [cell for cell in own if re.search(fetch, cell.source)]
    house_rules((f"{brief(cell)} fetches something", "put the data into the repository") for cell in found)


# Rules of the house: numbers


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


def test_no_measured_number_is_typed_into_a_caption_an_alternative_or_a_printed_sentence(notebook, house_rules):
    """What an output says in typed digits must be a setting that stands in the code of the same cell."""
    found = []
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        said = [[*typed(node)] for node in ast.walk(tree) if is_said(node)]
        drawn = set(typed(tree)).difference(*said)
        settings = literals(cell.source) | COUNTS | set(numerals(" ".join(drawn)))
        wrong = [texts for texts in said if set(numerals(" ".join(texts))) - settings]
        found += [
            (f"a typed number in {' '.join(texts)[:90]!r}", "compute it, or let a check say it") for texts in wrong
        ]
    house_rules(found)


# Nothing private

PRIVATE = {
    "a path of a machine": r"/(?:root|home|work|tmp|Users|mnt|opt)/[\w./-]*|[A-Z]:\\\\\w",
    "an object's address": r"0x[0-9a-f]{8,}",
    "a time stamp": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    "a token": r"gh[pousr]_\w{20}|hf_\w{20}|sk-\w{20}|AKIA\w{16}|(?i:password|secret|api_key)\s*=\s*\W\w+",
    "an address on a network": r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
}


def test_nothing_private_is_stored(notebook_path, notebook):
    names = {getpass.getuser(), socket.gethostname()} - {"root", "localhost", "runner"}
    patterns = PRIVATE | {
        "the name of its author or machine": rf"\b(?:{'|'.join(map(re.escape, names))})\b" if names else "$^"
    }
    found = []
    for text in (notebook_path.read_text(encoding="utf-8"), nbformat.writes(self_contained(notebook))):
        text = re.sub(r'"image/png": "[^"]*"|(?<=;base64,)[^"\\]*', "", text)
        found += [
            (what, re.findall(pattern, text)[:3]) for what, pattern in patterns.items() if re.search(pattern, text)
        ]
    remedy = f"take it out of the code that says it, then {refresh(notebook_path)}"
    require_none((f"{what} is stored, {places}", remedy) for what, places in found)


def test_the_search_for_private_things_finds_them():
    samples = ["/home/ada/x", "0x7f3a52c1d2e0", "2026-01-02T03:04", "ghp_" + 20 * "a", "10.1.2.3"]
    assert all(re.search(pattern, sample) for pattern, sample in zip(PRIVATE.values(), samples, strict=True))
