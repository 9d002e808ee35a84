"""What tests are given by name, and the rules of the course's own house: strict here, in a fork remarks.

A plugin of pytest: conftest.py loads it, and `make mutants`, which does without conftest.py.
"""

import nbformat
import pytest

from helpers import NOTEBOOKS
from tools.rules import STRICT

DEPARTURES = "departures from the rules of the house"


@pytest.fixture(params=sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def notebook_path(request):
    """Each notebook in turn; a new one is found by its name alone."""
    return request.param


@pytest.fixture
def notebook(notebook_path):
    return nbformat.read(notebook_path, as_version=4)


@pytest.fixture
def folder(tmp_path):
    """A folder with an empty folder `in` for notebooks; runs put their results into `out`."""
    (tmp_path / "in").mkdir()
    return tmp_path


@pytest.fixture
def ax():
    """Axes to draw on."""
    import matplotlib.pyplot as plt  # not for the many tests that draw nothing

    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def require_none(found, note=""):
    """Fail if anything is found: pairs of what is wrong, and what to do about it."""
    lines = [f"{what}: {remedy}" for what, remedy in found]
    if lines:
        pytest.fail("\n".join(lines) + note, pytrace=False)


def refresh(notebook_path):
    """The command that runs a notebook and stores what comes out, as a remedy."""
    return f"run `make refresh NB={notebook_path.stem.split('_')[0]}`"


@pytest.fixture
def house_rules(request, record_property):
    """A function that takes what departs from the rules, as pairs (what, remedy): red if they are strict, else told."""

    def check(departures):
        departures = list(departures)
        if STRICT:
            require_none(departures, '\n(in a fork, proof = "report" in pyproject.toml makes these remarks)')
        named = request.node.callspec.id if hasattr(request.node, "callspec") else ""
        record_property(DEPARTURES, [(named, what, remedy) for what, remedy in departures])

    return check


def table(reports):
    """The lines that tell, of all tests that passed, what departs from the rules, and the remedy of each."""
    kept = [rows for report in reports for key, rows in getattr(report, "user_properties", ()) if key == DEPARTURES]
    rows = list(dict.fromkeys(tuple(row) for rows_of_one in kept for row in rows_of_one))
    if not rows:
        return []
    width = max(len(name) for name, _, _ in rows)
    many = "departures" if rows[1:] else "departure"
    lines = [f'Told and no more, for pyproject.toml has proof = "report": {len(rows)} {many} from the rules']
    for name, what, remedy in rows:
        lines += [f"{name:{width}}  {what}", *(f"{'':{width}}      {line}" for line in remedy.splitlines())]
    return lines


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Below a failure stands what to do about it, where the test's module says that in REMEDY."""
    report = yield
    remedy = getattr(getattr(item, "module", None), "REMEDY", "")
    if report.failed and remedy:
        report.sections.append(("What to do", remedy))
    return report


def pytest_terminal_summary(terminalreporter):
    """What departs from the rules of the house where they are not strict, in one table at the end."""
    for line in table(terminalreporter.stats.get("passed", [])):
        terminalreporter.write_line(line)
