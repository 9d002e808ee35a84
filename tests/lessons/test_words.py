"""What the words say: numbers stand in the code beside them, labels name the data beside them, exercises agree."""

import ast
import re

import pytest

from helpers import ROOT
from helpers.definitions import cells_tagged
from tests.lessons.test_form import literals, numerals
from tests.lessons.test_formulas import meanings_of

REMEDY = (
    "Mend the sentence or the label, or let the code print or assert what it says. Numbers that come from elsewhere "
    "stand in NUMBERS of tests/lessons/meanings/NN_topic.py."
)

# Words of which one must not stand where the code says the other. A word may be several, as code and text spell it.
OPPOSITES = [
    ("train|training", "val|validation|test"),
    ("val|validation", "train|training|test"),
    ("test", "train|training|val|validation"),
    ("forward", "backward"),
    ("backward|back", "forward"),
    ("mean", "sum|summed|total"),
    ("sum|summed", "mean"),
    ("before|start|first", "after|end|last"),
    ("after|end|last", "before|start|first"),
    ("accuracy|accuracies", "loss|losses|mse|rmse"),
    ("loss|losses", "accuracy|accuracies"),
    ("and", "nor|xnor"),
    ("nor", "and|or|xnor"),
    ("or", "and|nor|xnor"),
    ("residual", "plain"),
    ("plain", "residual"),
    ("zeros", "he|fan"),
    ("gelu", "silu|elu|leakyrelu"),
    ("silu", "gelu|elu|leakyrelu"),
    ("elu", "gelu|silu|leakyrelu"),
    ("low|lowest|least", "high|highest|greatest"),
    ("high|highest|greatest", "low|lowest|least"),
    ("weights?", "bias|biases"),
    ("batchnorm|batch", "groupnorm"),
    ("groupnorm|group", "batchnorm"),
    ("x1", "x2"), ("x2", "x1"), ("h1", "h2"), ("h2", "h1"),
]  # fmt: skip


def sections(notebook):
    """The cells of each section of the second level; what stands before the first comes first."""
    found = [[]]
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"(?m)^## ", cell.source):
            found.append([])
        found[-1].append(cell)
    return found


WRITTEN_OUT = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty",
               "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]  # fmt: skip  # smaller ones count anything
NUMBER_OF = dict(zip(WRITTEN_OUT, [*range(13, 20), *range(20, 100, 10)]))


def plain_words(source):
    """A Markdown text without its code, links and displayed formulas, and without what is counted by name."""
    source = re.sub(r"(?s)```.*?```|\$\$.*?\$\$|`.*?`|\]\(.*?\)", "", source)
    source = re.sub(r"(?m)^#+ (?:\w+ )?\d+[.:]|\*\*Time\*\*.*$", "", source)  # "3." or, in any language, "Exercise 3:"
    source = re.sub(r"\b(?:half|end|beginning) of \d+\b", "", source)  # of a section that was named before
    named = r"(?i)\b(?:sections?|exercises?|notebooks?|configurations?|parts?|layers?|python)\s+\d+"
    source = re.sub(rf"(?i)\b({'|'.join(WRITTEN_OUT)})\b", lambda m: str(NUMBER_OF[m[1].lower()]), source)
    return re.sub(named + r"(?:(?:, | and | to |–)\d+)*", "", source)


def signed(text):
    """The numbers in a text, with a minus where one stands before them that is no subtraction."""
    text = text.replace("−", "-").replace("\\,", " ")
    for match in re.finditer(r"(?<![\w.}])(-?)(\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w.]*\w)", text):
        minus = match[1] and not re.search(r"[\w)}$]\s*$", text[: match.start()])
        yield float(match[2]) * (-1 if minus else 1)


def is_known(number, known):
    """Whether a number is among those known, or one of them rounded to as many digits as it has."""
    digits = len(f"{number:g}".partition(".")[2]) if "e" not in f"{number:g}" else 0
    return number in known or (digits and any(round(abs(other), digits) == abs(number) for other in known))


def code_numbers(cells):
    """The numbers in the code of some cells, solutions included, and those that they print."""
    known = set()
    for cell in cells:
        if cell.cell_type == "code":
            known |= literals(cell.source)
            printed = " ".join(output.get("text", "") for output in cell.outputs)
            known |= set(numerals(re.sub(r"[\d.]+ ?%", "", printed)))  # 97 % is another number than 97
        for block in re.findall(r"(?s)```python\n(.*?)```", cell.source) if cell.cell_type == "markdown" else ():
            known |= literals(block)
    return known


