"""The run of the notebooks: clear errors, exit codes, and good results that stay."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from helpers import ROOT
from tools import environment
from tools.run import one_line, parse_value, quieten
from tools.signals import ENDING

GOOD = "print('ok')"


def write(folder, name, *cells, kernel="python3", parameters="SEED = 0  # seed"):
    """A notebook with a parameter cell and the given code cells."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    )
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    notebook.cells = [first, *map(nbformat.v4.new_code_cell, cells)]
    nbformat.write(notebook, folder / "in" / f"{name}.ipynb")


def command(folder, *arguments):
    where = ["--notebooks", str(folder / "in"), "--output", str(folder / "out")]
    return [sys.executable, "-m", "tools.run", *where, *arguments]


def run(folder, *arguments, timeout=120):
    return subprocess.run(command(folder, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=timeout)


def earlier_result(folder, name):
    """Put an earlier good result in place; return its path."""
    (folder / "out").mkdir(exist_ok=True)
    path = folder / "out" / f"{name}.ipynb"
    path.write_text("an earlier good result")
    return path


def leftovers(folder):
    return sorted(p.name for p in (folder / "out").iterdir() if p.suffix != ".ipynb")


def test_one_failing_notebook_does_not_stop_the_others_and_is_named_with_cell_and_error(folder):
    write(folder, "bad", GOOD, "1 / 0")
    write(folder, "good", GOOD)
    kept = earlier_result(folder, "bad")
    done = run(folder)
    assert done.returncode == 1
    assert "bad: code cell 3: ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert nbformat.read(folder / "out" / "good.ipynb", 4).cells[1].outputs[0].text == "ok\n"
    assert kept.read_text() == "an earlier good result" and leftovers(folder) == []


@pytest.mark.parametrize("death", ["os._exit(1)", "os.kill(os.getpid(), 9)", "import faulthandler as f; f._sigsegv()"])
def test_a_kernel_that_dies_in_mid_cell_is_one_clear_line_and_keeps_the_earlier_result(folder, death):
    write(folder, "dies", f"import os; {death}")
    kept = earlier_result(folder, "dies")
    done = run(folder)
    assert done.returncode == 1 and done.stderr.startswith("dies: ") and "DeadKernelError" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert kept.read_text() == "an earlier good result" and leftovers(folder) == []


def test_a_missing_kernel_is_one_clear_line(folder):
    write(folder, "alien", GOOD, kernel="no-such-kernel")
    done = run(folder)
    assert done.returncode == 1 and "No such kernel named no-such-kernel" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_notebook_is_one_clear_line_that_lists_those_there_are(folder):
    write(folder, "here", GOOD)
    done = run(folder, "elsewhere")
    assert done.returncode == 1
    assert done.stderr == "elsewhere: no such notebook in in/; there are: here\n"


def test_a_corrupt_notebook_and_one_of_a_newer_format_are_each_one_clear_line(folder):
    write(folder, "good", GOOD)
    kept = [earlier_result(folder, name) for name in ("corrupt", "newer")]
    (folder / "in" / "corrupt.ipynb").write_text('{"cells": [')
    (folder / "in" / "newer.ipynb").write_text('{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}')
    done = run(folder)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 2
    assert "corrupt: not a readable notebook" in done.stderr and "newer: " in done.stderr
    assert (folder / "out" / "good.ipynb").exists()
    assert [path.read_text() for path in kept] == ["an earlier good result"] * 2 and leftovers(folder) == []


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("SEDE", "1", "-p SEDE: unknown parameter; the notebooks chosen know: SEED"),
        ("SEED", "high", "-p SEED: must be of type int like 0, got 'high'"),
        ("SEED", "0.5", "-p SEED: must be of type int like 0, got 0.5"),
    ],
)
def test_an_unknown_or_ill_typed_parameter_is_refused_before_anything_runs(folder, name, value, message):
    write(folder, "one", GOOD)
    done = run(folder, "-p", name, value)
    assert done.returncode == 2 and done.stderr == message + "\n" and not (folder / "out").exists()


def test_a_parameter_reaches_the_notebook_and_one_out_of_range_is_one_clear_line(folder):
    check = "from helpers import checks\nprint(checks.require_int('SEED', SEED, 0, 9))"
    write(folder, "one", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{check}")
    assert run(folder, "-p", "SEED", "7").returncode == 0
    result = nbformat.read(folder / "out" / "one.ipynb", 4)
    assert result.cells[-1].outputs[0].text == "7\n"
    done = run(folder, "-p", "SEED", "70")
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: SEED must be an integer from 0 to 9, got 70.\n")
    assert nbformat.read(folder / "out" / "one.ipynb", 4) == result


def test_a_result_is_free_of_times_paths_and_versions(folder):
    write(folder, "one", GOOD)
    assert run(folder).returncode == 0
    text = (folder / "out" / "one.ipynb").read_text()
    assert str(folder) not in text and "papermill" not in text and "iopub" not in text


posix = pytest.mark.skipif(os.name != "posix", reason="signals of this kind are POSIX")
SLOW = "import os, pathlib, time\npathlib.Path({mark!r}).write_text(str(os.getpid()))\ntime.sleep(99)"


def start(folder, hangup=signal.SIG_DFL, **variables):
    """Start the run, with all signals as in a terminal, whatever the tests run under."""

    def as_in_a_terminal():
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, hangup)

    environment = os.environ | variables
    return subprocess.Popen(
        command(folder), cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True,
        preexec_fn=as_in_a_terminal,
    )  # fmt: skip


