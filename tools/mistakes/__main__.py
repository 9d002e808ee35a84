"""make mistakes: show that every check of every notebook can fail, and every checker of the course too.

Of each notebook, one thing at a time is changed in copies of the running process until each check has been seen to fail
(proof.py says how). The mistakes written by hand in tests/lessons/NN_topic.py are tried for the checks that this does
not reach. For a check that nothing reaches an entry to paste is printed. The mistakes of tests/mistakes_anywhere.py are
made in a copy of the course with a small notebook, and a test must catch each. Arguments choose notebooks by the
beginning of their names, or `anywhere`; -k TEXT chooses mistakes anywhere, -v shows what turned each check red, --once
runs each notebook once and changes nothing, which tells of checks that never run, --anew sees all for itself that
tests/lessons/proof holds already. The exit status is 1 if something is not proved and [tool.course] in pyproject.toml
says `proof = "strict"`.
"""

import argparse
import itertools
import multiprocessing
import os
import sys
from concurrent.futures import Executor, ProcessPoolExecutor

from helpers import NOTEBOOKS
from tools.mistakes import copies
from tools.mistakes.proof import prove_alone, remarks
from tools.rules import STRICT


def lessons(names: list[str], executor: Executor, verbose: bool, once: bool, anew: bool) -> int:
    """Print what is known of the checks of some notebooks; return how many remarks there are."""
    count = 0
    reports = [executor.submit(prove_alone, name, not once, anew) for name in reversed(names)]  # the last takes longest
    for report in (future.result() for future in reversed(reports)):
        seen = f"{len(report.red)} of them seen to fail" if report.tried else f"{len(report.ran)} of them ran"
        print(f"{report.name}: {len(report.checks)} checks, {seen}", flush=True)
        for check in report.checks if verbose else ():
            text = " ".join(check.text.split())
            print(f"  code cell {check.cell + 1}: {text[:60]}  <-  {report.red.get(check.place, 'nothing')}")
        for remedy, found in itertools.groupby(remarks(report), key=lambda remark: remark[1]):
            for what, _ in found:
                count += 1
                print(f"  {what}")
            print(f"      {remedy}")
        for outcome in report.outcomes:
            if outcome.superfluous:
                print(f"  can be deleted from tests/lessons/{report.name}.py: {outcome.words!r} ({outcome.said[:90]})")
    return count


def anywhere(text: str, executor: Executor) -> int:
    """Try the mistakes anywhere whose words contain a text, print what catches each; return how many go unnoticed."""
    from tests.mistakes_anywhere import MISTAKES

    chosen = [mistake for mistake in MISTAKES if text in mistake.words]
    missed = 0
    for outcome in executor.map(copies.attempt, chosen):
        print(
            f"anywhere: {outcome.words}",
            f"{'' if outcome.caught else 'NOT CAUGHT: '}{outcome.said[:160]}",
            sep="\n      ",
        )
        missed += not outcome.caught
    print(f"anywhere: {len(chosen) - missed} mistakes caught, {missed} not")
    return missed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mistakes", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[""], help="notebooks by the beginning of their names, or anywhere")
    parser.add_argument("-k", default="", metavar="TEXT", help="only mistakes anywhere whose words contain TEXT")
    parser.add_argument("-v", action="store_true", help="show what turned each check red")
    parser.add_argument("--once", action="store_true", help="try no changes; tell of checks that never run")
    parser.add_argument("--anew", action="store_true", help="do not trust what tests/lessons/proof says has been seen")
    options = parser.parse_args(arguments)
    if not hasattr(os, "fork"):
        sys.exit("make mistakes needs a system on which a process can be copied, such as Linux or macOS.")
    beginnings = tuple(options.names)
    names = [path.stem for path in sorted(NOTEBOOKS.glob("[!.]*.ipynb")) if path.stem.startswith(beginnings)]
    elsewhere = "anywhere".startswith(beginnings)
    if not names and not elsewhere:
        sys.exit(f"No notebook begins with {' or '.join(beginnings)}; name one of notebooks/, or `anywhere`.")
    context = multiprocessing.get_context("spawn")  # NumPy and torch are imported by the notebooks themselves
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context, max_tasks_per_child=1) as executor:
        count = lessons([] if options.k else names, executor, options.v, options.once, options.anew)
        missed = anywhere(options.k, executor) if elsewhere else 0
    if count and not STRICT:
        print(f'{count} remarks, told and no more: pyproject.toml has proof = "report".')
    return 1 if missed or count and STRICT else 0


if __name__ == "__main__":
    sys.exit(main())
