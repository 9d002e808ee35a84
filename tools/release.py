"""Make what a class gets: the lessons without solutions and outputs, as a course of its own and as one file each.

    python -m tools.release [--feedback answered] [--exercises "01:1,5 03" | points.toml] [--repository ADDRESS]

It goes to build/release/student; publish that folder as the class's repository, and its badges work. With --feedback
instant (the default) the helpers say at once whether an answer is right, as in the course. They are handed out without
the answers on which the course tries them, but they must know what is right, so who reads their code can find it:
numbers outright, functions as the formula that they are compared with. With --feedback answered nothing of that is
handed out, and an exercise only says whether it is answered.

What counts, and how much, stands in the class's README and in build/release/points.toml, which `make grade` takes. All
lessons are handed out with all their exercises, whether they count or not: they build on each other.

The lessons go on after an exercise and use what it asked for. Where its solution stands in a later cell, or in a
helper, the command says so.
"""

import argparse
import ast
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from babel import Locale

from helpers import NOTEBOOKS, ROOT
from tools.badges import BADGES, settings, stamp
from tools.exercises import Asked, Points, asked, gives, has_tag, lessons, needs, points, topic
from tools.notebook_files import SEEN, Failure, put_in_place, read
from tools.one_file import code_of, self_contained
from tools.processes import print_whatever_the_terminal
from tools.publish import web_address
from tools.tidy import tidy

OUTPUT = ROOT / "build" / "release" / "student"
FEEDBACK = ("instant", "answered")
ANSWERS = {"dresses", "also_wrong"}  # what an Exercise holds for the course's own tests alone
SHORTEST = 8  # characters of an answer that is looked for elsewhere; a shorter one is found everywhere by chance
STUB = '"""Says whether an exercise is answered; whether it is right is told when it is graded."""\n\n'
POINTS = OUTPUT.with_name("points.toml")  # what counts, for `make grade`
TOOLS = ("__init__", "environment", "lab")  # they need nothing but the helpers
README = ROOT / "tools" / "student_readme.md"  # in other languages: student_readme.es.md


# What the helpers of a class hold.


class _WithoutAnswers(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.Call:
        name = ast.unparse(node.func)
        if name == "Exercise":
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in ANSWERS]
        if name == "Slip" and node.args:
            node.args[0] = ast.Constant("")
        return self.generic_visit(node)


