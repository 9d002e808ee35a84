"""Faults from outside: whatever happens, one clear line, a non-zero exit, and every earlier good result intact."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from helpers import ROOT
from tests.tools.samples import GOOD, command, earlier_result, leftovers, run_process, write
from tools.child import can_mount


def run_on(mount, folder):
    """Run the notebooks with folder/out mounted in a certain way; return the finished process and the result left."""
    out = folder / "out"
    script = f'{mount.format(out=out)} && "$@"; code=$?; cat {out}/*.ipynb > {folder}/left; exit $code'
    process = ["unshare", "-rm", "sh", "-c", script, "sh", *command(folder)]
    done = subprocess.run(process, cwd=ROOT, capture_output=True, text=True, timeout=120)
    return done, (folder / "left").read_text()


@can_mount
def test_a_full_disk_is_one_clear_line_and_keeps_the_earlier_result(folder):
    write(folder, "large", "print('much ' * 100_000)")
    earlier_result(folder, "large")
    small_disk = "mount -t tmpfs -o size=128k none {out}"
    mount = f"cp {{out}}/large.ipynb {{out}}/../kept && {small_disk} && cp {{out}}/../kept {{out}}/large.ipynb"
    done, left = run_on(mount, folder)
    assert done.returncode == 1 and "No space left on device" in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1 and left == "an earlier good result"


@can_mount
def test_a_read_only_build_folder_is_one_clear_line_and_keeps_the_earlier_result(folder):
    write(folder, "one", GOOD)
    earlier_result(folder, "one")
    done, left = run_on("mount --bind {out} {out} && mount -o remount,ro,bind {out}", folder)
    assert done.returncode == 1 and "Read-only file system" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and left == "an earlier good result"


def test_twenty_runs_at_once_leave_one_whole_result_and_no_rubbish(folder):
    write(folder, "one", GOOD)
    with ThreadPoolExecutor(20) as executor:
        done = list(executor.map(lambda _: run_process(folder, timeout=500), range(20)))
    assert [d.stderr for d in done if d.returncode] == []
    nbformat.validate(nbformat.read(folder / "out" / "one.ipynb", 4))
    assert leftovers(folder) == []


def test_one_failing_notebook_does_not_stop_the_others_and_is_named_with_cell_and_error(folder):
    write(folder, "bad", GOOD, "1 / 0")
    write(folder, "good", GOOD)
    kept = earlier_result(folder, "bad")
    done = run_process(folder)
    assert done.returncode == 1
    assert "bad: code cell 3: ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert nbformat.read(folder / "out" / "good.ipynb", 4).cells[1].outputs[0].text == "ok\n"
    assert kept.read_text() == "an earlier good result" and leftovers(folder) == []


@pytest.mark.parametrize("death", ["os._exit(1)", "os.kill(os.getpid(), 9)", "import faulthandler as f; f._sigsegv()"])
def test_a_kernel_that_dies_in_mid_cell_is_one_clear_line_and_keeps_the_earlier_result(folder, death):
    write(folder, "dies", f"import os; {death}")
    kept = earlier_result(folder, "dies")
    done = run_process(folder)
    assert done.returncode == 1 and done.stderr.startswith("dies: ") and "DeadKernelError" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert kept.read_text() == "an earlier good result" and leftovers(folder) == []


def test_a_missing_kernel_is_one_clear_line(folder):
    write(folder, "alien", GOOD, kernel="no-such-kernel")
    done = run_process(folder)
    assert done.returncode == 1 and "No such kernel named no-such-kernel" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_notebook_is_one_clear_line_that_lists_those_there_are(folder):
    write(folder, "here", GOOD)
    done = run_process(folder, "elsewhere")
    assert done.returncode == 1
    assert done.stderr == "elsewhere: no such notebook in in/; there are: here\n"


def test_a_corrupt_notebook_and_one_of_a_newer_format_are_each_one_clear_line(folder):
    write(folder, "good", GOOD)
    kept = [earlier_result(folder, name) for name in ("corrupt", "newer")]
    (folder / "in" / "corrupt.ipynb").write_text('{"cells": [')
    (folder / "in" / "newer.ipynb").write_text('{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}')
    done = run_process(folder)
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
    done = run_process(folder, "-p", name, value)
    assert done.returncode == 2 and done.stderr == message + "\n" and not (folder / "out").exists()


def test_a_parameter_reaches_the_notebook_and_one_out_of_range_is_one_clear_line(folder):
    check = "from helpers import checks\nprint(checks.require_int('SEED', SEED, 0, 9))"
    write(folder, "one", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{check}")
    assert run_process(folder, "-p", "SEED", "7").returncode == 0
    result = nbformat.read(folder / "out" / "one.ipynb", 4)
    assert result.cells[-1].outputs[0].text == "7\n"
    done = run_process(folder, "-p", "SEED", "70")
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: SEED must be an integer from 0 to 9, got 70.\n")
    assert nbformat.read(folder / "out" / "one.ipynb", 4) == result


def test_a_result_is_free_of_times_paths_and_versions(folder):
    write(folder, "one", GOOD)
    assert run_process(folder).returncode == 0
    text = (folder / "out" / "one.ipynb").read_text()
    assert str(folder) not in text and "papermill" not in text and "iopub" not in text
