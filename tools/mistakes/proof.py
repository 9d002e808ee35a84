"""See every check of a notebook fail: change one thing at a time in copies of the running notebook.

The notebook runs once. Before each cell the process is copied and the copy goes on; when it has come back from the end,
the cells that follow are tried again with one thing changed in this cell, each time in another copy, as long as there
are checks that depend on this cell and have not failed so far. So changes close to a check are tried first. Checks that
no change reaches are left to the mistakes written by hand. What has been seen is kept in build/proof, by the text of
the cells that a check depends on: an unchanged notebook is not run again.
"""

import ast
import hashlib
import importlib
import json
import os
import pickle
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from helpers import NOTEBOOKS, ROOT
from tools.mistakes.by_hand import Mistake, Outcome, the_cell_with
from tools.mistakes.changes import changes
from tools.mistakes.checks import MARKER, Check, Marker, checks_in, marked, runs_always
from tools.mistakes.dependencies import needed_cells
from tools.notebook_files import put_in_place
from tools.one_file import carried

KEPT = ROOT / "build" / "proof"
LESSONS = ROOT / "tests" / "lessons"
LONGEST = 15.0  # CPU seconds of one try; what takes longer is left to mistakes by hand
AT_A_CELL, ALTOGETHER = 20.0, 240.0  # CPU seconds for the changes of one cell, and of a notebook
FRUITLESS = 40  # tries without a new failure after which the changes of a cell are given up
UNTOUCHED = {"setup", "parameters", "exercise"}  # tags of cells in which nothing is changed
PATIENCE = 300  # CPU seconds until a check must have stopped a mistake by hand

Place = tuple[int, int]  # of a check: its cell, and its number there


class Report(NamedTuple):
    """What is known of a notebook's checks."""

    name: str
    sources: list[str]  # of its code cells
    needed: list[set[int]]  # for each cell, the cells that it depends on
    checks: list[Check]
    ran: set[Place]  # the checks that ran in the unchanged notebook
    red: dict[Place, str]  # those that have been seen to fail, and what was changed
    outcomes: list[Outcome]  # of the mistakes by hand
    trouble: str  # what stops the unchanged notebook; empty if nothing does
    tried: bool  # whether changes were tried; if not, nothing is known of what has not been seen to fail


def in_a_copy(task: Callable[[], Any], patience: float = 0) -> tuple[Any, float]:
    """What a function returns in a copy of this process, with all its memory, and the CPU seconds that it took.

    None is returned if the copy dies, or takes more CPU seconds than its patience allows (0 is no limit).
    """
    receiving, sending = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.close(receiving)
            if patience:
                _limit(patience)
            value = pickle.dumps(task())
            with os.fdopen(sending, "wb") as pipe:
                pipe.write(value)
            status = 0
        finally:
            os._exit(status)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        sent = pipe.read()
    _, _, usage = os.wait4(pid, 0)
    return (pickle.loads(sent) if sent else None), usage.ru_utime + usage.ru_stime


def _limit(seconds: float) -> None:
    """End this process when it has taken so many CPU seconds, or has waited far longer."""
    import resource  # not on Windows, where nothing is copied

    whole = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(60 + 20 * whole)


