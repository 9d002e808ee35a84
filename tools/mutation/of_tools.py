"""make mutants-of-tools: try a sample of mutants of the tools, each written into a copy of the course.

mutmut's own way keeps all mutants of a module in one rewritten file, and tries them in a process of its own. Tools
read the files of the course and start processes, so here a mutant is what a slip of the pen would be: one change in
one file. It is killed if one of the tests of its tool fails, or if they take five times as long and 30 s more. SAMPLE
(100) of them are chosen by chance (SEED); ARGS="tools/run.py tools/tidy.py" names modules. The exit status is 1 if
fewer than 90 % are killed.
"""

import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import libcst
from mutmut.mutation.diff_apply import find_top_level_function_or_method, read_mutant_function, read_original_function
from mutmut.mutation.file_mutation import mutate_file_contents

from helpers import ROOT
from tools.mistakes.copies import LEFT_OUT
from tools.mutation.reasons import LEAST, marked
from tools.processes import without_the_course

# The tools behind a command that people give in their own copy of the course, and the tests of each.
TESTS = {
    f"tools/{name}.py": [f"tests/tools/test_{name}.py"]
    for name in "badges environment notebook_files one_file parameters processes publish release run sweep tidy".split()
} | {
    "tools/papermill_process.py": ["tests/tools/test_run.py", "tests/tools/test_faults.py"],
    "tools/signals.py": ["tests/tools/test_signals.py"],
    **{
        f"tools/grade/{name}.py": [f"tests/tools/test_grade_{name.strip('_')}.py", "tests/tools/test_grade.py"]
        for name in ("__main__", "collect", "inside", "marks")
    },
}
for name in ("grade/__main__", "one_file", "publish", "release", "run", "sweep"):
    TESTS[f"tools/{name}.py"] += ["tests/tools/test_commands.py"]


def mutants_of(path):
    """(name, the module's source, mutmut's rewritten module) of each mutant of a module."""
    source = (ROOT / path).read_text(encoding="utf-8")
    made = mutate_file_contents(path, source)
    rewritten = libcst.parse_module(made.code)
    for name in made.mutant_names:
        yield name, source, rewritten


def written(source, rewritten, name):
    """A module's source with one mutant in it, and the change, marked."""
    module = libcst.parse_module(source)
    old, new = read_original_function(rewritten, name), read_mutant_function(rewritten, name)
    place = find_top_level_function_or_method(module, old.name.value)
    lines = [libcst.Module([function]).code.splitlines() for function in (old, new)]
    differing = [" ".join(line.strip() for line in one if line not in other) for one, other in (lines, lines[::-1])]
    return module.deep_replace(place, new.with_changes(leading_lines=place.leading_lines)).code, marked(*differing)


def run_tests(root, tests, patience):
    """Whether some tests pass in a copy of the course, within so many seconds."""
    report = root / "build" / "report.xml"  # a mutant may end pytest itself, with a status of 0 and no report
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--numprocesses=0"]
    command += [f"--junitxml={report}", *tests]
    environment = without_the_course() | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as process:  # fmt: skip
        try:
            return process.wait(patience) == 0 and report.exists()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return False


def main():
    modules = sys.argv[1:] or list(TESTS)
    everything = [(path, *mutant) for path in modules for mutant in mutants_of(path)]
    number, seed = int(os.environ.get("SAMPLE", 100)), int(os.environ.get("SEED", 0))
    chosen = sorted(random.Random(seed).sample(everything, min(number, len(everything))), key=lambda one: one[0])
    copies, patience = queue.Queue(), {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in "ab":
            shutil.copytree(ROOT, Path(scratch, name), ignore=LEFT_OUT)
            copies.put(Path(scratch, name))
        for path in dict.fromkeys(path for path, *_ in chosen):
            begun = time.monotonic()
            if not run_tests(Path(scratch, "a"), TESTS[path], 600):
                sys.exit(f"the tests of {path} fail without any change: run `pytest {' '.join(TESTS[path])}`")
            patience[path] = 5 * (time.monotonic() - begun) + 30

        def survives(one):
            path, name, source, rewritten = one
            text, what = written(source, rewritten, name)
            copy = copies.get()
            try:
                (copy / path).write_text(text, encoding="utf-8")
                passed = run_tests(copy, TESTS[path], patience[path])
            finally:
                (copy / path).write_text(source, encoding="utf-8")
                copies.put(copy)
            if passed:
                print(f"{path} {name}: {what}", flush=True)
            return passed

        with ThreadPoolExecutor(copies.qsize()) as pool:
            survived = list(pool.map(survives, chosen))
    counts = {path: Counter(s for (p, *_), s in zip(chosen, survived) if p == path) for path in patience}
    print(f"\n{'module':28}  killed  survived")
    for path, count in counts.items():
        print(f"{path:28}  {count[False]:6}  {count[True]:8}")
    share = survived.count(False) / len(survived)
    print(f"{share:.1%} of {len(survived)} killed (± {2 * (share * (1 - share) / len(survived)) ** 0.5:.1%})")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
