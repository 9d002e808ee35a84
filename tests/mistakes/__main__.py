"""make mistakes: plant each catalogued mistake and show which check catches it.

Each numbered file of this folder lists MISTAKES of one notebook: (what is wrong, text in a code cell, its replacement,
parameters for a quick run, what the failing check says). The cells run one after another until one stops.
The mistakes of helpers.py are planted in any file of a copy of the bundle, and a test must catch them: (what is
wrong, file, text, replacement, pytest arguments, what the failing check says).
Arguments choose files by the beginning of their name. The exit status is 1 if any mistake goes unnoticed.
"""

import multiprocessing
import os
import runpy
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.mistakes.planting import attempt

# Each mistake runs in a process of its own, forked from one that has imported these already (where there is forking).
IMPORTED = ["numpy", "scipy.optimize", "matplotlib.pyplot", "sklearn.model_selection", "sklearn.datasets", "torch"]


def main():
    files = sorted(
        path for path in Path(__file__).parent.glob("[0-9h]*.py") if path.stem.startswith(tuple(sys.argv[1:]) or "")
    )
    jobs = [(path.stem, mistake) for path in files for mistake in runpy.run_path(str(path))["MISTAKES"]]
    os.environ["MPLBACKEND"] = "agg"
    context = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
    if hasattr(os, "fork"):
        context.set_forkserver_preload(["tests.mistakes.planting", *IMPORTED])
    missed = 0
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context, max_tasks_per_child=1) as executor:
        for (name, _), (words, said, caught) in zip(jobs, executor.map(attempt, *zip(*jobs))):
            missed += not caught
            print(f"{name[:2]}  {words}\n      {'caught' if caught else 'NOT CAUGHT'}: {said[:160]}", flush=True)
    print(f"{len(jobs) - missed} caught, {missed} not")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
