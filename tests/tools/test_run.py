"""The run of the notebooks, function by function and as a command, without a process wherever there need be none."""

import io
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import nbformat
import pytest

from tests.tools.samples import OLD, git, notebook, refused
from tools import run as execute
from tools import signals
from tools.run import Failure, Result


@pytest.fixture
def source(tmp_path):
    """The place for a notebook `one`, in a folder of its own."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in" / "one.ipynb"


# Reading


@pytest.mark.parametrize(
    "report, line",
    [
        ("Traceback\n  File x\nValueError: no\n\n", "ValueError: no"),
        ("ValueError: first\nnumpy.linalg.LinAlgError: last\nsome advice\n", "numpy.linalg.LinAlgError: last"),
        ("\x1b[0;31mKeyError\x1b[0m: 'a'\n---", "KeyError: 'a'"),
        ("  KeyboardInterrupt  \nbye", "KeyboardInterrupt"),
        ("Errors: 3\n  no name here  \n  \n", "no name here"),
        ("NoSuchKernel: alien\nx", "NoSuchKernel: alien"),
        (" \n", "no message"),
        ("", "no message"),
    ],
)
def test_the_last_telling_line_of_a_report_is_found(report, line):
    assert execute.one_line(report) == line


def test_a_notebook_is_read_as_it_is(source):
    whole = notebook("x = 1")
    nbformat.write(whole, source)
    assert execute.read(source) == whole


def test_an_unreadable_notebook_says_why_in_one_short_line(source):
    source.write_text('{"cells": [')
    assert re.fullmatch(r"not a readable notebook: \S[^\n]{10,200}", refused(execute.read, source))
    source.write_text('{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}')
    assert refused(execute.read, source) == "not a readable notebook: Unsupported nbformat version 5"
    source.write_text('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}')
    assert refused(execute.read, source) == "nbformat must be 4, got 3"
    source.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"no": "type"}]}')
    assert refused(execute.read, source).startswith("not a readable notebook: ")
    source.write_text("[" + "x" * 999)
    assert len(refused(execute.read, source)) <= 225


def test_a_missing_notebook_lists_those_there_are(source):
    assert refused(execute.read, source) == "no such notebook in in/; there are: none"
    for name in ("b", "a"):
        nbformat.write(notebook("x"), source.with_name(f"{name}.ipynb"))
    assert refused(execute.read, source) == "no such notebook in in/; there are: a, b"


def test_parameters_are_the_literal_assignments_of_the_tagged_cell():
    untagged = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("OTHER = 1"), nbformat.v4.new_raw_cell("")])
    assert execute.parameters_of(untagged) == {}
    whole = notebook("OTHER = 1", parameters="'a comment'\nSEED = -1  # seed\nRATE = 1e-3\nNAME = 'a'", tags=["x"])
    assert execute.parameters_of(whole) == {"SEED": -1, "RATE": 1e-3, "NAME": "a"}


@pytest.mark.parametrize(
    "line",
    ["EPOCHS = 2 * 100", "A, B = (1, 2)", "A = B = 1", "A: int = 1", "A += 1", "A = {[]: 1}", "%matplotlib inline"],
)
def test_a_parameter_that_is_no_plain_value_is_refused_with_its_line(line):
    said = f"its parameters must be plain values, each on a line such as SEED = 0, got {line!r}"
    assert refused(execute.parameters_of, notebook("1", parameters=f"SEED = 0\n{line}\nRATE = 0.5")) == said


def test_values_are_read_as_papermill_reads_them():
    texts = ("7", "-7", "1e-3", "True", "False", "relu", "true")
    values = [execute.parse_value(text) for text in texts]
    assert values == [7, -7, 0.001, True, False, "relu", "true"]
    assert [type(value) for value in values] == [int, int, float, bool, bool, str, str]


def test_parameters_must_be_known_and_of_the_right_type():
    known = {"one": {"SEED": 0, "RATE": 0.5}, "two": {"NAME": "a", "SEED": 1, "FAST": True}}
    execute.check_parameters({"SEED": 3, "RATE": 1, "NAME": "b", "FAST": False}, known)
    for given, message in {
        ("SEDE", 1): "-p SEDE: unknown parameter; the notebooks chosen know: FAST, NAME, RATE, SEED",
        ("SEED", 0.5): "-p SEED: must be of type int like 0, got 0.5",
        ("SEED", True): "-p SEED: must be of type int like 0, got True",
        ("NAME", 1): "-p NAME: must be of type str like 'a', got 1",
        ("RATE", "1"): "-p RATE: must be of type float like 0.5, got '1'",
    }.items():
        assert refused(execute.check_parameters, dict([given]), known) == message
    message = "-p SEED: unknown parameter; the notebooks chosen know: none"
    assert refused(execute.check_parameters, {"SEED": 1}, {"one": {}}) == message


# Writing


def test_a_result_replaces_the_earlier_one_whole_and_readable_by_all(source, tmp_path):
    source.write_text(OLD)
    whole = notebook("print('α')")
    execute.put_in_place(whole, source)
    assert nbformat.read(source, as_version=4) == whole and os.listdir(source.parent) == ["one.ipynb"]
    assert "α".encode() in source.read_bytes() and b"\r" not in source.read_bytes()
    assert os.name != "posix" or source.stat().st_mode & 0o777 == 0o644


def test_a_text_is_put_in_place_as_it_is(source):
    execute.put_in_place("α\nβ", source)
    assert source.read_bytes() == "α\nβ".encode() and os.listdir(source.parent) == ["one.ipynb"]


def test_a_result_that_cannot_be_written_leaves_the_earlier_one_and_no_rubbish(source, monkeypatch):
    source.write_text(OLD)
    seen = []

    def disk_full(*_):
        seen.extend(os.listdir(source.parent))
        raise OSError("No space left on device")

    monkeypatch.setattr(execute.os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        execute.put_in_place(notebook("1"), source)
    assert source.read_text() == OLD and os.listdir(source.parent) == ["one.ipynb"]
    (temporary,) = set(seen) - {"one.ipynb"}
    assert re.fullmatch(r"\.one-\w+\.tmp", temporary), "written beside the result, hidden"


# Running


def failed(*outputs):
    """A notebook whose last code cell has these outputs."""
    whole = notebook("1", "2")
    whole.cells.insert(1, whole.cells.pop())  # words between the code cells do not count
    whole.cells[-1].outputs = list(outputs)
    return whole


def test_a_failed_cell_is_named_by_its_number_among_the_code_cells(source):
    assert execute.failed_cell(source) == ""
    nbformat.write(failed(nbformat.v4.new_output("stream", text="x")), source)
    assert execute.failed_cell(source) == ""
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="first\nlast", traceback=[])
    whole = failed(nbformat.v4.new_output("stream", text="x"), error)
    nbformat.write(whole, source)
    assert execute.failed_cell(source) == "code cell 3: KeyError: last"
    injected = nbformat.v4.new_code_cell("SEED = 7", metadata={"tags": ["injected-parameters"]})
    whole.cells.insert(1, injected)
    nbformat.write(whole, source)
    assert execute.failed_cell(source) == "code cell 3: KeyError: last", "papermill's own cell does not count"


class Bar:
    """A progress bar that counts, and remembers how it was asked for."""

    def __init__(self, **how):
        self.n, self.how = 0, how

    def update(self):
        self.n += 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed = True


REPORT = (
    "import os, pathlib\n"
    "print(SEED, RATE, repr(NAME), pathlib.Path.cwd().name, os.environ['MPLBACKEND'], os.environ['PYTHONIOENCODING'],"
    "      os.environ['HELPERS_TEST'])"
)


def test_a_notebook_runs_beside_its_source_with_its_parameters_and_leaves_only_the_result(source, monkeypatch):
    monkeypatch.setenv("HELPERS_TEST", "kept")
    nbformat.write(notebook(REPORT, "x = 1"), source)
    target, bar = source.parent.parent / "out" / "deep" / "one.ipynb", Bar()
    execute.execute(source, target, {"SEED": 7, "RATE": 1e-5, "NAME": "7"}, bar)
    result = execute.read(target)
    printed = result.cells[2].outputs[0].text
    assert printed == "7 1e-05 '7' in module://matplotlib_inline.backend_inline utf-8 kept\n"
    assert bar.n == len(result.cells) and os.listdir(target.parent) == ["one.ipynb"]
    assert "papermill" not in target.read_text() and not execute.RUNNING


def test_a_notebook_that_fails_or_takes_too_long_says_where_and_leaves_the_earlier_result(source, monkeypatch):
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 1)
    nbformat.write(notebook("x = 1", "print('α')\nimport time; time.sleep(60)"), source)
    target = source.with_name("result.ipynb")
    target.write_text(OLD)
    assert re.search("CellTimeoutError: .* after 1 seconds", refused(execute.execute, source, target, {}, Bar()))
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 60)
    nbformat.write(notebook("x = 1", "1 / 0"), source)
    for given in ({}, {"SEED": 7}):
        said = refused(execute.execute, source, target, given, Bar())
        assert said == "code cell 3: ZeroDivisionError: division by zero"
    assert target.read_text() == OLD and sorted(os.listdir(source.parent)) == ["one.ipynb", "result.ipynb"]
    assert not execute.RUNNING


def test_a_process_is_started_apart_with_its_report_read_as_text(source, monkeypatch):
    started = []

    class Process:
        stderr = io.StringIO("Executing Cell 1\nEnding Cell 1\nKeyError: 'a'\nbye\n")

        def __init__(self, command, **how):
            started.append((command, how))
            assert self not in execute.RUNNING

        def wait(self):
            assert self in execute.RUNNING, "a signal must find it"
            return 1

    monkeypatch.setattr(execute.subprocess, "Popen", Process)
    bar = Bar()
    said = refused(execute.execute, source, source.with_name("target.ipynb"), {"A": "b", "C": 1}, bar)
    assert said == "KeyError: 'a'" and bar.n == 1
    ((command, how),) = started
    assert command[:4] == [sys.executable, "-m", "papermill", str(source)]
    partial = pathlib.Path(command[4])
    assert partial.suffix == ".ipynb" and how["env"].get("MPLBACKEND", "").endswith("backend_inline")
    assert partial.parent.parent == source.parent and re.fullmatch(r"\.one-\w+", partial.parent.name)
    assert command[5:7] == ["--cwd", str(source.parent)]
    assert command[7:] == [
        *("--log-output", "--start-timeout", "600", "--execution-timeout", "600", "-r", "A", "b", "-p", "C", "1")
    ]
    assert how["start_new_session"] == (os.name == "posix") and how["stdout"] == subprocess.DEVNULL
    assert how["text"] and how["encoding"] == "utf-8" and how["errors"] == "replace"


@pytest.mark.parametrize("lost, tries", [(0, 1), (1, 2), (2, 3), (3, 3)])
def test_a_kernel_that_loses_the_race_for_a_port_starts_again_at_most_twice(source, monkeypatch, lost, tries):
    calls = []

    def papermill(arguments, bar):
        calls.append(arguments)
        if len(calls) <= lost:
            return 1, "RuntimeError: Kernel died before replying to kernel_info\n"
        nbformat.write(notebook("1"), arguments[1])
        return 0, ""

    monkeypatch.setattr(execute, "papermill", papermill)
    target = source.with_name("target.ipynb")
    if lost < 3:
        execute.execute(source, target, {}, Bar())
        assert target.exists()
    else:
        assert "Kernel died before replying" in refused(execute.execute, source, target, {}, Bar())
    assert len(calls) == tries


@pytest.fixture
def pretend(monkeypatch):
    """Runs that take no time: the parameters are written into the target; a notebook `bad` fails."""
    monkeypatch.setattr(execute, "RUNS", [], raising=False)

    def pretend_to_execute(source, target, parameters, bar):
        execute.RUNS.append((source.stem, bar.how.pop("total"), bar.how.pop("position")))
        # disable=None: no bar where the output is no terminal
        assert bar.how == {"desc": source.stem, "unit": "cell", "disable": None, "leave": False}
        if source.stem == "bad":
            raise Failure("code cell 1: KeyError: 'a'")
        if source.stem == "full":
            raise OSError(28, "No space left on device")
        if source.stem == "unforeseen":
            raise ZeroDivisionError("once\ntwice")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(parameters))

    monkeypatch.setattr(execute, "execute", pretend_to_execute)
    monkeypatch.setattr(execute, "tqdm", Bar)
    handlers = {number: signal.signal(number, signal.SIG_DFL) for number in signals.ENDING}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_run_gets_the_parameters_that_its_notebook_knows_and_never_raises(source, pretend):
    nbformat.write(notebook("1", "2"), source)
    target = source.with_name("target.ipynb")
    name, cells, seconds, error = execute.run_one(1, source, target, {"SEED": 1, "OTHER": 2})
    assert (name, cells, error) == ("one", 3, "") and 0 <= seconds < 5
    assert json.loads(target.read_text()) == {"SEED": 1} and execute.RUNS == [("one", 4, 1)]
    bad = source.rename(source.with_name("bad.ipynb"))
    assert execute.run_one(0, bad, target, {})[1:4:2] == (3, "code cell 1: KeyError: 'a'")
    full = bad.rename(source.with_name("full.ipynb"))
    assert execute.run_one(0, full, target, {})[3] == "[Errno 28] No space left on device"
    assert execute.run_one(0, source, target, {})[1:4:2] == (0, "no such notebook in in/; there are: full, target")
    nbformat.write(notebook("1", parameters="SEED = 1 + 1"), source)
    said = "its parameters must be plain values, each on a line such as SEED = 0, got 'SEED = 1 + 1'"
    assert execute.run_one(0, source, target, {})[1:4:2] == (2, said)
    unforeseen = full.rename(source.with_name("unforeseen.ipynb"))
    assert execute.run_one(0, unforeseen, target, {})[1:4:2] == (3, "ZeroDivisionError: once")


def test_the_time_of_a_run_is_the_time_it_took(source, pretend, monkeypatch):
    clock = iter([100.0, 102.5])
    monkeypatch.setattr(execute.time, "perf_counter", lambda: next(clock))
    assert execute.run_one(0, source, source, {}).seconds == 2.5


def test_the_table_lines_up():
    rows = [Result("one", 12, 3.14159, ""), Result("a_longer_name", 3, 100.0, "code cell 2: KeyError: 'a'")]
    assert execute.table(rows).splitlines() == [
        "notebook       cells  seconds  result",
        "one               12      3.1  ok",
        "a_longer_name      3    100.0  FAILED: code cell 2: KeyError: 'a'",
    ]


def test_changed_notebooks_are_those_that_git_sees_as_new_or_changed(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    (folder / "deep").mkdir(parents=True)
    for name in ("same", "edited", "deleted", "staged", "with blanks", "été", "moved"):
        (folder / f"{name}.ipynb").write_text("1")
    (tmp_path / "outside.ipynb").write_text("1")
    git("init", "-q", cwd=tmp_path)
    git("add", "-A", cwd=tmp_path)
    git("commit", "-qm", "all", cwd=tmp_path)
    git("config", "status.showUntrackedFiles", "no", cwd=tmp_path)
    (folder / "edited.ipynb").write_text("2")
    (folder / "staged.ipynb").write_text("2")
    (folder / "with blanks.ipynb").write_text("2")
    (folder / "été.ipynb").write_text("2")
    (folder / "moved.ipynb").rename(folder / "moved 2.ipynb")
    git("add", "-A", cwd=tmp_path)
    (folder / "deleted.ipynb").unlink()
    for path in ("DRAFT.ipynb", "deep/new.ipynb", "notes.txt", "../outside.ipynb"):
        (folder / path).write_text("2")
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    names = ["DRAFT", "edited", "moved 2", "staged", "with blanks", "été"]
    assert sorted(execute.changed()) == [f"{name}.ipynb" for name in names], "whole names, of that folder alone"
    (folder / "edited.ipynb").write_text("1")
    (folder / "edited 2.ipynb").write_text("1")
    git("add", "-A", cwd=tmp_path)
    git("commit", "-qm", "all", cwd=tmp_path)
    assert execute.changed() == []
    (folder / "edited.ipynb").write_text("2")
    assert execute.named(execute.changed(), folder) == [folder / "edited.ipynb"], "not what begins like it"


ADVICE = "--changed: git must tell what has changed; name the notebooks instead"


def test_outside_git_asking_for_changes_is_one_line_that_says_what_to_do(run, source, monkeypatch):
    monkeypatch.setattr(execute, "ROOT", source.parent)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(source.parent.parent))
    status, out, err = run("--changed")
    assert (status, out) == (2, "") and re.fullmatch(rf"{ADVICE} \(fatal: not a git repository.*\)\n", err)
    monkeypatch.setattr(execute, "ROOT", source.parent / "nowhere")
    status, out, err = run("--changed")
    assert (status, out) == (2, "") and re.fullmatch(rf"{ADVICE} \(.*nowhere.*\)\n", err)


class Child:
    """A child process that ends when asked, or only when killed."""

    def __init__(self, stubborn):
        self.stubborn, self.calls = stubborn, []

    def terminate(self):
        self.calls.append("terminate")

    def wait(self, timeout):
        assert 1 <= timeout <= 10
        self.calls.append("wait")
        if self.stubborn:
            raise subprocess.TimeoutExpired("child", timeout)

    def kill(self):
        self.calls.append("kill")


def test_children_are_asked_to_end_and_killed_if_they_do_not(monkeypatch):
    children = Child(False), Child(True)
    monkeypatch.setattr(execute, "RUNNING", set(children))
    execute.end_children()
    assert [child.calls for child in children] == [["terminate", "wait"], ["terminate", "wait", "kill"]]


# The command


@pytest.fixture
def run(source, pretend, capfd):
    """Run the command on source's folder; return its exit status and what it printed."""

    def command(*arguments):
        out = source.parent.parent / "out"
        status = execute.main(["--notebooks", str(source.parent), "--output", str(out), *arguments])
        return status, *capfd.readouterr()

    return command