def without_answers(source: str, wanted: Iterable[str] = ()) -> str:
    """A module of exercises without the answers on which the course tries it, without comments and what is now unused.

    Args:
        wanted: names of the module that others use, besides checks.
    """
    tree = _WithoutAnswers().visit(ast.parse(source))
    checks = {name for name in gives(ast.unparse(tree)) if re.fullmatch(r"check_\d+|__all__", name)}
    tree.body = [tree.body[0], *_used(tree.body, checks | set(wanted))]  # the docstring comes first
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _used(body: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    """The statements that the wanted names need, directly or not."""
    texts = [ast.unparse(statement) for statement in body]
    given, needed, kept = [gives(text) for text in texts], set(wanted), set()
    while more := {i for i, names in enumerate(given) if i not in kept and names & needed}:
        kept |= more
        for i in more:
            needed |= needs(texts[i])
    return [statement for i, statement in enumerate(body) if i in kept]


def only_answered(source: str, exercises: Iterable[Asked], wanted: Iterable[str]) -> str:
    """A module that stands for one of exercises and knows of each only what its blank looks like.

    Args:
        source: the module.
        exercises: those of its lesson.
        wanted: other names of the module that the lesson uses, as for a drawing.
    """
    lines = [ast.unparse(statement) for statement in _used(ast.parse(source).body, set(wanted))]
    checks = [f'check_{one.number} = answered("answer_{one.number}", {one.blank!r})' for one in exercises]
    return STUB + "from helpers.answered import answered\n" + "\n".join([*lines, "", *checks]) + "\n"


def other_names(notebook: nbformat.NotebookNode) -> set[str]:
    """What a lesson takes from its exercises besides their checks."""
    names = re.findall(r"\bexercises\.([A-Za-z_]\w*)", code_of(notebook.cells))
    return {name for name in names if not name.startswith("check_")}


def exercise_modules(feedback: str, notebooks: dict[str, nbformat.NotebookNode]) -> dict[str, str]:
    """The modules helpers/exercises/*.py as a class gets them: text by path from the root."""
    folder = ROOT / "helpers" / "exercises"
    used = {topic(code_of(notebook.cells)): notebook for notebook in notebooks.values()}
    imported: dict[str, set[str]] = {}  # what modules take from each other
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers.exercises."):
                imported.setdefault(node.module.split(".")[2], set()).update(alias.name for alias in node.names)
    found = {}
    for path in sorted(folder.glob("*.py")):
        source, lesson = path.read_text(encoding="utf-8"), used.get(path.stem)
        name = path.relative_to(ROOT).as_posix()
        if path.stem == "__init__":
            found[name] = source
        elif feedback == "instant":
            wanted = imported.get(path.stem, set()) | (other_names(lesson) if lesson else set())
            found[name] = without_answers(source, wanted)
        elif lesson:
            found[name] = only_answered(source, asked(lesson).values(), other_names(lesson))
    return found


def helpers(feedback: str, notebooks: dict[str, nbformat.NotebookNode]) -> dict[str, str]:
    """All helpers as a class gets them: text by path from the root."""
    found = exercise_modules(feedback, notebooks)
    for path in sorted((ROOT / "helpers").rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in (".py", ".mplstyle", ".json") and "/exercises/" not in name and "__pycache__" not in name:
            found[name] = path.read_text(encoding="utf-8")
    code = [text for name, text in found.items() if name.endswith(".py")]
    said = {node.value for text in code for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    for name in [name for name in found if "/languages/" in name and name.endswith(".json")]:
        kept = {key: value for key, value in json.loads(found[name]).items() if key in said}
        found[name] = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    return found


# What the notebooks of a class hold.


def student_copy(
    notebook: nbformat.NotebookNode, repository: str, branch: str, name: str, language: str = "en"
) -> nbformat.NotebookNode:
    """A lesson without solutions and outputs, with the class's own badge and set-up cell."""
    copy = deepcopy(notebook)
    copy.cells = [cell for cell in copy.cells if not has_tag(cell, "solution")]
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    stamp(copy, repository, branch, name, language)
    return tidy(copy, copy.cells)


def _normal(node: ast.AST) -> str:
    """An expression as text, in which 1 and 1.0, and lists and tuples, are the same."""
    text = ast.unparse(node).replace("(", "[").replace(")", "]")
    return re.sub(r"\s+|(?<=\d)\.0?(?!\d)", "", text)


def essence(exercise: Asked) -> set[str]:
    """The expressions in which a solution is more than its blank."""

    def values(source: str) -> set[str]:
        kinds = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)
        return {_normal(n.value) for n in ast.walk(ast.parse(source)) if isinstance(n, kinds) and n.value}

    return {text for text in values(exercise.solution) - values(exercise.blank) if len(text) >= SHORTEST}


def shown_in(source: str) -> set[str]:
    """All expressions of a Python text, and those in the texts that it quotes."""
    try:
        tree = ast.parse(re.sub(r"^%%\w+.*\n", "", source))
    except SyntaxError:
        return set()
    return {_normal(node) for node in ast.walk(tree) if isinstance(node, ast.expr)}


def shown_again(exercises: Iterable[Asked], places: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Number and place wherever the essence of a solution stands; places are texts by name, Markdown or Python."""
    expressions = {place: shown_in(text) for place, text in places.items()}
    plain = {place: re.sub(r"\s+", "", text).replace("(", "[").replace(")", "]") for place, text in places.items()}
    for exercise in exercises:
        wanted = essence(exercise)
        for place in places:
            if any(one in expressions[place] or one in plain[place] for one in wanted):
                yield exercise.number, place


def places_in(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The texts of a notebook by cell, named with their section."""
    section, found = "the opening", {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := re.search(r"(?m)^## (.*)$", cell.source)):
            section = heading[1]
        found[f"cell {cell.id} ({section})"] = cell.source
    return found


# The release as a whole.


def languages(folder: Path = NOTEBOOKS) -> dict[str, dict[str, nbformat.NotebookNode]]:
    """The lessons of each language, by name; English ones stand in the folder itself, others in one of their own."""
    found = {"en": {path.stem: read(path) for path in sorted(folder.glob(SEEN))}}
    for sub in sorted(
        path for path in folder.iterdir() if path.is_dir() and re.fullmatch(r"[a-z]{2,3}(_\w+)?", path.name)
    ):
        if any(sub.glob(SEEN)):
            found[sub.name] = {path.stem: read(path) for path in sorted(sub.glob(SEEN))}
    return found


def title(notebook: nbformat.NotebookNode, otherwise: str) -> str:
    """A notebook's first heading."""
    heads = [re.match(r"# (.*)", cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    return next((head[1] for head in heads if head), otherwise)


def readmes(copies: dict[Path, nbformat.NotebookNode], counts: Points) -> dict[str, str]:
    """The class's start page in each language that has one, by file; the English one lists what stands in no other."""
    pages = {
        path.suffixes[-2][1:] if len(path.suffixes) > 1 else "en": path for path in README.parent.glob("student_*.md")
    }
    listed: dict[str, list[str]] = {language: [] for language in sorted(pages, key=lambda code: (code != "en", code))}
    for path, copy in copies.items():
        language = path.parent.name or "en"
        lines = listed.get(language, listed["en"])
        badge_ = BADGES.search("\n".join(cell.source for cell in copy.cells if cell.cell_type == "markdown"))
        lines.append(
            f"- [{title(copy, path.stem)}](notebooks/{path.as_posix()}) {badge_[0] if badge_ else ''}".rstrip()
        )
    files = {
        language: f"README{'' if language == 'en' else f'.{language}'}.md"
        for language, lines in listed.items()
        if lines
    }
    found = {}
    for language, name in files.items():
        rows = []
        for lesson, row in counts.items():
            copy = copies.get(Path("" if language == "en" else language, f"{lesson}.ipynb"))
            head = title(copy, lesson) if copy else lesson
            rows += [f"| {head} | {k} | {p:g} |" for k, p in sorted(row.items())]
        others = [
            f"[{Locale.parse(code).get_display_name(code).capitalize()}]({file})"
            for code, file in files.items()
            if code != language
        ]
        text = (
            pages[language]
            .read_text(encoding="utf-8")
            .format(lessons="\n".join(listed[language]), points="\n".join(rows))
        )
        found[name] = text.replace("\n", f"\n\n{' '.join(others)}\n", 1) if others else text
    return found


def table_of(counts: Points) -> str:
    """What counts, as `make grade` reads it."""
    lines = ["# What counts, from the last `make release`; `make grade` takes it unless EXERCISES says otherwise."]
    for lesson, row in counts.items():
        lines += ["", f"[{lesson}]", *(f"{k} = {p:.12g}" for k, p in sorted(row.items()))]
    return "\n".join(lines) + "\n"


def requirements() -> str:
    """What the lessons need, and a JupyterLab to open them in."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lesson, _, rest = text.partition("\n# Running")
    return lesson + "\n" + "".join(re.findall(r"(?m)^(?:jupyterlab|ipykernel)==.*\n", rest))


def release(output: Path, feedback: str, counts: Points, repository: str, branch: str) -> list[str]:
    """Write the class's course; return where a solution stands all the same, a line each.

    The folder is replaced as a whole when everything is written.
    """
    lesson_of = lessons()
    new = output.with_name(f".{output.name}-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    try:
        tree = helpers(feedback, lesson_of)
        for name, text in tree.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            put_in_place(text, new / name)
        found = []
        copies: dict[Path, nbformat.NotebookNode] = {}
        for language, notebooks in languages().items():
            below = Path() if language == "en" else Path(language)
            for name, notebook in notebooks.items():
                copy = student_copy(notebook, repository, branch, name, language)
                copies[below / f"{name}.ipynb"] = copy
                (new / "notebooks" / below).mkdir(parents=True, exist_ok=True)
                put_in_place(copy, new / "notebooks" / below / f"{name}.ipynb")
                if name in lesson_of and language == "en":
                    exercises = asked(lesson_of[name]).values()
                    of_exercises = {n: text for n, text in tree.items() if n.startswith("helpers/exercises/")}
                    for number, place in shown_again(exercises, places_in(copy) | of_exercises):
                        found.append(f"{name}, exercise {number}: in {place}")
        for path, copy in copies.items():
            (new / "one_file" / path).parent.mkdir(parents=True, exist_ok=True)
            put_in_place(self_contained(copy, new), new / "one_file" / path)
        for name in TOOLS:
            (new / "tools").mkdir(exist_ok=True)
            put_in_place((ROOT / "tools" / f"{name}.py").read_text(encoding="utf-8"), new / "tools" / f"{name}.py")
        for name, text in readmes(copies, counts).items():
            put_in_place(text, new / name)
        put_in_place(requirements(), new / "requirements.txt")
        shutil.rmtree(output, ignore_errors=True)
        os.replace(new, output)
        return found
    finally:
        shutil.rmtree(new, ignore_errors=True)


def main() -> int:
    print_whatever_the_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__.splitlines()[0])
    parser.add_argument("--feedback", default="instant", help="instant or answered")
    parser.add_argument("--exercises", default="", help='what counts: "01:1,5 03" or a TOML file with points')
    parser.add_argument("--repository", default="", help="address at which the class's copy will be")
    parser.add_argument("--branch", default="main", help="its branch")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=argparse.SUPPRESS)
    options = parser.parse_args()
    course = settings()["repository"]
    try:
        if (options.feedback or "instant") not in FEEDBACK:
            raise Failure(f"FEEDBACK must be instant or answered, got {options.feedback!r}")
        repository = web_address(options.repository) if options.repository else course
        if not repository:
            raise Failure(
                f"REPOSITORY must be an address such as https://github.com/OWNER/CLASS, got {options.repository!r}"
            )
        counts = points(options.exercises, {name: asked(notebook) for name, notebook in lessons().items()})
        options.output.parent.mkdir(parents=True, exist_ok=True)
        found = release(options.output, options.feedback or "instant", counts, repository, options.branch)
        put_in_place(table_of(counts), options.output.with_name(POINTS.name))
    except (Failure, OSError) as reason:
        print(reason, file=sys.stderr)
        return 1
    total = sum(sum(row.values()) for row in counts.values())
    print(f"{options.output}: {sum(map(len, counts.values()))} exercises count, {total:g} points.")
    print(f"{options.output.with_name(POINTS.name)} says so to `make grade`.")
    if repository == course:
        print(f"Its badges name {course}, the course with its solutions: give the class's address as REPOSITORY=...")
    if found:
        print(
            f"\nWhat an exercise asks stands again in {len(found)} places, which the lessons or instant feedback need:"
        )
        print("\n".join(f"  {line}" for line in found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
