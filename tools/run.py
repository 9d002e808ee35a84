"""Run notebooks with papermill, several at once, and put each finished result in place in one step.

    python -m tools.run [NAME ...] [-p PARAMETER VALUE ...] [--in-place] [--changed]

Each notebook runs in a papermill process of its own, so that one that dies takes nothing with it. The result is
written to a temporary file, made tidy, and moved over the earlier result only when it is whole.
"""

from helpers import NOTEBOOKS, ROOT
from tools import signals, tidy

if __name__ == "__main__":
    signals.heed(signals.exit_at_once)  # before the imports below, which take seconds on a busy machine

import argparse
import ast
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import nbformat
from tqdm import tqdm

OUTPUT = ROOT / "build" / "executed"
SEEN = "[!.]*.ipynb"  # in any folder; those with a dot before their name are hidden
CELL_TIMEOUT = 600  # seconds; the longest cell takes a tenth of it on a slow laptop
START_TIMEOUT = 600  # seconds; twenty kernels at once on two cores take a minute
STARTS = 3  # a kernel can lose the race for a free port against another run's, before its first cell; then once more
RUNNING: set[subprocess.Popen] = set()


class Failure(Exception):
    """What went wrong, in one line."""


class Result(NamedTuple):
    name: str
    cells: int
    seconds: float
    error: str = ""


def one_line(text: str) -> str:
    """The last line of an error report that says something, without terminal colours."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception|NoSuchKernel|Interrupt|Exit)\b", line)]
    return (named or [line for line in lines if line] or ["no message"])[-1]


def read(path: pathlib.Path) -> nbformat.NotebookNode:
    """A valid notebook of format 4, or a Failure that says why not."""
    try:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        if notebook.get("nbformat") != 4:
            raise Failure(f"nbformat must be 4, got {notebook.get('nbformat')}")
        nbformat.validate(notebook)
        return notebook
    except Failure:
        raise
    except FileNotFoundError:
        known = ", ".join(sorted(p.stem for p in path.parent.glob(SEEN))) or "none"
        raise Failure(f"no such notebook in {path.parent.name}/; there are: {known}") from None
    except Exception as error:
        raise Failure(f"not a readable notebook: {one_line(str(error))[:200]}") from None


def parameters_of(notebook: nbformat.NotebookNode) -> dict[str, object]:
    """The literal defaults in the cell tagged `parameters`, by name.

    Raises:
        Failure: if the cell gives a name another value than a literal, or is not plain Python; it quotes the line.
    """
    known, line = {}, ""
    try:
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                for statement in ast.parse(cell.source).body:
                    line = ast.unparse(statement)
                    match statement:
                        case ast.Assign([ast.Name(name)], value):
                            known[name] = ast.literal_eval(value)
                        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                            raise ValueError
    except Exception as error:
        line = (getattr(error, "text", None) or line).strip()
        raise Failure(f"its parameters must be plain values, each on a line such as SEED = 0, got {line!r}") from None
    return known


def parse_value(text: str) -> object:
    """A command line's text as bool, int, float or, failing these, str: what papermill makes of it."""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def check_parameters(given: dict[str, object], known: dict[str, dict[str, object]]) -> None:
    """Refuse a parameter that no notebook has, or a value of another type than its default's.

    Raises:
        Failure: names the parameter, the value and what is allowed.
    """
    for name, value in given.items():
        defaults = [defaults[name] for defaults in known.values() if name in defaults]
        if not defaults:
            allowed = ", ".join(sorted(set().union(*known.values()))) or "none"
            raise Failure(f"-p {name}: unknown parameter; the notebooks chosen know: {allowed}")
        for default in defaults:
            fits = type(value) is type(default) or (type(default) is float and type(value) is int)
            if not fits:
                raise Failure(f"-p {name}: must be of type {type(default).__name__} like {default!r}, got {value!r}")


def put_in_place(content: nbformat.NotebookNode | str, target: pathlib.Path) -> None:
    """Write a notebook or a text beside the target, then replace it in one step.

    Whatever goes wrong, a full disk or a signal, leaves the target as it was.
    """
    text = content if isinstance(content, str) else nbformat.writes(content) + "\n"
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        pathlib.Path(name).unlink(missing_ok=True)


def failed_cell(path: pathlib.Path) -> str:
    """Where and why a partly executed notebook stopped, or an empty string if it does not say."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception:
        return ""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    own = [cell for cell in code if "injected-parameters" not in cell.metadata.get("tags", [])]  # papermill's is not
    for number, cell in enumerate(own, 1):
        for output in cell.outputs:
            if output.output_type == "error":
                return f"code cell {number}: {output.ename}: {one_line(output.evalue)}"
    return ""


def papermill(arguments: list[str], bar: tqdm) -> tuple[int, str]:
    """Run papermill in a process of its own; return its exit status and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "papermill", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "MPLBACKEND": "module://matplotlib_inline.backend_inline"},
        start_new_session=os.name == "posix",  # Ctrl-C reaches this program alone, which then ends its children
    )
    RUNNING.add(process)
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith("Ending Cell"):
            bar.update()
    code = process.wait()
    RUNNING.discard(process)
    return code, "".join(said)


