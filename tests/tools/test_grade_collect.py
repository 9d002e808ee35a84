"""Who handed in what is found in what platforms make of it; nothing is lost, and what does not count has a reason."""

import io
import os
import zipfile
from pathlib import PurePosixPath

import nbformat
import pytest

from helpers import ROOT
from tests.grading import class_of_sixty as sixty
from tests.tools.samples import refused
from tools.exercises import number_of
from tools.grade import collect as module
from tools.grade import marks
from tools.grade.collect import collect, files_in, language_of, lesson_of, parse, student_of
from tools.grade.lean import answer_cell
from tools.notebook_files import read
from tools.one_file import self_contained

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
    ("ana_copy.ipynb", "ana"), ("ana copia2.ipynb", "ana"), ("ana-3.ipynb", "ana"), ("ana_COPIA.ipynb", "ana"),
    ("ana - threshold_xnor.ipynb", "ana"), ("_4711_assignsubmission_file_/a.ipynb", "_4711_assignsubmission_file_"),
    ("autodiff_trace.ipynb", "autodiff_trace"), ("01_threshold_xnor/notebooks/ana.ipynb", "ana"),
    ("class/ana/a.ipynb", "class"), ("a_1_b.ipynb", "a_1_b"), ("ana-.ipynb", "ana"),
])  # fmt: skip
def test_a_student_is_found_in_what_platforms_make_of_a_name(path, student):
    assert student_of(PurePosixPath(path), NAMES) == student


def text(lesson="01_threshold_xnor", **more):
    return nbformat.writes(sixty.solved(more, lesson))


def packed(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in files.items():
            archive.writestr(name, value)
    return data.getvalue()


def test_a_zip_a_zip_within_and_a_folder_give_the_same(tmp_path):
    folder = tmp_path / "folder"
    (folder / "ben").mkdir(parents=True)
    (folder / "ana.ipynb").write_text(text(), encoding="utf-8")
    (folder / "ben" / "mine.ipynb").write_text(text("03_autodiff_trace"), encoding="utf-8")
    outer, inner = tmp_path / "all.zip", packed(**{"mine.ipynb": text("03_autodiff_trace")})
    outer.write_bytes(packed(**{"ana.ipynb": text(), "ben.zip": inner, "__MACOSX/._ana.ipynb": b"junk"}))
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


def test_a_lesson_with_ids_as_cells_of_other_front_ends_is_the_same():
    for change in (sixty.colab, sixty.vscode, sixty.without_tags, sixty.turned, sixty.spanish):
        notebook = parse(("\ufeff" + nbformat.writes(change(sixty.solved()))).replace("\\n", "\\r\\n").encode())
        for one in sixty.ALL.values():
            assert number_of(answer_cell(notebook, one).source) == one.number, change.__name__


def test_the_language_is_that_of_the_set_up_cell_and_a_carried_helper_says_nothing_of_it():
    for language in ("en", "es"):
        path = ROOT / "notebooks" / ("" if language == "en" else language) / f"{sixty.LESSON}.ipynb"
        for notebook in (read(path), self_contained(read(path))):
            assert language_of(parse(nbformat.writes(notebook).encode())) == language


def test_what_is_not_a_hand_in_is_passed_over_and_zips_are_opened_in_any_spelling(tmp_path):
    files = {".hidden.ipynb": "", "__MACOSX/ana.ipynb": "", "__MACOSX.ipynb": "", "ben/.ipynb_checkpoints/a.ipynb": "",
             "a.IPYNB": "1"}  # fmt: skip
    (tmp_path / "All.ZIP").write_bytes(packed(**files, **{"more.zip": packed(**{"b.ipynb": "2"})}))
    for name, value in files.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_text(value)
    assert [(str(path), data) for path, _, data in files_in(tmp_path)] == [
        ("All/a.IPYNB", b"1"), ("All/more/b.ipynb", b"2"), ("folder/a.IPYNB", b"1"),
    ]  # fmt: skip


def test_what_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 1_000_000)
    for size in (1_000_000, 1_600_000):
        (tmp_path / f"{size}.txt").write_bytes(b" " * size)
    (tmp_path / "all.zip").write_bytes(packed(**{"big.txt": b" " * 2_000_000, "small.txt": b"x"}))
    found = {str(path): data for path, _, data in files_in(tmp_path)}
    assert found["1600000.txt"] == "the file has 2 MB; 1 are read" and len(found["1000000.txt"]) == 1_000_000
    assert found["all/big.txt"] == "the file has 2 MB; 1 are read" and found["all/small.txt"] == b"x"
    times = {str(path): time for path, time, _ in files_in(tmp_path)}
    assert times["1600000.txt"] == (tmp_path / "1600000.txt").stat().st_mtime


