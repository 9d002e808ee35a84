"""nbgrader's part, run by the Python of .venv-grading: the gradebook, and a page of feedback for each hand-in.

It reads what `tools.grade` found as JSON from its input. The gradebook is changed in a copy that takes its place when
it is whole; what a teacher has entered by hand, a comment or a mark, stays in it and stands on the page of the next
run. The page's form is in `template/`, for nbgrader's own knows English only.
"""

import hashlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

KEPT = "pages.json"  # what each page was made of, so that one that has not changed is not made again
HERE = Path(__file__).parent


def folder_of(student: str) -> str:
    """A student's name as a folder can be called; two that would be called the same differ by a piece of their hash."""
    plain = re.sub(r"[^\w .@+-]", "_", student).strip(" .") or "student"
    return plain if plain == student else f"{plain}-{hashlib.sha256(student.encode()).hexdigest()[:6]}"


def marked(grade_id: str, *, points: float | None = None) -> dict:
    """nbgrader's mark of a cell: an answer, or the check that is worth points."""
    grade = points is not None
    found = {"schema_version": 3, "grade_id": grade_id, "cell_type": "code", "task": False, "locked": grade}
    return {"nbgrader": found | {"solution": not grade, "grade": grade} | ({"points": points} if grade else {})}


def notebook_of(hand_in: dict) -> nbformat.NotebookNode:
    """What a student is shown: each exercise, the answer, and the verdict."""
    cells = []
    for part in hand_in["parts"]:
        k = part["exercise"]
        cells.append(nbformat.v4.new_markdown_cell(part["task"], metadata={"exercise": k}))
        cells.append(nbformat.v4.new_code_cell(part["answer"], metadata=marked(f"answer_{k}")))
        check = nbformat.v4.new_code_cell(
            f"exercises.check_{k}(answer_{k})", metadata=marked(f"check_{k}", points=part["of"])
        )
        opening = hand_in["words"]["not_yet"] if part["status"] in ("wrong", "error") else ""
        check.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{opening}{part['verdict']}\n")]
        cells.append(check)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    page = {"student": hand_in["student"], "title": hand_in["title"], "words": hand_in["words"]}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "page": page})


def enter(book: Gradebook, hand_in: dict) -> list:
    """Write a hand-in's marks into the gradebook; return what a teacher has entered by hand."""
    lesson, student = hand_in["lesson"], folder_of(hand_in["student"])
    book.update_or_create_assignment(lesson)
    book.update_or_create_notebook(lesson, lesson)
    for part in hand_in["parts"]:
        k = part["exercise"]
        book.update_or_create_grade_cell(f"check_{k}", lesson, lesson, max_score=part["of"], cell_type="code")
        book.update_or_create_solution_cell(f"answer_{k}", lesson, lesson)
    counted = {f"check_{part['exercise']}" for part in hand_in["parts"]}
    for cell in book.find_notebook(lesson, lesson).grade_cells:
        if cell.name not in counted:  # it did, before the points were changed
            cell.max_score = 0
    book.update_or_create_student(student, last_name=hand_in["student"])
    book.update_or_create_submission(lesson, student)
    by_hand = []
    for grade in book.find_submission_notebook(lesson, lesson, student).grades:
        if grade.name not in counted:
            grade.auto_score = 0
    for part in hand_in["parts"]:
        grade = book.find_grade(f"check_{part['exercise']}", lesson, lesson, student)
        grade.auto_score, grade.needs_manual_grade = part["points"], False
        comment = book.find_comment(f"answer_{part['exercise']}", lesson, lesson, student)
        comment.auto_comment = None  # the verdict stands in the notebook
        by_hand += [grade.manual_score, grade.extra_credit, comment.manual_comment]
    book.db.commit()
    return by_hand


def main() -> None:
    given = json.load(sys.stdin)
    folder = Path(given["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    gradebook, new = folder / "gradebook.db", folder / f".gradebook-{os.getpid()}.db"
    template = "".join(path.read_text(encoding="utf-8") for path in sorted((HERE / "template").rglob("*.j2")))
    by_hand = []
    try:
        if gradebook.exists():
            shutil.copyfile(gradebook, new)
        with Gradebook(f"sqlite:///{new}") as book:
            for hand_in in given["hand_ins"]:
                by_hand.append(enter(book, hand_in))
        os.replace(new, gradebook)
    finally:
        new.unlink(missing_ok=True)

    kept = folder / KEPT
    made = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    due: dict[str, list[str]] = {}
    for hand_in, entered in zip(given["hand_ins"], by_hand):
        student, lesson = folder_of(hand_in["student"]), hand_in["lesson"]
        text = nbformat.writes(notebook_of(hand_in))
        points = [part["points"] for part in hand_in["parts"]]
        name, mark = f"{student}/{lesson}", json.dumps([text, points, entered, template])
        mark = hashlib.sha256(mark.encode()).hexdigest()
        page = folder / "feedback" / student / lesson / f"{lesson}.html"
        if made.get(name) != mark or not page.exists():
            place = folder / "autograded" / student / lesson
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{lesson}.ipynb").write_text(text, encoding="utf-8")
            due.setdefault(lesson, []).append(student)
            made[name] = mark
    for lesson, students in due.items():  # all of a lesson at once: each start costs seconds
        config = Config()
        config.CourseDirectory.root = str(folder)
        config.CourseDirectory.db_url = f"sqlite:///{gradebook}"
        config.CourseDirectory.assignment_id = lesson
        others = {path.name for path in (folder / "autograded").iterdir()} - set(students)
        config.CourseDirectory.student_id_exclude = ",".join(sorted(others))
        config.GenerateFeedback.force = True
        config.HTMLExporter.template_name = "page"
        config.HTMLExporter.extra_template_basedirs = [str(HERE / "template")]
        course = CourseDirectory(config=config)
        GenerateFeedback(coursedir=course, config=config).start()
    beside = kept.with_suffix(".tmp")
    beside.write_text(json.dumps(made), encoding="utf-8")
    os.replace(beside, kept)


if __name__ == "__main__":
    main()
