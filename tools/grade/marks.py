"""Marks: a row for each student and exercise, and for each file that does not count; as a CSV and as a table."""

import csv
import io
from collections.abc import Iterable
from typing import NamedTuple

from tools.exercises import Points
from tools.grade.collect import Submission
from tools.grade.lean import Lesson, answer_cell, same_code
from tools.grade.words import told

COLUMNS = ("student", "lesson", "exercise", "points", "of", "status", "verdict", "file", "remarks")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute a text that begins so


class Row(NamedTuple):
    """A row of the CSV; exercise is None where a whole notebook is spoken of. The verdict is in the teacher's words."""

    student: str
    lesson: str
    exercise: int | None
    points: float
    of: float
    status: str
    verdict: str
    file: str = ""
    remarks: str = ""


def rows_of(
    one: Submission, counts: dict[int, float], verdicts: dict[int, tuple[str, dict[str, str]]], language: str
) -> list[Row]:
    """The rows of a submission that counts.

    Args:
        counts: points by exercise.
        verdicts: status and sentences, by language, for each exercise.
        language: of the verdict.
    """
    found, remarks = [], "; ".join(one.remarks)
    for number, of in sorted(counts.items()):
        status, sentences = verdicts[number]
        points = of if status == "right" else 0.0
        said = sentences[language]
        found.append(Row(one.student, one.lesson, number, points, of, status, said, one.file, remarks))
    return found


def missing(student: str, lesson: str, counts: dict[int, float]) -> list[Row]:
    said = told("no notebook handed in")
    return [Row(student, lesson, k, 0.0, of, "missing", said) for k, of in sorted(counts.items())]


def all_rows(
    submissions: list[Submission], students: Iterable[str], points: Points, verdicts: dict[str, dict],
    language: str = "en",
) -> list[Row]:  # fmt: skip
    """Every row there is, sorted by student, lesson and exercise; files that do not count come last of a student's.

    Args:
        students: the list of a class, for those who handed in nothing.
        verdicts: by file.
        language: of the verdicts in the rows.
    """
    names = sorted({one.student for one in submissions} | set(students), key=lambda name: (name.casefold(), name))
    found = []
    for student in names:
        mine = [one for one in submissions if one.student == student]
        for lesson, counts in points.items():
            one = next((one for one in mine if one.lesson == lesson and not one.reason), None)
            found += rows_of(one, counts, verdicts[one.file], language) if one else missing(student, lesson, counts)
        for one in mine:
            if one.reason:
                found.append(Row(student, one.lesson, None, 0.0, 0.0, "not graded", one.reason, one.file))
    return found


def as_csv(rows: list[Row]) -> str:
    """The rows as a CSV that spreadsheets open with all letters, and whose texts they do not compute."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = ["" if value is None else f"{value:g}" if isinstance(value, float) else value for value in row]
        writer.writerow([f"'{v}" if isinstance(v, str) and v.startswith(FORMULA) else v for v in values])
    return "\ufeff" + text.getvalue()


def table(rows: list[Row], points: Points) -> str:
    """Points by student and lesson, with totals, for a terminal."""
    names = list(dict.fromkeys(row.student for row in rows))
    wide = max([len("student"), *map(len, names)])
    heads = [lesson[:12] for lesson in points]
    lines = [f"{'student':{wide}}  " + "  ".join(f"{head:>12}" for head in heads) + f"  {'total':>9}  not graded"]
    for name in names:
        mine = [row for row in rows if row.student == name]
        sums = [[r for r in mine if r.lesson == lesson and r.exercise is not None] for lesson in points]
        cells = [f"{sum(r.points for r in some):g}/{sum(r.of for r in some):g}" for some in sums]
        cells = ["missing" if {r.status for r in some} == {"missing"} else cell for some, cell in zip(sums, cells)]
        total = f"{sum(r.points for r in mine):g}/{sum(r.of for r in mine):g}"
        out = sum(row.exercise is None for row in mine)
        lines.append(f"{name:{wide}}  " + "  ".join(f"{c:>12}" for c in cells) + f"  {total:>9}  {out or ''}".rstrip())
    return "\n".join(lines)


def note_same_answers(submissions: list[Submission], lessons: dict[str, Lesson]) -> None:
    """Remark on submissions of several students whose answers are the same letter by letter. It judges nothing.

    Three answers at least must be the same, for short ones often are by chance.
    """
    by_text: dict[tuple, list[Submission]] = {}
    for one in submissions:
        if not one.reason:
            cells = [(e, answer_cell(one.notebook, e)) for e in lessons[one.lesson].asked.values()]
            texts = [cell.source.strip() for e, cell in cells if cell and not same_code(cell.source, e.blank)]
            if len(texts) >= 3:
                by_text.setdefault((one.lesson, *texts), []).append(one)
    for same in by_text.values():
        for one in same:
            others = [other.student for other in same if other.student != one.student]
            if others:
                who = ", ".join(others[:5])
                one.remarks.append(told("the same answers, letter by letter, as {who}", who=who))
