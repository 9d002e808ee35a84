"""Faults from outside: whatever happens, one clear line, a non-zero exit, and every earlier good result intact."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import nbformat

from helpers import ROOT
from tests.tools.marks import can_mount
from tests.tools.samples import GOOD, command, earlier_result, leftovers, run_process, write


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


def test_eight_runs_at_once_leave_one_whole_result_and_no_rubbish(folder):
    write(folder, "one", GOOD)
    with ThreadPoolExecutor(8) as executor:
        done = list(executor.map(lambda _: run_process(folder, timeout=500), range(8)))
    assert [d.stderr for d in done if d.returncode] == []
    nbformat.validate(nbformat.read(folder / "out" / "one.ipynb", 4))
    assert leftovers(folder) == []
