"""How the course starts other programs: with this Python, and with none of its user's personal settings.

A start-up file of IPython, a matplotlibrc, PYTHONOPTIMIZE or a kernel that is called python3 and is another Python
would change results, often silently. So everything that runs a notebook takes its environment from here.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from helpers import ROOT

KERNEL = "python3"

# Variables that change what Python, IPython and Matplotlib do. Those of Jupyter all begin with its name.
PERSONAL = ("PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONDEVMODE", "MATPLOTLIBRC")

# Runs a command in a network of its own that holds nothing but this machine. Linux only.
CUT_OFF = ("unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def settings_folder() -> pathlib.Path:
    """A folder for this Python's kernel and for what IPython and Matplotlib write; kept, since fonts take long to list.

    It lies in build/, or among the temporary files if build/ cannot be written.
    """
    name = f"settings-{hashlib.sha256(sys.executable.encode()).hexdigest()[:8]}"
    for parent in (ROOT / "build", pathlib.Path(tempfile.gettempdir()) / "course"):
        try:
            for part in ("ipython", "matplotlib", "jupyter"):
                (parent / name / part).mkdir(parents=True, exist_ok=True)
            if os.access(parent / name, os.W_OK):
                return parent / name
        except OSError:
            continue
    return pathlib.Path(tempfile.mkdtemp())


def course_environment() -> dict[str, str]:
    """The environment of every process that runs a notebook: the present one without its user's settings."""
    folder = settings_folder()
    kernel = folder / "jupyter" / "kernels" / KERNEL / "kernel.json"
    if not kernel.exists():
        kernel.parent.mkdir(parents=True, exist_ok=True)
        start = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        text = json.dumps({"argv": start, "display_name": "Python 3", "language": "python"})
        written = kernel.with_name(f"{os.getpid()}.tmp")
        written.write_text(text, encoding="utf-8")
        os.replace(written, kernel)
    kept = {k: v for k, v in os.environ.items() if k not in PERSONAL and not k.startswith(("JUPYTER_", "JPY_"))}
    return kept | {
        "JUPYTER_PATH": str(folder / "jupyter"),  # searched before all other places for a kernel
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter" / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        "PYTHONUTF8": "1",
    }


def leave_settings_behind() -> None:
    """Give this process, and all that it starts, the course's environment; before IPython or Matplotlib is imported."""
    wanted = course_environment()
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)


def share_cores(notebooks: int) -> None:
    """Divide the cores among notebooks that run at once: each one's studies ask joblib how many there are for it.

    Args:
        notebooks: how many run at once, from 1.
    """
    each = max(1, (os.cpu_count() or 1) // notebooks)
    os.environ["LOKY_MAX_CPU_COUNT"] = str(min(each, int(os.environ.get("LOKY_MAX_CPU_COUNT", each))))


def without_the_course() -> dict[str, str]:
    """The course's environment, but without the course on Python's path."""
    return {name: value for name, value in course_environment().items() if name != "PYTHONPATH"}


def succeeds(*command: str) -> bool:
    """Whether a command can be run here and succeeds."""
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def print_whatever_the_terminal() -> None:
    """Let print() write an α as an escape where the terminal has no such letter, and not fail."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
