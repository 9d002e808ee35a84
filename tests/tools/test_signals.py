"""Signals end a run, its children and kernels, with one line, and leave earlier results as they were."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from helpers import ROOT
from tests.tools.marks import posix
from tests.tools.samples import OLD, command, earlier_result, leftovers, write
from tools.signals import ENDING

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


def in_a_cell(folder):
    write(folder, "slow", SLOW.format(mark=str(folder / "pid")))
    process = start(folder)
    assert comes_true(lambda: (folder / "pid").exists() and (folder / "pid").read_text())
    return process


def during_the_imports(folder):
    (folder / "nbformat.py").write_text(SLOW.format(mark=str(folder / "pid")))
    process = start(folder, PYTHONPATH=str(folder))
    assert comes_true((folder / "pid").exists)
    return process


def while_notebooks_are_read(folder):
    pipe = folder / "in" / "never.ipynb"
    os.mkfifo(pipe)
    process = start(folder)

    def is_read():
        with contextlib.suppress(OSError):  # nobody has opened it for reading so far
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)

    assert comes_true(is_read)
    return process


@posix
@pytest.mark.parametrize("begun", [in_a_cell, during_the_imports, while_notebooks_are_read])
@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_run_with_one_line_and_keeps_the_earlier_result(folder, number, begun):
    kept = earlier_result(folder, "slow")
    process = begun(folder)
    process.send_signal(number)
    assert (end_of(process), process.returncode) == (line_about(number), 128 + number)
    assert kept.read_text() == OLD and leftovers(folder) == []
    if begun is in_a_cell:
        assert comes_true(lambda: has_ended(int((folder / "pid").read_text()))), "the kernel outlived the run"


@posix
def test_of_many_signals_one_counts_with_its_line_and_its_status(folder):
    process = in_a_cell(folder)

    def sent_more():
        for number in ENDING:
            process.send_signal(number)
        return process.poll() is not None

    assert comes_true(sent_more)
    assert (end_of(process), process.returncode) in [(line_about(number), 128 + number) for number in ENDING]
    assert leftovers(folder) == []


@posix
def test_a_run_whose_terminal_has_gone_still_leaves_no_rubbish(folder):
    process = in_a_cell(folder)
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
