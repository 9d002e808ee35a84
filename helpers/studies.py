"""Apply one function to the independent pieces of a study: on every core, or on the machines of a Dask cluster.

A piece is whatever the function takes, such as a configuration and a chunk of seeds. Results come in the order of the
pieces and to the last bit the same for any number of workers: a piece brings its own generators, and each worker keeps
to one thread. Functions and classes defined in a notebook travel to the workers by value (cloudpickle, as in joblib).
"""

import contextlib
import io
import math
import pickle
import shutil
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import joblib
import numpy as np
from IPython.display import display
from joblib.externals.loky.process_executor import BrokenProcessPool

from helpers import ROOT
from helpers.checks import require_address, require_int
from helpers.progress import progress

SCRAP = "application/scrapbook.scrap.json+json"
PACKAGES = ("numpy", "scipy", "scikit-learn", "torch")  # whose versions decide a result's digits


class Outcome(NamedTuple):
    """What became of a piece: its result or its error, and what it printed and warned of on the way."""

    result: Any
    error: Exception | None
    printed: str
    warned: list[warnings.WarningMessage]


def _portable(error: Exception, place: str) -> Exception:
    """The error with a note of its place; one that cannot travel between processes as a RuntimeError that says it."""
    deepest = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{place}, at line {deepest.lineno} of {deepest.name}"
    error.add_note(place)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(place)
    return error


def _try_piece(function: Callable[[Any], Any], piece: Any, place: str) -> Outcome:
    """Apply the function to a piece; numbers that overflow stay nan or inf without a warning, as in a stack."""
    printed = io.StringIO()
    with (
        np.errstate(all="ignore"),
        warnings.catch_warnings(record=True) as warned,
        contextlib.redirect_stdout(printed),
    ):
        try:
            result, error = function(piece), None
        except Exception as raised:
            result, error = None, _portable(raised, place)
    said = [warnings.WarningMessage(w.message, w.category, w.filename, w.lineno) for w in warned]
    return Outcome(result, error, printed.getvalue(), said)


def worker_count(workers: int, pieces: int) -> int:
    """How many processes to use: `workers`, or for 0 all cores this process may use, but no more than pieces.

    The cores are those of the processor affinity, of the container's share, and of LOKY_MAX_CPU_COUNT, by which
    `make execute-all` divides them among notebooks that run at once.
    """
    require_int("workers", workers, 0, 1024)
    return max(1, min(workers or joblib.cpu_count(), pieces))


@contextlib.contextmanager
def _cluster(scheduler: str) -> Iterator[Any]:
    """The client of a Dask cluster, whose machines have got these helpers.

    Raises:
        ModuleNotFoundError, ConnectionError, RuntimeError: if Dask is not installed here, no scheduler answers, there
            is no worker, or a worker's versions are others; a sentence that says what to do.
    """
    try:
        from dask.distributed import Client
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            'A SCHEDULER needs Dask: pip install "dask[distributed]" here and on each machine, or set SCHEDULER = "".'
        ) from None
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f'scheduler must be the address of a running Dask scheduler such as tcp://host:8786, or "" for this '
            f"machine, got {scheduler!r}: {error}"
        ) from None
    with client, tempfile.TemporaryDirectory() as folder:
        for package in ("helpers", "tools"):  # a notebook in one file carries no tools
            if (ROOT / package).is_dir():
                shutil.copytree(ROOT / package, f"{folder}/course/{package}")
        client.upload_file(shutil.make_archive(f"{folder}/course", "zip", f"{folder}/course"))
        require_same_versions(_versions(), client.run(_versions))
        yield client


