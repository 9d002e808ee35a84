"""A class of more than sixty is graded: every mark is right, nobody harms anybody, and a second run says the same.

Run by `make grade-test`; pytest does not find it by itself, since it takes minutes. With GRADER=podman in the
environment each submission runs in a container.
"""

import csv
import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from helpers import ROOT
from tests.grading import class_of_sixty as sixty
from tools.environment import interpreter
from tools.grade import __main__ as main
from tools.grade import box, marks
from tools.grade.collect import Submission
from tools.grade.lean import known_lessons

GRADER = os.environ.get("GRADER", "")
SEEN = ("helpers", "notebooks", "tools", "tests")


def digest(*folders):
    """One hash of all that files in folders are called and hold."""
    total = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(str(path).encode() + path.read_bytes())
    return total.hexdigest()


def grade(folder, output, *more):
    command = [sys.executable, "-m", "tools.grade", str(folder), "--output", str(output), "--seconds", "4", *more]
    command += ["--exercises", "01", "--seed", "1", "--grader", GRADER]
    before, start = os.times(), time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    assert done.returncode == 0, done.stderr
    return done.stdout, cpu, time.monotonic() - start


def rows(output):
    with open(output / "marks.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    place = tmp_path_factory.mktemp("class")
    with socket.create_server(("127.0.0.1", 0)) as server:  # who reaches it has a network
        expected = sixty.write(
            place / "submissions", ROOT, server.getsockname()[1], walled=bool(GRADER or box.walls(place) is not None)
        )
        if GRADER:  # a container limits what files hold, not how many there are
            expected["ten thousand files"] |= {3: "any"}
        before = digest(place / "submissions", *(ROOT / name for name in SEEN))
        pages = [] if interpreter("grading").exists() else ["--no-pages"]
        said, cpu, wall = grade(place / "submissions", place / "first", *pages)
        (place / "again").mkdir()
        for path in sorted((place / "submissions").iterdir())[::4]:  # forms, mistakes and attacks, some of each
            shutil.copy2(path, place / "again")
        grade(place / "again", place / "second", "--no-pages")
    after = digest(place / "submissions", *(ROOT / name for name in SEEN))
    return place, expected, before == after, said, cpu, wall


def test_every_mark_is_right(graded):
    place, expected, _, said, cpu, wall = graded
    assert len(expected) >= 60
    found = {}
    for row in rows(place / "first"):
        if row["exercise"]:
            found.setdefault(row["student"].removeprefix("'"), {})[int(row["exercise"])] = row
    wrong = []
    for student, statuses in expected.items():
        for number, status in statuses.items():
            row = found[student][number]
            if status not in ("any", row["status"]) or row["points"] != ("1" if row["status"] == "right" else "0"):
                wrong.append(f"{student}, {number}: {row['status']}, not {status}: {row['verdict']}")
    assert not wrong, "\n".join(wrong)
    print(f"\n{said.splitlines()[-2]}\n{wall:.0f} s in all, {cpu:.0f} s of computing, on {os.cpu_count()} cores")


def test_what_cannot_be_graded_is_a_row_with_its_reason(graded):
    found = {row["file"]: row for row in rows(graded[0] / "first") if not row["exercise"]}
    for name, (_, reason) in sixty.LOST.items():
        assert reason in found[name]["verdict"] and found[name]["status"] == "not graded"


def test_nobody_changes_anything(graded):
    assert graded[2], "files of the course or of the class are not what they were"


def test_a_second_run_of_a_quarter_says_the_same(graded):
    first, again = ([row | {"remarks": ""} for row in rows(graded[0] / name)] for name in ("first", "second"))
    again = [row for row in again if "a hundred" not in row["student"]]  # remarks tell of others in the class
    assert [row for row in again if row not in first] == []
    assert len({row["student"] for row in again}) > 15


def test_same_answers_are_noted_and_not_judged(graded):
    row = next(row for row in rows(graded[0] / "first") if row["student"] == "right" and row["exercise"] == "1")
    assert "the same answers, letter by letter" in row["remarks"] and row["points"] == "1"


def test_nbgrader_holds_the_same_marks_and_a_page_for_each(graded):
    if not interpreter("grading").exists():
        pytest.skip("needs .venv-grading")
    place, expected, *_ = graded
    folder = place / "first" / "nbgrader"
    assert len(list(folder.glob("feedback/*/*/*.html"))) == len(expected)
    with sqlite3.connect(folder / "gradebook.db") as book:
        (total,) = book.execute("select sum(auto_score) from grade").fetchone()
    assert total == sum(float(row["points"]) for row in rows(place / "first"))
    page = (folder / "feedback" / "loops" / sixty.LESSON / f"{sixty.LESSON}.html").read_text(encoding="utf-8")
    assert "it computed for 4 seconds" in page
    page = (folder / "feedback" / "Íñigo" / sixty.LESSON / f"{sixty.LESSON}.html").read_text(encoding="utf-8")
    assert 'lang="es"' in page and "Todavía no: así, en (0,0) z vale" in page and "Not yet" not in page


def test_a_page_follows_changed_points_and_shows_what_a_teacher_wrote(tmp_path):
    if not interpreter("grading").exists():
        pytest.skip("needs .venv-grading")
    one = Submission("Ana", "a", 0.0, sixty.solved(), sixty.LESSON)
    verdicts = {"a": dict.fromkeys(sixty.ALL, ("right", {"en": "Right."}))}
    for counts, total in (({1: 1.0, 2: 1.0}, "2 of 2"), ({1: 3.0}, "3 of 3"), ({1: 3.0, 2: 0.5}, "3.5 of 3.5")):
        rows = marks.all_rows([one], [], {sixty.LESSON: counts}, verdicts)
        main.pages([one], known_lessons(sixty.THERE), rows, verdicts, tmp_path)
        page = tmp_path / "nbgrader" / "feedback" / "Ana" / sixty.LESSON / f"{sixty.LESSON}.html"
        assert f"Ana: <strong>Points: {total}</strong>" in page.read_text(encoding="utf-8")
        with sqlite3.connect(tmp_path / "nbgrader" / "gradebook.db") as book:
            assert book.execute("select sum(auto_score) from grade").fetchone() == (sum(counts.values()),)
            book.execute(
                "update comment set manual_comment = 'Well done <b>' where id in (select id from comment limit 1)"
            )
    assert "Well done &lt;b&gt;" in page.read_text(encoding="utf-8")


def test_the_box_has_walls_where_the_system_can_build_them(graded):
    if not GRADER and box.walls(graded[0]) is None:
        assert "NOT cut" in graded[3]
    else:
        assert "without network" in graded[3]