def test_a_number_in_the_text_stands_in_the_code_of_its_section(notebook, notebook_path):
    """In code, or in what it prints: in the section's own, in the opening's, or in that of the exercises and data."""
    paths = [ROOT / "helpers" / "data.py", ROOT / "helpers" / "exercises" / f"{notebook_path.stem[3:]}.py"]
    parts = sections(notebook)
    listed = set(map(float, meanings_of(notebook_path.stem).NUMBERS))
    everywhere = listed | {0.0, 1.0, 2.0}.union(*(literals(path.read_text(encoding="utf-8")) for path in paths))
    everywhere |= code_numbers(sum(parts[:2], []))
    asserted = (
        node for cell in notebook.cells if cell.cell_type == "code" for node in ast.walk(ast.parse(cell.source))
    )
    everywhere |= {n for node in asserted if isinstance(node, ast.Assert) for n in literals(ast.unparse(node.test))}
    found = []
    for part in parts:
        known = everywhere | code_numbers(part)
        for cell in part:
            if cell.cell_type == "markdown":
                for line in plain_words(cell.source.split("## References")[0]).splitlines():
                    line = re.sub(r"[\d.]+ ?\\?%", "", line)  # of the next test
                    strange = {n for n in numerals(line.replace("$", "")) if not is_known(n, known)}
                    if strange:
                        found.append(f"cell {cell.id} says {sorted(strange)}: {line.strip()[:120]}")
    assert not found, "numbers that no code of their section has; let it print or assert them:\n" + "\n".join(found)


def test_a_percentage_is_one_in_the_code_too(notebook, notebook_path):
    """0.3 in the code does not stand for 0.3 % in the text."""
    known = {0.0, 50.0, 100.0} | set(map(float, meanings_of(notebook_path.stem).NUMBERS))
    for path in [ROOT / "helpers" / "data.py", ROOT / "helpers" / "exercises" / f"{notebook_path.stem[3:]}.py"]:
        text = path.read_text(encoding="utf-8")
        known |= {round(100 * v, 6) for v in literals(text)} | set(map(float, re.findall(r"(\d+(?:\.\d+)?) ?%", text)))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            known |= {round(100 * value, 6) for value in literals(cell.source)}
            texts = [cell.source, *(output.get("text", "") for output in cell.outputs)]
            known |= {float(n) for text in texts for n in re.findall(r"(\d+(?:\.\d+)?) ?%", text)}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for numeral in re.findall(r"(\d+(?:\.\d+)?) ?\\?%", plain_words(cell.source)):
                assert float(numeral) in known, f"cell {cell.id} says {numeral} %, which no code computes or asserts"


# Exercises


def exercise_file(stem):
    return (ROOT / "helpers" / "exercises" / f"{stem[3:]}.py").read_text(encoding="utf-8")


def check_sources(stem):
    """{number: source} of each exercise's check in helpers/exercises, with what stands just before it."""
    text, found, held = exercise_file(stem), {}, []
    for statement in ast.parse(text).body:
        held.append(ast.get_source_segment(text, statement))
        names = [getattr(statement, "name", "")] + [t.id for t in getattr(statement, "targets", []) if hasattr(t, "id")]
        for name in names:
            if re.fullmatch(r"check_\d+", name):
                found[int(name[6:])], held = "\n".join(held), []
    return found


def exercises(notebook):
    """For each exercise its number, the text before its stub, the stub, and the text of its solution."""
    cells = notebook.cells
    for stub in cells_tagged(notebook, "exercise"):
        at = next(i for i, cell in enumerate(cells) if cell is stub)
        number = int(re.findall(r"\banswer_(\d+)\b", stub.source)[-1])
        solution = next(cell for cell in cells[at:] if "solution" in cell.metadata.get("tags", []))
        yield number, cells[at - 1], stub, solution


def task(source):
    """What an exercise asks for: the text below its heading, if it has one."""
    return re.split(r"(?m)^###+ .*$", source)[-1].replace("$", "")


def test_the_text_of_an_exercise_and_its_check_share_their_numbers(notebook, notebook_path):
    """A number in the text of an exercise stands in its check, its stub or its solution, minus signs included."""
    checks, whole = check_sources(notebook_path.stem), exercise_file(notebook_path.stem)
    for number, text, stub, solution in exercises(notebook):
        known = {-1.0, 0.0, 1.0, 2.0}
        for source in (
            checks.get(number, whole),
            stub.source,
            *re.findall(r"(?s)```python\n(.*?)```", solution.source),
        ):
            known |= literals(source) | {float(n) for n in numerals(source)} | negatives(source)
        section = next(part for part in sections(notebook) if any(cell is stub for cell in part))
        known |= {n for n in code_numbers(sum(sections(notebook)[:2], section)) if n > 0}
        strange = {n for n in signed(plain_words(task(text.source))) if not is_known(n, known)}
        assert not strange, (
            f"exercise {number} says {sorted(strange)}; its check and its solution do not: {text.source}"
        )