def fill(source, *names):
    for name in names:
        nbformat.write(notebook("1"), source.with_name(f"{name}.ipynb"))


def ran():
    return sorted(name for name, _, _ in execute.RUNS)


def results(source):
    return sorted(path.stem for path in (source.parent.parent / "out").glob("*"))


def test_all_notebooks_run_unless_some_are_named_by_their_beginnings(run, source):
    fill(source, "01_a", "02_b", "02_c", ".hidden")
    status, out, err = run()
    assert (status, err) == (0, "") and ran() == results(source) == ["01_a", "02_b", "02_c"]
    assert [line.split()[0] for line in out.splitlines()] == ["notebook", "01_a", "02_b", "02_c"]
    assert sorted(position for _, _, position in execute.RUNS) == [0, 1, 2], "each bar has a line of its own"
    execute.RUNS.clear()
    assert run("02", "01_a", "02_b")[0] == 0
    assert ran() == ["01_a", "02_b", "02_c"], "each once"


def test_failures_are_in_the_table_and_one_line_each_beside_those_that_ran(run, source):
    fill(source, "bad", "good")
    source.with_name("corrupt.ipynb").write_text("{")
    nbformat.write(notebook("1", parameters="%matplotlib inline"), source.with_name("magic.ipynb"))
    status, out, err = run("-p", "SEED", "7")
    assert status == 1 and results(source) == ["good"]
    assert "FAILED: code cell 1: KeyError: 'a'" in out and len(out.splitlines()) == 5
    first, second, third = err.splitlines()
    assert first == "bad: code cell 1: KeyError: 'a'" and second.startswith("corrupt: not a readable notebook: ")
    assert third.startswith("magic: its parameters must be plain values, ") and third.endswith("'%matplotlib inline'")
    assert run("elsewhere")[2] == "elsewhere: no such notebook in in/; there are: bad, corrupt, good, magic\n"


