"""The command that grades, with a box that runs nothing: what it takes, says and keeps, and what it leaves undone."""

import concurrent.futures
import csv
import json
import os
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from tests.grading import class_of_sixty as sixty
from tests.tools.samples import refused
from tools.environment import interpreter
from tools.grade import __main__ as main
from tools.grade import box, marks
from tools.grade.collect import Submission
from tools.grade.lean import SECONDS, known_lessons
from tools.grade.words import speak
from tools.release import languages

TONGUES = languages()
KNOWN = known_lessons(sixty.THERE, TONGUES)
LESSON = KNOWN[sixty.LESSON]
THREE = {
    "Ana": sixty.solved(),
    "Bo": sixty.solved({2: sixty.ALL[2].blank}),
    "Cy": sixty.without_answer(sixty.solved(), 1),
}


@pytest.fixture
def boxes(monkeypatch):
    """What boxes were given; each says that 1 is right and all else wrong, or ends as `ends` says."""
    boxes = SimpleNamespace(given=[], ends="")

    def run(job, also, grader):
        boxes.given.append(SimpleNamespace(job=job, also=also, grader=grader))
        if isinstance(boxes.ends, BaseException):
            raise boxes.ends
        said = {language: f"said in {language}" for language in job["words"]}
        rows = {int(k): {"status": "right" if k == "1" else "wrong", "sentences": said} for k in job["exercises"]}
        return ({}, boxes.ends) if boxes.ends else (rows, "")

    monkeypatch.setattr(box, "run", run)
    monkeypatch.setattr(box, "cannot", lambda grader: "")
    # Lessons are read once; a process of its own reads them in test_grade.
    monkeypatch.setattr(main, "lessons", lambda: sixty.THERE)
    monkeypatch.setattr(main, "languages", lambda: TONGUES)
    monkeypatch.setattr(main, "known_lessons", lambda *given: KNOWN if given == (sixty.THERE, TONGUES) else {})
    monkeypatch.setattr(main, "interpreter", lambda name: Path("nowhere") / name)
    monkeypatch.setattr(main, "POINTS", Path("nowhere") / "points.toml")
    yield boxes
    speak("en")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "submissions"
    place.mkdir()
    for student, notebook in THREE.items():
        (place / f"{student}.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    return place


@pytest.fixture
def grade(folder, tmp_path, monkeypatch, capsys):
    """Run the command; return its status, what it printed, its errors, and the rows of marks."""

    def run(*arguments, of=folder):
        out = tmp_path / "deep" / "out"
        monkeypatch.setattr(sys, "argv", ["grade", str(of), "--output", str(out), *arguments])
        status = main.main()
        said, errors = capsys.readouterr()
        rows = []
        if (out / "marks.csv").exists():
            with open(out / "marks.csv", encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        return SimpleNamespace(status=status, said=said, errors=errors, rows=rows, out=out)

    return run


def test_a_class_is_graded_told_and_kept(grade, boxes, folder, tmp_path, monkeypatch):
    (tmp_path / "names.txt").write_bytes("\ufeff Zoé \n\nAna\n".encode())
    times = iter(
        [SimpleNamespace(children_user=10, children_system=1), SimpleNamespace(children_user=40, children_system=3)]
    )
    monkeypatch.setattr(main.os, "times", lambda: next(times))
    chosen = ("--exercises", "01:1,2", "--students", str(tmp_path / "names.txt"), "--no-pages", "--seed", "5")
    done = grade(*chosen)
    assert (done.status, done.errors) == (0, "")
    found = {(row["student"], row["exercise"]): (row["status"], row["points"], row["verdict"]) for row in done.rows}
    assert found == {
        ("Ana", "1"): ("right", "1", "said in en"), ("Ana", "2"): ("wrong", "0", "said in en"),
        ("Bo", "1"): ("right", "1", "said in en"), ("Bo", "2"): ("unanswered", "0", "Not answered yet."),
        ("Cy", "1"): ("unanswered", "0", "there is no cell that sets its answer."),
        ("Cy", "2"): ("wrong", "0", "said in en"),
        ("Zoé", "1"): ("missing", "0", "no notebook handed in"),
        ("Zoé", "2"): ("missing", "0", "no notebook handed in"),
    }  # fmt: skip
    lines = done.said.splitlines()
    assert lines[:2] == [box.says(folder, ""), "What counts: 01:1,2. Seed of values: 5."]
    assert {line[:5] for line in lines[2:5]} == {"[1/3]", "[2/3]", "[3/3]"}
    assert {line[6:] for line in lines[2:5]} == {f"{name}, {sixty.LESSON}: {right} of 8 right" for name, right in
                                                 (("Ana", 1), ("Bo", 1), ("Cy", 0))}  # fmt: skip
    assert lines[5] == "" and lines[6].startswith("student") and lines[7].startswith("Ana") and lines[11] == ""
    assert lines[12:] == [
        f"{done.out / 'marks.csv'}: 8 rows",
        f"{32 / 3:.1f} s of computing each; by calculation 60 take 11 and 500 take 89 minutes on one core.",
    ]
    assert [(one.also, one.grader, one.job["seed"], one.job["seconds"]) for one in boxes.given] == [
        (folder, "", 5, SECONDS)
    ] * 3


def test_a_second_run_runs_nothing_and_calculates_nothing(grade, boxes):
    first = grade("--exercises", "01:1,2", "--no-pages")
    assert "by calculation" in first.said and len(boxes.given) == 3
    again = grade("--exercises", "01:1,2", "--no-pages")
    assert again.rows == first.rows and len(boxes.given) == 3 and "by calculation" not in again.said
    assert re.search(r"Seed of values: (\d+)\.", first.said)[1] in again.said, "the seed is kept"


def test_another_seed_time_or_language_is_another_verdict(grade, boxes):
    for count, more in enumerate(([], ["--seed", "8"], ["--seconds", "9"], ["--language", "es"]), 1):
        done = grade("--exercises", "01:1", "--no-pages", "--seed", "5", *more)
        assert done.status == 0 and len(boxes.given) == 3 * count
    assert boxes.given[-1].job["seconds"] == SECONDS and set(boxes.given[-1].job["words"]) == {"en", "es"}
    assert done.rows[0]["verdict"] == "said in es"


def test_least_are_a_second_and_a_worker_and_workers_are_as_many_as_asked_for(grade, boxes, monkeypatch):
    sizes, pool = [], concurrent.futures.ThreadPoolExecutor
    monkeypatch.setattr(concurrent.futures, "ThreadPoolExecutor", lambda size: sizes.append(size) or pool(size))
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    for workers in ([], ["--workers", "0"], ["--workers", "1"], ["--workers", "3"]):
        grade("--exercises", "01:1", "--no-pages", "--seconds", "0", *workers)
    assert sizes == [5, 1, 1, 3] and boxes.given[0].job["seconds"] == 1


def test_a_container_is_asked_for_each_and_its_computing_is_not_ours(grade, boxes):
    done = grade("--exercises", "01:1", "--no-pages", "--grader", "podman")
    assert done.status == 0 and done.said.startswith("Each submission runs in a container of podman")
    assert {one.grader for one in boxes.given} == {"podman"} and "by calculation" not in done.said


def test_what_counts_is_all_that_was_handed_in_or_what_the_release_says(grade, boxes, tmp_path, monkeypatch):
    done = grade("--no-pages")
    assert "What counts: every exercise, a point each." in done.said
    assert {row["lesson"] for row in done.rows} == {sixty.LESSON} and len(done.rows) == 3 * len(sixty.ALL)
    points = tmp_path / "points.toml"
    points.write_text(f"[{sixty.LESSON}]\n1 = 2.5\n[03_autodiff_trace]\n1 = 1\n")
    monkeypatch.setattr(main, "POINTS", points)
    done = grade("--no-pages")
    assert f"What counts: {points}. " in done.said
    assert [row["of"] for row in done.rows] == ["2.5"] * 3, "nobody has handed in the other lesson yet"
    done = grade("--no-pages", "--exercises", "01:2 03")
    assert "What counts: 01:2 03. " in done.said
    assert {row["lesson"] for row in done.rows} == {sixty.LESSON, "03_autodiff_trace"}


@pytest.mark.parametrize("arguments, said", [
    (["--grader", "docket"], "GRADER must be podman or docker, or nothing, got 'docket'"),
    (["--language", "xx"], "LANGUAGE must be one of en, es, got 'xx'"),
    (["--exercises", "09"], "EXERCISES: no lesson begins with '09'"),
    (["--students", "nowhere.txt"], "[Errno 2] No such file or directory: 'nowhere.txt'"),
])  # fmt: skip
def test_what_cannot_be_graded_is_one_line_and_runs_nothing(grade, boxes, arguments, said):
    done = grade(*arguments)
    assert (done.status, done.said, done.rows, boxes.given) == (1, "", [], []) and done.errors.startswith(said)
    assert done.errors.count("\n") == 1


@pytest.mark.parametrize("place", ["", "nowhere"])
def test_a_folder_that_is_not_there_is_named(grade, place):
    done = grade(of=place)
    assert (done.status, done.errors) == (1, f"FOLDER must be a folder or a zip of notebooks, got {place!r}\n")


def test_where_nothing_can_be_graded_the_reason_is_told(grade, monkeypatch):
    monkeypatch.setattr(box, "cannot", lambda grader: f"not here {grader}")
    assert grade("--grader", "podman").errors == "not here podman\n"


def test_a_stop_says_that_it_goes_on_from_here(grade, boxes):
    boxes.ends = KeyboardInterrupt()
    done = grade("--exercises", "01:1", "--no-pages", "--workers", "1")
    assert (done.status, done.errors) == (130, "\nStopped. Run it again: it goes on from here.\n")


def test_a_box_that_fails_is_an_error_of_its_exercises_and_is_tried_again(boxes, tmp_path):
    boxes.ends = "the box ended early: {1}"
    one = Submission("s", "s", 0.0, sixty.solved(), sixty.LESSON, "es")
    for count in (1, 2):
        found = main.verdicts_of(LESSON, one, tmp_path, tmp_path)
        assert found[1] == ("error", {"en": "it could not be graded: the box ended early: {1}",
                                      "es": "no se pudo calificar: the box ended early: {1}"})  # fmt: skip
        assert len(boxes.given) == count and list(tmp_path.iterdir()) == []
    boxes.ends = ""
    found = main.verdicts_of(LESSON, one, tmp_path, tmp_path, "podman", 3, 4)
    assert found[1] == ("right", {"en": "said in en", "es": "said in es"}) and len(list(tmp_path.iterdir())) == 1
    last = boxes.given[-1]
    assert (last.grader, last.job["seconds"], last.job["seed"], last.also) == ("podman", 3, 4, tmp_path)
    assert main.verdicts_of(LESSON, one, tmp_path, tmp_path, "podman", 3, 4) == found and last is boxes.given[-1]


def test_no_two_submissions_are_parsed_at_once(grade, boxes, monkeypatch):
    """Python 3.11 may fail where threads do. Many workers take a lock each time, and none finds another inside."""
    inside, seen = [], []

    def slow(function):
        def watched(*given):
            inside.append(function)
            time.sleep(0.02)
            seen.append(len(inside))
            found = function(*given)
            inside.remove(function)
            return found

        return watched

    monkeypatch.setattr(type(LESSON), "job", slow(type(LESSON).job))
    monkeypatch.setattr(main, "answer_cell", slow(main.answer_cell))
    assert grade("--exercises", "01:1", "--no-pages", "--workers", "3").status == 0
    assert set(seen) == {1} and len(seen) == 3 * (1 + len(sixty.ALL))


def test_who_has_answered_nothing_needs_no_box(boxes, tmp_path):
    one = Submission("s", "s", 0.0, sixty.solved({k: e.blank for k, e in sixty.ALL.items()}), sixty.LESSON)
    found = main.verdicts_of(LESSON, one, tmp_path, tmp_path)
    assert found == dict.fromkeys(sixty.ALL, ("unanswered", {"en": "Not answered yet."})) and not boxes.given


def test_a_seed_is_drawn_once_kept_and_can_be_chosen(tmp_path):
    drawn = main.seed_of(tmp_path, None)
    assert 0 <= drawn < 10**9
    assert main.seed_of(tmp_path, None) == drawn and main.seed_of(tmp_path, 7) == main.seed_of(tmp_path, None) == 7
    assert main.seed_of(tmp_path, 0) == main.seed_of(tmp_path, None) == 0
    (tmp_path / "seed").write_text("spoilt")
    assert main.seed_of(tmp_path, None) != main.seed_of(tmp_path / ".." / tmp_path.name, 3) == 3


# The pages.


def test_pages_have_every_word_that_their_form_uses_in_each_language():
    english, spanish = map(main.words_of_a_page, ("en", "es"))
    folder = Path(main.__file__).parent
    used = re.findall(r'words"?\]?(?:\.|\[")(\w+)', (folder / "pages.py").read_text(encoding="utf-8"))
    for path in (folder / "template").rglob("*.j2"):
        used += re.findall(r"words\.(\w+)", path.read_text(encoding="utf-8"))
    assert set(used) == set(english) == set(spanish) and len(used) >= 8
    assert [name for name in english if english[name] == spanish[name]] == [], "each is translated"


def test_a_page_is_in_the_language_of_its_hand_in_and_a_failure_quotes_the_last_line(monkeypatch, tmp_path):
    sent, ends = [], [(0, ""), (1, "first\nlast\n"), (1, f"{'m' * 301}\n"), (1, "")]

    def run(command, **given):
        sent.append((command, given))
        return SimpleNamespace(returncode=ends[len(sent) - 1][0], stderr=ends[len(sent) - 1][1])

    monkeypatch.setenv("PATH", "/elsewhere")
    monkeypatch.setattr(main, "interpreter", lambda name: Path(sys.executable))
    monkeypatch.setattr(main.subprocess, "run", run)
    one = Submission("Ana", "ana.ipynb", 0.0, sixty.solved({}), sixty.LESSON, "es")
    bare = Submission("Cy", "cy.ipynb", 0.0, THREE["Cy"], sixty.LESSON)
    unread = Submission("Bo", "bo.ipynb", 0.0, None, reason="no notebook")
    rows = [marks.Row("Ana", sixty.LESSON, 1, 1, 1, "right", "Right.", "ana.ipynb"),
            marks.Row("Ana", sixty.LESSON, None, 0, 0, "not graded", "handed in twice", "ana.ipynb"),
            marks.Row("Bo", "", None, 0, 0, "unreadable", "no notebook", "bo.ipynb"),
            marks.Row("Cy", sixty.LESSON, 1, 0, 1, "unanswered", "Gone.", "cy.ipynb")]  # fmt: skip
    verdicts = {"ana.ipynb": {1: ("right", {"en": "Right.", "es": "Correcto."})},
                "cy.ipynb": {1: ("unanswered", {"en": "Gone."})}}  # fmt: skip
    hand_ins = [one, unread, bare]
    main.pages(hand_ins, KNOWN, rows, verdicts, tmp_path)
    command, given = sent[0]
    assert command[:2] == [sys.executable, "-I"] and Path(command[2]).name == "pages.py" and Path(command[2]).is_file()
    assert given["env"]["PATH"] == os.pathsep.join([str(Path(sys.executable).parent), "/elsewhere"])
    assert (
        given["env"]["PYTHONUTF8"] == "1" and given["encoding"] == "utf-8" and given["env"].keys() >= os.environ.keys()
    )
    job = json.loads(given["input"])
    assert job["folder"] == str(tmp_path / "nbgrader")
    page, empty = job["hand_ins"]
    assert (page["student"], page["lesson"], page["words"]["language"]) == ("Ana", sixty.LESSON, "es")
    assert page["title"].startswith("Construye") and page["words"]["answer"] == "Tu respuesta"
    (part,) = page["parts"]
    assert part["verdict"] == "Correcto." and part["exercise"] == 1 and "answer_1 = " in part["answer"] and part["task"]
    assert (empty["student"], empty["parts"][0]["answer"], empty["parts"][0]["verdict"]) == ("Cy", "", "Gone.")
    assert empty["words"]["language"] == "en" and empty["title"].startswith("Build")
    start = "The marks are written; nbgrader's pages are not: "
    for last in ("last", "m" * 300, "no message"):
        assert refused(main.pages, hand_ins, KNOWN, rows, verdicts, tmp_path) == start + last


def test_marks_stand_also_where_no_pages_can_be_made(grade, boxes, monkeypatch):
    done = grade("--exercises", "01:1")
    assert (done.status, len(done.rows)) == (1, 3)
    assert done.errors == "There is no .venv-grading for the pages of feedback: python -m tools.environment grading\n"
    made = []
    monkeypatch.setattr(main, "pages", lambda *given: made.append(given))
    done = grade("--exercises", "01:1")
    assert done.status == 0 and done.said.endswith(
        f"{done.out / 'nbgrader' / 'feedback'}: a page for each student and lesson\n"
    )
    hand_ins, known, rows, verdicts, place = made[0]
    assert (len(hand_ins), known, len(rows), place) == (3, KNOWN, 3, done.out)
    assert {file: verdict[1][0] for file, verdict in verdicts.items()} == {
        "Ana.ipynb": "right", "Bo.ipynb": "right", "Cy.ipynb": "unanswered",
    }  # fmt: skip
    assert "feedback" not in grade("--exercises", "01:1", "--no-pages").said and len(made) == 1


def test_the_pages_python_is_that_of_grading():
    assert interpreter("grading").parts[-3] == ".venv-grading"