class Notebook:
    """A notebook whose cells run in this process, and what is known of its checks so far."""

    def __init__(self, sources: list[str], tags: list[set[str]], mistakes: list[Mistake]) -> None:
        self.sources, self.tags = sources, tags
        self.checks = checks_in(sources)
        self.needed = needed_cells(sources)
        self.marker = Marker()
        self.scope: dict[str, Any] = {"__name__": "__main__", MARKER: self.marker}
        self.red: dict[Place, str] = {}
        self.ran: set[Place] = set()
        self.costs: dict[int, float] = {}
        self.spent = 0.0
        self.trouble = ""
        self.trying = True
        self.outcomes: list[Outcome] = []
        self.planted: dict[int, list[Mistake]] = {}
        for mistake in mistakes:
            try:
                self.planted.setdefault(the_cell_with(mistake.old, sources), []).append(mistake)
            except LookupError as error:
                self.outcomes.append(Outcome(mistake.words, f"its place is gone: {error}", False, True))

    def behind(self, check: Check) -> list[str]:
        """The text of its cell and of the cells that it depends on."""
        return [self.sources[cell] for cell in sorted({*self.needed[check.cell], check.cell})]

    def run(self, cells: list[int], changed: dict[int, ast.Module] | None = None) -> str:
        """Run some cells, one of them perhaps changed, until one raises; return what it says."""
        for cell in cells:
            tree = (changed or {}).get(cell) or ast.parse(self.sources[cell])
            try:
                exec(compile(marked(tree, cell), f"code cell {cell + 1}", "exec"), self.scope)
            except Exception as error:
                return f"code cell {cell + 1}: {type(error).__name__}: {error}"
        return ""

    def visit(self, cell: int) -> None:
        """Run the notebook from a cell on in a copy of this process; then try changes of this cell."""
        if cell == len(self.sources):
            self.ran = set(self.marker.ran)
            if self.marker.red:
                place, said = next(iter(self.marker.red.items()))
                self.trouble = f"code cell {place[0] + 1}: {said}"
            return

        def rest() -> dict[str, Any]:
            started = time.process_time()
            self.trouble = self.run([cell])
            self.costs[cell] = time.process_time() - started
            self.visit(len(self.sources) if self.trouble else cell + 1)
            return {name: getattr(self, name) for name in ("ran", "red", "costs", "spent", "trouble", "outcomes")}

        found, _ = in_a_copy(rest)
        vars(self).update(found or {"trouble": f"code cell {cell + 1}: its process died"})
        if self.trying:
            self.try_changes(cell)
            for mistake in self.planted.get(cell, ()):
                self.try_by_hand(mistake, cell)

    def waiting(self, cell: int) -> list[Check]:
        """The checks that depend on a cell, ran, and have not been seen to fail."""
        return [
            check
            for check in self.checks
            if (check.cell == cell or cell in self.needed[check.cell])
            and check.place in self.ran
            and check.place not in self.red
        ]

    def affordable(self, cell: int, checks: list[Check]) -> list[int]:
        """The cells to run from this one on for as many of the checks, from the nearest, as LONGEST allows."""
        chosen: set[int] = set()
        for target in dict.fromkeys(check.cell for check in checks):
            more = chosen | {cell, target} | {k for k in self.needed[target] if k > cell}
            if sum(self.costs[k] for k in more) > LONGEST:
                break
            chosen = more
        return sorted(chosen)

    def try_changes(self, cell: int) -> None:
        """Change one thing at a time in a cell until all checks that depend on it have failed, or patience ends."""
        cells = self.affordable(cell, self.waiting(cell))
        if not cells or UNTOUCHED & self.tags[cell]:
            return
        spoiled, cost = self.tried(cells, {}, PATIENCE)  # what fails without a change: state that cells left behind
        spent, fruitless = cost, 0
        for words, tree in changes(self.sources[cell]):
            cells = self.affordable(cell, [c for c in self.waiting(cell) if c.place not in spoiled])
            if not cells or spent > AT_A_CELL or fruitless >= FRUITLESS or self.spent + spent > ALTOGETHER:
                break
            red, cost = self.tried(cells, {cell: tree}, 3 * cost + 2)
            new = [place for place in red if place not in self.red and place not in spoiled and place in self.ran]
            self.red |= {place: f"code cell {cell + 1}, {words}" for place in new}
            spent, fruitless = spent + cost, 0 if new else fruitless + 1
        self.spent += spent

    def tried(
        self, cells: list[int], changed: dict[int, ast.Module], patience: float
    ) -> tuple[dict[Place, str], float]:
        """The checks that fail in a copy of this process when some cells run, and the CPU seconds that it took."""

        def attempt() -> dict[Place, str]:
            self.marker.red.clear()
            self.run(cells, changed)
            return self.marker.red

        red, cost = in_a_copy(attempt, patience)
        return red or {}, cost

    def try_by_hand(self, mistake: Mistake, cell: int) -> None:
        """Plant a mistake in a cell and run on until something stops it, unless its check has been seen to fail."""
        holders = [check for check in self.checks if mistake.check and mistake.check in check.text]
        if mistake.check and len(holders) != 1:
            said = f"its check is gone: {mistake.check!r} stands in {len(holders)} checks"
            self.outcomes.append(Outcome(mistake.words, said, False, True))
        elif holders and holders[0].place in self.red:
            said = f"not needed: its check fails too if {self.red[holders[0].place]}"
            self.outcomes.append(Outcome(mistake.words, said, True, True))
        else:
            outcome, check = self.attempt(mistake, cell)
            if mistake.settings and outcome.caught:
                alone, _ = self.attempt(mistake._replace(new=mistake.old), cell)
                if alone.caught:
                    outcome = Outcome(mistake.words, f"CAUGHT BY ITS SETTINGS: {outcome.said}", False)
            self.outcomes.append(outcome)
            if outcome.caught and check is not None:
                self.red[check] = f"by hand: {mistake.words}"

    def attempt(self, mistake: Mistake, cell: int) -> tuple[Outcome, Place | None]:
        """What stops a mistake that is planted in a cell, in a copy of this process; and the check that did, if one."""

        def task() -> tuple[str, dict[Place, str]]:
            self.marker.red.clear()
            self.marker.stopping = True
            vars(self)["scope"] |= mistake.settings
            self.sources[cell] = self.sources[cell].replace(mistake.old, mistake.new)
            said = self.run(list(range(cell, len(self.sources))))
            return said, self.marker.red

        said, red = in_a_copy(task, PATIENCE)[0] or ("nothing stopped it", {})
        place = next(iter(red), None)
        text = next((check.text for check in self.checks if check.place == place), "")
        right = bool(said) and (mistake.check in text if mistake.check else not text)
        if said and not right:
            said = f"ANOTHER CHECK, {text or 'none'!r}: {said}"
        return Outcome(mistake.words, said or "every check passed", right and mistake.says in said), place


def digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]


def prove(
    name: str, mistakes: list[Mistake], folder: Path = NOTEBOOKS, kept: Path = KEPT, *, trying: bool = True
) -> Report:
    """What is known of the checks of a notebook, by running it as far as is not known already.

    It changes this process: it is meant for one that does nothing else.

    Args:
        name: of the notebook, without `.ipynb`.
        mistakes: those written by hand.
        folder: where the notebook lies.
        kept: where what has been seen is kept.
        trying: whether to try changes; if not, the notebook runs once, which tells of checks that never run.
    """
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in cells]
    try:
        lesson = Notebook(sources, [set(cell.metadata.get("tags", [])) for cell in cells], mistakes)
        used = carried("\n".join(sources))
    except SyntaxError as error:
        said = f"its code must be plain Python, without magics: {(error.text or '').strip()!r}"
        return Report(name, [], [], [], set(), {}, [], said, True)
    # What a check may depend on beside the cells: the helpers, and the engine itself.
    engine = [
        Path(__file__).with_name(f"{name}.py") for name in ("by_hand", "changes", "checks", "dependencies", "proof")
    ]
    beside = digest(*used.values(), *(path.read_text(encoding="utf-8") for path in engine))
    whole = digest(beside, *sources, repr(mistakes))
    keys = {
        check.place: digest(
            beside,
            check.text,
            str(check.number),
            *(sources[k] for k in sorted(lesson.needed[check.cell])),
            sources[check.cell],
        )
        for check in lesson.checks
    }
    path = kept / f"{name}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    fresh = known.get("whole") == whole and (known["tried"] or not trying)
    seen = {key: words for key, words in known.get("red", {}).items() if fresh or not words.startswith("by hand")}
    lesson.red = {place: seen[key] for place, key in keys.items() if key in seen}
    if fresh:
        lesson.ran = {place for place, key in keys.items() if key in known["ran"]}
        lesson.outcomes = [Outcome(*outcome) for outcome in known["outcomes"]]
        lesson.trouble = known["trouble"]
    else:
        os.chdir(folder)
        sys.stdout = sys.stderr = open(os.devnull, "w")
        lesson.trying = trying
        lesson.visit(0)
        record = {
            "whole": whole,
            "tried": trying,
            "ran": [keys[place] for place in sorted(lesson.ran) if place in keys],
            "red": {keys[place]: words for place, words in sorted(lesson.red.items())},
            "outcomes": lesson.outcomes,
            "trouble": lesson.trouble,
        }
        kept.mkdir(parents=True, exist_ok=True)
        put_in_place(json.dumps(record, indent=1, ensure_ascii=False), path)
    return Report(
        name,
        sources,
        lesson.needed,
        lesson.checks,
        lesson.ran,
        lesson.red,
        lesson.outcomes,
        lesson.trouble,
        trying or fresh and known["tried"],
    )