def comes_true(condition, seconds=60):
    """Whether a condition holds before some seconds have passed."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def has_ended(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def end_of(process):
    """What a process says until its end; one that does not end in time is killed, for the test to fail."""
    try:
        return process.communicate(timeout=30)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def line_about(number):
    return f"\nStopped by {signal.Signals(number).name}. Earlier results are as they were.\n"


@posix
@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_run_and_its_kernels_and_keeps_the_earlier_result(folder, number):
    mark = folder / "pid"
    write(folder, "slow", SLOW.format(mark=str(mark)))
    kept = earlier_result(folder, "slow")
    process = start(folder)
    assert comes_true(lambda: mark.exists() and mark.read_text())
    process.send_signal(number)
    said = end_of(process)
    assert (process.returncode, said) == (128 + number, line_about(number))
    assert kept.read_text() == "an earlier good result" and leftovers(folder) == []
    assert comes_true(lambda: has_ended(int(mark.read_text()))), "the kernel outlived the run"


@posix
def test_of_many_signals_one_counts_with_its_line_and_its_status(folder):
    write(folder, "slow", SLOW.format(mark=str(folder / "pid")))
    process = start(folder)
    assert comes_true((folder / "pid").exists)

    def sent_more():
        for number in ENDING:
            process.send_signal(number)
        return process.poll() is not None

    assert comes_true(sent_more)
    assert (end_of(process), process.returncode) in [(line_about(number), 128 + number) for number in ENDING]
    assert leftovers(folder) == []


@posix
def test_a_run_whose_terminal_has_gone_still_leaves_no_rubbish(folder):
    write(folder, "slow", SLOW.format(mark=str(folder / "pid")))
    process = start(folder)
    assert comes_true((folder / "pid").exists)
    process.stderr.close()
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == 128 + signal.SIGHUP and leftovers(folder) == []


@posix
def test_a_run_under_nohup_outlives_its_terminal(folder):
    write(folder, "one", f"import pathlib, time\npathlib.Path({str(folder / 'pid')!r}).touch()\ntime.sleep(2)")
    process = start(folder, hangup=signal.SIG_IGN)
    assert comes_true((folder / "pid").exists)
    process.send_signal(signal.SIGHUP)
    assert (end_of(process), process.returncode) == ("", 0) and (folder / "out" / "one.ipynb").exists()


@posix
@pytest.mark.parametrize("number", ENDING)
def test_a_signal_during_the_imports_ends_the_run_with_its_one_line(folder, number):
    mark = folder / "pid"
    (folder / "nbformat.py").write_text(SLOW.format(mark=str(mark)))
    process = start(folder, PYTHONPATH=str(folder))
    assert comes_true(mark.exists)
    process.send_signal(number)
    assert (end_of(process), process.returncode) == (line_about(number), 128 + number)


@posix
@pytest.mark.parametrize("number", ENDING)
def test_a_signal_while_notebooks_are_read_ends_the_run_with_its_one_line(folder, number):
    pipe = folder / "in" / "never.ipynb"
    os.mkfifo(pipe)
    process = start(folder)

    def is_read():
        with contextlib.suppress(OSError):  # nobody has opened it for reading so far
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)

    assert comes_true(is_read)
    process.send_signal(number)
    assert (end_of(process), process.returncode) == (line_about(number), 128 + number)


def test_values_are_read_as_papermill_reads_them():
    assert [parse_value(text) for text in ("7", "1e-3", "True", "relu")] == [7, 0.001, True, "relu"]


def test_the_last_telling_line_of_a_traceback_is_found():
    assert one_line("Traceback\n  File x\nValueError: no\n\n") == "ValueError: no"
    assert one_line("") == "no message"


def test_quiet_notebooks_keep_their_tags_and_ids():
    notebook = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell("1", metadata={"tags": ["definition"], "papermill": {"duration": 1}})
    notebook.cells = [cell]
    quieten(notebook)
    assert notebook.cells[0].metadata == {"tags": ["definition"]} and notebook.cells[0].id == cell.id


def test_conda_and_pip_ask_for_the_same_versions():
    conda = {}
    for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines():
        if "==" in line:
            name, _, pin = line.strip("- ").partition("==")
            conda[{"matplotlib-base": "matplotlib", "pytorch-cpu": "torch"}.get(name, name)] = pin
    assert conda == environment.pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))


def test_an_environment_that_lacks_a_pin_is_told_so():
    assert environment.unmet({"numpy": "0.1", "no-such-package": "1"}) == [
        f"numpy==0.1 (found {environment.version('numpy')})",
        "no-such-package==1 (found nothing)",
    ]


def test_make_alone_lists_every_target():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in (
        "env",
        "execute-all",
        "test",
        "refresh",
        "lab",
        "lint",
        "bench",
        "mistakes",
        "mutants",
        "audit",
        "address",
        "colab",
        "elsewhere",
        "clean",
    ):
        assert f"make {target} " in listed
