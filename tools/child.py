"""Commands that run in a world of their own: without the course, or, where Linux allows it, a network or a mount."""

import os
import subprocess

import pytest

# The environment without the course on Python's path.
OUTSIDE = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

# Runs a command in a network of its own that holds nothing but this machine.
CUT_OFF = ("unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def works(*command: str) -> bool:
    """Whether a command can be run here and succeeds."""
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


can_cut_off = pytest.mark.skipif(not works(*CUT_OFF, "true"), reason="needs a network of its own (unshare, ip)")
can_mount = pytest.mark.skipif(not works("unshare", "-rm", "true"), reason="needs a mount of its own (unshare)")
