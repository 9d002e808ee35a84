"""Sweeps: every combination in a folder of its own, whole or not at all, once; failures beside what ran."""

import csv
import json

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


# The command, with runs that take no time.


@pytest.fixture
def pretended(monkeypatch):
    """How combinations were run: pieces and options of each call; each records how many letters its B has."""
    calls = []

    def each_piece(function, pieces, **how):
        calls.append((function, [parameters for _, parameters in pieces], how))
        for text, parameters in pieces:
            notebook = sweep.nbformat.reads(text, as_version=4)
            scrap = {"name": "letters", "data": len(str(parameters.get("B", "")))}
            output = nbformat.v4.new_output("display_data", data={sweep.SCRAP: scrap})
            notebook.cells[-2].outputs = [output]
            bad = parameters.get("B") == "bad"
            yield sweep.Run("" if bad else nbformat.writes(notebook), 1.26 if bad else 0.74, "it fails" if bad else "")

    monkeypatch.setattr(sweep, "each_piece", each_piece)
    return calls


def test_what_a_sweep_says_and_keeps(command, pretended, tmp_path):
    out = tmp_path / "out" / "05_small"
    code, said, rows = command("-p", "A", "1", "-p", "B", "good, bad")
    assert said.out.splitlines() == [
        "2 combinations of 05_small, 0 of them there already.", "  A=1,B=good: ok, 1 s", "  A=1,B=bad: it fails, 1 s",
        f"{out / 'table.csv'}: 2 rows, 1 failed",
    ]  # fmt: skip
    assert (
        code == 1
        and (out / "table.csv").read_bytes() == b"A,B,seconds,result,letters\n1,good,0.7,ok,4\n1,bad,1.3,it fails,\n"
    )
    row = json.loads((out / "A=1,B=good" / "row.json").read_text())
    assert row == {"A": 1, "B": "good", "seconds": 0.7, "result": "ok", "letters": 4} and rows[0]["letters"] == "4"
    assert (out / "A=1,B=good" / "05_small.ipynb").read_text().endswith("}\n") and not (out / "A=1,B=bad").exists()
    function, pieces, how = pretended[0]
    assert function is sweep.run_combination and pieces == [{"A": 1, "B": "good"}, {"A": 1, "B": "bad"}]
    assert how == {"workers": 0, "scheduler": ""}
    code, said, _ = command("-p", "A", "1", "-p", "B", "good,bad", "--workers", "3", "--scheduler", "tcp://host:8786")
    assert pretended[1][1:] == ([{"A": 1, "B": "bad"}], {"workers": 3, "scheduler": "tcp://host:8786"})
    assert said.out.startswith("2 combinations of 05_small, 1 of them there already.\n  A=1,B=bad: it fails")


def test_without_parameters_a_sweep_is_one_run_with_the_defaults(command, pretended, tmp_path):
    code, said, rows = command()
    assert code == 0 and pretended[0][1] == [{}] and (tmp_path / "out" / "05_small" / "defaults" / "row.json").exists()
    assert [list(row) for row in rows] == [["seconds", "result", "letters"]]


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "row.json").unlink(), lambda folder: (folder / "row.json").write_text("{"),
    lambda folder: (folder / "05_small.ipynb").unlink(), lambda folder: (folder / "05_small.ipynb").write_text("{"),
    lambda folder: (folder / "more.ipynb").write_text("{}"),
])  # fmt: skip
def test_a_result_that_is_not_whole_is_run_again(command, pretended, tmp_path, spoil):
    command("-p", "A", "1")
    spoil(tmp_path / "out" / "05_small" / "A=1")
    assert "0 of them there already" in command("-p", "A", "1")[1].out


def test_a_row_never_stands_beside_the_result_of_another_notebook(command, pretended, tmp_path, monkeypatch):
    """The notebook has changed, and the disk is full when its row is due: the earlier row is not the new one's."""
    command("-p", "A", "1")
    source, put_in_place = tmp_path / "in" / "05_small.ipynb", sweep.put_in_place
    source.write_text(source.read_text().replace("6 * A", "7 * A"))

    def full(text, path):
        if path.name == "row.json":
            raise OSError("disk full")
        put_in_place(text, path)

    monkeypatch.setattr(sweep, "put_in_place", full)
    assert command("-p", "A", "1")[1].err == "disk full\n"
    monkeypatch.setattr(sweep, "put_in_place", put_in_place)
    assert "0 of them there already" in command("-p", "A", "1")[1].out


def test_one_notebook_is_swept_and_a_stop_keeps_what_is_finished(command, tmp_path, monkeypatch, capsys):
    (tmp_path / "in" / "06_other.ipynb").write_text((tmp_path / "in" / "05_small.ipynb").read_text())
    places = ["--notebooks", str(tmp_path / "in"), "--output", str(tmp_path / "out")]
    assert sweep.main(["0", *places]) == 2
    assert capsys.readouterr().err == "NAME must be the beginning of one notebook's name, got '0' for 2\n"

    def each_piece(*_, **how):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(sweep, "each_piece", each_piece)
    code, said, _ = command("-p", "A", "1")
    assert code == 130 and said.err == "Stopped. What is finished is kept; run the same command again for the rest.\n"
