"""make grade: who handed in what is found, and nothing is lost; a few are really graded. Sixty are in tests/grading."""

import importlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import nbformat
import pytest

from helpers import ROOT, feedback
from tests.grading import class_of_sixty as sixty
from tests.tools.samples import refused
from tools.exercises import number_of
from tools.grade import __main__ as main
from tools.grade import box, inside, marks
from tools.grade.collect import Submission, collect, language_of, parse, student_of
from tools.grade.lean import answer_cell, known_lessons
from tools.notebook_files import read
from tools.one_file import self_contained
from tools.release import languages

TOPICS = {"01_threshold_xnor": "threshold_xnor", "03_autodiff_trace": "autodiff_trace"}
NAMES = list(TOPICS)


@pytest.mark.parametrize("path, student", [
    ("ana.ipynb", "ana"),
    ("Ana García/01_threshold_xnor.ipynb", "Ana García"),
    ("Ana García_4711_assignsubmission_file_/01_threshold_xnor.ipynb", "Ana García"),
    ("Ana García_4711_assignsubmission_file_01_threshold_xnor.ipynb", "Ana García"),
    ("garciaana_4711_81523_01_threshold_xnor.ipynb", "garciaana"),
    ("garciaana_LATE_4711_81523_01_threshold_xnor-2.ipynb", "garciaana"),
    ("ana_01_threshold_xnor (1).ipynb", "ana"),
    ("01_threshold_xnor - ana.ipynb", "ana"),
    ("01_threshold_xnor.ipynb", "01_threshold_xnor"),
    ("notebooks/ana.ipynb", "ana"),
])  # fmt: skip
def test_a_student_is_found_in_what_platforms_make_of_a_name(path, student):
    assert student_of(PurePosixPath(path), NAMES) == student


def text(lesson="01_threshold_xnor", **more):
    return nbformat.writes(sixty.solved(more, lesson))


def test_a_zip_a_zip_within_and_a_folder_give_the_same(tmp_path):
    folder = tmp_path / "folder"
    (folder / "ben").mkdir(parents=True)
    (folder / "ana.ipynb").write_text(text(), encoding="utf-8")
    (folder / "ben" / "mine.ipynb").write_text(text("03_autodiff_trace"), encoding="utf-8")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("mine.ipynb", text("03_autodiff_trace"))
    outer = tmp_path / "all.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("ana.ipynb", text())
        archive.writestr("ben.zip", inner.getvalue())
        archive.writestr("__MACOSX/._ana.ipynb", b"junk")
    found = [[(s.student, s.lesson, s.reason) for s in collect(place, TOPICS)] for place in (folder, outer)]
    assert found[0] == found[1] == [("ana", "01_threshold_xnor", ""), ("ben", "03_autodiff_trace", "")]


def test_a_lesson_that_does_not_count_is_not_taken_for_the_one_that_does(tmp_path):
    for name, lesson in zip(("ana/a.ipynb", "ana/b.ipynb"), NAMES):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text(lesson), encoding="utf-8")
    found = {one.file: one for one in collect(tmp_path, TOPICS, {NAMES[0]: {}})}
    assert not found["ana/a.ipynb"].reason and found["ana/b.ipynb"].reason == "not a lesson that is graded"


def test_of_two_the_later_counts_and_both_are_rows(tmp_path):
    for time, name in ((200, "ana.ipynb"), (100, "ana (1).ipynb")):
        (tmp_path / name).write_text(text(), encoding="utf-8")
        os.utime(tmp_path / name, (time, time))
    first, second = collect(tmp_path, TOPICS)
    assert first.reason == "handed in twice: ana.ipynb is later and counts" and not second.reason
    assert second.remarks == ["handed in twice; ana (1).ipynb is earlier and is kept"]
    rows = marks.all_rows(
        [first, second], [], {"01_threshold_xnor": {1: 2.0}}, {"ana.ipynb": {1: ("right", {"en": "Right."})}}
    )
    assert [(row.exercise, row.points, row.status) for row in rows] == [(1, 2.0, "right"), (None, 0.0, "not graded")]


def test_what_cannot_be_read_has_a_reason_and_a_missing_notebook_is_a_row(tmp_path):
    for name, (data, _) in sixty.LOST.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "link.ipynb").symlink_to("/etc/hostname")
    found = {one.file: one for one in collect(tmp_path, TOPICS)}
    assert all(reason in found[name].reason for name, (_, reason) in sixty.LOST.items())
    assert "link" in found["link.ipynb"].reason
    rows = marks.all_rows(list(found.values()), ["Zoé"], {"01_threshold_xnor": {1: 1.0}}, {})
    assert [row.status for row in rows if row.student == "Zoé"] == ["missing"]
    assert {row.file for row in rows} >= set(found)


def test_a_folder_that_is_none_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("no zip")
    assert "FOLDER must be a folder or a zip" in refused(collect, tmp_path / "notes.txt", TOPICS)