def test_a_folder_without_notebooks_that_are_seen_is_a_failure(run, source):
    fill(source, ".hidden")
    assert run()[::2] == (1, "*: no such notebook in in/; there are: none\n")


def test_without_folders_given_the_courses_own_are_taken(source, pretend, monkeypatch):
    fill(source, "one")
    monkeypatch.setattr(execute, "NOTEBOOKS", source.parent)
    monkeypatch.setattr(execute, "OUTPUT", source.parent.parent / "out")
    assert execute.main([]) == 0 and results(source) == ["one"]


@pytest.mark.parametrize("cores, at_once", [(3, 3), (None, 1)])
def test_as_many_notebooks_run_at_once_as_there_are_cores(run, source, monkeypatch, cores, at_once):
    fill(source, "a", "b", "c", "d", "e")
    running, most, full = set(), [], threading.Event()

    def run_one(position, *_):
        running.add(position)
        if len(running) == at_once:
            full.set()
        full.wait(5)
        time.sleep(0.05)  # one too many would come in now
        most.append(len(running))
        running.remove(position)
        return Result("x", 1, 0.0)

    monkeypatch.setattr(execute, "run_one", run_one)
    monkeypatch.setattr(execute.os, "cpu_count", lambda: cores)
    assert run()[0] == 0 and max(most) == at_once


