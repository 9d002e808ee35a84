"""python -m tools.mistakes.words: plant mistakes in what the lessons say and show, and see which check names them.

Half of them, and more, lie at places that chance chooses among the lessons' own formulas, labels and sentences:
SEED=7 chooses others. Each is planted alone, in memory; the checks of tests/lessons that read texts are asked one after
the other, then those of the translations, which say each text a second time; one must go red and name the cell, or what
was changed in it. Those of the repository are planted in a copy. The exit status is 1 if fewer than 95 of 100 are
caught.
"""

import ast
import copy
import inspect
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from _pytest.outcomes import Failed

from helpers import NOTEBOOKS, ROOT
from tests.lessons import test_form, test_formulas, test_labels, test_no_way_round, test_words
from tools.mistakes.copies import LEFT_OUT
from tools.translate import catalogues
from tools.translate.texts import texts

SEED = int(os.environ.get("SEED", 0))
A_KIND = {  # how many of each kind in a lesson
    **{"formula": 9, "table": 3, "number": 6, "number word": 3, "reference": 3, "sentence": 4, "code name": 2},
    **{"label": 6, "opposite": 3},
}


class Planted(NamedTuple):
    """One mistake in one cell."""

    kind: str
    cell: int
    old: str
    new: str


# Changes, each at every place in a cell where it fits


def in_formulas(source: str) -> Iterator[tuple[str, str]]:
    """A sign, an index, a transpose, a product, a factor, a power, a function: one of them another one."""
    rules = [
        (r"(?<=[\w})\]] )[+]|(?<=[\w})\]])[+]", "-"), (r"(?<=[\w})\]] )-", "+"), (r"_(\d)", None), (r"\^\\top", ""),
        (r"\\odot", "+"), (r"\\tfrac1n|\\frac1n", ""), (r"\^2(?!\d)", "^3"), (r"\\tanh(?!')", r"\\sigma"),
        (r"\\log", r"\\exp"), (r"\\max", r"\\min"), (r"\\le(?!\w)", r"\\ge"), (r"\\hat y", "y"), (r"\\cdot", "+"),
        (r"\\delta_(\d)", None), (r"(?<![\w.^_{])(\d+\.\d+)", None),
    ]  # fmt: skip
    for match in re.finditer(r"(?s)\$\$(.*?)\$\$|(?<!\\)\$([^$]+?)\$", source):
        text = match[0]
        for pattern, new in rules:
            for hit in re.finditer(pattern, text):
                if new is not None:
                    changed = re.sub(pattern, new, hit[0], count=1) if new else ""
                elif "." in hit[1]:
                    changed = hit[0].replace(hit[1], f"{float(hit[1]) + 0.1:g}")
                else:
                    changed = hit[0].replace(hit[1], str(int(hit[1]) % 5 + 1))
                yield text, text[: hit.start()] + changed + text[hit.end() :]


def in_numbers(source: str) -> Iterator[tuple[str, str]]:
    """A number in a sentence becomes another one."""
    plain = re.sub(
        r"(?s)```.*?```|\$\$.*?\$\$|\$.*?\$|`.*?`|\]\(.*?\)|^#.*$|<.*?>", lambda m: "#" * len(m[0]), source, flags=re.M
    )
    named = r"(?i)(?:sections?|exercises?|notebooks?|configurations?|parts?|layers?|and|to|,|–|python)\s*$"
    for hit in re.finditer(r"(?<![\w.,_(])\d+(?:\.\d+)?(?![\w,]|\.\d)", plain):
        line = plain[plain.rfind("\n", 0, hit.start()) + 1 :].split("\n")[0]
        if not re.search(named, plain[: hit.start()]) and "Time" not in line and float(hit[0]) > 2:
            yield context(source, hit.start(), hit.end(), f"{float(hit[0]) * 3 + 1:g}")


def in_number_words(source: str) -> Iterator[tuple[str, str]]:
    """A number that is written out becomes the next one."""
    plain = re.sub(r"(?s)```.*?```|`.*?`|\]\(.*?\)", lambda m: "#" * len(m[0]), source)
    words = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", *test_words.WRITTEN_OUT]
    for hit in re.finditer(rf"\b(?:{'|'.join(words)})\b", plain):
        yield context(source, hit.start(), hit.end(), words[(words.index(hit[0]) + 1) % len(words)])


