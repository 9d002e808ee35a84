"""make check: in some 20 seconds, whether the notebooks that changed keep their form, and exercises and figures work.

    python -m tools.check [NAME ...]

It looks at form, set-up cell, words, exercises and the readability of figures of the notebooks that git sees as
changed, or of those whose names begin so. It runs no notebook: `make test` compares what is stored with a fresh run.
"""

import argparse
import subprocess
import sys

from helpers import NOTEBOOKS, ROOT
from tools.notebook_files import Failure, changed, named

# What takes minutes: running a notebook with many settings, or with many changes in its code.
LEFT_OUT = "not every_setting and not default_parameters_and_can_fail"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.check", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks by name or its beginning; those that changed if none")
    options = parser.parse_args(arguments)
    try:
        paths = named(options.names or changed(), NOTEBOOKS)
    except Failure as reason:
        print(reason, file=sys.stderr)
        return 2
    for path in paths:
        if not path.is_file():
            there = ", ".join(sorted(path.stem for path in NOTEBOOKS.glob("[!.]*.ipynb")))
            print(f"{path.stem}: no such notebook; there are: {there}", file=sys.stderr)
            return 2
    if not paths:
        print("No notebook has changed; name one to check it: `make check NB=01`.")
        return 0
    print(f"Checking {', '.join(path.stem for path in paths)} ...", flush=True)
    chosen = " or ".join(path.stem for path in paths)
    tests = [sys.executable, "-m", "pytest", "-o", "addopts=", "-q", "--tb=short", "--no-header", "tests/lessons"]
    return subprocess.run([*tests, "-k", f"({chosen}) and {LEFT_OUT}"], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