def test_parameters_are_checked_before_anything_runs(run, source):
    fill(source, "one")
    assert run("-p", "SEED", "7", "-p", "RATE", "1")[0] == 0
    assert json.loads((source.parent.parent / "out" / "one.ipynb").read_text()) == {"SEED": 7, "RATE": 1}
    assert run("-p", "RATE", "-1e-3", "-p", "SEED", "-7")[0] == 0
    assert json.loads((source.parent.parent / "out" / "one.ipynb").read_text()) == {"SEED": -7, "RATE": -1e-3}
    execute.RUNS.clear()
    assert run("-p", "SEED", "-1e-3") == (2, "", "-p SEED: must be of type int like 0, got -0.001\n")
    assert run("-p", "SEED", "x") == (2, "", "-p SEED: must be of type int like 0, got 'x'\n")
    assert run("-p", "SEDE", "7")[2].startswith("-p SEDE: unknown parameter; the notebooks chosen know: NAME, RATE, S")
    assert not ran()
    status, out, _ = run("nowhere", "-p", "SEDE", "7")
    assert status == 1 and "no such notebook" in out, "a missing notebook is told before its parameters"


def test_a_run_in_place_takes_no_parameters_and_replaces_the_source(run, source):
    fill(source, "one")
    status, out, err = run("--in-place", "-p", "SEED", "7")
    advice = "-p: stored outputs are those of the default parameters; leave out -p or --in-place.\n"
    assert (status, out, err) == (2, "", advice) and not ran()
    assert run("--in-place")[0] == 0
    assert source.read_text() == "{}" and results(source) == []


