"""Run a notebook for every combination of some parameters' values, and put what it records into one table.

    python -m tools.sweep NAME -p PARAMETER VALUE,VALUE,... [-p ...] [--workers N] [--scheduler ADDRESS]

Each combination is a papermill run of the notebook that carries its helpers (tools.one_file), on a core of this machine
or of a Dask cluster. Its result goes to a folder of its own in build/sweeps/NAME, whole or not at all, and is not run
again while the notebook stays as it is. table.csv there has a row for each: parameters, seconds, result, and the
numbers that the notebook recorded with helpers.studies.record.
"""

import argparse
import csv
import io
import itertools
import json
import pathlib
import sys
import tempfile
import time
from typing import NamedTuple
from urllib.parse import quote

import nbformat

from helpers import NOTEBOOKS, ROOT
from helpers.studies import SCRAP, each_piece
from tools.notebook_files import Failure, named, own_code_cells, put_in_place, read
from tools.one_file import self_contained
from tools.parameters import check_parameters, parameters_of, parse_value
from tools.processes import print_whatever_the_terminal
from tools.run import refuse_a_half_run, run_papermill
from tools.tidy import tidy

OUTPUT = ROOT / "build" / "sweeps"
CELL_TIMEOUT = 24 * 3600  # seconds: a thousand seeds take their time


class Run(NamedTuple):
    """What became of a combination: the executed notebook's text, or the reason why there is none."""

    text: str
    seconds: float
    error: str = ""


def run_combination(piece: tuple[str, dict[str, object]]) -> Run:
    """Execute a self-contained notebook's text with some parameters, in an empty folder; never raises."""
    text, parameters = piece
    started, problem = time.perf_counter(), ""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "source.ipynb").write_text(text, encoding="utf-8")
        job = {"name": "", "cwd": name, "parameters": parameters, "position": 0, "cell_timeout": CELL_TIMEOUT}
        try:
            run_papermill(folder, job, LOKY_MAX_CPU_COUNT="1")  # a combination has one core, its own studies keep to it
            executed = read(folder / "executed.ipynb")
            refuse_a_half_run(executed)
            text = nbformat.writes(tidy(executed))
        except Exception as error:
            text, problem = "", str(error)
    return Run(text, time.perf_counter() - started, problem)


def combinations(given: list[list[str]]) -> list[dict[str, object]]:
    """Every combination of the values, the last parameter's changing fastest.

    Raises:
        Failure: if a parameter is named twice, or has no value or one twice.
    """
    values: dict[str, list[object]] = {}
    for name, text in given:
        if name in values:
            raise Failure(f"-p {name}: named twice; give all its values in one list such as {text},...")
        values[name] = [parse_value(value.strip()) for value in text.split(",")]
        if "" in values[name] or len(set(map(repr, values[name]))) < len(values[name]):
            raise Failure(f"-p {name}: must be different values with commas between them such as 1,2,3, got {text!r}")
    return [dict(zip(values, combination)) for combination in itertools.product(*values.values())]


def folder_name(parameters: dict[str, object]) -> str:
    """A folder's name on every system that tells the combination, such as WIDTH=5,LEARNING_RATE=0.1."""
    return ",".join(f"{name}={quote(str(value), safe='.+-')}" for name, value in parameters.items()) or "defaults"


def recorded(notebook: nbformat.NotebookNode) -> dict[str, float]:
    """The numbers that an executed notebook recorded, by name."""
    outputs = [output for cell in own_code_cells(notebook) for output in cell.outputs]
    scraps = [output["data"][SCRAP] for output in outputs if SCRAP in output.get("data", {})]
    return {scrap["name"]: scrap["data"] for scrap in scraps}


def finished(folder: pathlib.Path, text: str) -> dict[str, object] | None:
    """The row of an earlier run of the same notebook that is there and whole, or None."""
    try:
        row = json.loads((folder / "row.json").read_text(encoding="utf-8"))
        (result,) = folder.glob("*.ipynb")
        then = [cell.source for cell in own_code_cells(read(result))]
        now = [cell.source for cell in own_code_cells(nbformat.reads(text, as_version=4))]
        return row if then == now else None
    except (OSError, ValueError, Failure):
        return None


def table(rows: list[dict[str, object]]) -> str:
    """The rows as CSV, with a column for whatever any of them has."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def sweep(name: str, given: list[list[str]], output: pathlib.Path, notebooks: pathlib.Path, **how) -> int:
    """Run what is missing of a sweep, write its table, and print where; return 1 if a combination failed.

    Raises:
        Failure: if the notebook or a parameter is none, in one line.
    """
    sources = named([name], notebooks)
    if len(sources) != 1:
        raise Failure(f"NAME must be the beginning of one notebook's name, got {name!r} for {len(sources)}")
    source, notebook = sources[0], read(sources[0])
    chosen = combinations(given)
    for parameters in chosen:
        check_parameters(parameters, {source.stem: parameters_of(notebook)})
    text = nbformat.writes(self_contained(notebook))

    folders = [output / source.stem / folder_name(parameters) for parameters in chosen]
    rows = [finished(folder, text) for folder in folders]
    missing = [number for number, row in enumerate(rows) if row is None]
    print(f"{len(chosen)} combinations of {source.stem}, {len(chosen) - len(missing)} of them there already.")
    runs = each_piece(run_combination, [(text, chosen[number]) for number in missing], **how)
    for number, run in zip(missing, runs):
        rows[number] = chosen[number] | {"seconds": round(run.seconds, 1), "result": run.error or "ok"}
        print(f"  {folder_name(chosen[number])}: {rows[number]['result']}, {run.seconds:.0f} s", flush=True)
        if not run.error:
            rows[number] |= recorded(nbformat.reads(run.text, as_version=4))
            folders[number].mkdir(parents=True, exist_ok=True)
            (folders[number] / "row.json").unlink(missing_ok=True)
            put_in_place(run.text + "\n", folders[number] / source.name)
            put_in_place(json.dumps(rows[number]) + "\n", folders[number] / "row.json")
    (output / source.stem).mkdir(parents=True, exist_ok=True)
    put_in_place(table(rows), output / source.stem / "table.csv")
    failures = sum(row["result"] != "ok" for row in rows)
    print(f"{output / source.stem / 'table.csv'}: {len(rows)} rows, {failures} failed")
    return 1 if failures else 0


def main(arguments: list[str] | None = None) -> int:
    print_whatever_the_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the notebook, by the beginning of its name")
    parser.add_argument(
        "-p", nargs=2, action="append", default=[], metavar=("PARAMETER", "VALUES"),
        help="a parameter's values with commas between them; as often as there are parameters",
    )  # fmt: skip
    parser.add_argument("--workers", type=int, default=0, help="runs at once; all cores if it is not given")
    parser.add_argument("--scheduler", default="", help="address of a Dask scheduler such as tcp://host:8786")
    parser.add_argument("--notebooks", type=pathlib.Path, default=NOTEBOOKS, help="folder of the notebooks")
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT, help="folder for the results")
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    how = {"workers": options.workers, "scheduler": options.scheduler}
    try:
        return sweep(options.name, options.p, options.output.resolve(), options.notebooks.resolve(), **how)
    except (Failure, ValueError, OSError, ImportError, RuntimeError) as reason:
        print(reason, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. What is finished is kept; run the same command again for the rest.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
