"""Marks as a CSV and as a table, and remarks on answers that are the same."""

from tests.grading import class_of_sixty as sixty
from tools.grade import marks
from tools.grade.collect import Submission
from tools.grade.lean import known_lessons
from tools.grade.marks import Row

KNOWN = known_lessons(sixty.THERE)
POINTS = {"01_threshold_xnor": {2: 1.0, 1: 2.5}, "03_autodiff_trace": {1: 1.0}}
VERDICTS = {
    "ana.ipynb": {1: ("right", {"en": "Right.", "es": "Correcto."}), 2: ("wrong", {"en": "no", "es": "no"})},
    "zoe.ipynb": {1: ("error", {"en": "stops", "es": "para"})},
}


def hand_ins():
    return [
        Submission("ana", "ana.ipynb", 0.0, None, "01_threshold_xnor", remarks=["late", "twice"]),
        Submission("Zoé", "zoe.ipynb", 0.0, None, "03_autodiff_trace"),
        Submission("ana", "old.ipynb", 0.0, None, "01_threshold_xnor", reason="handed in twice"),
    ]


def test_every_student_has_a_row_for_each_exercise_and_each_file_that_does_not_count():
    rows = marks.all_rows(hand_ins(), ["Zoé", "Bo"], POINTS, VERDICTS, "es")
    said = "no notebook handed in"
    assert rows == [
        Row("ana", "01_threshold_xnor", 1, 2.5, 2.5, "right", "Correcto.", "ana.ipynb", "late; twice"),
        Row("ana", "01_threshold_xnor", 2, 0.0, 1.0, "wrong", "no", "ana.ipynb", "late; twice"),
        Row("ana", "03_autodiff_trace", 1, 0.0, 1.0, "missing", said),
        Row("ana", "01_threshold_xnor", None, 0.0, 0.0, "not graded", "handed in twice", "old.ipynb"),
        *(Row("Bo", "01_threshold_xnor", k, 0.0, POINTS["01_threshold_xnor"][k], "missing", said) for k in (1, 2)),
        Row("Bo", "03_autodiff_trace", 1, 0.0, 1.0, "missing", said),
        *(Row("Zoé", "01_threshold_xnor", k, 0.0, POINTS["01_threshold_xnor"][k], "missing", said) for k in (1, 2)),
        Row("Zoé", "03_autodiff_trace", 1, 0.0, 1.0, "error", "para", "zoe.ipynb"),
    ]
    assert marks.all_rows(hand_ins(), [], POINTS, VERDICTS)[0].verdict == "Right."


def test_the_table_adds_up_and_says_what_is_missing_or_not_graded():
    rows = marks.all_rows(hand_ins(), ["Zoé", "Bo"], POINTS, VERDICTS)
    assert marks.table(rows, POINTS).splitlines() == [
        "student  01_threshold  03_autodiff_      total  not graded",
        "ana           2.5/3.5       missing    2.5/4.5  1",
        "Bo            missing       missing      0/4.5",
        "Zoé           missing           0/1      0/4.5",
    ]
    longer = marks.table([Row("Maximiliana", "03_autodiff_trace", 1, 1.0, 1.0, "right", "")], POINTS).splitlines()
    assert longer[0].startswith("student      01") and longer[1].startswith("Maximiliana  ")


def test_texts_that_a_spreadsheet_would_compute_are_quoted():
    texts = ["=1+1", "+1", "-x raises", "@file", "\tx", "\rx"]
    rows = [Row("a", "01", 1, 0.5, 1.0, "error", text) for text in texts]
    lines = marks.as_csv([*rows, Row("=1+1", "01", None, 0.0, 0.0, "s", "v-w", "@file", "é, ü")]).split("\n")
    assert lines[0] == "\ufeffstudent,lesson,exercise,points,of,status,verdict,file,remarks"
    assert lines[1:5] == [f"a,01,1,0.5,1,error,'{text},," for text in texts[:4]] and "'\tx" in lines[5]
    assert lines[-2:] == ["'=1+1,01,,0,0,s,v-w,'@file,\"é, ü\"", ""]


def test_three_answers_letter_by_letter_the_same_are_noted_of_others_than_oneself():
    def hand_in(student, *answered, reason=""):
        blanks = {k: one.blank for k, one in sixty.ALL.items() if k not in answered}
        return Submission(student, f"{student}.ipynb", 0.0, sixty.solved(blanks), sixty.LESSON, reason=reason)

    three, two = (1, 2, 3), (4, 5)
    class_ = [hand_in(name, *three) for name in "abcdefg"] + [hand_in("x", *two), hand_in("y", *two)]
    class_ += [hand_in("h", *three, reason="late"), hand_in("k", 1, 2, 4), hand_in("k", 1, 2, 4)]
    class_ += [hand_in("z", 2, 3, 4), hand_in("w", *three)]
    cell = next(c for c in class_[-1].notebook.cells if c.source == sixty.ALL[1].solution)
    cell.source = f"\n{cell.source}\n"  # white space around it is nothing
    marks.note_same_answers(class_, KNOWN)
    said = {one.student: one.remarks for one in class_}
    assert said["a"] == ["the same answers, letter by letter, as b, c, d, e, f"]
    assert said["g"] == said["w"] == ["the same answers, letter by letter, as a, b, c, d, e"]
    assert [said[name] for name in "xyhkz"] == [[]] * 5


def test_one_alone_has_the_same_answers_as_nobody():
    one, other = (Submission(name, name, 0.0, sixty.solved(), sixty.LESSON) for name in "ab")
    marks.note_same_answers([one], KNOWN)
    assert one.remarks == []
    marks.note_same_answers([one, other], KNOWN)
    assert one.remarks == ["the same answers, letter by letter, as b"]
