"""Commands that run in a world of their own, on a Linux that allows it: without a network, or with a mount."""

import subprocess

import pytest

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
