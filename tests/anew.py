"""A plugin of pytest for `make mutants`: each test imports the exercises anew.

Most functions there run while their module is imported, to make a predicate or a text: a mutant would come too late,
and mutmut would take the first test that imports the module for the only one that reaches it.
"""

import sys

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    for name in [name for name in sys.modules if name.startswith("helpers.exercises.")]:
        del sys.modules[name]
