"""Run notebooks with papermill, several at once, and put each finished result in place in one step.

    python -m tools.run [NAME ...] [-p PARAMETER VALUE ...] [--in-place] [--changed]

Each notebook runs in a process of its own, tools.papermill_process. The result is written to a temporary folder, made
tidy, and moved over the earlier result only when it is whole and every cell of it ran.
"""

from helpers import NOTEBOOKS, ROOT
from tools import signals

if __name__ == "__main__":
    # Before the imports below, which take seconds on a busy machine.
    signals.on_ending_signals(signals.exit_at_once)

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import nbformat

from tools.notebook_files import Failure, changed, error_line, named, own_code_cells, put_in_place, read
from tools.parameters import check_parameters, parameters_of, parse_value
from tools.processes import course_environment, print_whatever_the_terminal, share_cores
from tools.tidy import cells_in_git, tidy

OUTPUT = ROOT / "build" / "executed"
STOPPED = ROOT / "build" / "stopped"  # how far the notebooks came that failed, for a look
CELL_TIMEOUT = 600  # seconds; the longest cell takes a tenth of it on a slow laptop
PATIENCE = 5  # seconds for a process to end when asked
START_TIMEOUT = 600  # seconds; twenty kernels at once on two cores take a minute
RUNNING: set[subprocess.Popen] = set()


class Result(NamedTuple):
    name: str
    cells: int
    seconds: float
    error: str = ""


