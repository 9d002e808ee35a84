"""The environment is the one that requirements.txt asks for, says first what it costs, and mends itself."""

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import types

import pytest

from helpers import ROOT
from tests.tools.marks import posix
from tests.tools.samples import python
from tools import environment
from tools.environment import no_torch_for, pins, torch_options, unmet


def test_conda_and_pip_ask_for_the_same_versions():
    conda = {}
    for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines():
        if "==" in line:
            name, _, pin = line.strip("- ").partition("==")
            conda[{"matplotlib-base": "matplotlib", "pytorch-cpu": "torch"}.get(name, name)] = pin
    assert conda == pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))


def test_pins_are_read_past_comments_and_blank_lines():
    text = "# a comment\n\nnumpy==2.4.6\n scipy == 1.17.1  # why\nloose\n"
    assert pins(text) == {"numpy": "2.4.6", "scipy": "1.17.1", "loose": ""}


def test_another_version_or_none_is_told_and_a_build_tag_is_fine(monkeypatch):
    found = {"numpy": "2.0", "torch": "2.13.0+cpu", "scipy": "1.17.1"}

    def version(name):
        if name not in found:
            raise environment.PackageNotFoundError(name)
        return found[name]

    monkeypatch.setattr(environment, "version", version)
    required = {"alien": "1", "numpy": "2.4.6", "torch": "2.13.0", "scipy": "1.17.1"}
    assert unmet(required) == ["alien==1 (found nothing)", "numpy==2.4.6 (found 2.0)"]


@pytest.mark.parametrize(
    "machine, said",
    [
        (((3, 11, 0), "Linux", "x86_64"), ""),
        (((3, 14, 2), "Windows", "AMD64"), ""),
        (((3, 12, 1), "Darwin", "arm64", "14.0"), ""),
        (((3, 11, 0), "Darwin", "arm64", "15.0"), ""),
        (((3, 14, 0), "Linux", "aarch64"), ""),
        (
            ((3, 10, 13), "Linux", "x86_64"),
            "The course needs Python 3.11 to 3.14, this is 3.10.13: name another, as in "
            "`make env PYTHON=python3.12` or `python3.12 -m tools.environment`.",
        ),
        (
            ((3, 15, 0), "Windows", "AMD64"),
            "The course needs Python 3.11 to 3.14, this is 3.15.0: name another, as in "
            "`py -3.12 -m tools.environment`.",
        ),
        (
            ((3, 12, 1), "Darwin", "x86_64", "15.1"),
            "There is no torch for Macs with an Intel processor, nor for a Python made for them.",
        ),
        (((3, 12, 1), "Darwin", "arm64", "13.6.1"), "There is no torch for macOS 13.6.1: it needs macOS 14 or newer."),
        (
            ((3, 12, 1), "Windows", "ARM64"),
            "There is no torch for Windows on ARM: install Python 3.11 to 3.14 for x86-64 if your Windows can run it.",
        ),
        (
            ((3, 12, 1), "Windows", "aarch64"),
            "There is no torch for Windows on ARM: install Python 3.11 to 3.14 for x86-64 if your Windows can run it.",
        ),
        (
            ((3, 12, 1), "Windows", "AMD64", "", 32),
            "There is no torch for a 32-bit Python: install a 64-bit Python 3.11 to 3.14.",
        ),
    ],
)
def test_a_machine_without_a_torch_is_told_in_one_sentence(machine, said):
    assert no_torch_for(*machine) == said


def test_linux_without_a_gpu_takes_the_small_torch_where_its_index_answers(tmp_path, monkeypatch):
    index, asked = tmp_path / "index", []
    small, large = (
        "about 0.4 GB to download, 1.7 GB on the disk",
        "about 3 GB to download, 7 GB on the disk, most of it CUDA",
    )
    assert (
        torch_options("Darwin", False, "", "nowhere:") == torch_options("Windows", True, "", "nowhere:") == ([], small)
    )
    assert torch_options("Linux", True, "", "nowhere:") == ([], f"{large}, since there is an NVIDIA driver")
    monkeypatch.setattr(environment, "brings_cuda", lambda torch: asked.append(torch) or torch != "small")
    options, said = torch_options("Linux", False, "large", index.as_uri())
    assert options == [] and said == (
        f"{large}, for {index.as_uri()}, which has a small build, does not answer. "
        "Or click a badge in README.md: on Colab the lessons run without it."
    )
    assert torch_options("Linux", False, "small", index.as_uri()) == ([], small) and asked == ["large", "small"]
    index.write_text("")
    assert torch_options("Linux", False, "large", index.as_uri()) == (["--extra-index-url", index.as_uri()], small)
    assert torch_options("Linux", False, "large", "no address")[0] == []