def test_texts_that_a_spreadsheet_would_compute_are_quoted():
    row = marks.Row("=1+1", "01", 1, 0.0, 1.0, "error", "-x raises", "@file")
    assert marks.as_csv([row]).splitlines()[1].startswith("'=1+1,01,1,0,1,error,'-x raises,'@file")


def test_a_lesson_with_ids_as_cells_of_other_front_ends_is_the_same():
    for change in (sixty.colab, sixty.vscode, sixty.without_tags, sixty.turned, sixty.spanish):
        notebook = parse(("\ufeff" + nbformat.writes(change(sixty.solved()))).replace("\\n", "\\r\\n").encode())
        for one in sixty.ALL.values():
            assert number_of(answer_cell(notebook, one).source) == one.number, change.__name__


KNOWN = known_lessons(sixty.THERE, languages())
LESSON = KNOWN[sixty.LESSON]


def test_the_lean_form_is_small_and_holds_no_solution():
    job = LESSON.job(sixty.solved({k: one.blank for k, one in sixty.ALL.items()} | {1: "answer_1 = [1]"}), [1, 2])
    assert list(job["exercises"]) == ["1"] and job["exercises"]["1"] == {"cells": ["answer_1 = [1]"], "data": True}
    checks = "".join(source for name, source in job["check_files"].items() if "/exercises/" in name)
    assert "dresses=" not in checks and "also_wrong=" not in checks
    assert "Exercise(" not in job["student_files"]["helpers/exercises/threshold_xnor.py"]


def test_an_answer_brings_along_what_it_reads_and_no_more():
    notebook = sixty.with_cells(
        sixty.solved({5: "answer_5 = lambda A, W, b: (z_of(A, W, b) > 0) * one"}),
        sixty.HELPER,
        "one = 1",
        "two = 1 / 0",
    )
    cells = LESSON.job(notebook, [5])["exercises"]["5"]["cells"]
    assert cells[:-1] == [sixty.HELPER, "one = 1"]


@pytest.mark.parametrize("value", [
    None, ..., True, 3, -0.5, "text", [1, (2, 3)], {"u": 1, "v": [..., None]}, {1, 2}, float("inf"), 10**400,
])  # fmt: skip
def test_data_comes_back_from_the_box_as_it_was(value):
    back = inside.decoded(json.loads(json.dumps(inside.coded(value))))
    assert back == value or (value == 10**400 and back == float("inf"))


def test_what_is_no_data_comes_back_as_its_name():
    assert "function" in repr(inside.decoded(inside.coded(lambda: 1)))
    deep: list = []
    deep.append(deep)
    assert "deeply" in repr(inside.decoded(json.loads(json.dumps(inside.coded(deep)))))


def grade(folder, output, *more):
    command = [
        sys.executable,
        "-m",
        "tools.grade",
        str(folder),
        "--no-pages",
        "--seconds",
        "4",
        "--seed",
        "1",
        "--exercises",
        "01",
        "--output",
        str(output),
    ]
    return subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks")
def test_a_few_are_graded_and_a_second_run_runs_nothing(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    few = ("right", "one wrong", "divides by zero", "exits", "loops", "patches checks", "imports the solution")
    for student in few:
        changes, _ = (sixty.MISTAKES | sixty.ATTACKS)[student]
        (folder / f"{student}.ipynb").write_text(nbformat.writes(sixty.solved(changes)), encoding="utf-8")
    first = grade(folder, tmp_path / "out")
    assert first.returncode == 0, first.stderr
    text_ = (tmp_path / "out" / "marks.csv").read_text(encoding="utf-8-sig")
    for student in few:
        _, expected = (sixty.MISTAKES | sixty.ATTACKS)[student]
        for number, status in (sixty.RIGHT | expected).items():
            assert f"\n{student},01_threshold_xnor,{number},{int(status == 'right')},1,{status}," in text_
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "verdicts").iterdir()}
    assert grade(folder, tmp_path / "out").returncode == 0
    assert (tmp_path / "out" / "marks.csv").read_text(encoding="utf-8-sig") == text_
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "verdicts").iterdir()} == kept


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks")
def test_a_table_of_the_values_that_the_course_shows_is_no_answer_and_each_reads_the_own_language(tmp_path):
    exercise = importlib.import_module("helpers.exercises.threshold_xnor").check_6
    assert exercise.verdict(feedback.evaluate(sixty.TABLE, {}, "answer_6")).status == "right"
    notebook = sixty.solved({1: "answer_1 = [0, 1, 1, 1]", 3: "answer_3 = 1 / 0", 6: sixty.TABLE})
    one = Submission("s", "s", 0.0, notebook, sixty.LESSON, "es")
    found = main.verdicts_of(LESSON, one, tmp_path, tmp_path, seed=1)
    assert {number: status for number, (status, _) in found.items()} == sixty.RIGHT | {
        1: "wrong",
        3: "error",
        6: "wrong",
    }
    english, spanish = ({number: said[language] for number, (_, said) in found.items()} for language in ("en", "es"))
    assert english[1].startswith("at (0,1)") and spanish[1].startswith("en (0,1)")
    assert english[3].startswith("the line `answer_3 = 1 / 0` raises") and spanish[3].startswith("la línea `answer_3")
    assert english[2].startswith("Right.") and spanish[2].startswith("Correcto.")


