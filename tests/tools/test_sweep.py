"""Sweeps: every combination in a folder of its own, whole or not at all, once; failures beside what ran."""

import csv

import nbformat
import pytest

from tests.tools.samples import notebook
from tools import sweep

STUDY = """
import time
from helpers.studies import record, run_pieces
if A == 2 and B == "bad":
    raise ValueError("this combination does not work")
print(sum(run_pieces(lambda n: n * A, range(4), workers=2)))
record(total=6 * A, share=A / 8)
"""


@pytest.fixture
def command(tmp_path, capsys):
    """Sweep a small notebook; return the exit status, what was printed, and the table's rows."""
    setup = nbformat.v4.new_code_cell("# the one-file build puts its own here", metadata={"tags": ["setup"]})
    small = notebook(STUDY, parameters='A = 1\nB = "good"')
    small.cells.insert(0, setup)
    (tmp_path / "in").mkdir()
    nbformat.write(small, tmp_path / "in" / "05_small.ipynb")

    def run(*arguments):
        places = ["--notebooks", str(tmp_path / "in"), "--output", str(tmp_path / "out")]
        code = sweep.main(["05", *places, *arguments])
        table = tmp_path / "out" / "05_small" / "table.csv"
        rows = list(csv.DictReader(table.open())) if table.exists() else []
        return code, capsys.readouterr(), rows

    return run


def test_a_sweep_runs_each_combination_once_and_one_that_fails_stops_no_other(command, tmp_path):
    code, said, rows = command("-p", "A", "1,2", "-p", "B", "good,bad", "--workers", "2")
    assert code == 1 and [row["A"] + row["B"] for row in rows] == ["1good", "1bad", "2good", "2bad"]
    assert [row["result"] == "ok" for row in rows] == [True, True, True, False]
    assert rows[3]["result"].endswith("ValueError: this combination does not work")
    assert [(row["total"], row["share"]) for row in rows] == [("6.0", "0.125")] * 2 + [("12.0", "0.25"), ("", "")]
    results = sorted(path.parent.name for path in (tmp_path / "out").rglob("*.ipynb"))
    assert results == ["A=1,B=bad", "A=1,B=good", "A=2,B=good"]
    executed = nbformat.read(tmp_path / "out" / "05_small" / "A=2,B=good" / "05_small.ipynb", as_version=4)
    assert any(output.get("text") == "12\n" for cell in executed.cells for output in cell.get("outputs", []))

    code, said, again = command("-p", "A", "1,2", "-p", "B", "good", "--workers", "2")
    assert code == 0 and "2 combinations of 05_small, 2 of them there already." in said.out
    assert again == [rows[0], rows[2]], "seconds of the first run included"

    changed = tmp_path / "in" / "05_small.ipynb"
    changed.write_text(changed.read_text().replace("6 * A", "7 * A"))
    code, said, rows = command("-p", "A", "1")
    assert ", 0 of them there already." in said.out and rows[0]["total"] == "7.0", "another notebook is run anew"


def test_a_sweep_in_which_all_fail_has_its_table(command):
    code, _, rows = command("-p", "A", "2", "-p", "B", "bad")
    assert code == 1 and [row["B"] for row in rows] == ["bad"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["-p", "C", "1"], "-p C: unknown parameter"),
        (["-p", "A", "1,x"], "-p A: must be of type int like 1, got 'x'"),
        (["-p", "A", "1,,2"], "-p A: must be different values with commas between them such as 1,2,3, got '1,,2'"),
        (["-p", "A", "1,1"], "-p A: must be different values"),
        (["-p", "A", "1", "-p", "A", "2"], "-p A: named twice"),
        (["--workers", "-1"], "workers must be an integer from 0 to 1024, got -1."),
    ],
)
def test_what_cannot_be_swept_is_one_line_before_anything_runs(command, arguments, message):
    code, said, rows = command(*arguments)
    assert code == 2 and said.err.startswith(message) and said.err.count("\n") == 1 and not rows


def test_values_of_any_text_make_a_folder_name_that_every_system_takes():
    assert (
        sweep.folder_name({"A": "a/b:c*", "RATE": -1e-3}) == "A=a%2Fb%3Ac%2A,RATE=-0.001"
        and sweep.folder_name({}) == "defaults"
    )
