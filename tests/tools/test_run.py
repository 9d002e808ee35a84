"""The run of the notebooks through its command: results, table, one line for each failure, and its choices."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import nbformat
import papermill
import pytest

from tests.tools.marks import posix
from tests.tools.samples import OLD, commit_all, leftovers, notebook, write
from tools import notebook_files, papermill_process, signals
from tools import run as tools_run
from tools.run import Result


@pytest.fixture
def run(folder, capfd):
    """Run the command on the folder; return its exit status and what it printed."""
    handlers = {number: signal.signal(number, signal.SIG_DFL) for number in signals.ENDING}

    def command(*arguments):
        places = ["--notebooks", str(folder / "in"), "--output", str(folder / "out")]
        return tools_run.main([*places, *arguments]), *capfd.readouterr()

    yield command
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def ran(monkeypatch):
    """Runs that take no time: the names of the notebooks and the positions of their bars, in order."""
    calls = []

    def run_one(position, source, target, given):
        calls.append((source.stem, position))
        return Result(source.stem, 1, 0.0)

    monkeypatch.setattr(tools_run, "run_one", run_one)
    return calls


def result(folder, name):
    return nbformat.read(folder / "out" / f"{name}.ipynb", as_version=4)


ENDS = {
    "dies": ("import os; os._exit(1)", "code cell 2: the kernel died; a crash in compiled code, or too little memory"),
    "errs": ("raise KeyError('a\\nb')", "code cell 2: KeyError: 'a\\nb'"),
    "exits": ("import sys; sys.exit(0)", "code cell 2: SystemExit: 0"),
    "floods": ("raise ValueError('first\\n\\nmore')", "code cell 2: ValueError: first"),
    "magic": ("%nothing\n1 / 0", "code cell 2: UsageError: Line magic function `%nothing` not found."),
    "stops": ("import sys; print('so', file=sys.stderr); raise SystemExit", "code cell 2: SystemExit"),
}


def test_each_failure_is_one_line_with_its_cell_and_keeps_the_earlier_result_and_the_others_run(
    run, folder, monkeypatch
):
    monkeypatch.setattr(tools_run, "STOPPED", folder / "stopped")
    (folder / "out").mkdir()
    for name, (cell, _) in ENDS.items():
        write(folder, name, cell, "print('never')")
        (folder / "out" / f"{name}.ipynb").write_text(OLD)
    (folder / "in" / "torn.ipynb").write_text("{")
    write(folder, "whole", "print('α')", "", "import sys; print(sys.argv[0])", kernel="a-private-kernel")
    status, out, err = run("-p", "SEED", "7")
    lines = [f"{name}: {said}" for name, (_, said) in ENDS.items()]
    assert status == 1 and err.splitlines()[:-1] == lines and err.splitlines()[-1].startswith("torn: not a readable ")
    rows = re.findall(r"(?m)^(\w+) +\d+ +[\d.]+  (.*)$", out)
    assert rows.pop() == ("whole", "ok") and [f"{k}: {v.removeprefix('FAILED: ')}" for k, v in rows] == err.splitlines()
    whole = result(folder, "whole")
    assert whole.cells[2].outputs[0].text == "α\n" and whole.metadata.kernelspec.name == "python3"
    assert all((folder / "out" / f"{name}.ipynb").read_text() == OLD for name in ENDS)
    assert leftovers(folder) == [] and not tools_run.RUNNING
    kept = nbformat.read(folder / "stopped" / "floods.ipynb", as_version=4)
    assert kept.cells[-3].source == ENDS["floods"][0] and kept.cells[-3].outputs, "as far as it came"


@pytest.mark.parametrize("said, told", [
    (b"first\n  last \n\n", ": last"), (b"one", ": one"), (b" \n", ""), (b"\xff bytes", ": \ufffd bytes"), (None, ""),
])  # fmt: skip
def test_a_process_that_says_no_more_is_told_by_its_last_line(tmp_path, said, told):
    path = tmp_path / "said.txt"
    if said is not None:
        path.write_bytes(said)
    assert tools_run.last_line(path) == told


REPORT = "import os, pathlib; print(SEED, RATE, repr(NAME), pathlib.Path.cwd().name, os.environ['HELPERS_TEST'])"


def test_a_notebook_runs_beside_its_source_with_its_parameters_and_leaves_only_the_result(run, folder, monkeypatch):
    monkeypatch.setenv("HELPERS_TEST", "kept")
    inside = folder / "in" / "a {strange} name"  # papermill takes {} in a path for the name of a parameter
    inside.mkdir()
    nbformat.write(notebook(REPORT), inside / "one.ipynb")
    given = ["-p", "SEED", "-7", "-p", "RATE", "-1e-05", "-p", "NAME", "7x"]
    assert run("--notebooks", str(inside), *given)[::2] == (0, "")
    one = result(folder, "one")
    assert one.cells[2].outputs[0].text == "-7 -1e-05 '7x' a {strange} name kept\n"
    text = (folder / "out" / "one.ipynb").read_text()
    assert str(folder) not in text and "papermill" not in text and "iopub" not in text and leftovers(folder) == []


def test_a_cell_that_takes_too_long_is_named(run, folder, monkeypatch):
    monkeypatch.setattr(tools_run, "CELL_TIMEOUT", 5)
    write(folder, "slow", "1", "while True: pass")
    assert run()[2] == "slow: code cell 3: took longer than 5 seconds\n"


def test_parameters_are_checked_before_anything_runs(run, ran, folder):
    nbformat.write(notebook("1"), folder / "in" / "one.ipynb")
    assert run("-p", "SEED", "-1e-3") == (2, "", "-p SEED: must be of type int like 0, got -0.001\n")
    assert run("-p", "SEDE", "7")[2].startswith("-p SEDE: unknown parameter; the notebooks chosen know: NAME, RATE, S")
    assert not ran
    assert run("nowhere", "-p", "SEDE", "7")[0] == 0 and ran, "a missing notebook is told by its own row"


def test_a_run_in_place_takes_no_parameters_and_replaces_the_source(run, folder):
    write(folder, "one", "print(1 + 1)")
    advice = "-p: stored outputs are those of the default parameters; leave out -p or --in-place.\n"
    assert run("--in-place", "-p", "SEED", "7") == (2, "", advice)
    assert run("--in-place")[0] == 0 and not (folder / "out").exists()
    assert nbformat.read(folder / "in" / "one.ipynb", 4).cells[1].outputs[0].text == "2\n"


def test_a_new_default_is_told_with_the_command_that_names_checks_it_switches_off(run, ran, folder):
    write(folder, "05_one", "1")
    path = folder / "in" / "05_one.ipynb"
    commit_all(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("SEED = 0", "SEED = 3"), encoding="utf-8")
    said = run("--in-place")[1]
    assert '05_one: new default of SEED; `make mistakes ARGS="05 --once"` tells' in said
    commit_all(folder)
    assert "new default" not in run("--in-place")[1]


def fill(folder, *names):
    for name in names:
        write(folder, name, "1")


def test_all_notebooks_run_unless_some_are_named_by_their_beginnings(run, ran, folder):
    fill(folder, "01_a", "02_b", "02_c", ".hidden")
    status, out, err = run()
    assert (status, err) == (0, "") and [line.split()[0] for line in out.splitlines()][1:] == ["01_a", "02_b", "02_c"]
    assert sorted(ran) == [("01_a", 0), ("02_b", 1), ("02_c", 2)], "each bar has a line of its own"
    ran.clear()
    assert run("02", "01_a", "02_b")[0] == 0
    assert sorted(name for name, _ in ran) == ["01_a", "02_b", "02_c"], "each once"


def test_a_folder_without_notebooks_that_are_seen_is_a_failure(run, folder):
    fill(folder, ".hidden")
    assert run()[::2] == (1, "*: no such notebook in in/; there are: none\n")
    assert run("one")[::2] == (1, "one: no such notebook in in/; there are: none\n")


def test_only_changed_notebooks_run_where_that_is_asked_for(run, ran, folder, monkeypatch):
    fill(folder, "one", "two")
    (folder / "in").rename(folder / "notebooks")
    commit_all(folder)
    monkeypatch.setattr(notebook_files, "ROOT", folder)
    here = ["--notebooks", str(folder / "notebooks"), "--changed"]
    assert run(*here) == (0, "No notebook has changed.\n", "") and not ran
    (folder / "notebooks" / "two.ipynb").write_text("{}")
    assert run(*here)[0] == 0 and ran == [("two", 0)]
    assert run(*here, "one")[0] == 0 and ran[1:] == [("one", 0)], "names go first"


@pytest.mark.parametrize("cores, at_once", [(3, 3), (None, 1)])
def test_as_many_notebooks_run_at_once_as_there_are_cores(run, folder, monkeypatch, cores, at_once):
    fill(folder, "a", "b", "c", "d", "e")
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

    monkeypatch.setattr(tools_run, "run_one", run_one)
    monkeypatch.setattr(tools_run.os, "cpu_count", lambda: cores)
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    assert run()[0] == 0 and max(most) == at_once


@pytest.mark.parametrize("names, each", [(["a"], "4"), (["a", "b"], "2"), (["a", "b", "c", "d", "e"], "1")])
def test_notebooks_that_run_at_once_share_the_cores_for_their_studies(run, folder, monkeypatch, ran, names, each):
    fill(folder, *names)
    monkeypatch.setattr(tools_run.os, "cpu_count", lambda: 4)
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    assert run()[0] == 0 and os.environ["LOKY_MAX_CPU_COUNT"] == each
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    assert run()[0] == 0 and os.environ["LOKY_MAX_CPU_COUNT"] == "1", "what is there already is not widened"


@pytest.mark.parametrize("lost, tries", [(0, 1), (2, 3), (3, 3)])
def test_a_kernel_that_loses_the_race_for_a_port_starts_again_at_most_twice(monkeypatch, lost, tries):
    calls = []

    def execute_notebook(*_, **how):
        calls.append(how["kernel_name"])
        if len(calls) <= lost:
            raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(papermill, "execute_notebook", execute_notebook)
    job = {"name": "one", "position": 0, "parameters": {}, "cwd": ".", "start_timeout": 1, "cell_timeout": 1}
    said = papermill_process.execute(job, sys.stderr)
    assert said == ("RuntimeError: Kernel died before replying to kernel_info" if lost == 3 else "")
    assert calls == ["python3"] * tries


@posix
def test_children_are_asked_to_end_and_killed_if_they_do_not(monkeypatch):
    monkeypatch.setattr(tools_run, "PATIENCE", 1)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    command = [sys.executable, "-c", deaf]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE), subprocess.Popen(["sleep", "99"])]
    children[0].stdout.readline()
    monkeypatch.setattr(tools_run, "RUNNING", set(children))
    tools_run.end_children()
    assert [child.wait(5) for child in children] == [-signal.SIGKILL, -signal.SIGTERM]


@posix
def test_a_child_that_starts_after_a_signal_is_ended_too_and_none_after_it_begins(run, folder, monkeypatch):
    fill(folder, "one", "two")
    first, started, ended, events = threading.Event(), threading.Event(), threading.Event(), []

    def run_one(*_):
        os.kill(os.getpid(), signal.SIGTERM)
        first.wait(5)
        started.set()
        events.append(ended.wait(5))

    def end_children():
        if started.is_set():
            ended.set()
        first.set()

    monkeypatch.setattr(tools_run, "end_children", end_children)
    monkeypatch.setattr(tools_run, "run_one", run_one)
    monkeypatch.setattr(tools_run.os, "cpu_count", lambda: 1)
    assert run() == (143, "", "\nStopped by SIGTERM. Earlier results are as they were.\n") and events == [True]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_terminal_without_greek_letters_still_gets_the_table(folder, encoding):
    write(folder, "greek", "raise ValueError('α = 1')")
    places = ["--notebooks", str(folder / "in"), "--output", str(folder / "out")]
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-m", "tools.run", *places], env=environment, capture_output=True)
    assert done.returncode == 1 and done.stdout.count(b"\\u03b1 = 1") == done.stderr.count(b"\\u03b1 = 1") == 1
