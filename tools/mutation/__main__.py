"""make mutants: change the helpers in every way that mutmut knows, one change at a time, and show what no test notices.

Each change is a mutant. It is killed if a test fails, or takes over five times as long and 5 s more; else it survives
and must have its reason in SURVIVORS. The exit status is 1 if one has none, or fewer than 90 % are killed.
ARGS="helpers.data*" runs some alone; SAMPLE=500 in the environment tries as many, chosen by chance (SEED), and judges
the share alone.
"""

import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

from helpers import ROOT
from tools.mutation.reasons import LEAST, change, reason
from tools.processes import without_the_course

# mutmut's exit codes of a test that failed, ended pytest itself (2, 3), or took too long; None is a mutant not tried.
KILLED = {1, 2, 3, 36, 24, -24, 152, 255}
MEMORY = 8 * 2**30  # bytes of address space, for each process
SOURCES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]["source_paths"]


def results():
    """The exit code of each mutant that was tried, by name, module by module."""
    for path in sorted(path for folder in SOURCES for path in Path("mutants", folder).rglob("*.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        yield path.relative_to("mutants").with_suffix(""), codes


def outcome(code):
    """What an exit code of mutmut's says of a mutant; unreached is what tests run in other processes only."""
    return "untried" if code is None else "unreached" if code == 33 else "killed" if code in KILLED else "survived"


def report(sampled):
    """Print the survivors with their reasons and a table by module; return whether all is well."""
    counts, bare = {}, 0
    for module, codes in results():
        counts[module.as_posix()] = Counter(map(outcome, codes.values()))
        for name in (name for name, code in codes.items() if outcome(code) == "survived"):
            where = re.sub(r"\.x[_ǁ]([\wǁ]+)__mutmut_\d+$", r".\1", name).replace("ǁ", ".").removeprefix("helpers.")
            what = change(name, module)
            why = reason(where, what)
            bare += not why
            print(f"{where}: {what}\n      {why or 'WITHOUT A REASON'}")
    total = sum(counts.values(), Counter())
    kinds = ("killed", "survived", "unreached", "untried")
    print(f"\n{'module':44}  mutants  {'  '.join(kinds)}")
    for module, count in (counts | {"all": total}).items():
        print(f"{module:44}  {count.total():7}  {'  '.join(f'{count[kind]:{len(kind)}}' for kind in kinds)}")
    tried = total["killed"] + total["survived"]
    share = total["killed"] / tried
    spread = f" (± {2 * (share * (1 - share) / tried) ** 0.5:.1%}, a sample)" if sampled else ""
    print(f"{share:.1%} of {tried} killed{spread}, {bare} survivors without a reason")
    return share >= LEAST and (sampled or not bare)


def limit_memory():
    """Let a mutant that fills its memory without end fail, and not the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def mutmut(*names):
    """Run mutmut on some mutants, or on all; mutants/ goes first on the path."""
    command = [sys.executable, "-m", "mutmut", "run", *names]
    return subprocess.run(command, env=without_the_course(), preexec_fn=limit_memory).returncode


def main():
    os.chdir(ROOT)
    sample, chosen = int(os.environ.get("SAMPLE", 0)), sys.argv[1:]
    if sample or not chosen:
        shutil.rmtree("mutants", ignore_errors=True)
    if sample:
        mutmut("helpers.data.*__mutmut_1")  # makes all, so that there is something to choose from
        names = sorted(name for _, codes in results() for name in codes)
        chosen = random.Random(int(os.environ.get("SEED", 0))).sample(names, min(sample, len(names)))
    return 0 if not mutmut(*chosen) and report(bool(sample)) else 1


if __name__ == "__main__":
    sys.exit(main())