def test_a_driver_is_seen_by_its_file_or_its_command(monkeypatch):
    for file, command, found in ((False, None, False), (True, None, True), (False, "/usr/bin/nvidia-smi", True)):
        monkeypatch.setattr(environment.os.path, "exists", lambda path: file and path == "/proc/driver/nvidia/version")
        monkeypatch.setattr(environment.shutil, "which", lambda name: command if name == "nvidia-smi" else None)
        assert environment.has_nvidia_driver() == found


@pytest.mark.parametrize("needs, cuda", [
    (["filelock", "nvidia-cublas==13.1; platform_system == 'Linux'"], True), (["cuda-bindings"], True),
    (["filelock", "not-nvidia-"], False), (None, True),
])  # fmt: skip
def test_pip_is_asked_whether_its_torch_brings_cuda(monkeypatch, needs, cuda):
    report = "" if needs is None else json.dumps({"install": [{"metadata": {"requires_dist": needs}}]})
    asked = []

    def run(command, **how):
        asked.append(command)
        assert how.pop("timeout") <= 60 and how == {"capture_output": True, "text": True}
        return types.SimpleNamespace(stdout=report)

    monkeypatch.setattr(environment.subprocess, "run", run)
    assert environment.brings_cuda("torch==1") is cuda
    ((python, *pip, last),) = asked
    assert (python, pip[:3], last) == (sys.executable, ["-m", "pip", "install"], "torch==1")
    assert pip[3:] == ["--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"]


def test_a_pip_that_does_not_end_may_bring_cuda(monkeypatch):
    def run(*_, **__):
        raise subprocess.TimeoutExpired("pip", 30)

    monkeypatch.setattr(environment.subprocess, "run", run)
    assert environment.brings_cuda("torch==1")


@pytest.fixture
def course(tmp_path):
    """What the environment is made from, in a folder of its own."""
    for path in ("helpers/__init__.py", "tools/__init__.py", "tools/environment.py", "requirements.txt",
                 "tests/requirements-bench.txt", "tests/requirements-audit.txt"):  # fmt: skip
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def make(course, *arguments, installer="print('installs', *sys.argv[1:])"):
    """Run the module with an installer that only says what it is asked for."""
    script = course / "install.py"
    script.write_text(f"import sys; {installer}")
    installer = f'"{sys.executable}" "{script.as_posix()}"'
    return python("-m", "tools.environment", *arguments, cwd=course, PYTHONPATH=str(course), INSTALL=installer)


def test_torch_is_installed_first_at_its_pin_where_it_has_an_index_of_its_own(course, monkeypatch):
    commands, pin = [], f"torch=={pins((ROOT / 'requirements.txt').read_text(encoding='utf-8'))['torch']}"

    def run(command, **_):
        commands.append(command)
        return types.SimpleNamespace(returncode=0)

    (course / ".venv").mkdir()
    monkeypatch.delenv("INSTALL", raising=False)
    monkeypatch.setattr(environment, "ROOT", course)
    monkeypatch.setattr(environment, "VENV", course / ".venv")
    monkeypatch.setattr(environment, "usable", lambda installer: False)
    monkeypatch.setattr(environment, "torch_options", lambda system, gpu, torch: (["--index", torch], "small"))
    monkeypatch.setattr(environment.subprocess, "run", run)
    assert environment.make() == 0
    pip = [str(environment.interpreter()), "-m", "pip", "install"]
    assert commands[0] == [sys.executable, "-m", "venv", "--clear", str(course / ".venv")]
    assert commands[1:] == [[*pip, "--index", pin, pin], [*pip, "-r", str(course / "requirements.txt")]]


def test_an_active_environment_must_have_what_is_pinned(course):
    required = course / "requirements.txt"
    required.write_text("# nothing\n", encoding="utf-8")
    assert make(course, "--active").returncode == 0
    required.write_text("alien==1\n", encoding="utf-8")
    done = make(course, "--active")
    advice = "Leave out ENV=active to have one made.\n"
    assert (done.returncode, done.stderr) == (1, f"The active environment lacks alien==1 (found nothing). {advice}")


def installed(done):
    return [[pathlib.Path(name).name for name in re.findall(r"\S+\.txt", line)]
            for line in done.stdout.splitlines() if line.startswith("installs")]  # fmt: skip