def mistakes_of(name: str) -> list[Mistake]:
    """The mistakes by hand of a notebook; none if there is no file for it."""
    if not (LESSONS / f"{name}.py").is_file():
        return []
    return getattr(importlib.import_module(f"tests.lessons.{name}"), "MISTAKES", [])


def prove_alone(name: str, trying: bool = True) -> Report:
    """The proof of one notebook, in a process that is there for nothing else."""
    os.environ["MPLBACKEND"] = "agg"
    return prove(name, mistakes_of(name), trying=trying)


def remarks(report: Report) -> list[tuple[str, str]]:
    """What is not proved about a notebook's checks, each with its remedy."""
    found = []
    if report.trouble:
        found.append((f"{report.trouble}", "mend this cell first; `make refresh` shows where it stops"))
    for check in report.checks:
        what = f"code cell {check.cell + 1}: {' '.join(check.text.split())[:100]}"
        if check.place in report.ran or report.trouble:
            if check.place not in report.red and report.tried and not report.trouble:
                found.append((f"{what} has not been seen to fail", ready_entry(report, check)))
        elif runs_always(check):
            remedy = "it says nothing at these default parameters: take them back, or let the check fit the new ones"
            found.append((f"{what} never ran", remedy))
    for outcome in report.outcomes:
        if not outcome.caught and not outcome.superfluous:
            remedy = f"mend or delete the entry in tests/lessons/{report.name}.py: {outcome.said[:200]}"
            found.append((f"the mistake {outcome.words!r} is not caught as it should", remedy))
    return found


def ready_entry(report: Report, check: Check) -> str:
    """An entry for a mistake that should turn a check red, to be completed, and where it goes."""
    said = ast.literal_eval(found[-1]) if (found := re.findall(r'"[^"{}\\]{9,}"', check.text)) else check.text[:60]
    cells = sorted({*report.needed[check.cell], check.cell}, reverse=True)
    lines = [line.strip() for cell in cells for line in report.sources[cell].splitlines() if " = " in line]
    old = next((line for line in lines if sum(line in source for source in report.sources) == 1), "a line of the cell")
    file = f"tests/lessons/{report.name}.py"
    head = "" if (ROOT / file).is_file() else "from tools.mistakes import Mistake\n\nMISTAKES = [\n"
    entry = f'Mistake("what is wrong", {old!r}, "what it becomes", {said!r}),'
    return f"put into MISTAKES of {file}, with what is wrong and what the line becomes:\n{head}    {entry}" + (
        "\n]" if head else ""
    )
