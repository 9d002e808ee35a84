"""make cluster: a study on a real Dask scheduler and two workers, on this machine's own network alone.

The workers start in an empty folder and do not know the course: its helpers must reach them with the study.
"""

import re
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from helpers.studies import run_pieces
from tools.processes import without_the_course

pytest.importorskip("distributed", reason="`make cluster` installs Dask")
LOCAL = ("--host", "127.0.0.1", "--no-dashboard")


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler, and its two workers' processes."""
    started = []

    def start(program, *arguments):
        log = tmp_path / f"{len(started)}.log"
        command = [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments, *LOCAL]
        with open(log, "w") as said:
            started.append(subprocess.Popen(command, cwd=tmp_path, env=without_the_course(), stdout=said, stderr=said))
        return log

    def seen(log, pattern):
        for _ in range(600):
            if found := re.search(pattern, log.read_text()):
                return found[0]
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    try:
        address = seen(start("scheduler", "--port", "0"), r"tcp://127.0.0.1:\d+")
        for _ in range(2):
            seen(start("worker", address, "--nthreads", "1", "--no-nanny"), "Registered to")
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


NOTEBOOK = """
def draw(seed):
    time.sleep(0.3)
    numbers = np.random.default_rng(seed).normal(size=(40, 40))
    return numbers @ numbers
"""
scope = {"__name__": "a_notebook", "np": np, "time": time}  # as load_taught defines it: no worker can import it
exec(NOTEBOOK, scope)
draw = scope["draw"]


def same(one, other):
    return [a.tobytes() for a in one] == [b.tobytes() for b in other]


def test_a_cluster_gives_the_same_numbers_also_when_a_worker_is_killed_on_the_way(cluster):
    address, workers = cluster
    expected = [draw(seed) for seed in range(12)]
    assert same(run_pieces(draw, range(12), scheduler=address), expected)
    threading.Timer(1.0, workers[0].kill).start()
    assert same(run_pieces(draw, range(12), scheduler=address), expected)
    assert workers[0].poll() is not None, "the worker must have been killed in mid-study"


def test_a_scheduler_that_does_not_answer_is_one_sentence():
    with pytest.raises(ConnectionError, match="the address of a running Dask scheduler such as tcp://host:8786"):
        run_pieces(draw, [1], scheduler="tcp://127.0.0.1:1")
    with pytest.raises(ValueError, match="scheduler must be '' or an address such as tcp://host:8786, got 'nowhere'."):
        run_pieces(draw, [1], scheduler="nowhere")


def test_a_function_that_no_worker_can_import_is_an_error_and_no_endless_wait(cluster):
    with pytest.raises(RuntimeError, match="deserialization"):
        run_pieces(same, [1], scheduler=cluster[0])
