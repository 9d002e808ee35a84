"""Mistakes that a checker of the course must catch, made in a copy with one small notebook (tests/fixture).

No lesson's text stands here: whoever changes a sentence, a colour or a heading of a lesson has nothing to do here. What
is wrong in a helper or a tool is tried in thousands of ways by `make mutants`; here are the checkers that it does not
watch: of stored outputs, of the form of notebooks, of exercises, and of what else is stored.
"""

import re
from functools import partial

from tools.mistakes.copies import Edited, rearrange, replace

TINY, LESSON = "notebooks/01_tiny.ipynb", ["notebooks/01_tiny.ipynb"]
FORM, EXERCISES = ["tests/lessons/test_form.py"], ["tests/lessons/test_exercises.py"]
READABILITY, PROOF = ["tests/lessons/test_readability.py"], ["tests/lessons/test_proof.py"]
FORMULAS, WORDS = ["tests/lessons/test_formulas.py"], ["tests/lessons/test_words.py"]
PARAMETERS = ["tests/lessons/test_parameters.py"]
PRINTS, DRAWS = "print(f", "plotting.show("


def swap_with_the_next(cells, index):
    """Cells out of order: the cell changes places with the next code cell."""
    later = next(i for i in range(index + 1, len(cells)) if cells[i].cell_type == "code")
    cells[index], cells[later] = cells[later], cells[index]


def strip(cells, index):
    cells[index].outputs = []


def untitle(cells, index):
    """The figure loses its text alternative."""
    del cells[index].outputs[0].metadata["image/png"]["alt"]


def unstable(cells, index):
    """The two curves exchange their data, in a figure whose curves may move."""
    cells[index].metadata.tags = ["unstable-figure"]
    cells[index].source = cells[index].source.replace("line(x, SLOPE), c", "line(x, 0), c").replace(
        "line(x, 1)", "line(x, SLOPE)").replace("line(x, 0), c", "line(x, 1), c")  # fmt: skip


def in_words(old, new):
    """An edit of the file's text, where it may stand in a Markdown cell or a stored output; the first place counts."""
    return partial(edit_words, old, new)


def edit_words(old, new, path):
    text = path.read_text(encoding="utf-8")
    if not re.search(old, text):
        raise LookupError(f"nowhere in {path.name}: {old}")
    path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")


MISTAKES = [
    # Stored outputs
    Edited("a stored number is another one", TINY, in_words(r"line is at 7\.0", "line is at 7.5"), LESSON, "7.5"),
    Edited("a curve has another colour", TINY, replace('BLUE, label="the', 'INK, label="the'), LESSON, "is drawn where the line"),
    Edited("a curve shows other data", TINY, replace("line(x, 1)", "line(x, 1.1)"), LESSON, "of the axes from where it is stored"),
    Edited("two curves' labels are swapped", TINY, replace('label="slope 1"', 'label="slope"'), LESSON, "other words than in the stored figure"),
    Edited("a marker is drawn that was none", TINY, replace('"--", color', '"--o", color'), LESSON, "is drawn where the line"),
    Edited("two curves of one colour exchange data where curves may move", TINY, rearrange(unstable, DRAWS), LESSON, "have swapped their data"),
    Edited("the stored alternative of a figure is another one", TINY, in_words('"alt": "Two straight', '"alt": "Two curved'), LESSON, "text alternative"),
    Edited("a stored output is gone", TINY, rearrange(strip, PRINTS), FORM, "no output is stored"),
    Edited("a stored figure is gone", TINY, rearrange(strip, DRAWS), FORM, "no figure is stored"),
    Edited("a stored alternative is gone", TINY, rearrange(untitle, DRAWS), FORM, "alternative"),
    # What the words say
    Edited("a sign in a formula is wrong", TINY, in_words(r"x \+ 1\$", "x - 1$"), FORMULAS, "random point"),
    Edited("a measured number is typed into the prose", TINY, in_words("A line rises by its slope", "A line of 4711 points rises by its slope"), WORDS, "let it print or assert them"),
    # The form of notebooks
    Edited("a caption's number is typed", TINY, replace("The larger the slope", "Of 37 lines, the larger the slope"), FORM, "compute it, or let a check say it"),
    Edited("two cells are out of order", TINY, rearrange(swap_with_the_next, "def line("), FORM, "run `make refresh"),
    Edited("a heading skips a level", TINY, in_words("## 1. The line", "### 1. The line"), FORM, "skips a level"),
    Edited("a title begins with no verb of the house", TINY, in_words("# Build a straight", "# On a straight"), FORM, "begins with"),
    Edited("a parameter is not checked", TINY, replace('checks.require_float("SLOPE", SLOPE, 0.5, 5)', "SLOPE"), PARAMETERS, "SLOPE may be anything"),
    Edited("a path of the author's machine is stored", TINY, in_words("Over 3 the line is at 7", "Over /home/ada/x the line is at 7"), FORM, "a path of a machine"),
    Edited("a cell fetches something from the network", TINY, replace("x = np.linspace(0, 3, 31)", 'x = np.linspace(0, 3, 31)  # https://example.org/data'), FORM, "fetches"),
    Edited("the README does not list the notebook", "README.md", replace("Build a straight line", "Build a line"), FORM, "README.md"),
    # Exercises
    Edited("a solution is wrong", TINY, in_words("answer_1 = 3", "answer_1 = 4"), EXERCISES, "01_tiny-1"),
    Edited("a hint goes to the wrong slip", "helpers/exercises/tiny.py", replace("answer == 1, ", "answer == 4, "), EXERCISES, "01_tiny-1"),
    # Proof
    Edited("a check never runs at the default parameters", TINY, replace("SLOPE = 2.0", "SLOPE = 3.0"), PROOF, "never ran"),
    # What every reader can read
    Edited("some readers cannot tell two colours of the palette apart", "helpers/course.mplstyle", replace("'0072B2', 'D55E00'", "'B07000', '6B8E23'"), READABILITY, "test_the_palette_stays_apart"),
    # The repository
    Edited("the conda twin has another version", "environment.yml", replace("numpy==2.4.6", "numpy==2.4.5"), ["tests/tools/test_environment.py"], "test_conda_and_pip"),
]  # fmt: skip
