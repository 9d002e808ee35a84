"""Signals end a run, its children and kernels, with one line, and leave earlier results as they were."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from helpers import ROOT
from tests.tools.marks import posix
from tests.tools.samples import command, earlier_result, leftovers, write
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