def test_a_page_is_in_the_language_of_its_hand_in_and_a_failure_quotes_the_last_line(monkeypatch, tmp_path):
    sent, ends = [], [SimpleNamespace(returncode=0, stderr=""), SimpleNamespace(returncode=1, stderr="first\nlast\n")]

    def run(command, **given):
        sent.append(json.loads(given["input"]))
        return ends[len(sent) - 1]

    monkeypatch.setattr(main, "interpreter", lambda name: Path(sys.executable))
    monkeypatch.setattr(main.subprocess, "run", run)
    one = Submission("Ana", "ana.ipynb", 0.0, sixty.solved({}), sixty.LESSON, "es")
    unread = Submission("Bo", "bo.ipynb", 0.0, None, reason="no notebook")
    rows = [marks.Row("Ana", sixty.LESSON, 1, 1, 1, "right", "Right.", "ana.ipynb"),
            marks.Row("Bo", "", None, 0, 0, "unreadable", "no notebook", "bo.ipynb")]  # fmt: skip
    verdicts = {"ana.ipynb": {1: ("right", {"en": "Right.", "es": "Correcto."})}}
    main.pages([one, unread], KNOWN, rows, verdicts, tmp_path)
    (page,) = sent[0]["hand_ins"]
    assert (page["student"], page["lesson"], page["words"]["language"]) == ("Ana", sixty.LESSON, "es")
    assert page["title"].startswith("Construye") and page["words"]["answer"] == "Tu respuesta"
    (part,) = page["parts"]
    assert part["verdict"] == "Correcto." and part["exercise"] == 1 and "answer_1 = " in part["answer"] and part["task"]
    assert refused(main.pages, [one], KNOWN, rows, verdicts, tmp_path).endswith("pages are not: last")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks")
def test_what_stops_a_check_is_named_and_its_process_has_limits():
    def work(key):
        import resource

        limits = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in ("CPU", "CORE", "FSIZE")]
        raise ValueError(limits)

    job = {"report": os.dup(0), "seconds": 7, "megabytes": 4096}
    status, said = inside.in_a_fork(job, work, 20)
    os.close(job["report"])
    assert status == "error" and f"ValueError: [7, 0, {16 * 2**20}]" in json.dumps(said)


def test_the_language_is_that_of_the_set_up_cell_and_a_carried_helper_says_nothing_of_it():
    for language in ("en", "es"):
        path = ROOT / "notebooks" / ("" if language == "en" else language) / f"{sixty.LESSON}.ipynb"
        for notebook in (read(path), self_contained(read(path))):
            assert language_of(parse(nbformat.writes(notebook).encode())) == language


def test_the_teacher_reads_one_language_and_unknown_ones_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no notebook")
    assert grade(tmp_path, tmp_path / "out", "--language", "es").returncode == 0
    assert "no es un cuaderno (.ipynb)" in (tmp_path / "out" / "marks.csv").read_text(encoding="utf-8-sig")
    done = grade(tmp_path, tmp_path / "out", "--language", "xx")
    assert done.returncode == 1 and done.stderr == "LANGUAGE must be one of en, es, got 'xx'\n"


def test_a_seed_is_drawn_once_kept_and_can_be_chosen(tmp_path):
    drawn = main.seed_of(tmp_path, None)
    assert main.seed_of(tmp_path, None) == drawn and main.seed_of(tmp_path, 7) == main.seed_of(tmp_path, None) == 7


def test_windows_is_told_what_to_do_and_a_container_needs_no_fork():
    assert "WSL" in box.cannot("", "win32") and "GRADER=podman" in box.cannot("", "win32")
    assert not box.cannot("podman", "win32") and not box.cannot("", "linux") and not box.cannot("", "darwin")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks")
@pytest.mark.parametrize("name", sorted(set(sixty.THERE) - {sixty.LESSON}))
def test_the_solutions_of_every_lesson_are_right_in_the_box(name, tmp_path):
    lesson = KNOWN[name]
    found = main.verdicts_of(lesson, Submission("s", "s", 0.0, sixty.solved(lesson=name), name), tmp_path, tmp_path)
    assert {number: status for number, (status, _) in found.items()} == dict.fromkeys(lesson.asked, "right"), found


def test_walls_that_cannot_be_built_are_told(monkeypatch, tmp_path):
    monkeypatch.setattr(box, "walls", lambda also: None)
    assert "NOT cut" in box.says(tmp_path, "")
    assert box.command(tmp_path, tmp_path, "")[0] == sys.executable


def test_a_container_gets_neither_network_nor_the_course(tmp_path):
    command = box.command(tmp_path, tmp_path, "podman")
    assert command[0] == "podman" and "--network=none" in command
    assert [part for part in command if str(ROOT) in part] == [f"--volume={box.INSIDE}:/inside.py:ro"]
