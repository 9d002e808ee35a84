"""make mistakes: plant each catalogued mistake and print a table of the checks that catch them.

Each numbered file of this folder lists the MISTAKES of one notebook. The notebook runs once; before a cell in which
mistakes are planted the process is copied, and each copy goes on with one of them until a check stops it: the one that
the catalogue names. The mistakes of bundle.py are planted in any file of a copy of the bundle, and a test must catch
them. Arguments choose files by the beginning of their name; -k TEXT chooses mistakes whose words contain TEXT.
The exit status is 1 if a mistake goes unnoticed, or is caught by another check than the one named.
"""

import argparse
import importlib
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from helpers import ROOT
from tools.mistakes.engine import try_all

LESSONS = ROOT / "tests" / "lessons"


def catalogue(names: list[str], text: str = "") -> dict[str, list[tuple]]:
    """The mistakes of each file whose name begins with one of the names, as far as their words contain a text."""
    modules = {path.stem: f"tests.lessons.{path.stem}" for path in sorted(LESSONS.glob("[0-9]*.py"))}
    modules |= {"anywhere": "tests.mistakes_anywhere"}
    chosen = {name: module for name, module in modules.items() if name.startswith(tuple(names))}
    listed = {name: importlib.import_module(module).MISTAKES for name, module in chosen.items()}
    return {name: [mistake for mistake in mistakes if text in mistake[0]] for name, mistakes in listed.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mistakes", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[""], help="files by the beginning of their name; all if none")
    parser.add_argument("-k", default="", metavar="TEXT", help="only mistakes whose words contain TEXT")
    options = parser.parse_args()
    if not hasattr(os, "fork"):
        sys.exit("make mistakes needs a system on which a process can be copied, such as Linux or macOS.")
    jobs = []
    for name, mistakes in catalogue(options.names, options.k).items():  # those of the bundle are tried one by one
        jobs += [(name, [mistake]) for mistake in mistakes] if name == "anywhere" else [(name, mistakes)]
    jobs.sort(key=lambda job: -len(job[1]))  # the longest first
    widths = [len(mistake[0]) for _, mistakes in jobs for mistake in mistakes]
    if not widths:
        sys.exit(f"No mistake of {' '.join(options.names) or 'the catalogue'} has {options.k!r} in its words.")
    width = max(widths)
    caught = missed = 0
    print(f"      {'what is wrong':{width}}  what catches it")
    context = multiprocessing.get_context("spawn")  # NumPy and torch are imported by the notebooks themselves
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context, max_tasks_per_child=1) as executor:
        for (name, _), outcomes in zip(jobs, executor.map(try_all, *zip(*jobs))):
            for words, said, right in outcomes:
                print(f"{name[:2]}    {words:{width}}  {'' if right else 'NOT CAUGHT: '}{said[:160]}", flush=True)
                caught, missed = caught + right, missed + (not right)
    print(f"{caught} caught, {missed} not")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
