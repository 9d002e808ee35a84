"""See every check of a notebook fail: change one thing at a time in copies of the running notebook.

The notebook runs once. Before each cell the process is copied and the copy goes on; when it has come back from the end,
the cells that follow are tried again with one thing changed in this cell, or in the values that it reads, each time in
another copy, as long as there are checks that depend on this cell and have not failed so far. So changes close to a
check are tried first, and what only a training of minutes could show is tried on what the training left. Checks that
no change reaches are left to the mistakes written by hand. No figure is shown meanwhile: no check reads the picture.

What has been seen is kept in tests/lessons/proof, a file that is committed: for each check, under the digest of the
texts of all that it depends on, the change that turned it red. A record of other texts says nothing, so an unchanged
notebook is not run again, of a changed one only the changed part is tried, and nothing stale can count. Whether the
records are true can be seen at any time: `--anew` does not read them.
"""

import ast
import gc
import hashlib
import importlib
import json
import os
import pickle
import re
import signal
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import nbformat

from helpers import NOTEBOOKS, ROOT, plotting
from tools.mistakes.by_hand import Mistake, Outcome, the_cell_with
from tools.mistakes.changes import changes
from tools.mistakes.checks import MARKER, Check, Marker, checks_in, marked, runs_always, to_last_check
from tools.mistakes.dependencies import bound_and_read, needed_cells
from tools.mistakes.values import spoilt
from tools.notebook_files import put_in_place
from tools.one_file import carried

LESSONS = ROOT / "tests" / "lessons"
KEPT = LESSONS / "proof"  # what was seen when changes were tried
ONCE = ROOT / "build" / "proof"  # which checks ran in a notebook that ran once
VERSION = "1"  # of what counts as seen to fail: another one, and all records are void
LONGEST = 4.0  # CPU seconds of one try; what takes longer is left to mistakes by hand
AT_A_CELL, ALTOGETHER = 10.0, 240.0  # CPU seconds for the changes of one cell, and of a notebook
FRUITLESS = 40  # tries without a new failure after which the changes of a cell are given up
FOR_A_CHECK = 25.0  # CPU seconds of tries after which a check is left to mistakes by hand
UNTOUCHED = {"setup", "parameters", "exercise"}  # tags of cells in which nothing is changed
PATIENCE = 120  # CPU seconds until a check must have stopped a mistake by hand

