"""nbval compares every stored text with a fresh run; this adds the figures, in the same run."""

import pathlib

import pytest
from nbval.plugin import IPyNbCell

from tests.figures import PINNED, compare_figures, look_difference

ROOT = pathlib.Path(__file__).resolve().parent
compare_text = IPyNbCell.compare_outputs


def compare_text_then_figures(cell, fresh, stored, skip_compare=None):
    """nbval's comparison, then ours: each stored figure and its text alternative against the fresh one."""
    if not compare_text(cell, fresh, stored, skip_compare):
        return False
    if not PINNED:
        problem = compare_figures(fresh, stored, lambda new, old: "")
    elif "unstable-figure" in cell.cell.metadata.get("tags", []):
        problem = compare_figures(fresh, stored, look_difference)
    else:
        problem = compare_figures(fresh, stored)
    if problem:
        cell.comparison_traceback.append(problem)
    return not problem


IPyNbCell.compare_outputs = compare_text_then_figures


@pytest.fixture(params=sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def notebook_path(request):
    """Each notebook in turn; a new one is found by its name alone."""
    return request.param


@pytest.fixture
def folder(tmp_path):
    """A folder with an empty folder `in` for notebooks; runs put their results into `out`."""
    (tmp_path / "in").mkdir()
    return tmp_path
