"""Studies in pieces: the same results for any number of workers, errors with their piece, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
import warnings
from typing import NamedTuple

import joblib
import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor

from helpers import ROOT, studies
from helpers.studies import chunks, record, require_same_versions, run_pieces, worker_count


@pytest.fixture(scope="module", autouse=True)
def no_worker_stays():
    """joblib keeps its workers for the next call; here none may outlive the tests."""
    yield
    get_reusable_executor().shutdown(wait=True)


class Drawn(NamedTuple):
    numbers: np.ndarray
    seed: int


def draw(seed):
    time.sleep(0.02 * (seed % 3))  # pieces are done in another order than they were begun
    numbers = np.random.default_rng(seed).normal(size=(40, 40))
    return Drawn(numbers @ numbers / 0.0, seed) if seed == 2 else Drawn(numbers @ numbers, seed)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_order_and_are_the_same_to_the_last_bit_for_any_number_of_workers(workers):
    for seed, found in enumerate(run_pieces(draw, range(7), workers=workers)):
        assert type(found) is Drawn and found.seed == seed
        assert found.numbers.tobytes() == draw(seed).numbers.tobytes()


class Odd(Exception):
    """An error that cannot travel between processes: it is made of two values and stores one."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def fail(piece):
    if piece == "odd":
        raise Odd(1, 2)
    return 1 / piece


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_arrives_as_it_was_raised_with_a_note_of_its_piece(workers):
    with pytest.raises(ZeroDivisionError) as caught:
        run_pieces(fail, [1, 2, 0, 4], workers=workers)
    (note,) = caught.value.__notes__
    assert note.startswith("in piece 3 of 4: 0, at line ") and note.endswith(" of fail")
    with pytest.raises(RuntimeError, match="Odd: 1 and 2"):
        run_pieces(fail, [1, "odd"], workers=workers)


def end_the_process(piece):
    os._exit(3) if piece == 2 else time.sleep(0.1)


def test_a_worker_that_is_killed_is_one_clear_sentence_and_the_next_study_runs():
    with pytest.raises(RuntimeError, match="A worker process ended before piece .* of 4 was done.*WORKERS = 1"):
        run_pieces(end_the_process, range(4), workers=2)
    assert run_pieces(abs, [-1, 2], workers=2) == [1, 2]


def speak(piece):
    print("piece", piece)
    warnings.warn(f"warning {piece}", stacklevel=1)
    return float(np.exp(np.float64(1000.0 * piece)))


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_piece_says_appears_here_in_order_and_overflow_is_no_news(workers, capfd):
    with pytest.warns(UserWarning) as caught:
        assert run_pieces(speak, [0, 1, 2], workers=workers) == [1.0, np.inf, np.inf]
    assert [str(warning.message) for warning in caught] == ["warning 0", "warning 1", "warning 2"]
    assert capfd.readouterr() == ("piece 0\npiece 1\npiece 2\n", "")


def test_workers_are_all_cores_or_as_many_as_asked_for_and_no_more_than_pieces(monkeypatch):
    assert worker_count(0, 10**6) == joblib.cpu_count() and worker_count(3, 2) == 2 and worker_count(5, 0) == 1
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    assert worker_count(0, 10) == 1
    with pytest.raises(ValueError, match="workers must be an integer from 0 to 1024, got -1"):
        run_pieces(abs, [1], workers=-1)


def test_seeds_are_cut_into_chunks_in_order():
    assert chunks(range(5), 2) == [[0, 1], [2, 3], [4]] and chunks([], 3) == []


SLOW = """
import time
from helpers.studies import run_pieces
def wait(piece):
    print(piece) if piece < 0 else time.sleep(60)
run_pieces(wait, [-1, -2], workers=2)
print("begun", flush=True)
run_pieces(wait, [1, 2, 3], workers=2)
"""


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal on POSIX systems alone")
def test_ctrl_c_ends_the_workers_within_two_seconds_and_leaves_none_behind(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    try:
        while process.stdout.readline() != "begun\n":
            assert process.poll() is None
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        process.wait(2)
        left = subprocess.run(["pgrep", "-g", str(process.pid), "-f", "popen_loky"], capture_output=True, text=True)
        assert not left.stdout
    finally:
        process.kill()


def test_other_versions_on_a_worker_are_named_and_a_cluster_without_workers_too():
    here = {"Python": "3.11", "numpy": "2.4.6"}
    require_same_versions(here, {"tcp://a": here})
    with pytest.raises(RuntimeError, match="worker tcp://b has numpy 1.0, this machine has 2.4.6: install"):
        require_same_versions(here, {"tcp://a": here, "tcp://b": here | {"numpy": "1.0"}})
    with pytest.raises(RuntimeError, match="no worker yet: start one with `dask worker ADDRESS`"):
        require_same_versions(here, {})


def test_the_versions_are_those_of_python_and_of_what_decides_the_digits():
    found = studies._versions()
    assert list(found) == ["Python", "numpy", "scipy", "scikit-learn", "torch"]
    assert found["Python"] == "{}.{}".format(*sys.version_info) and found["numpy"] == np.__version__.split("+")[0]
    assert not any("+" in version for version in found.values())


def test_a_package_that_is_not_there_has_the_version_nothing(monkeypatch):
    monkeypatch.setattr(studies, "PACKAGES", ("no-such-package", "numpy"))
    assert studies._versions().items() >= {"no-such-package": "nothing", "numpy": np.__version__.split("+")[0]}.items()


def test_a_number_is_recorded_as_scrapbook_stores_it(monkeypatch):
    shown = []
    monkeypatch.setattr(studies, "display", lambda data, **how: shown.append((data, how)))
    record(share=np.float64(0.5), lost=np.nan)
    assert shown == [
        (
            {studies.SCRAP: {"name": name, "data": data, "encoder": "json", "version": 1}},
            {"metadata": {"scrapbook": {"name": name, "data": True, "display": False}}, "raw": True},
        )
        for name, data in (("share", 0.5), ("lost", None))
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_of_no_pieces_is_empty_and_what_was_done_before_an_error_is_there(workers):
    assert run_pieces(abs, [], workers=workers) == []
    done = []
    with pytest.raises(ZeroDivisionError):
        done.extend(studies.each_piece(fail, [1, 2, 0], workers=workers))
    results = studies.each_piece(fail, [1, 2, 0], workers=workers)
    assert [next(results), next(results)] == [1.0, 0.5]
    results.close()