def _versions() -> dict[str, str]:
    """The versions of Python and of the packages that decide a result's digits; build tags such as +cpu left out."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for package in PACKAGES:
        try:
            found[package] = version(package).split("+")[0]
        except PackageNotFoundError:
            found[package] = "nothing"
    return found


def require_same_versions(here: dict[str, str], there: dict[str, dict[str, str]]) -> None:
    """Refuse a cluster without workers, or with one whose versions are not those here.

    Args:
        here: version by package.
        there: the same for each worker, by its address.
    Raises:
        RuntimeError: a sentence that names the first worker and package at fault and both versions.
    """
    if not there:
        raise RuntimeError("The cluster has no worker yet: start one with `dask worker ADDRESS` and run this again.")
    for address, versions in there.items():
        for package, wanted in here.items():
            if versions.get(package) != wanted:
                raise RuntimeError(
                    f"The worker {address} has {package} {versions.get(package)}, this machine has {wanted}: install "
                    "the course's requirements.txt there, so that the numbers are the same."
                )


def _outcomes(function, pieces, places, count, scheduler) -> Iterator[Outcome]:
    """The outcome of each piece, in order, as soon as it and all before it are there."""
    if scheduler:
        # Not joblib's Dask backend: it waits for ever where a worker cannot import the function.
        with _cluster(scheduler) as client:
            for future in client.map(partial(_try_piece, function), pieces, places, pure=False):
                yield future.result()
    elif count == 1:
        yield from map(partial(_try_piece, function), pieces, places)
    else:
        tasks = (joblib.delayed(_try_piece)(function, piece, place) for piece, place in zip(pieces, places))
        with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            # Arrays are copied, not mapped from a file, which would make them read-only in a worker alone.
            yield from joblib.Parallel(count, return_as="generator", batch_size=1, max_nbytes=None)(tasks)


def each_piece(
    function: Callable[[Any], Any],
    pieces: Iterable[Any],
    *,
    workers: int = 0,
    scheduler: str = "",
    description: str = "",
) -> Iterator[Any]:
    """Apply a function to each piece of a study; yield the results in the order of the pieces, as they come in.

    Args:
        function: takes one piece; what it draws, it draws from generators made from the piece.
        pieces: any values that can be pickled.
        workers: processes on this machine: 0 takes all cores that this process may use, 1 runs in this process.
        scheduler: address of a Dask scheduler such as "tcp://host:8786", whose workers are used instead; "" for none.
        description: text of the progress bar, where somebody watches.
    Yields:
        the results, one a piece. What a piece prints or warns of appears here, in order.
    Raises:
        Exception: the first error of a piece, of its own type, with a note that names the piece.
        RuntimeError: if a worker's process ended before its piece was done.
    """
    pieces, done = list(pieces), 0
    require_address("scheduler", scheduler)
    places = [f"in piece {number} of {len(pieces)}: {piece!r}"[:300] for number, piece in enumerate(pieces, 1)]
    outcomes = _outcomes(function, pieces, places, worker_count(workers, len(pieces)), scheduler)
    try:
        for outcome in progress(outcomes, description, total=len(pieces)):
            print(outcome.printed, end="")
            for warning in outcome.warned:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
            if outcome.error is not None:
                raise outcome.error
            yield outcome.result
            done += 1
    except BrokenProcessPool:
        raise RuntimeError(
            f"A worker process ended before piece {done + 1} of {len(pieces)} was done, perhaps for want of "
            "memory. Run this again with fewer workers (WORKERS = 1 uses none) or smaller pieces."
        ) from None
    finally:
        outcomes.close()  # on an error or Ctrl-C the other workers end now


def run_pieces(function: Callable[[Any], Any], pieces: Iterable[Any], **options: Any) -> list[Any]:
    """The results of `each_piece`, which has the same arguments, in a list."""
    return list(each_piece(function, pieces, **options))


def record(**numbers: float) -> None:
    """Record numbers by name in the notebook, unseen by its reader, for `make sweep` to collect.

    They are stored as scrapbook's `glue` stores them, so that scrapbook reads them too.

    Args:
        numbers: rounded by the caller to the digits that are the same on another machine; nan and inf become null.
    """
    for name, number in numbers.items():
        data = float(number) if math.isfinite(number) else None  # JSON knows no infinity
        scrap = {"name": name, "data": data, "encoder": "json", "version": 1}
        display({SCRAP: scrap}, metadata={"scrapbook": {"name": name, "data": True, "display": False}}, raw=True)


def chunks(seeds: Iterable[int], size: int) -> list[list[int]]:
    """The seeds in lists of at most `size`, in order: a stack of each is a piece that fits the processor's cache.

    Args:
        seeds: any integers.
        size: from 1 to a million.
    """
    require_int("size", size, 1, 1_000_000)
    seeds = list(seeds)
    return [seeds[start : start + size] for start in range(0, len(seeds), size)]
