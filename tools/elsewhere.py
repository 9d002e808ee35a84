"""Run the checks where readers are: on other processors, with other versions and parameters, Colab's set, no network.

    python -m tools.elsewhere [ROW ...]

Each row of the table runs by itself and leaves a log in build/elsewhere. Arguments choose rows by the beginning of
their name, such as: processor offline. The exit status is 1 if any row fails.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat

from helpers import NOTEBOOKS, ROOT
from tools import badges
from tools.environment import pins
from tools.one_file import self_contained
from tools.processes import CUT_OFF, without_the_course

RESULTS = ROOT / "build" / "elsewhere"
PINS = pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))

# Instruction sets of other processors, as far as a variable can simulate them.
PROCESSORS = {
    "processor-old": {
        "OPENBLAS_CORETYPE": "Nehalem",
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_CBWR": "COMPATIBLE",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512_SKX",
    },
    "processor-haswell": {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2"},
}

# The oldest versions that the lessons promise to work with (the README says so); the newest are whatever pip finds.
OLDEST = {
    "3.11": {"numpy": "2.0.2", "scipy": "1.13.1", "matplotlib": "3.9.4", "scikit-learn": "1.5.2"},
    "3.12": {"numpy": "2.0.2", "scipy": "1.13.1", "matplotlib": "3.9.4", "scikit-learn": "1.5.2"},
    "3.13": {"numpy": "2.1.3", "scipy": "1.14.1", "matplotlib": "3.9.4", "scikit-learn": "1.5.2"},
}

# What Colab had on the newest page found; torch as far as it can be had.
COLAB = {
    "numpy": "2.1.3", "scipy": "1.14.1", "matplotlib": "3.10.0", "scikit-learn": "1.6.1", "torch": PINS["torch"],
    "ipython": "7.34.0", "ipywidgets": "7.7.1", "ipykernel": "6.17.1", "tqdm": "4.67.1",
    "tornado": "6.4.2", "jupyter-client": "7.4.9",  # newer ones leave so old a kernel waiting, now and then
}  # fmt: skip


# A line that Python runs at its start, from a .pth file: the environment drops a personal PYTHONWARNINGS.
OWN_WARNINGS_ARE_ERRORS = "import warnings; " + "; ".join(
    f"warnings.filterwarnings('error', category={kind}, module=r'helpers(\\.|$)')"
    for kind in ("DeprecationWarning", "FutureWarning", "PendingDeprecationWarning")
)


def pythons():
    """The interpreters found among the supported versions, by version."""
    found = {}
    for version in OLDEST:
        by_hand = sorted(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
        for name in (f"python{version}", *by_hand):
            path = shutil.which(name)
            works = path and not subprocess.run([path, "-c", "import ssl, venv"], capture_output=True).returncode
            if works and version not in found:
                found[version] = path
    return found


class Row:
    """One line of the table: commands that run one after another, logged, until one fails."""

    def __init__(self, name):
        self.name, self.log = name, RESULTS / f"{name}.log"
        self.log.write_text("", encoding="utf-8")

    def run(self, *command, cwd=ROOT, **variables):
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(map(str, command))}\n")
            log.flush()
            subprocess.run(command, cwd=cwd, env=without_the_course() | variables, stdout=log, stderr=log, check=True)

    def environment(self, python, packages):
        """A fresh virtual environment with these packages; return its Python."""
        folder = RESULTS / self.name
        shutil.rmtree(folder, ignore_errors=True)
        self.run(python, "-m", "venv", folder)
        inside = folder / "bin" / "python"
        wanted = [f"{name}=={version}" if version else name for name, version in packages.items()]
        self.run(inside, "-m", "pip", "install", "--quiet", *wanted)
        return inside


def processor(row):
    row.run(sys.executable, "-m", "pytest", **PROCESSORS[row.name])


def offline(row):
    for target in ("test", "execute-all"):
        row.run(*CUT_OFF, "make", target)


def parameters(row):
    """Every notebook from top to bottom with many settings, others each time."""
    row.run(sys.executable, "-m", "pytest", "tests/lessons/test_readability.py", EXAMPLES="40")


def languages(row):
    """The stored outputs in other languages, compared with a fresh run; and texts that no catalogue holds."""
    for folder in sorted(path.parent for path in NOTEBOOKS.glob("*/01*.ipynb")):
        row.run(sys.executable, "-m", "pytest", folder)
    row.run(sys.executable, "-m", "tools.translate.pseudo")


def versions(row):
    """All but the results of notebook 4, which hang on PyTorch, with warnings from the project's own code as errors."""
    _, age, version = row.name.split("-")
    chosen = OLDEST[version] if age == "oldest" else dict.fromkeys(OLDEST[version])
    python = row.environment(pythons()[version], PINS | chosen)
    notebooks = sorted((ROOT / "notebooks").glob("0[1-3]*.ipynb"))
    (site,) = (RESULTS / row.name / "lib").glob("python*/site-packages")
    (site / "own_warnings.pth").write_text(OWN_WARNINGS_ARE_ERRORS, encoding="utf-8")
    row.run(python, "-m", "pytest", *notebooks, "tests", "-k", "not (04_ or eight_runs) or built_notebook_runs")


def colab(row):
    """Each notebook in an empty folder: fetching the course from a bare repository, and as one file."""
    python = row.environment(max(pythons().items())[1], COLAB)  # the newest: Colab's own is 3.13
    (site,) = (RESULTS / row.name / "lib").glob("python*/site-packages")
    (site / "google" / "colab").mkdir(parents=True)
    (site / "google" / "colab" / "__init__.py").touch()
    (site / "colab.pth").write_text("import google.colab\n")  # there from the start, as on Colab
    row.run(python, "-m", "ipykernel", "install", "--prefix", RESULTS / row.name, "--name", "colab")
    bare = RESULTS / row.name / "course.git"
    row.run("git", "clone", "--quiet", "--bare", ROOT, bare)
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        fetching = nbformat.read(path, as_version=4)
        badges.stamp(fetching, f"file://{bare}", revision, path.stem)
        for way, notebook in (("fetching", fetching), ("one-file", self_contained(nbformat.read(path, as_version=4)))):
            empty = RESULTS / row.name / way / path.stem
            empty.mkdir(parents=True)
            nbformat.write(notebook, empty / path.name)
            papermill = [sys.executable, "-m", "papermill", path.name, "out.ipynb", "-k", "colab", "--no-progress-bar"]
            papermill += ["--execution-timeout", "600"]
            kernels = str(RESULTS / row.name / "share" / "jupyter")
            row.run(*CUT_OFF, *papermill, cwd=empty, JUPYTER_PATH=kernels)


ROWS = {name: processor for name in PROCESSORS}
ROWS |= {"offline": offline, "parameters": parameters, "colab": colab, "languages": languages}
ROWS |= {f"versions-{age}-{version}": versions for version in pythons() for age in ("oldest", "newest")}


def main():
    chosen = [name for name in ROWS if not sys.argv[1:] or name.startswith(tuple(sys.argv[1:]))]
    RESULTS.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in chosen:
        started, row, result = time.perf_counter(), Row(name), "ok"
        try:
            ROWS[name](row)
            shutil.rmtree(RESULTS / name, ignore_errors=True)  # an environment is large; a failed one stays for a look
        except (subprocess.CalledProcessError, OSError) as error:
            failed += 1
            result = f"FAILED: {str(error)[-80:]}; see {row.log.relative_to(ROOT)}"
        print(f"{name:22} {time.perf_counter() - started:6.0f} s  {result}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