def test_only_changed_notebooks_run_where_that_is_asked_for(run, source, monkeypatch):
    fill(source, "one", "two")
    monkeypatch.setattr(execute, "changed", lambda: ["two.ipynb"])
    assert run("--changed")[0] == 0 and ran() == ["two"]
    assert run("one", "--changed")[0] == 0 and ran() == ["one", "two"], "names go first"


def test_nothing_changed_is_said_and_no_failure(run, source, monkeypatch):
    fill(source, ".hidden")
    monkeypatch.setattr(execute, "changed", lambda: [".hidden.ipynb"])
    assert run("--changed") == (0, "No notebook has changed.\n", "")


def test_arguments_are_those_of_the_command_line_where_none_are_given(source, pretend, monkeypatch, capfd):
    fill(source, "one")
    folders = ["--notebooks", str(source.parent), "--output", str(source.parent.parent / "out")]
    monkeypatch.setattr(sys, "argv", ["execute", "-p", "SEED", "x", *folders])
    assert execute.main() == 2 and "-p SEED: must be of type int" in capfd.readouterr().err


def test_help_says_what_the_program_does(run, capfd):
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    said = " ".join(capfd.readouterr().out.split())
    assert said.startswith("usage: python -m tools.run [-h] [-p PARAMETER VALUE] [--in-place] [--changed]")
    assert execute.__doc__.splitlines()[0] in said and "--output" not in said and "--notebooks" not in said
    for words in ("names notebooks by name or its beginning; all if none is named", "--in-place replace the stored",
                  "--changed only notebooks that git sees as changed"):  # fmt: skip
        assert words in said