def execute(source: pathlib.Path, target: pathlib.Path, parameters: dict[str, object], bar: tqdm) -> None:
    """Execute one notebook into target.

    Raises:
        Failure: where and why it stopped. The target is then what it was before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{source.stem}-") as scratch:
        partial = pathlib.Path(scratch) / "partial.ipynb"
        arguments = [str(source), str(partial), "--cwd", str(source.parent), "--log-output"]
        arguments += ["--start-timeout", str(START_TIMEOUT), "--execution-timeout", str(CELL_TIMEOUT)]
        for name, value in parameters.items():
            arguments += ["-r" if isinstance(value, str) else "-p", name, str(value)]
        for _ in range(STARTS):
            code, said = papermill(arguments, bar)
            if not code or "Kernel died before replying" not in said:
                break
        if code:
            reason = one_line(said)
            # A cell that takes too long is interrupted, and its own error does not say why.
            raise Failure(reason if "CellTimeoutError" in reason else failed_cell(partial) or reason)
        notebook = read(partial)
        put_in_place(tidy.tidy(notebook, tidy.cells_in_git(source)), target)


def run_one(position: int, source: pathlib.Path, target: pathlib.Path, given: dict[str, object]) -> Result:
    """Execute one notebook with those of the given parameters that it knows; never raises."""
    started, cells = time.perf_counter(), 0
    try:
        notebook = tidy.tidy(read(source))  # what it refuses, it refuses before the run
        cells = sum(cell.cell_type == "code" for cell in notebook.cells)
        known = parameters_of(notebook)
        with tqdm(
            total=len(notebook.cells), desc=source.stem, unit="cell", position=position, disable=None, leave=False
        ) as bar:
            execute(source, target, {k: v for k, v in given.items() if k in known}, bar)
        error = ""
    except (Failure, OSError) as reason:
        error = str(reason)
    except Exception as reason:
        error = one_line(f"{type(reason).__name__}: {reason}")
    return Result(source.stem, cells, time.perf_counter() - started, error)


def named(names: list[str], folder: pathlib.Path) -> list[pathlib.Path]:
    """The notebooks of a folder whose names begin so, each once; a path that does not exist where none does."""
    there = sorted(folder.glob(SEEN))
    paths = [p for n in names for p in [q for q in there if q.name.startswith(n)] or [folder / f"{n or '*'}.ipynb"]]
    return [path for path in dict.fromkeys(paths) if not path.name.startswith(".")]


def changed() -> list[str]:
    """The file names of the notebooks that git sees as new or changed.

    Raises:
        Failure: where git cannot tell, as in a downloaded folder that is no clone.
    """
    command = ["git", "status", "-z", "--no-renames", "--untracked-files=all", "--", ":(glob)notebooks/*.ipynb"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (os.fsdecode(getattr(error, "stderr", b"")) or str(error)).splitlines()[0]
        raise Failure(f"--changed: git must tell what has changed; name the notebooks instead ({reason})") from None
    entries = os.fsdecode(done.stdout).split("\0")  # two letters of status, a blank, and the path as it is
    return [pathlib.Path(entry[3:]).name for entry in entries if entry and "D" not in entry[:2]]


def end_children() -> None:
    for process in list(RUNNING):
        process.terminate()  # papermill shuts its kernel down on this
    for process in list(RUNNING):
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()


def run_all(
    sources: list[pathlib.Path], output: pathlib.Path, given: dict[str, object], received: list[int]
) -> list[Result]:
    """Execute notebooks into a folder, as many at once as there are cores, until all are done or a signal is received.

    A signal handler puts the signal into the list: an exception could come at any point, between a child's start and
    its being known, or into the end of the children itself.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as executor:
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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.run", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks by name or its beginning; all if none is named")
    parser.add_argument("-p", nargs=2, action="append", default=[], metavar=("PARAMETER", "VALUE"))
    parser.add_argument("--in-place", action="store_true", help="replace the stored outputs")
    parser.add_argument("--changed", action="store_true", help="only notebooks that git sees as changed")
    parser.add_argument("--notebooks", type=pathlib.Path, default=NOTEBOOKS, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT, help=argparse.SUPPRESS)
    arguments = sys.argv[1:] if arguments is None else arguments
    # argparse takes -1e-3 for an option; with a blank before it, it is a value.
    numbers = [text.startswith("-") and not isinstance(parse_value(text), str) for text in arguments]
    options = parser.parse_args([f" {text}" if number else text for text, number in zip(arguments, numbers)])
    folder, output = options.notebooks.resolve(), options.output.resolve()
    given = {name: parse_value(value) for name, value in options.p}
    if options.in_place and given:
        print("-p: stored outputs are those of the default parameters; leave out -p or --in-place.", file=sys.stderr)
        return 2

    try:
        names = options.names or (changed() if options.changed else [""])
        sources = named(names, folder)
        if not sources:
            print("No notebook has changed.")
            return 0
        known = {}
        for source in sources:
            with contextlib.suppress(Failure):  # reported in the table, beside the notebooks that do run
                known[source.stem] = parameters_of(read(source))
        if known:
            check_parameters(given, known)
    except Failure as reason:
        print(reason, file=sys.stderr)
        return 2

    received: list[int] = []
    signals.heed(lambda number, _: received.append(number))
    results = run_all(sources, folder if options.in_place else output, given, received)
    signals.heed(signals.exit_at_once)
    if received:
        return signals.last_words(received[0])
    print(table(results))
    failures = [result for result in results if result.error]
    for result in failures:
        print(f"{result.name}: {result.error}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
