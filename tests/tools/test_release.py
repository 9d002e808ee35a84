"""make release: a class's course has no solution in it that the command does not name."""

import ast
import contextlib
import io
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

from helpers import ROOT
from helpers.feedback import evaluate
from tests.tools.samples import refused
from tools import release
from tools.badges import badge, settings
from tools.exercises import Asked, asked, has_tag, lessons, points
from tools.notebook_files import Failure, read

THERE = lessons()
ADDRESS = "https://example.org/prof/class"


@pytest.fixture(scope="module", params=release.FEEDBACK)
def made(request, tmp_path_factory):
    """The feedback, the folder, and the places that are told of."""
    folder = tmp_path_factory.mktemp("release") / "student"
    counts = points("", {name: asked(notebook) for name, notebook in THERE.items()})
    told = release.release(folder, request.param, counts, ADDRESS, "main")
    return request.param, folder, told


def test_every_lesson_is_there_as_it_is_and_as_one_file(made):
    _, folder, _ = made
    for kind in ("notebooks", "one_file"):
        assert {path.stem for path in (folder / kind).glob("*.ipynb")} >= set(THERE)


def test_notebooks_have_no_solutions_no_outputs_and_the_class_s_address(made):
    _, folder, _ = made
    for path in [*folder.glob("notebooks/**/*.ipynb"), *folder.glob("one_file/**/*.ipynb")]:
        notebook = read(path)
        text = path.read_text(encoding="utf-8")
        assert "<summary>Solution" not in text and "OWNER/REPOSITORY" not in text
        for cell in notebook.cells:
            assert not has_tag(cell, "solution") and not cell.get("outputs") and set(cell.metadata) <= {
                "tags", "jupyter", "cellView",
            }  # fmt: skip
        below = path.relative_to(folder).as_posix().partition("/")[2]  # of another language: es/01_....ipynb
        assert f"github/prof/class/blob/main/notebooks/{below}" in text


def test_answers_are_blank(made):
    _, folder, _ = made
    for name, notebook in THERE.items():
        blanks = [one.blank for one in asked(notebook).values()]
        cells = read(folder / "notebooks" / f"{name}.ipynb").cells
        assert [cell.source for cell in cells if has_tag(cell, "exercise")] == blanks


def test_a_solution_stands_nowhere_but_where_it_is_told(made):
    """Also in one file: what it carries is what the folder holds."""
    _, folder, told = made
    for name, notebook in THERE.items():
        copy = read(folder / "one_file" / f"{name}.ipynb")
        for number, place in release.shown_again(asked(notebook).values(), release.places_in(copy)):
            carried = {cell.id: cell.source.partition("\n")[0] for cell in copy.cells}
            cell = re.match(r"cell (\S+)", place)[1]
            where = carried[cell].partition("/")[2] if carried[cell].startswith("%%writefile") else f"cell {cell} "
            own = [line for line in told if line.startswith(f"{name}, exercise {number}: in {where}")]
            assert own or where.startswith(("notebooks/", "helpers/stacks")), (
                f"{name}, {number}: {place} is not told of"
            )


def test_helpers_hold_no_answers_and_still_work(made):
    feedback, folder, _ = made
    for path in sorted((folder / "helpers" / "exercises").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            assert not {keyword.arg for keyword in call.keywords} & release.ANSWERS
            if ast.unparse(call.func) == "Slip":
                assert feedback == "instant" and call.args[0].value == ""
    scope: dict = {}
    source = (folder / "helpers" / "exercises" / "threshold_xnor.py").read_text(encoding="utf-8")
    exec(compile(source, "threshold_xnor", "exec"), scope)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        scope["check_1"]([0, 1, 1, 1])
        scope["check_5"](evaluate(asked(THERE["01_threshold_xnor"])[5].blank, {}, "answer_5"))
    first, second = said.getvalue().splitlines()
    assert second == "Not answered yet."
    assert first.startswith("Not yet: at (0,1)" if feedback == "instant" else "Answered.")


def test_a_planted_answer_is_found():
    exercise = Asked(1, "answer_1 = None", "answer_1 = ([1, 1, 1], -1.5)")
    places = {
        "carried": "%%writefile a.py\nx = [(1, 1, 1), -1.50]",
        "code": "x = [(1.0, 1, 1), -1.5]",
        "words": "take `([1, 1, 1], -1.5)`",
        "other": "x = ([1, 1, 1], -2)",
    }
    assert [place for _, place in release.shown_again([exercise], places)] == ["carried", "code", "words"]


def test_a_release_that_fails_leaves_the_last_one(tmp_path, monkeypatch):
    folder = tmp_path / "student"
    folder.mkdir()
    (folder / "README.md").write_text("the last one")
    monkeypatch.setattr(release, "self_contained", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError):
        release.release(folder, "answered", {}, ADDRESS, "main")
    assert (folder / "README.md").read_text() == "the last one" and len(list(tmp_path.iterdir())) == 1


CLASS = {"01_a": [1, 2, 3], "02_b": [1, 2]}


def test_points_are_chosen_by_words_or_by_a_table(tmp_path):
    assert points("", CLASS) == {"01_a": {1: 1, 2: 1, 3: 1}, "02_b": {1: 1, 2: 1}}
    assert points("01:1,3 02", CLASS) == {"01_a": {1: 1, 3: 1}, "02_b": {1: 1, 2: 1}}
    table = tmp_path / "points.toml"
    table.write_text("[01_a]\n1 = 2\n3 = 0.5\n")
    assert points(str(table), CLASS) == {"01_a": {1: 2, 3: 0.5}}


@pytest.mark.parametrize("chosen, part", [
    ("03", "no lesson begins with '03'"), ("01:9", "01_a has no exercise 9; it has 1, 2, 3"), ("01:x", "got '01:x'"),
    ("nowhere.toml", "nowhere.toml"),
])  # fmt: skip
def test_what_cannot_be_chosen_is_named(chosen, part):
    assert part in refused(points, chosen, CLASS)


def test_outputs_of_a_lesson_are_not_copied_with_an_answer_in_them():
    notebook = nbformat.from_dict(THERE["01_threshold_xnor"])
    copy = release.student_copy(notebook, "https://example.org/a/b", "main", "01_threshold_xnor")
    assert any(cell.get("outputs") for cell in notebook.cells), "the lesson itself keeps its outputs"
    assert not any(cell.get("outputs") for cell in copy.cells)


# The start page, and what stands beside the lessons.


def titled(title, name, language="en"):
    words = f"{title}\n\n{badge(ADDRESS, 'main', name, language)}" if title else "no heading"
    return nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell("# no title"), nbformat.v4.new_markdown_cell(words),
        nbformat.v4.new_markdown_cell("# Another"),
    ])  # fmt: skip