def test_a_zip_that_cannot_be_read_is_a_hand_in_with_a_reason_and_others_are_found(tmp_path):
    whole = packed(**{"a.ipynb": "1" * 1000})
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    locked = bytearray(whole)
    for start in (6, whole.index(b"PK\x01\x02") + 8):
        locked[start] |= 1  # the mark of a password
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    (tmp_path / "outer.zip").write_bytes(packed(**{"half.zip": whole[:50], "b.ipynb": "2"}))
    found = {str(path): data for path, _, data in files_in(tmp_path)}
    assert found["half.zip"] == "cannot be read: File is not a zip file" == found["outer/half.zip"]
    assert found["locked/a.ipynb"].startswith("cannot be read: File <ZipInfo filename='a.ipynb'")
    assert found["outer/b.ipynb"] == b"2"
    assert refused(collect, tmp_path / "half.zip", TOPICS) == (
        f"FOLDER must be a folder or a zip of notebooks, got {tmp_path / 'half.zip'}: File is not a zip file"
    )


def test_of_two_in_a_zip_the_later_by_the_clock_counts(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, when in (("ana (1)", (2026, 3, 9, 10, 0, 0)), ("ana", (2026, 3, 10, 9, 59, 58)),
                           ("ben", (2026, 2, 28, 23, 59, 58)), ("ben (1)", (2026, 3, 1, 0, 0, 0)),
                           ("cy", (2026, 1, 1, 1, 0, 58)), ("cy (1)", (2026, 1, 1, 1, 1, 0))):  # fmt: skip
            archive.writestr(zipfile.ZipInfo(f"{name}.ipynb", when), text())
    found = collect(tmp_path / "all.zip", TOPICS)
    assert [one.file for one in found if not one.reason] == ["ana.ipynb", "ben (1).ipynb", "cy (1).ipynb"]
    times = [time for _, time, _ in files_in(tmp_path / "all.zip")]
    assert times[0] == 20260309100000


def cells(*sources, **metadata):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata=metadata) for source in sources])


def test_a_lesson_is_known_by_what_it_imports_then_by_its_file_s_name():
    imports = "from helpers.exercises import autodiff_trace as exercises"
    carried = f"%%writefile helpers/x.py\n{imports}"
    for sources, name, lesson in (
        ([imports], "01_threshold_xnor.ipynb", NAMES[1]), (["x = 1"], "threshold_xnor (2).ipynb", NAMES[0]),
        (["x = 1"], "mine 03_autodiff_trace.ipynb", NAMES[1]), (["x = 1"], "mine.ipynb", ""),
        ([carried], "01_threshold_xnor.ipynb", NAMES[0]), ([carried], "mine.ipynb", ""),
    ):  # fmt: skip
        assert lesson_of(cells(*sources), PurePosixPath("ana", name), TOPICS) == lesson
    words = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(imports)])
    assert lesson_of(words, PurePosixPath("a.ipynb"), TOPICS) == ""


def test_a_notebook_with_answers_is_of_the_only_lesson_that_counts(tmp_path):
    for name, source in (("ana", "answer_1 = 3"), ("ben", "x = 3")):
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(cells(source)), encoding="utf-8")
    one, none = collect(tmp_path, TOPICS, [NAMES[1]])
    assert (one.lesson, one.reason) == (NAMES[1], "") and (none.lesson, none.reason) == (
        "",
        "not a lesson that is graded",
    )
    assert [one.reason for one in collect(tmp_path, TOPICS)] == ["not a lesson that is graded"] * 2


def test_a_notebook_of_any_front_end_is_read():
    old = {"nbformat": 4, "nbformat_minor": 0, "metadata": {}, "cells": [
        {"cell_type": "code", "source": ["%matplotlib inline\r\n", "!ls\r\n", "x = 1 % 2"], "outputs": [],
         "execution_count": None, "metadata": {"tags": ["a"]}},
        {"cell_type": "markdown", "source": ["%kept\r\n", "too"], "metadata": {}},
    ]}  # fmt: skip
    code, words = parse(b"\xef\xbb\xbf" + nbformat.writes(nbformat.from_dict(old)).encode()).cells
    assert code.source == "pass\npass\nx = 1 % 2" and words.source == "%kept\r\ntoo"
    assert code.metadata == {"tags": ["a"]}


@pytest.mark.parametrize("data, reason", [
    (b" \n", "the file is empty"),
    (b'{"nbformat": 4, "metadata": {}}', "not a readable notebook: The notebook is invalid"),
    (b"[" * 100_000, "not a readable notebook: RecursionError"), (b"{" + b"x" * 900, "not a readable notebook: "),
])  # fmt: skip
def test_what_is_no_notebook_has_a_short_reason(data, reason):
    said = refused(parse, data)
    assert said.startswith(reason) and len(said) <= len("not a readable notebook: ") + 200


def test_all_are_sorted_by_student_whatever_the_case_then_lesson_and_file(tmp_path):
    names = {"ben/2": 0, "Ana/1": 1, "Ana/0": 0, "ana/1": 0, "Cy/1": 0}  # a zip, since some systems take Ana for ana
    files = {f"{name}.ipynb": text(NAMES[lesson]) for name, lesson in names.items()}
    (tmp_path / "all.zip").write_bytes(packed(**files))
    assert [one.file for one in collect(tmp_path / "all.zip", TOPICS)] == [
        "Ana/0.ipynb", "Ana/1.ipynb", "ana/1.ipynb", "ben/2.ipynb", "Cy/1.ipynb",
    ]  # fmt: skip