def negatives(source):
    """The negative numbers written in a piece of code or in its strings."""
    return {-float(n) for n in re.findall(r"(?<![\w)\]])[-−](\d+(?:\.\d+)?)", source)}


def test_a_number_in_a_solution_is_one_of_its_answer_or_its_check(notebook, notebook_path):
    """What a solution explains is computed from its answer, or stands in the exercise."""
    checks, whole = check_sources(notebook_path.stem), exercise_file(notebook_path.stem)
    for number, text, stub, solution in exercises(notebook):
        blocks = re.findall(r"(?s)```python\n(.*?)```", solution.source)
        known = {0.0, 1.0, 2.0, float(number)} | set(map(abs, signed(plain_words(text.source).replace("$", ""))))
        for block in [*blocks, stub.source, checks.get(number, whole)]:
            known |= literals(block) | set(numerals(block))
            for node in ast.walk(ast.parse(block)):
                if isinstance(node, ast.expr):
                    try:
                        known.add(abs(float(eval(compile(ast.Expression(node), "", "eval"), {"__builtins__": {}}))))
                    except Exception:
                        continue
        strange = set(map(abs, signed(plain_words(solution.source).replace("$", "")))) - known
        assert not strange, f"the solution of exercise {number} says {sorted(strange)}: {solution.source}"


# Labels and data


def words_in(node):
    """The words in an expression's names and texts, as code spells them, in lower case."""
    found = set()
    for inner in ast.walk(node):
        names = [getattr(inner, key, None) for key in ("id", "attr", "arg")]
        names += [inner.value] if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else []
        for name in filter(lambda n: isinstance(n, str), names):
            found |= set(re.findall(r"[a-z]+\d?", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()))
    return found


def label_words(text):
    return set(re.findall(r"[a-z]+\d?", re.sub(r"[$\\{}_]", "", text).lower()))


LABELS = ("label", "title", "ylabel")


def pairings(tree):
    """(label, expression) wherever a text names data: keywords, entries of dicts, rows of lists, zipped lists."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for word in node.keywords:
                if word.arg in LABELS and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str):
                    rest = [*node.args, *(k.value for k in node.keywords if k.arg not in LABELS and k.arg != "xlabel")]
                    yield word.value.value, ast.Tuple(rest)
            if ast.unparse(node.func) == "zip":
                lists = [a.elts for a in node.args if isinstance(a, (ast.List, ast.Tuple))]
                for texts in lists:
                    if all(isinstance(t, ast.Constant) and isinstance(t.value, str) for t in texts):
                        for others in lists:
                            if others is not texts:
                                yield from zip((t.value for t in texts), others)
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        if isinstance(node, (ast.Tuple, ast.List)) and node.elts:
            first, *rest = node.elts
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and rest:
                if not all(isinstance(r, ast.Constant) for r in rest):
                    yield first.value, ast.Tuple(rest)


def contradicts(label, node):
    """What the code says where the label says the opposite, without the label's word; None if there is nothing."""
    said, there = label_words(label), words_in(node)
    for word, opposite in OPPOSITES:
        here = {w for w in said if re.fullmatch(word, w)}
        if here and not any(re.fullmatch(opposite, w) for w in said):
            others = {w for w in there if re.fullmatch(opposite, w)}
            if others and not any(re.fullmatch(word, w) for w in there):
                return f"{label!r} stands for {ast.unparse(node)[:80]!r}, which says {', '.join(sorted(others))}"
    return None


def test_no_label_stands_for_data_of_the_opposite_name(notebook):
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for label, node in pairings(ast.parse(cell.source)):
                if why := contradicts(label, node):
                    found.append(f"cell {cell.id}: {why}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("code, found", [
    ("ax.plot(epochs, val_loss, label='validation loss')", 0),
    ("ax.plot(epochs, val_loss, label='training loss')", 1),
    ("{'forward': backward(x)}", 1),
    ("{'forward': forward(x)}", 0),
    ("zip(axes, ['$h_1$: AND', '$h_2$: NOR'], [w_nor, w_and])", 2),
    ("zip(axes, ['$h_1$: AND', '$h_2$: NOR'], [w_and, w_nor])", 0),
    ("[('plain sigmoid', RESIDUAL)]", 1),
])  # fmt: skip
def test_a_label_of_the_opposite_name_is_found(code, found):
    assert len([1 for label, node in pairings(ast.parse(code)) if contradicts(label, node)]) == found