def test_the_start_page_lists_lessons_and_points_in_each_language_and_each_leads_to_the_others():
    copies = {Path("01_a.ipynb"): titled("# One", "01_a"), Path("02_b.ipynb"): titled("", "02_b"),
              Path("es/01_a.ipynb"): titled("# Uno", "01_a", "es"),
              Path("fr/01_a.ipynb"): titled("# Un", "01_a", "fr")}  # fmt: skip
    counts = {"02_b": {1: 1.0}, "01_a": {2: 0.5, 1: 2.0}}
    pages = release.readmes(copies, counts)
    assert list(pages) == ["README.md", "README.es.md"]
    english, spanish = ([line for line in page.splitlines() if line] for page in pages.values())
    assert english[:2] == ["# The lessons", "[Español](README.es.md)"]
    assert spanish[:2] == ["# Las lecciones", "[English](README.md)"]
    assert english[2:5] == [
        f"- [One](notebooks/01_a.ipynb) {badge(ADDRESS, 'main', '01_a')}", "- [Another](notebooks/02_b.ipynb)",
        f"- [Un](notebooks/fr/01_a.ipynb) {badge(ADDRESS, 'main', '01_a', 'fr')}",
    ]  # fmt: skip
    assert [line for line in spanish if line.startswith("- ")] == [
        f"- [Uno](notebooks/es/01_a.ipynb) {badge(ADDRESS, 'main', '01_a', 'es')}"
    ]
    assert [line for line in english if line.startswith("| ")][1:] == [
        "| Another | 1 | 1 |", "| One | 1 | 2 |", "| One | 2 | 0.5 |",
    ]  # fmt: skip
    assert [line for line in spanish if line.startswith("| ")][1:] == [
        "| 02_b | 1 | 1 |", "| Uno | 1 | 2 |", "| Uno | 2 | 0.5 |",
    ]  # fmt: skip
    alone = release.readmes({Path("01_a.ipynb"): copies[Path("01_a.ipynb")]}, counts)
    assert list(alone) == ["README.md"] and "README.es.md" not in alone["README.md"]


def test_a_lesson_without_a_heading_is_called_by_its_file():
    assert release.title(nbformat.v4.new_notebook(), "01_a") == "01_a"
    code = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("# a comment")])
    assert release.title(code, "01_a") == "01_a"


def test_what_counts_is_written_as_grading_reads_it(tmp_path):
    counts = {"01_a": {2: 0.1 + 0.2, 1: 2.0}, "02_b": {1: 1 / 3}}
    path = tmp_path / "points.toml"
    path.write_text(release.table_of(counts))
    assert path.read_text().splitlines()[1:] == ["", "[01_a]", "1 = 2", "2 = 0.3", "", "[02_b]", "1 = 0.333333333333"]
    assert path.read_text().startswith("# What counts")
    assert points(str(path), {"01_a": [1, 2], "02_b": [1]}) == {"01_a": {1: 2, 2: 0.3}, "02_b": {1: 0.333333333333}}


