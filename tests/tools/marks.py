"""What some tests need beside Python, each a mark that says so where it is missing."""

import os

import pytest

from tools.processes import CUT_OFF, succeeds

posix = pytest.mark.skipif(os.name != "posix", reason="signals, modes and links of this kind are POSIX")
can_cut_off = pytest.mark.skipif(not succeeds(*CUT_OFF, "true"), reason="needs a network of its own (unshare, ip)")
can_mount = pytest.mark.skipif(not succeeds("unshare", "-rm", "true"), reason="needs a mount of its own (unshare)")