KNOWN_LATER = ("ran", "red", "costs", "spent", "trouble", "outcomes", "effort")  # what a copy tells where it came from

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
    gc.freeze()  # or the garbage collector of each copy writes to all memory, which then must be copied
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
        self.keep: Callable[[dict[Place, str]], None] = lambda red: None  # called when more may have been seen to fail
        self.effort: Counter[Place] = Counter()  # CPU seconds of the changes tried for a check
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
            return {name: getattr(self, name) for name in KNOWN_LATER}

        found, _ = in_a_copy(rest)
        vars(self).update(found or {"trouble": f"code cell {cell + 1}: its process died"})
        if self.trying:
            self.try_changes(cell, near=True)
            self.try_values(cell)
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
            and self.effort[check.place] < FOR_A_CHECK
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

    def try_values(self, cell: int) -> None:
        """Spoil one value at a time that a cell reads, until all its own checks have failed."""
        waiting = [check.place for check in self.waiting(cell) if check.cell == cell]
        if not waiting or UNTOUCHED & self.tags[cell]:
            return
        spoiled, usual = self.tried([cell], {}, LONGEST)
        self.spent += usual
        if usual > LONGEST:
            return
        limit = min(self.spent + AT_A_CELL, ALTOGETHER)
        settings = set().union(*(bound_and_read(s)[0] for s, t in zip(self.sources, self.tags) if UNTOUCHED & t))
        for name in sorted((bound_and_read(self.sources[cell])[2] & set(self.scope)) - settings):
            try:
                options = list(spoilt(self.scope[name]))
            except Exception:  # a thing of a kind that only looks like numbers
                continue
            for words, value in options:
                if all(place in self.red or place in spoiled for place in waiting) or self.spent > limit:
                    break
                red, cost = self.tried([cell], {}, 2 * usual + 1, {name: value})
                self.spent += cost
                self.red |= {
                    place: f"{name} comes to code cell {cell + 1} with {words}"
                    for place in red
                    if place in waiting and place not in self.red and place not in spoiled
                }
        self.keep(self.red)

    def try_changes(self, cell: int, near: bool = False) -> None:
        """Change one thing at a time in a cell until all checks that depend on it have failed, or patience ends.

        Args:
            cell: the cell.
            near: whether checks in the cell itself count; if not, those in later cells do.
        """
        waiting = [check for check in self.waiting(cell) if (check.cell == cell) == near]
        cells = self.affordable(cell, waiting)
        if not cells or UNTOUCHED & self.tags[cell]:
            return
        spoiled, usual = self.tried(cells, {}, PATIENCE)  # what fails without a change: state that cells left behind
        spent, fruitless = usual, 0
        for words, tree in changes(self.sources[cell]):
            waiting = [check for check in waiting if check.place not in spoiled and check.place not in self.red]
            cells = self.affordable(cell, waiting)
            if not cells or spent > AT_A_CELL or fruitless >= FRUITLESS or self.spent + spent > ALTOGETHER:
                break
            red, cost = self.tried(cells, {cell: tree}, 2 * usual + 1)
            new = [place for place in red if place not in self.red and place not in spoiled and place in self.ran]
            self.red |= {place: f"code cell {cell + 1}, {words}" for place in new}
            self.effort.update({check.place: cost for check in waiting if check.cell in cells})
            spent, fruitless = spent + cost, 0 if new else fruitless + 1
        self.spent += spent
        self.keep(self.red)

    def tried(
        self,
        cells: list[int],
        changed: dict[int, ast.Module],
        patience: float,
        values: dict[str, Any] | None = None,
    ) -> tuple[dict[Place, str], float]:
        """The checks that fail in a copy of this process when some cells run, and the CPU seconds that it took.

        Args:
            cells: to run.
            changed: the tree of the cell that is changed, if one is.
            patience: CPU seconds until it is given up.
            values: of names that are to have others when the cells begin.
        """

        def attempt() -> dict[Place, str]:
            self.marker.red.clear()
            self.scope.update(values or {})
            last = to_last_check(changed.get(cells[-1]) or ast.parse(self.sources[cells[-1]]))
            self.run(cells, changed | {cells[-1]: last})
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

        target = next((check.cell for check in self.checks if mistake.check and mistake.check in check.text), None)
        cells, left_out = [], set()  # what takes long and does not lead to the check, and what builds on that
        for k in range(cell, len(self.sources) if target is None else target + 1):
            leads = target is None or k in (cell, target) or k in self.needed[target]
            if not leads and (self.costs[k] > LONGEST or self.needed[k] & left_out):
                left_out.add(k)
            else:
                cells.append(k)

        def task() -> tuple[str, dict[Place, str]]:
            self.marker.red.clear()
            self.marker.stopping = True
            vars(self)["scope"] |= mistake.settings
            self.sources[cell] = self.sources[cell].replace(mistake.old, mistake.new)
            said = self.run(cells)
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
    name: str,
    mistakes: list[Mistake],
    folder: Path = NOTEBOOKS,
    kept: Path = KEPT,
    once: Path = ONCE,
    *,
    trying: bool = True,
    anew: bool = False,
) -> Report:
    """What is known of the checks of a notebook, by running it as far as is not known already.

    It changes this process: it is meant for one that does nothing else.

    Args:
        name: of the notebook, without `.ipynb`.
        mistakes: those written by hand.
        folder: where the notebook lies.
        kept: the folder for what is seen when changes are tried.
        once: the folder for what is seen when they are not.
        trying: whether to try changes; if not, the notebook runs once, which tells of checks that never run.
        anew: whether to see all for oneself, and not read what is kept.
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
    # What a check may depend on beside the cells: the helpers, the packages, and what this engine calls a failure.
    beside = digest(VERSION, (ROOT / "requirements.txt").read_text(encoding="utf-8"), *used.values())
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
    known = {} if anew else _read(kept / f"{name}.json")
    if not trying and known.get("whole") != whole:  # seen once is enough
        known |= _read(once / f"{name}.json")
    fresh = known.get("whole") == whole
    seen = {key: words for key, words in known.get("red", {}).items() if fresh or not words.startswith("by hand")}
    lesson.red = {place: seen[key] for place, key in keys.items() if key in seen}
    if fresh:
        lesson.ran = {place for place, key in keys.items() if key in known["ran"]}
        lesson.outcomes = [Outcome(*outcome) for outcome in known["outcomes"]]
        lesson.trouble = known["trouble"]
    else:
        os.chdir(folder)
        sys.stdout = sys.stderr = open(os.devnull, "w")
        path = (kept if trying else once) / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)

        def keep(red: dict[Place, str], **more: Any) -> None:
            words = {keys[place]: words for place, words in sorted(red.items()) if place in keys}
            record = {"whole": "", **more, "red": words}  # a run that is interrupted goes on from here
            put_in_place(json.dumps(record, indent=1, ensure_ascii=False) + "\n", path)

        lesson.trying, lesson.keep = trying, keep
        lesson.visit(0)
        ran = [keys[place] for place in sorted(lesson.ran) if place in keys]
        done = "" if lesson.trouble else whole  # trouble is looked for again
        keep(lesson.red, whole=done, tried=trying, ran=ran, outcomes=lesson.outcomes, trouble=lesson.trouble)
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


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def mistakes_of(name: str) -> list[Mistake]:
    """The mistakes by hand of a notebook; none if there is no file for it."""
    if not (LESSONS / f"{name}.py").is_file():
        return []
    return getattr(importlib.import_module(f"tests.lessons.{name}"), "MISTAKES", [])


def prove_alone(name: str, trying: bool = True, anew: bool = False) -> Report:
    """The proof of one notebook, in a process that is there for nothing else."""
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # studies start no processes of their own
    plt.switch_backend("agg")
    plotting.show = lambda fig, **_: plt.close(fig)
    return prove(name, mistakes_of(name), trying=trying, anew=anew)


def remarks(report: Report) -> list[tuple[str, str]]:
    """What is not proved about a notebook's checks, each with its remedy."""
    found = []
    if report.trouble:
        found.append((f"{report.trouble}", "mend this cell first; `make refresh` shows where it stops"))
    for check in report.checks:
        what = f"code cell {check.cell + 1}: {textwrap.shorten(check.text, 100, placeholder=' ...')}"
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
