"""Run one submission in a box: limits, no network, and no write outside its folder, as far as the system allows.

This is not a prison. On Linux, where namespaces are allowed, a submission has no network, sees no other process, can
write nothing but a folder in memory that ends with it, and cannot see the course's notebooks, exercises, tests, results
and the other submissions; it can still read other files that you can read. Elsewhere there are the limits on time,
memory and files, and nothing else. Who wants more takes GRADER=podman or GRADER=docker, with an image made once:

    printf 'FROM python:3.13-slim\\nCOPY requirements.txt .\\nRUN pip install -r requirements.txt\\n' |
        podman build -t course-grading -f - .
"""

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers import ROOT
from tools.grade.words import told
from tools.processes import settings_folder

INSIDE = Path(__file__).with_name("inside.py")
HIDDEN = ("notebooks", "helpers/exercises", "helpers/languages", "tests", "translations", "site", "build", ".git")
CONTAINERS = ("podman", "docker")
IMAGE = "course-grading"

# In a mount namespace of its own: all that is mounted becomes read-only, the box is memory, the hidden folders are
# empty, and the power to undo this is given away.
WALLS = r"""
set -u
mount --make-rprivate / || exit 90
awk '{print $5}' /proc/self/mountinfo | while read -r at; do mount -o remount,bind,ro "$at" 2>/dev/null; done
box=$1; shift
mount -t tmpfs -o size=128m,nr_inodes=4000,mode=0700 box "$box" || exit 91
while [ "$1" != -- ]; do mount -t tmpfs -o ro,size=4k box "$1" || exit 92; shift; done; shift
cd "$box" || exit 93
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""
NAMESPACES = ("unshare", "--map-root-user", "--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child")
TRIED = 'touch ./mine && ! touch "$0" 2>/dev/null'  # writes here, and not there


def hidden(also: Path) -> list[str]:
    """The folders that no submission may see."""
    return [str(path) for path in (*(ROOT / name for name in HIDDEN), also) if path.is_dir()]


def walled(box: Path, also: Path, *more: str) -> list[str]:
    """The start of a command that runs the rest behind walls."""
    return [*NAMESPACES, *more, "sh", "-c", WALLS, "sh", str(box), *hidden(also), "--"]


@functools.cache
def walls(also: Path) -> tuple[str, ...] | None:
    """What else unshare must be told here for walls that stand; None where it cannot build them."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return None
    for more in (("--mount-proc",), ()):
        with tempfile.TemporaryDirectory() as box, tempfile.NamedTemporaryFile() as outside:
            test = [*walled(Path(box), also, *more), "sh", "-c", TRIED, outside.name]
            if subprocess.run(test, capture_output=True).returncode == 0:
                return more
    return None


def command(box: Path, also: Path, grader: str) -> list[str]:
    """The command that grades a job in a box."""
    python = [sys.executable, "-I", "-B", str(INSIDE)]
    if grader:
        limits = ["--network=none", "--read-only", "--tmpfs=/box:size=128m", "--memory=4g", "--pids-limit=128"]
        limits += ["--ulimit=nofile=1024:1024", "--ulimit=nproc=2048:2048", "--cap-drop=all", "--user=65534"]
        place = [f"--name={box.name}", f"--volume={INSIDE}:/inside.py:ro", "--workdir=/box", "--env=HOME=/box"]
        place += ["--env=MPLCONFIGDIR=/box/matplotlib", "--env=MPLBACKEND=agg"]
        return [grader, "run", "--rm", "-i", *limits, *place, IMAGE, "python", "-I", "-B", "/inside.py"]
    more = walls(also)
    return python if more is None else [*walled(box, also, *more), *python]


def cannot(grader: str, system: str = sys.platform) -> str:
    """Why nothing can be graded here, and what to do; empty if it can."""
    if grader or system != "win32":
        return ""
    return (
        "Grading forks, which Windows cannot: run the same command in WSL (`wsl --install` in PowerShell), or with "
        "GRADER=podman or GRADER=docker in a container."
    )


def says(also: Path, grader: str) -> str:
    """What is cut off here, and what is not, in a sentence or two."""
    if grader:
        return f"Each submission runs in a container of {grader}, image {IMAGE}, without network."
    if walls(also) is not None:
        return "Each submission runs without network, sees no other, and can write nothing that outlives it."
    return (
        "Each submission has limits on time, memory and files. The network is NOT cut here, and it can read and write "
        "what you can: this system lacks namespaces. GRADER=podman runs each in a container."
    )


def environment(box: Path) -> dict[str, str]:
    """A bare environment: nothing of the instructor's."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return (
        kept | one | {"HOME": str(box), "MPLCONFIGDIR": str(box / "matplotlib"), "MPLBACKEND": "agg", "LANG": "C.UTF-8"}
    )


def fonts() -> dict[str, str]:
    """Matplotlib's list of fonts, so that not every submission makes it again."""
    files = (settings_folder() / "matplotlib").glob("fontlist-*.json")
    return {f"matplotlib/{file.name}": file.read_text(encoding="utf-8") for file in files}


def run(job: dict, also: Path, grader: str = "") -> tuple[dict[int, dict], str]:
    """Grade a job; return status and sentences for each exercise, and what went wrong as a whole, in words.

    Args:
        job: as `inside` reads it.
        also: a folder to hide besides the course's: that of the submissions.
        grader: podman or docker, for a container.
    """
    with tempfile.TemporaryDirectory(prefix="box-") as folder:
        box = Path(folder).resolve()
        text = json.dumps(job | {"more_files": fonts()}).encode("ascii")
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                command(box, also, grader), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
                cwd=box, env=None if grader else environment(box), start_new_session=True,
            )  # fmt: skip
            try:
                out, _ = process.communicate(text, timeout=120 + 2 * job["wall"] * len(job["exercises"]))
                problem = ""
            except subprocess.TimeoutExpired:
                out, problem = b"", told("no answer from the box in time")
            finally:
                stop(process)
                if grader and problem:  # the client is gone; the container is not
                    subprocess.run([grader, "rm", "--force", box.name], capture_output=True)
            said.seek(0)
            if process.returncode and not problem:
                last = said.read()[-2000:].decode(errors="replace").strip().splitlines()[-1:]
                why = last[0][:300] if last else f"status {process.returncode}"
                problem = told("the box ended early: {why}", why=why)
    rows = [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
    return {row["exercise"]: row for row in rows}, problem


def stop(process: subprocess.Popen) -> None:
    """End a process and what it has started."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.kill()
    process.communicate()
