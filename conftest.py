"""nbval compares every stored text with a fresh run; this adds figures and texts that may vary, in the same run."""

from tools.processes import leave_settings_behind, share_cores

leave_settings_behind()  # before Matplotlib or a kernel reads any

import os
import sys
from types import SimpleNamespace

import pytest
from nbval.plugin import IPyNbCell

from tests.stored_output import compare_figures, text_difference, told, without_pictures, words_difference

pytest_plugins = ["tests.given"]
COMPARED = (
    "A fresh run gives something else than what is stored. If you changed the notebook or a helper, {} and look at the "
    "difference; if not, and only digits or curves moved, tag the cell `nbval-ignore-output` or `unstable-figure`."
)
compare_text = IPyNbCell.compare_outputs


def pytest_configure():
    if sys.flags.optimize:
        raise pytest.UsageError("PYTHONOPTIMIZE turns assertions off: unset it.")
    share_cores(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)))


def compare_text_then_figures(cell, fresh, stored, skip_compare=None):
    """nbval's comparison, then ours: each stored figure and its text alternative against the fresh one.

    Of a cell tagged `nbval-ignore-output` the numbers may move a little, of one tagged `unstable-figure` the curves.
    """
    tags = cell.cell.metadata.get("tags", [])
    unstable = "unstable-figure" in tags
    if "nbval-ignore-output" in tags:
        cell.comparison_traceback, problem = [], text_difference(fresh, stored)
    elif unstable:
        cell.comparison_traceback, problem = [], words_difference(told(fresh), told(stored), may_move=True)
    elif compare_text(cell, without_pictures(fresh), without_pictures(stored), skip_compare):
        problem = ""
    else:
        return False
    problem = problem or compare_figures(fresh, stored, unstable)
    if problem:
        cell.comparison_traceback.append(problem)
    return not problem


IPyNbCell.compare_outputs = compare_text_then_figures


def pytest_collection_modifyitems(items):
    """No cell goes without a comparison: nbval would leave out those tagged `nbval-ignore-output`."""
    from tests.given import refresh  # by now pytest has loaded it as a plugin

    for item in items:
        if isinstance(item, IPyNbCell):
            item.options["check"] = True
            item.module = SimpleNamespace(REMEDY=COMPARED.format(refresh(item.path)))