def test_the_environment_is_made_once_brought_up_to_date_and_mended_when_it_is_half_made(course):
    failed = make(course, installer="sys.exit(1)")
    advice = "Not done, see above. Run it again when that is mended; what is half made does no harm."
    assert failed.returncode == 1 and failed.stderr.splitlines()[-1] == advice and "Ready" not in failed.stdout
    done = make(course)
    start = environment.interpreter().relative_to(ROOT)
    first, last = failed.stdout.splitlines()[0], done.stdout.splitlines()[-1]
    where = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    assert installed(done) == [["requirements.txt"]] and first == f"Making .venv with {where}: what INSTALL chooses."
    assert last == f"Ready. Begin with `{start} -m tools.lab`."
    (course / "Makefile").write_text("")
    assert (done.returncode, *make(course).stdout) == (0,), "nothing to do, nothing said"
    done = make(course, "bench")
    assert installed(done) == [["requirements.txt", "requirements-bench.txt"]]
    assert done.stdout.startswith("Bringing .venv up to date (bench).\n")
    assert done.stdout.splitlines()[-1] == f"Ready. Begin with `{start} -m tools.lab`, or `make lab`."
    assert installed(make(course, "bench")) == []
    with open(course / "requirements.txt", "a", encoding="utf-8") as file:
        file.write("new==1\n")
    os.utime(course / ".venv" / "made", (2**33, 2**33))  # a date in the future does not hide a change
    assert installed(make(course)) == [["requirements.txt"]]
    for path in (course / ".venv").glob("[bS]*/python*"):
        path.unlink()
    done = make(course)
    assert installed(done) == [["requirements.txt"]] and done.stdout.startswith("Making .venv with Python 3.")
    assert make(course, "alien").stderr == "EXTRA must be one of audit, bench, got 'alien'.\n"


def test_grading_has_an_environment_of_its_own_made_once(course):
    (course / "tests" / "requirements-grading.txt").write_text(
        "# nothing, so that no index is asked\n", encoding="utf-8"
    )
    done = make(course, "grading")
    cost = "about 0.1 GB to download, 0.6 GB on the disk"
    assert done.stdout == f"Making .venv-grading with Python {platform.python_version()}: {cost}.\n", done.stderr
    assert done.returncode == 0
    assert (course / ".venv-grading" / "made").exists() and not (course / ".venv").exists()
    assert (make(course, "grading").returncode, *make(course, "grading").stdout) == (0,), "nothing to do, nothing said"


def test_an_environment_of_its_own_that_fails_is_told_and_not_taken_for_made(course, monkeypatch, capsys):
    (course / "tests" / "requirements-grading.txt").write_text("", encoding="utf-8")
    monkeypatch.setattr(environment, "ROOT", course)
    monkeypatch.setattr(environment, "VENV", course / ".venv")
    commands = []
    for fails_at in (1, 2):
        commands.clear()

        def run(command, **_):
            commands.append(command)
            return types.SimpleNamespace(returncode=int(len(commands) == fails_at))

        monkeypatch.setattr(environment.subprocess, "run", run)
        assert environment.make_own("grading") == 1 and len(commands) == fails_at
        said = ".venv-grading is not made, see above. Run it again when that is mended.\n"
        assert capsys.readouterr().err == said and not (course / ".venv-grading" / "made").exists()
    python_ = str(environment.interpreter("grading"))
    assert commands == [
        [sys.executable, "-m", "venv", "--clear", str(course / ".venv-grading")],
        [python_, "-m", "pip", "install", "--quiet", "-r", str(course / "tests" / "requirements-grading.txt")],
    ]


@posix
@pytest.mark.parametrize("said, usable", [("3 10", False), ("3 11", True), ("3 14", True), ("3 15", False)])
def test_an_environment_is_kept_if_there_is_a_torch_for_its_python(tmp_path, monkeypatch, said, usable):
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    own = tmp_path / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.write_text(f"#!/bin/sh\necho {said}\n")
    own.chmod(0o755)
    assert environment.usable("") == environment.usable("an installer") == usable
    own.write_text(f"#!/bin/sh\necho {said}\ncase $2 in *pip*) exit 1;; esac\n")
    assert not environment.usable("") and environment.usable("an installer") == usable


@posix
def test_an_old_python_is_told_first_and_harms_no_environment(course, monkeypatch, capsys):
    monkeypatch.setattr(environment, "VENV", course / ".venv")
    monkeypatch.setattr(environment.sys, "version_info", (3, 10, 13))
    assert environment.make() == 1 and not (course / ".venv").exists()
    said = capsys.readouterr().err
    assert said.startswith("The course needs Python 3.11 to 3.14, this is 3.10.13: name another") and "Colab" in said


def test_make_lists_its_targets_and_every_module_named_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for module in re.findall(r"-m tools\.(\w+)", makefile):
        assert (ROOT / "tools" / f"{module}.py").exists() or (ROOT / "tools" / module / "__main__.py").exists()
    if shutil.which("make"):
        listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        targets = re.findall(r"(?m)^([a-z-]+):", makefile)
        assert all(f"make {target} " in listed for target in targets)