def in_references(source: str) -> Iterator[tuple[str, str]]:
    """A section, an exercise or a notebook that is not there, or another one."""
    for hit in re.finditer(r"(?i)(?<=section )\d+|(?<=exercise )\d+|(?<=notebook )\d(?!\d)", source):
        yield context(source, hit.start(), hit.end(), "27")
        yield context(source, hit.start(), hit.end(), str(int(hit[0]) % 3 + 1))


def in_sentences(source: str) -> Iterator[tuple[str, str]]:
    """A sentence says the contrary of a word."""
    plain = re.sub(r"(?s)```.*?```|\$.*?\$|`.*?`|\]\(.*?\)", lambda m: "#" * len(m[0]), source)
    for pair in test_labels.CONTRARY:
        for a, b in (pair, pair[::-1]):
            for hit in re.finditer(rf"(?<!is )(?<!are )(?<!nothing )\b{a}\b", plain):  # what is left is no side
                yield context(source, hit.start(), hit.end(), b)


def in_code_names(source: str) -> Iterator[tuple[str, str]]:
    """A name in the text that is none in the code."""
    for hit in re.finditer(r"(?<=`)[A-Za-z_]\w{2,}(?=`)", re.sub(r"(?s)```.*?```", lambda m: "#" * len(m[0]), source)):
        yield context(source, hit.start(), hit.end(), hit[0] + "_old")


def in_tables_of_derivatives(source: str) -> Iterator[tuple[str, str]]:
    """Another derivative in a table of them."""
    for line in source.splitlines() if "| by a |" in source else ():
        cells = line.split("|")
        for i in range(2, len(cells) - 1):
            if cells[i].strip().startswith("`"):
                yield line, "|".join([*cells[:i], " `2 + y` ", *cells[i + 1 :]])


