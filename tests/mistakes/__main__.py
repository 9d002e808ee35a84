"""make mistakes: plant each catalogued mistake in a copy of the bundle and show which check catches it.

Each file of this folder lists MISTAKES of one notebook: (what is wrong, text in a cell, its replacement, quick
parameters, what the failing check says). The mistakes of helpers.py are planted in any file, and a test must catch
them: (what is wrong, file, text, replacement, pytest arguments, what the failing check says).
Arguments choose files by the beginning of their name. The exit status is 1 if any mistake goes unnoticed.
"""

import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache", ".ipynb_checkpoints", "mutants")


def plant(path, old, new):
    """Replace a text that stands once: in a code cell of a notebook, or else in the raw file. Return what is wrong."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        notebook = json.loads(text)
        holders = [c for c in notebook["cells"] if c["cell_type"] == "code" and old in "".join(c["source"])]
        if len(holders) == 1:
            holders[0]["source"] = "".join(holders[0]["source"]).replace(old, new)
            path.write_text(json.dumps(notebook), encoding="utf-8")
            return ""
    if text.count(old) != 1:
        return f"the text must stand in one cell, or once in the file: {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return ""


def attempt(file, mistake):
    """Plant one mistake and run its check; return (words, what caught it) or (words, None)."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "course"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        if file.stem == "helpers":
            words, target, old, new, arguments, fragment = mistake
            problem = plant(tree / target, old, new)
            command = ["-m", "pytest", "-x", "--color=no", "--numprocesses=0", *arguments]
        else:
            words, old, new, parameters, fragment = mistake
            problem = plant(tree / "notebooks" / f"{file.stem}.ipynb", old, new)
            command = ["-m", "helpers.execute", file.stem]
            command += [part for name, value in parameters.items() for part in ("-p", name, str(value))]
        if problem:
            return words, None, problem
        environment = os.environ | {"PYTHONPATH": str(tree)}
        done = subprocess.run([sys.executable, *command], cwd=tree, capture_output=True, text=True, env=environment)
        said = done.stdout + done.stderr
        lines = [line.strip() for line in said.splitlines() if fragment in line]
        if done.returncode and lines:
            return words, lines[-1], ""
        return words, None, "every check passed" if not done.returncode else "another check failed: " + said[-300:]


def main():
    files = [path for path in sorted(HERE.glob("[0-9h]*.py")) if path.stem != "__main__"]
    if sys.argv[1:]:
        files = [path for path in files if path.stem.startswith(tuple(sys.argv[1:]))]
    jobs = [(path, mistake) for path in files for mistake in runpy.run_path(str(path))["MISTAKES"]]
    missed = 0
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        for (path, _), (words, caught, problem) in zip(jobs, executor.map(lambda job: attempt(*job), jobs)):
            missed += caught is None
            print(
                f"{path.stem[:2]}  {words}\n      {'caught: ' + caught[:160] if caught else 'NOT CAUGHT: ' + problem}"
            )
    print(f"{len(jobs) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
