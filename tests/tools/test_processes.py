"""Nobody's personal settings reach a notebook: neither when it is run nor when it is tested."""

import json
import os
import pathlib
import subprocess
import sys

import nbformat
import pytest

from helpers import ROOT
from tests.tools.samples import command, notebook, python
from tools import processes
from tools.processes import course_environment, without_the_course

LESSON = f"""\
import os, sys
sys.path.insert(0, {str(ROOT)!r})
import matplotlib.pyplot as plt
from helpers import plotting
plotting.use_style()
fig, ax = plt.subplots(figsize=(3, 2))
ax.plot([0, 1], [1, 0], label="a")
ax.legend()
print(__debug__, sys.flags.optimize, os.environ["OMP_NUM_THREADS"], len(plt.rcParams["text.latex.preamble"]))
2
plotting.show(fig, alt="A line that falls from one to zero.", caption="It falls.")"""


@pytest.fixture
def hostile(tmp_path):
    """Variables that name a home folder full of settings that change results."""
    home = tmp_path / "home"
    startup = home / ".ipython" / "profile_default" / "startup"
    kernels = home / "jupyter" / "kernels" / "python3"
    for folder in (startup, kernels, home / ".config" / "matplotlib"):
        folder.mkdir(parents=True)
    (startup / "00.py").write_text("import matplotlib.pyplot as plt; plt.style.use('dark_background'); print('hello')")
    config = "c = get_config(); c.InteractiveShell.ast_node_interactivity = 'all'"
    (startup.parent / "ipython_config.py").write_text(config)
    rc = "savefig.bbox: tight\nsavefig.transparent: True\ntext.usetex: True\ntext.latex.preamble: x\n"
    (home / ".config" / "matplotlib" / "matplotlibrc").write_text(rc)
    other = {"argv": ["false", "{connection_file}"], "display_name": "Python 3", "language": "python"}
    (kernels / "kernel.json").write_text(json.dumps(other))
    (home / "startup.py").write_text("raise SystemError('personal')")
    at_home = {
        "HOME": "", "USERPROFILE": "", "XDG_CONFIG_HOME": ".config", "IPYTHONDIR": ".ipython",
        "MATPLOTLIBRC": ".config/matplotlib/matplotlibrc", "MPLCONFIGDIR": ".config/matplotlib",
        "JUPYTER_PATH": "jupyter", "JUPYTER_DATA_DIR": "jupyter", "PYTHONSTARTUP": "startup.py",
    }  # fmt: skip
    others = {"MPLBACKEND": "agg", "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "1", "OMP_NUM_THREADS": "4"}
    return {name: str(home / place) for name, place in at_home.items()} | others


def run_lesson(folder, **variables):
    """The result of the lesson, as text, when it is run with these variables."""
    nbformat.write(notebook(LESSON), folder / "in" / "one.ipynb")
    done = python(*command(folder)[1:], **variables)
    assert done.returncode == 0 and done.stderr == "", done.stdout + done.stderr
    return (folder / "out" / "one.ipynb").read_text(encoding="utf-8")


def test_a_home_full_of_settings_or_none_at_all_changes_neither_a_run_nor_a_test(folder, hostile):
    plain = run_lesson(folder)
    assert '"True 0 1 0\\n"' in plain and "image/png" in plain
    assert run_lesson(folder, **hostile) == plain
    (folder / "file").touch()
    nowhere = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(folder / "file" / "home"))
    assert run_lesson(folder, **nowhere) == plain, "a home that cannot be written"
    test = [sys.executable, "-m", "pytest", "-p", "conftest", "-o", "addopts=", "--nbval", "--nbval-current-env", "-q"]
    test += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), str(folder / "out")]
    environment = os.environ | hostile | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(test, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 4 and done.stderr.strip() == "ERROR: PYTHONOPTIMIZE turns assertions off: unset it."
    del environment["PYTHONOPTIMIZE"], environment["PYTHONWARNINGS"]  # read by this very process, before any code
    done = subprocess.run(test, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_settings_of_a_run_are_folders_that_are_there_and_a_kernel_written_once(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    environment = course_environment()
    folder = pathlib.Path(environment["IPYTHONDIR"]).parent
    assert folder.parent == tmp_path / "build" and folder.name.startswith("settings-")
    for variable in ("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
        place = pathlib.Path(environment[variable])
        assert place.is_dir() and place.parent == folder, variable
    assert environment["JUPYTER_RUNTIME_DIR"] == str(folder / "jupyter" / "runtime")
    kernel = folder / "jupyter" / "kernels" / "python3" / "kernel.json"
    start = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    written = json.loads(kernel.read_text(encoding="utf-8"))
    assert written == {"argv": [sys.executable, "-Xfrozen_modules=off", *start], "display_name": "Python 3",
                       "language": "python"}  # fmt: skip
    assert [path.name for path in kernel.parent.iterdir()] == ["kernel.json"]
    kernel.write_text("{}")
    course_environment()
    assert kernel.read_text() == "{}"
    one = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONUTF8")
    assert [environment[name] for name in one] == ["1"] * 4
    assert environment["MPLBACKEND"] == "module://matplotlib_inline.backend_inline"


def test_settings_go_among_temporary_files_where_build_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "build").write_text("a file in its place")
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    monkeypatch.setattr(processes.tempfile, "tempdir", str(tmp_path / "scratch"))
    assert processes.settings_folder().parent == tmp_path / "scratch" / "course"
    monkeypatch.setattr(processes.os, "access", lambda path, mode: False)
    (tmp_path / "other").mkdir()
    monkeypatch.setattr(processes.tempfile, "tempdir", str(tmp_path / "other"))
    assert processes.settings_folder().parent == tmp_path / "other", "a folder of its own is the last resort"


def test_the_kernel_is_this_python(monkeypatch):
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    environment = course_environment()
    find = (
        "from jupyter_client.kernelspec import KernelSpecManager as K; print(*K().get_kernel_spec('python3').argv[:2])"
    )
    done = subprocess.run([sys.executable, "-c", find], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == f"{sys.executable} -Xfrozen_modules=off", done.stderr  # or the debugger complains


def test_what_runs_elsewhere_does_not_find_the_course(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert course_environment().pop("PYTHONPATH") and "PYTHONPATH" not in without_the_course()


def test_whether_a_command_can_be_run_and_succeeds():
    for code, found in (("import sys", True), ("import sys; sys.exit(1)", False)):
        assert processes.succeeds(sys.executable, "-c", code) == found
    assert not processes.succeeds("no-such-command")
