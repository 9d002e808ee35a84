"""Every check of every notebook has been seen to fail, and ran at the default parameters (tools/mistakes says how)."""

import os
import subprocess
import sys

import pytest

from helpers import ROOT
from tools.mistakes.proof import mistakes_of, prove, remarks


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be copied")
def test_every_check_runs_at_the_default_parameters_and_has_been_seen_to_fail(notebook_path, house_rules):
    name = notebook_path.stem
    command = [sys.executable, "-m", "tools.mistakes", name]  # what it finds is kept; here it is read
    subprocess.run(command, cwd=ROOT, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    report = prove(name, mistakes_of(name))
    assert not report.trouble, f"{report.trouble}: mend this cell; nothing can be said of the checks after it"
    house_rules(remarks(report))
