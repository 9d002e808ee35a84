"""Every check of a notebook ran at the default parameters, and each that `make mistakes` has tried can fail."""

import os
import subprocess
import sys

import pytest

from helpers import ROOT
from tests.given import require_none
from tools.mistakes.proof import mistakes_of, prove, remarks


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be copied")
def test_every_check_runs_at_the_default_parameters_and_can_fail_as_far_as_tried(notebook_path, house_rules):
    """A notebook that has changed runs once here. What is known from `make mistakes` of the same cells counts too."""
    name = notebook_path.stem
    command = [sys.executable, "-m", "tools.mistakes", name, "--once"]  # what it finds is kept; here it is read
    subprocess.run(command, cwd=ROOT, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    report = prove(name, mistakes_of(name), trying=False)
    require_none([(report.trouble, "mend this cell; checks after it cannot be tried")] if report.trouble else [])
    house_rules(remarks(report))