def execute(
    notebook: nbformat.NotebookNode,
    source: pathlib.Path,
    target: pathlib.Path,
    parameters: dict[str, object],
    position: int,
) -> None:
    """Execute one notebook into target, with a progress bar on one of the terminal's lines.

    Args:
        notebook: what source holds, made tidy.
        source: where it is from; its cells run in that folder.
        target: where the result goes.
        parameters: values for some of its parameters.
        position: the terminal's line for the bar, from 0.
    Raises:
        Failure: where and why it stopped. The target is then what it was before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        put_in_place(notebook, scratch / "source.ipynb")
        job = {"name": source.stem, "cwd": str(source.parent), "parameters": parameters, "position": position}
        try:
            run_papermill(scratch, job)
            executed = read(scratch / "executed.ipynb")
            refuse_a_half_run(executed)
        except Failure:
            with contextlib.suppress(OSError):
                STOPPED.mkdir(parents=True, exist_ok=True)
                shutil.copy(scratch / "executed.ipynb", STOPPED / source.name)
            raise
        put_in_place(tidy(executed, notebook.cells), target)


def run_papermill(scratch: pathlib.Path, job: dict[str, object], **environment: str) -> None:
    """Execute source.ipynb of a folder into its executed.ipynb, in a process of its own.

    Args:
        scratch: the folder.
        job: what tools.papermill_process takes; the limits are added here.
        environment: variables for the notebook's process besides those of the course.
    Raises:
        Failure: where and why the notebook stopped.
    """
    limits = {"cell_timeout": CELL_TIMEOUT, "start_timeout": START_TIMEOUT}
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.papermill_process", str(scratch), json.dumps(limits | job)],
        cwd=scratch,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=course_environment() | {"PYTHONPATH": str(ROOT)} | environment,
        start_new_session=os.name == "posix",  # Ctrl-C reaches this program alone, which then ends its children
    )
    RUNNING.add(process)
    problem = process.communicate()[0].decode("utf-8")
    RUNNING.discard(process)
    if process.returncode and not problem:
        ended = f"the process that ran it ended with status {process.returncode}"
        problem = f"{ended}{last_line(scratch / 'said.txt')}"
    if problem:
        raise Failure(problem)


def last_line(said: pathlib.Path) -> str:
    """The last line that a process wrote to its standard error, after a colon; nothing if there is none."""
    with contextlib.suppress(OSError):
        lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f": {lines[-1].strip()}" if lines else ""
    return ""


def refuse_a_half_run(notebook: nbformat.NotebookNode) -> None:
    """Raise a Failure if a cell never ran or ended in an error that papermill lets pass, as sys.exit() does."""
    for number, cell in enumerate(own_code_cells(notebook), 1):
        for output in cell.outputs:
            if output.output_type == "error":
                raise Failure(f"code cell {number}: {error_line(output.ename, output.evalue)}")
        if cell.source.strip() and cell.execution_count is None:
            raise Failure(f"code cell {number} never ran")


def run_one(position: int, source: pathlib.Path, target: pathlib.Path, given: dict[str, object]) -> Result:
    """Execute one notebook with those of the given parameters that it knows; never raises."""
    started, cells, error = time.perf_counter(), 0, ""
    try:
        notebook = tidy(read(source), cells_in_git(source))  # what it refuses, it refuses before the run
        cells = sum(cell.cell_type == "code" for cell in notebook.cells)
        known = parameters_of(notebook) if given else {}
        execute(notebook, source, target, {k: v for k, v in given.items() if k in known}, position)
    except (Failure, OSError) as reason:
        error = str(reason)
    except Exception as reason:
        error = error_line(type(reason).__name__, str(reason))
    return Result(source.stem, cells, time.perf_counter() - started, error)


def end_children() -> None:
    for process in list(RUNNING):
        process.terminate()  # a kernel ends when the process that started it is gone
    for process in list(RUNNING):
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def run_all(
    sources: list[pathlib.Path], output: pathlib.Path, given: dict[str, object], received: list[int]
) -> list[Result]:
    """Execute notebooks into a folder, as many at once as there are cores, until all are done or a signal is received.

    A signal handler puts the signal into the list: an exception could come at any point, between a child's start and
    its being known, or into the end of the children itself.
    """
    at_once = min(len(sources), os.cpu_count() or 1)
    share_cores(at_once)
    with ThreadPoolExecutor(max_workers=at_once) as executor:
        jobs = [executor.submit(run_one, i, source, output / source.name, given) for i, source in enumerate(sources)]
        while not all(job.done() for job in jobs):
            time.sleep(0.05)
            if received:
                executor.shutdown(wait=False, cancel_futures=True)
                end_children()  # and again, for one that was about to start
    return [job.result() for job in jobs if not job.cancelled()]


def table(results: list[Result]) -> str:
    width = max(len(result.name) for result in results)
    rows = [f"{'notebook':{width}}  cells  seconds  result"]
    for name, cells, seconds, error in results:
        rows.append(f"{name:{width}}  {cells:5d}  {seconds:7.1f}  {'FAILED: ' + error if error else 'ok'}")
    return "\n".join(rows)


def new_defaults(source: pathlib.Path) -> list[str]:
    """The parameters of a notebook whose defaults are others than those in git."""
    committed = nbformat.v4.new_notebook(cells=cells_in_git(source))
    now = parameters_of(read(source))
    return [name for name, value in parameters_of(committed).items() if now.get(name) != value]


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.run", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks by name or its beginning; all if none is named")
    parser.add_argument(
        "-p", nargs=2, action="append", default=[], metavar=("PARAMETER", "VALUE"),
        help="a value for a parameter; as often as there are parameters",
    )  # fmt: skip
    parser.add_argument("--in-place", action="store_true", help="replace the stored outputs")
    parser.add_argument("--changed", action="store_true", help="only notebooks that git sees as changed")
    parser.add_argument("--language", default="", help="notebooks of another language, by its code, such as es")
    parser.add_argument("--notebooks", type=pathlib.Path, default=NOTEBOOKS, help="folder of the notebooks")
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT, help="folder for the results")
    # argparse takes -1e-3 for an option; with a blank before it, it is a value.
    numbers = [text.startswith("-") and not isinstance(parse_value(text), str) for text in arguments]
    return parser.parse_args([f" {text}" if number else text for text, number in zip(arguments, numbers)])


def main(arguments: list[str] | None = None) -> int:
    print_whatever_the_terminal()
    options = options_of(sys.argv[1:] if arguments is None else arguments)
    folder, output = (path.resolve() / options.language for path in (options.notebooks, options.output))
    given = {name: parse_value(value) for name, value in options.p}
    if options.in_place and given:
        print("-p: stored outputs are those of the default parameters; leave out -p or --in-place.", file=sys.stderr)
        return 2

    try:
        sources = named(options.names or (changed(options.language) if options.changed else [""]), folder)
        if not sources:
            print("No notebook has changed.")
            return 0
        known = {}
        for source in sources:
            with contextlib.suppress(Failure):  # reported in the table, beside the notebooks that do run
                notebook = read(source)
                known[source.stem] = parameters_of(notebook) if given else {}
        if known:
            check_parameters(given, known)
    except Failure as reason:
        print(reason, file=sys.stderr)
        return 2

    received: list[int] = []
    signals.on_ending_signals(lambda number, _: received.append(number))
    results = run_all(sources, folder if options.in_place else output, given, received)
    signals.on_ending_signals(signals.exit_at_once)
    if received:
        return signals.say_stopped(received[0])
    print(table(results))
    for source in sources if options.in_place and not options.language else ():
        with contextlib.suppress(Failure):  # it stands in the table
            if names := new_defaults(source):
                ask = f'`make mistakes ARGS="{source.stem.split("_")[0]} --once"`'
                print(f"{source.stem}: new default of {', '.join(names)}; {ask} tells which checks it switches off.")
    failures = [result for result in results if result.error]
    for result in failures:
        print(f"{result.name}: {result.error}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