def in_labels(source: str) -> Iterator[tuple[str, str]]:
    """Two labels of a cell exchange places; a logarithmic axis becomes another; a unit or a title is another one."""
    strings = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg in test_labels.NAMED:
            strings += [n for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        if isinstance(node, ast.Dict):
            strings += [k for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "zip":
            for row in node.args:
                if isinstance(row, (ast.List, ast.Tuple)):
                    strings += [n for n in row.elts if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    texts = [ast.get_source_segment(source, node) for node in strings]
    texts = [text for text in dict.fromkeys(filter(None, texts)) if source.count(text) == 1 and "\n" not in text]
    for one, other in zip(texts, texts[1:]):
        swapped = source.replace(one, "\0").replace(other, one).replace("\0", other)
        yield source, swapped
    for old, new in (("semilogy", "plot"), ("loglog", "plot"), ("semilogx", "plot"), ('"log"', '"linear"')):
        if old in source and "plotting.show" in source:
            yield source, source.replace(old, new, 1)


def in_opposites(source: str) -> Iterator[tuple[str, str]]:
    """A caption or an alternative says the contrary of a word."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg in ("alt", "caption"):
            text = ast.get_source_segment(source, node.value) or ""
            for pair in test_labels.CONTRARY:
                for a, b in (pair, pair[::-1]):
                    if len(re.findall(rf"\b{a}\b", text)) == 1 and not re.search(rf"\b{b}\b", text):
                        yield text, re.sub(rf"\b{a}\b", b, text)


def context(source: str, start: int, end: int, new: str) -> tuple[str, str]:
    """A piece of a text that stands there once, and what it becomes if the part from start to end does."""
    low, high = start, end
    while source.count(source[low:high]) > 1:
        low, high = max(0, low - 5), min(len(source), high + 5)
    return source[low:high], source[low:start] + new + source[end:high]


CHANGES: dict[str, tuple[str, Callable[[str], Iterator[tuple[str, str]]]]] = {
    "formula": ("markdown", in_formulas), "table": ("markdown", in_tables_of_derivatives),
    "number": ("markdown", in_numbers), "number word": ("markdown", in_number_words),
    "reference": ("markdown", in_references), "sentence": ("markdown", in_sentences),
    "code name": ("markdown", in_code_names), "label": ("code", in_labels), "opposite": ("code", in_opposites),
}  # fmt: skip


def chosen(notebook: Any, rng: random.Random) -> Iterator[Planted]:
    """Mistakes at places that chance chooses, so many of each kind."""
    for kind, (cells, change) in CHANGES.items():
        places = []
        for index, cell in enumerate(notebook.cells):
            tags = cell.metadata.get("tags", [])
            if cell.cell_type == cells and not {"setup", "parameters"} & set(tags):
                text = cell.source.split("## References")[0]
                places += [Planted(kind, index, old, new) for old, new in dict.fromkeys(change(text)) if old != new]
        yield from rng.sample(places, min(len(places), A_KIND[kind]))


BY_HAND = {  # ways round the checks: what is wrong, and what a cell gets
    "a cell ends the run": lambda cells, code: prepend(code, "raise SystemExit\n"),
    "a cell ends the run by sys.exit": lambda cells, code: prepend(code, "import sys\nsys.exit(0)\n"),
    "a cell looks at a home folder": lambda cells, code: prepend(code, "print(pathlib.Path.home())\n"),
    "a cell runs a program": lambda cells, code: prepend(code, "import os\nos.system('ls')\n"),
    "weights are loaded as code": lambda cells, code: prepend(code, "torch.load('w', weights_only=False)\n"),
    "a debugger in a comment": lambda cells, code: prepend(code, "# breakpoint()\n"),
    "code in a comment": lambda cells, code: prepend(code, "# losses = train(params, X, Y)\n"),
    "a check of a thing with itself": lambda cells, code: prepend(code, "assert code == code, 'x'\n"),
    "a tolerance that lets all pass": lambda cells, code: prepend(code, "checks.assert_close(a, b, 0.9)\n"),
    "a bound that lets all pass": lambda cells, code: prepend(code, "assert abs(a) < 1e6, 'x'\n"),
    "an assertion within a try": lambda cells, code: prepend(
        code, "try:\n    assert a, 'x'\nexcept Exception:\n    pass\n"
    ),
    "a comment tells nbval to look away": lambda cells, code: prepend(code, "# NBVAL_SKIP\n"),
    "a tag that nobody knows": lambda cells, code: code.metadata.update(tags=["nbval-skip"]),
    "a tag that lets a cell fail": lambda cells, code: code.metadata.update(tags=["raises-exception"]),
    "two cells of one id": lambda cells, code: code.update(id=cells[0].id),
    "a cell that never ran": lambda cells, code: code.update(execution_count=None),
    "an attachment that is not there": lambda cells, code: append(cells[0], "\n![x](attachment:x.png)"),
    "a thing to do in the text": lambda cells, code: append(cells[0], "\nTODO: say more."),
    "a picture's brace is not closed": lambda cells, code: append(cells[0], "\n$\\frac{1}{2$"),
    "a dollar too many": lambda cells, code: append(cells[0], "\n$x"),
}


def prepend(cell: Any, text: str) -> None:
    cell.source = text + cell.source


def append(cell: Any, text: str) -> None:
    cell.source += text


README, FLOW = "README.md", ".github/workflows/notebooks.yml"
REPOSITORY = [  # file, a pattern in it, what it becomes
    (README, "make execute-all", "make run-all"), (README, r"Licence: BSD-3-Clause", "Licence: MIT"),
    (README, r"Python 3\.11", "Python 3.9"), (README, r"\]\(notebooks/01", "](lessons/01"),
    (README, r"`helpers/`", "`helpers/old/`"), (README, r"\]\(https://", "](http://"),
    (FLOW, r"(?m)^ *- run: python -m pytest\n", ""), (FLOW, r"run: python -m pytest", "run: python -m pytest || true"),
    (FLOW, "contents: read", "contents: write"), (FLOW, r"(?m)^  pull_request:", "  pull_request_target:"),
    (FLOW, r"@[0-9a-f]{40}", "@v4"), (FLOW, r"(?m)^  pull_request:\n", ""),
    (FLOW, r"run: (?:make|python -m tools\.)\s?elsewhere", "run: echo"),
    (FLOW, "- run: python -m tools.run", "- continue-on-error: true\n        run: python -m tools.run"),
    (FLOW, r'"3\.11"', '"3.10"'),
    (".ci/run", r"make test\n", ""), (".ci/run", "set -euo pipefail", "set -u"),
    (".ci/run", "make lint", "make lint || true"),
    (".ci/run", r"make mistakes", "# make mistakes"), ("Makefile", r"@\$\(RUN\) -m pytest", "-@$(RUN) -m pytest"),
    ("Makefile", r"(?m)\$\(ARGS\)$", "$(ARGS) || true"),
    ("Makefile", "-m pytest ", "-m pytest -x --co "),
    ("Makefile", r"ruff check \. && ", ""), ("helpers/__init__.py", r'"1"\)', '"4")'),
    ("requirements.txt", r"pillow==.*\n", ""), ("requirements.txt", "numpy==", "numpy>="),
    ("helpers/data.py", "import numpy as np", "import numpy as np\nimport requests"),
    ("helpers/data.py", "import numpy as np", "import numpy as np\nimport yaml_of_a_stranger"),
    ("tools/tidy.py", "import re\n", "import re\nTOKEN = 'ghp_" + 30 * "a" + "'\n"),
    ("LICENSE", "BSD 3-Clause", "MIT"),
]  # fmt: skip


# Asking the checks


class Lesson:
    """A lesson's checks of words, made ready once."""

    def __init__(self, path: Path):
        self.path, self.notebook = path, nbformat.read(path, as_version=4)
        catalogs = {language: catalogues.load(path.stem, language) for language in catalogues.languages()}
        self.translations = {language: catalogues.translations(catalog) for language, catalog in catalogs.items()}

    def verdict(self, planted: Any) -> tuple[str, str]:
        """The name of the first check that goes red, and what it says; twice empty if none does."""
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / self.path.name
            path.write_text(json.dumps(planted), encoding="utf-8")  # nbformat would mend ids that are alike
            given = {"notebook": planted, "notebook_path": path, "house_rules": strict}
            for module in (test_no_way_round, test_labels, test_words, test_form, test_formulas):
                for name, check in inspect.getmembers(module, inspect.isfunction):
                    wants = inspect.signature(check).parameters
                    if (
                        name.startswith("test_")
                        and wants
                        and set(wants) <= {"notebook", "notebook_path", "house_rules"}
                    ):
                        if check.__module__ != module.__name__ or name in OTHERS:
                            continue
                        try:
                            check(**{key: given[key] for key in wants})
                        except (Exception, Failed) as error:
                            return name, str(error)
        return self.other_claims(planted)

    def other_claims(self, planted: Any) -> tuple[str, str]:
        """The same for what a translation, the second source of each text, claims otherwise than the planted text."""
        for language, said in self.translations.items():
            seen, known = catalogues.shown(language, self.path.stem), catalogues.claims(language)
            for old, new in zip(texts(self.notebook, seen), texts(planted, seen)):
                if new.words not in said and (other := said.get(old.words)):
                    faults = catalogues.faults(new.words, other) + catalogues.other_facts(known, new.words, other)
                    if faults:
                        return "test_both_sides_claim_the_same", f"{new.cell}: {faults[0]}: {new.words}"
        return "", ""


def strict(departures: Any) -> None:
    """The rules of the house, where they are strict."""
    assert not (found := [f"{what}: {remedy}" for what, remedy in departures]), "\n".join(found)


OTHERS = {  # they speak of what a planted text does not touch, and cost time
    "test_nothing_private_is_stored", "test_definitions_run_alone_and_in_order",
    "test_a_notebook_is_stored_in_the_form_that_tidy_writes",
}  # fmt: skip


def plant(notebook: Any, mistake: Planted) -> Any:
    """The notebook with the mistake, and with outputs as a run after the change would have them."""
    planted = copy.deepcopy(notebook)
    cell = planted.cells[mistake.cell]
    cell.source = cell.source.replace(mistake.old, mistake.new, 1)
    if mistake.kind == "opposite":
        for output in cell.outputs:
            whole = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', mistake.new))
            if (
                output.get("metadata", {}).get("image/png")
                and f"alt={mistake.old}" in notebook.cells[mistake.cell].source
            ):
                output.metadata["image/png"]["alt"] = whole
            elif (
                "text/markdown" in output.get("data", {})
                and f"caption={mistake.old}" in notebook.cells[mistake.cell].source
            ):
                output.data["text/markdown"] = whole
    return planted


def try_lesson(path: Path) -> Iterator[tuple[str, str, str, str, bool]]:
    """(kind, what was planted, the check, what it said, whether it named the place) of each mistake in a lesson."""
    lesson, rng = Lesson(path), random.Random(f"{SEED} {path.stem}")
    name, said = lesson.verdict(lesson.notebook)
    if name:
        sys.exit(f"{path.stem} is red before anything is planted: {name}: {said[:600]}")
    for mistake in chosen(lesson.notebook, rng):
        cell = lesson.notebook.cells[mistake.cell]
        name, said = lesson.verdict(plant(lesson.notebook, mistake))
        words = " ".join(mistake.new.split()) if len(mistake.new) < 200 else difference(mistake.old, mistake.new)
        yield (
            mistake.kind,
            f"{path.stem[:2]} {cell.id} {words}",
            name,
            said,
            cell.id in said or place_named(mistake, said),
        )
    for words, change in BY_HAND.items():
        planted = copy.deepcopy(lesson.notebook)
        code = rng.choice(
            [c for c in planted.cells if c.cell_type == "code" and "setup" not in c.metadata.get("tags", [])]
        )
        change(planted.cells, code)
        name, said = lesson.verdict(planted)
        yield "way round", f"{path.stem[:2]} {words}", name, said, bool(name)


def place_named(mistake: Planted, said: str) -> bool:
    """Whether the words of a failure hold a piece of what was planted."""
    flat = " ".join(said.split())
    pieces = [" ".join(piece.split()) for piece in (mistake.new, *mistake.new.splitlines())]
    return any(piece in flat for piece in pieces if len(piece) > 3) or f"cell {mistake.cell}:" in flat


def difference(old: str, new: str) -> str:
    lines = [line.strip() for line in new.splitlines() if line not in old.splitlines()]
    return " / ".join(lines)[:160]


def try_repository() -> Iterator[tuple[str, str, str, str, bool]]:
    """Each mistake of the repository's words, in a copy."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "course"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        for file, pattern, new in REPOSITORY:
            text = (root / file).read_text(encoding="utf-8")
            changed = re.sub(pattern, lambda _, new=new: new, text, count=1)
            words = f"{file}: {pattern} -> {new}".replace("\n", " ")
            if changed == text:
                yield "repository", words, "", "THE PATTERN IS NOT THERE", False
                continue
            (root / file).write_text(changed, encoding="utf-8")
            tests = ["tests/test_repository.py"]
            command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-q", "-x", "--color=no", *tests]
            done = subprocess.run(
                command, cwd=root, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(root)}
            )
            (root / file).write_text(text, encoding="utf-8")
            failed = re.findall(r"(?m)^(?:FAILED|ERROR) \S*?(?:::(\w+))?(?:\[.*?\])?(?: - (.*))?$", done.stdout)
            name, said = failed[0] if failed and done.returncode == 1 else ("", "")
            yield "repository", words, name, said, bool(name)


def main() -> int:
    warnings.simplefilter("ignore")
    table, caught = Counter(), Counter()
    only = sys.argv[1:]
    jobs = [
        lambda path=path: try_lesson(path)
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        if not only or path.stem[:2] in only
    ]
    jobs += [try_repository] if not only or "repository" in only else []
    for job in jobs:
        for kind, words, name, _, right in job():
            table[kind] += 1
            caught[kind] += right
            print(
                f"{kind:10} {'' if right else 'ELSEWHERE ' if name else 'NOT CAUGHT '}{words[:150]}  {name}", flush=True
            )
    for kind, count in table.items():
        print(f"{kind:12} {caught[kind]:4} of {count:4}")
    total = sum(table.values())
    print(f"{sum(caught.values())} of {total} caught")
    return int(sum(caught.values()) < 0.95 * total)


if __name__ == "__main__":
    sys.exit(main())
