"""make release: a class's course has no solution in it that the command does not name."""

import ast
import contextlib
import io
import re

import nbformat
import pytest

from helpers.feedback import evaluate
from tests.tools.samples import refused
from tools import release
from tools.exercises import Asked, asked, has_tag, lessons, points
from tools.notebook_files import read

THERE = lessons()


@pytest.fixture(scope="module", params=release.FEEDBACK)
def made(request, tmp_path_factory):
    """The feedback, the folder, and the places that are told of."""
    folder = tmp_path_factory.mktemp("release") / "student"
    counts = points("", {name: asked(notebook) for name, notebook in THERE.items()})
    told = release.release(folder, request.param, counts, "https://example.org/prof/class", "main")
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
    places = {"code": "x = [(1.0, 1, 1), -1.5]", "words": "take `([1, 1, 1], -1.5)`", "other": "x = ([1, 1, 1], -2)"}
    assert [place for _, place in release.shown_again([exercise], places)] == ["code", "words"]


def test_a_release_that_fails_leaves_the_last_one(tmp_path, monkeypatch):
    folder = tmp_path / "student"
    folder.mkdir()
    (folder / "README.md").write_text("the last one")
    monkeypatch.setattr(release, "self_contained", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError):
        release.release(folder, "answered", {}, "https://example.org/prof/class", "main")
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
