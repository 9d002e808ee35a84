"""What `make elsewhere` is built of holds, apart from the runs themselves."""

import os
import subprocess
import sys

import pytest

from tools.elsewhere import own_warnings_are_errors


@pytest.mark.parametrize("module", ["helpers", "helpers.data", "helpers.exercises", "helpers.exercises.numpy_backprop"])
def test_a_deprecation_in_any_helper_module_is_an_error_in_world(module):
    source = f"import warnings; warnings.warn_explicit('old', FutureWarning, 'x.py', 1, module={module!r})"
    environment = os.environ | {"PYTHONWARNINGS": own_warnings_are_errors()}
    assert subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True).returncode == 1
