"""make grade: who handed in what is found, and nothing is lost; a few are really graded. Sixty are in tests/grading."""

import importlib
import os
import subprocess
import sys

import nbformat
import pytest

from helpers import ROOT, feedback
from tests.grading import class_of_sixty as sixty
from tools.grade import __main__ as main
from tools.grade import box
from tools.grade.collect import Submission
from tools.grade.lean import known_lessons
from tools.release import languages

TOPICS = {"01_threshold_xnor": "threshold_xnor", "03_autodiff_trace": "autodiff_trace"}
NAMES = list(TOPICS)


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading forks")
def test_the_teacher_reads_one_language_and_unknown_ones_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no notebook")
    assert grade(tmp_path, tmp_path / "out", "--language", "es").returncode == 0
    assert "no es un cuaderno (.ipynb)" in (tmp_path / "out" / "marks.csv").read_text(encoding="utf-8-sig")
    done = grade(tmp_path, tmp_path / "out", "--language", "xx")
    assert done.returncode == 1 and done.stderr == "LANGUAGE must be one of en, es, got 'xx'\n"


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