def test_a_class_installs_what_lessons_need_and_a_jupyterlab_and_no_more(made):
    _, folder, _ = made
    own, mine = ((root / "requirements.txt").read_text(encoding="utf-8").splitlines() for root in (ROOT, folder))
    lesson = own[: own.index("# Running and checking the notebooks")]
    more = [line for line in own if line.startswith(("jupyterlab==", "ipykernel=="))]
    assert [line for line in mine if line] == [*(line for line in lesson if line), *more] and len(more) == 2
    assert sorted(path.name for path in (folder / "tools").iterdir()) == ["__init__.py", "environment.py", "lab.py"]


def test_translations_for_a_class_are_of_what_its_helpers_say(made):
    feedback, folder, _ = made
    paths = list((folder / "helpers" / "languages").glob("*.json"))
    assert paths
    for path in paths:
        kept, whole = (json.loads((root / "helpers/languages" / path.name).read_text(encoding="utf-8")) for root in
                       (folder, ROOT))  # fmt: skip
        assert kept.items() <= whole.items() and "Not answered yet." in kept
        text = (folder / "helpers/languages" / path.name).read_text(encoding="utf-8")
        assert "\\u" not in text and text.startswith('{\n "') and text.endswith("\n}\n"), "to be read"
        assert ("Right." in " ".join(kept)) == (feedback == "instant")


def test_languages_are_folders_with_notebooks_in_them(tmp_path):
    for name in ("02_b", "01_a", "es/01_a", ".hidden", "es/.hidden", "build/01_a", "pt_BR/01_a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook()))
    (tmp_path / "fr").mkdir()
    assert [(code, list(some)) for code, some in release.languages(tmp_path).items()] == [
        ("en", ["01_a", "02_b"]), ("es", ["01_a"]), ("pt_BR", ["01_a"]),
    ]  # fmt: skip


# The command.


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run the command with a `release` that writes nothing; return status, output, errors, and what it was given."""
    given = []

    def pretend(*arguments):
        given.append(arguments)
        if isinstance(pretend.found, Exception):
            raise pretend.found
        return pretend.found

    def run(*arguments, found=()):
        pretend.found = found
        monkeypatch.setattr(sys, "argv", ["release", "--output", str(tmp_path / "deep" / "student"), *arguments])
        return (release.main(), *capsys.readouterr(), *given)

    monkeypatch.setattr(release, "release", pretend)
    monkeypatch.setattr(release, "lessons", lambda: THERE)
    return run


def test_a_release_says_what_counts_where_it_is_and_what_stands_again(command, tmp_path):
    place = tmp_path / "deep" / "student"
    status, said, errors, given = command(
        "--exercises", "01:1,2 03:1", "--repository", "git@example.org:prof/class.git"
    )
    counts = {"01_threshold_xnor": {1: 1.0, 2: 1.0}, "03_autodiff_trace": {1: 1.0}}
    assert (status, errors) == (0, "") and given == (place, "instant", counts, ADDRESS, "main")
    points_file = place.with_name("points.toml")
    assert said.splitlines() == [
        f"{place}: 3 exercises count, 3 points.", f"{points_file} says so to `make grade`.",
    ]  # fmt: skip
    assert points_file.read_text() == release.table_of(counts)


def test_a_release_tells_where_solutions_stand_and_that_an_address_is_the_course_s_own(command):
    table = ("--exercises", "01:1", "--feedback", "answered", "--branch", "spring")
    _, said, _, given = command(*table, found=["in a", "in b"])
    course = settings()["repository"]
    assert said.splitlines()[2:] == [
        f"Its badges name {course}, the course with its solutions: give the class's address as REPOSITORY=...", "",
        "What an exercise asks stands again in 2 places, which the lessons or instant feedback need:",
        "  in a", "  in b",
    ]  # fmt: skip
    assert given[1] == "answered" and given[3:] == (course, "spring")


def test_no_feedback_named_is_instant_and_all_exercises_count(command):
    _, said, _, given = command("--feedback", "", "--exercises", "")
    assert given[1] == "instant" and given[2] == points("", {name: asked(notebook) for name, notebook in THERE.items()})
    count = sum(len(asked(notebook)) for notebook in THERE.values())
    assert f"{count} exercises count, {count} points." in said


@pytest.mark.parametrize("arguments, said", [
    (["--feedback", "later"], "FEEDBACK must be instant or answered, got 'later'\n"),
    (["--repository", "/x"], "REPOSITORY must be an address such as https://github.com/OWNER/CLASS, got '/x'\n"),
    (["--exercises", "09"], "EXERCISES: no lesson begins with '09'; there are "),
])  # fmt: skip
def test_what_cannot_be_released_is_one_line_and_writes_nothing(command, tmp_path, arguments, said):
    status, printed, errors, *given = command(*arguments)
    assert (status, printed, given) == (1, "", []) and errors.startswith(said) and errors.count("\n") == 1
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize("error", [OSError("disk full"), Failure("disk full")])
def test_a_release_that_cannot_be_written_says_why_and_keeps_what_counts(command, tmp_path, error):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "points.toml").write_text("the last one")
    status, printed, errors, _ = command(found=error)
    assert (status, printed, errors) == (1, "", "disk full\n")
    assert (tmp_path / "deep" / "points.toml").read_text() == "the last one"
