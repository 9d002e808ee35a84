"""Make the environment .venv, or say what it lacks.

    python -m tools.environment [EXTRA ...]     such as bench: tests/requirements-bench.txt besides requirements.txt
    python -m tools.environment grading         .venv-grading, an environment of its own, for make grade
    python -m tools.environment --active        only ask whether the Python that is active has all that is required

It says first what it will download. What is half made, or was made by a Python that is gone, is made anew. The variable
INSTALL names another installer, such as "uv pip install --python .venv --torch-backend cpu".
"""

# This runs before anything is installed, and on any Python 3: it is the one who says which one is needed.
import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import urllib.request
from importlib.metadata import PackageNotFoundError, version

from helpers import ROOT

OLDEST, NEWEST = (3, 11), (3, 14)  # those for which there is a torch of the version in requirements.txt
VENV = ROOT / ".venv"
OWN = {"grading": "about 0.1 GB to download, 0.6 GB on the disk"}  # extras with an environment of their own
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
WAY_OUT = "Or click a badge in README.md: on Colab the lessons run without it."


def pins(text):
    """The pinned versions in the text of a requirements file, by package name."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {name.strip(): pin.strip() for name, _, pin in (line.partition("==") for line in lines if line)}


def unmet(required):
    """What is missing or of another version, a sentence part each; a local build tag such as +cpu is fine."""
    wrong = []
    for name, pin in required.items():
        try:
            found = version(name).split("+")[0]
        except PackageNotFoundError:
            found = "nothing"
        if found != pin:
            wrong.append(f"{name}=={pin} (found {found})")
    return wrong


def no_torch_for(python, system, machine, mac="", bits=64):
    """Why there is no torch for a Python and a machine, and what to do, in one sentence; empty if there is one.

    Args:
        python: its version, such as (3, 12).
        system, machine, mac: as platform.system(), platform.machine() and platform.mac_ver()[0] say it.
        bits: of the Python, 32 or 64.
    """
    wanted = f"Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    if not OLDEST <= tuple(python[:2]) <= NEWEST:
        found = ".".join(map(str, python))
        other = "`py -3.12" if system == "Windows" else "`make env PYTHON=python3.12` or `python3.12"
        return f"The course needs {wanted}, this is {found}: name another, as in {other} -m tools.environment`."
    if bits != 64:
        return f"There is no torch for a 32-bit Python: install a 64-bit {wanted}."
    if system == "Darwin" and machine != "arm64":
        return "There is no torch for Macs with an Intel processor, nor for a Python made for them."
    if system == "Darwin" and mac and int(mac.split(".")[0]) < 14:
        return f"There is no torch for macOS {mac}: it needs macOS 14 or newer."
    if system == "Windows" and machine.upper() in ("ARM64", "AARCH64"):
        return f"There is no torch for Windows on ARM: install {wanted} for x86-64 if your Windows can run it."
    return ""


def has_nvidia_driver():
    return os.path.exists("/proc/driver/nvidia/version") or shutil.which("nvidia-smi") is not None


def brings_cuda(torch):
    """Whether the torch that pip would take brings CUDA, by what it requires; True if pip does not say."""
    ask = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
    try:
        found = subprocess.run([*ask, "--report", "-", torch], capture_output=True, text=True, timeout=30)
        needed = [need for one in json.loads(found.stdout)["install"] for need in one["metadata"]["requires_dist"]]
    except (OSError, ValueError, KeyError, subprocess.SubprocessError):
        return True
    return any(need.startswith(("nvidia-", "cuda-")) for need in needed)


def torch_options(system, gpu, torch, index=CPU_INDEX):
    """pip's options for a torch that fits the machine, and what will be downloaded, in words.

    On Linux the usual torch brings CUDA. Without a GPU it is of no use, so torch's own index of small builds is asked
    too; where that does not answer, as behind a firewall, pip takes what it finds elsewhere, and is asked what that is.
    """
    small = "about 0.4 GB to download, 1.7 GB on the disk"
    large = "about 3 GB to download, 7 GB on the disk, most of it CUDA"
    if system != "Linux":
        return [], small
    if gpu:
        return [], f"{large}, since there is an NVIDIA driver"
    try:
        urllib.request.urlopen(index, timeout=10).close()
    except (OSError, ValueError):
        if not brings_cuda(torch):
            return [], small
        return [], f"{large}, for {index}, which has a small build, does not answer. {WAY_OUT}"
    return ["--extra-index-url", index], small


def interpreter(own=""):
    """The Python of .venv, or of an environment that an extra has of its own."""
    folder = VENV.with_name(f"{VENV.name}-{own}") if own else VENV
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def usable(installer):
    """Whether .venv has a Python that starts, of a version that there is a torch for, and pip if that is to install."""
    ask = f"import sys{'' if installer else ', pip'}; print(*sys.version_info[:2])"
    try:
        found = subprocess.run([str(interpreter()), "-c", ask], capture_output=True, text=True)
    except OSError:
        return False
    return not found.returncode and OLDEST <= tuple(map(int, found.stdout.split())) <= NEWEST


def files_of(extras):
    """The requirements files by the name of the mark in .venv that says they are installed."""
    files = {"made": [ROOT / "requirements.txt"]}
    files.update({name: [*files["made"], ROOT / "tests" / f"requirements-{name}.txt"] for name in extras})
    return files


def read_mark(name):
    try:
        return (VENV / name).read_text(encoding="utf-8")
    except OSError:
        return ""


def make(extras=()):
    """Make .venv, or bring it up to date; return an exit status. Silent if there is nothing to do."""
    marks = {
        name: (files, hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest())
        for name, files in files_of(extras).items()
    }
    installer = os.environ.get("INSTALL", "")
    whole = usable(installer)
    due = [name for name, (_, mark) in marks.items() if not whole or read_mark(name) != mark]
    if not due:
        return 0
    if not whole:
        here = (platform.system(), platform.machine(), platform.mac_ver()[0], 64 if sys.maxsize > 2**32 else 32)
        if problem := no_torch_for(sys.version_info[:3], *here):
            print(f"{problem} {WAY_OUT}", file=sys.stderr)
            return 1
    torch = f"torch=={pins((ROOT / 'requirements.txt').read_text(encoding='utf-8'))['torch']}"
    options, size = [], "what INSTALL chooses"
    if not installer:
        options, size = torch_options(platform.system(), has_nvidia_driver(), torch)
    if not whole:
        where = f"{platform.system()} {platform.machine()}"
        print(f"Making .venv with Python {platform.python_version()} on {where}: {size.rstrip('.')}.")
    else:
        print(f"Bringing .venv up to date ({', '.join(due)}).")
    sys.stdout.flush()
    pip = shlex.split(installer) if installer else [str(interpreter()), "-m", "pip", "install"]
    commands = [] if whole else [[sys.executable, "-m", "venv", "--clear", str(VENV)]]
    if options:
        commands.append([*pip, *options, torch])
    for name in due:
        commands.append([*pip, *(part for file in marks[name][0] for part in ("-r", str(file)))])
    for command in commands:
        if subprocess.run(command, cwd=ROOT).returncode:
            print(
                "Not done, see above. Run it again when that is mended; what is half made does no harm.",
                file=sys.stderr,
            )
            return 1
    for name in due:
        (VENV / name).write_text(marks[name][1], encoding="utf-8")
    start = interpreter().relative_to(ROOT)
    print(f"Ready. Begin with `{start} -m tools.lab`{', or `make lab`' if (ROOT / 'Makefile').exists() else ''}.")
    return 0


def make_own(name):
    """Make the environment .venv-NAME of an extra that shares no package with the lessons; return an exit status."""
    required = ROOT / "tests" / f"requirements-{name}.txt"
    python = interpreter(name)
    mark, folder = hashlib.sha256(required.read_bytes()).hexdigest(), python.parent.parent
    made = folder / "made"
    if python.exists() and made.exists() and made.read_text(encoding="utf-8") == mark:
        return 0
    print(f"Making {folder.name} with Python {platform.python_version()}: {OWN[name]}.", flush=True)
    start = [sys.executable, "-m", "venv", "--clear", str(folder)]
    for command in (start, [str(python), "-m", "pip", "install", "--quiet", "-r", str(required)]):
        if subprocess.run(command, cwd=ROOT).returncode:
            print(f"{folder.name} is not made, see above. Run it again when that is mended.", file=sys.stderr)
            return 1
    made.write_text(mark, encoding="utf-8")
    return 0


def main():
    if "--active" in sys.argv:
        wrong = unmet(pins((ROOT / "requirements.txt").read_text(encoding="utf-8")))
        if wrong:
            lacks = ", ".join(wrong)
            print(f"The active environment lacks {lacks}. Leave out ENV=active to have one made.", file=sys.stderr)
        return 1 if wrong else 0
    known = sorted(file.stem.partition("-")[2] for file in (ROOT / "tests").glob("requirements-*.txt"))
    for name in sys.argv[1:]:
        if name not in known:
            print(f"EXTRA must be one of {', '.join(known)}, got {name!r}.", file=sys.stderr)
            return 2
    own = [name for name in sys.argv[1:] if name in OWN]
    if any(make_own(name) for name in own):
        return 1
    shared = [name for name in sys.argv[1:] if name not in OWN]
    return make(shared) if shared or not own else 0


if __name__ == "__main__":
    sys.exit(main())