# Signals


def test_a_signal_that_is_ignored_stays_ignored(pretend):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signals.heed(signals.exit_at_once)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) == signals.exit_at_once


def test_last_words_name_the_signal_and_none_comes_after_them(pretend, capfd):
    assert signals.last_words(signal.SIGTERM) == 143
    assert capfd.readouterr() == ("", "\nStopped by SIGTERM. Earlier results are as they were.\n")
    for name in {"SIGINT", "SIGTERM", "SIGHUP"} & set(dir(signal)):
        assert signal.getsignal(getattr(signal, name)) == signal.SIG_IGN


def test_a_terminal_that_is_gone_leaves_the_exit_status_as_it_is(pretend, monkeypatch):
    def write(*_):
        raise OSError

    statuses = []
    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "_exit", statuses.append)
    signals.exit_at_once(signal.SIGTERM, None)
    assert statuses == [143]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere os.kill ends the process itself")
@pytest.mark.parametrize("number", signals.ENDING)
def test_a_signal_ends_children_and_run_with_one_line(run, source, monkeypatch, number):
    fill(source, "one", "two")
    events, stopped = [], threading.Event()

    def run_one(*_):
        os.kill(os.getpid(), number)
        stopped.wait(5)
        os.kill(os.getpid(), signal.SIGTERM)  # the first one counts
        events.append("ended")

    def end_children():
        events.append("asked to end")
        stopped.set()

    monkeypatch.setattr(execute, "end_children", end_children)
    monkeypatch.setattr(execute, "run_one", run_one)
    monkeypatch.setattr(execute.os, "cpu_count", lambda: 1)
    status, out, err = run()
    assert status == 128 + number and out == "" and events[0] == "asked to end"
    assert events.count("ended") == 1, "the second is not even begun"
    assert err == f"\nStopped by {number.name}. Earlier results are as they were.\n"


def test_a_child_that_starts_after_a_signal_is_ended_too(run, source, monkeypatch):
    fill(source, "one")
    first, started, ended = threading.Event(), threading.Event(), threading.Event()
    events = []

    def run_one(*_):
        os.kill(os.getpid(), signal.SIGTERM)
        first.wait(5)
        started.set()
        events.append(ended.wait(5))

    def end_children():
        if started.is_set():
            ended.set()
        first.set()

    monkeypatch.setattr(execute, "end_children", end_children)
    monkeypatch.setattr(execute, "run_one", run_one)
    assert run()[0] == 128 + signal.SIGTERM and events == [True]
