"""Rules of the course's own house: strict here, and in a fork a remark with its remedy (tools/rules.py)."""

import pytest

from tools.rules import STRICT

DEPARTURES = "departures from the rules of the house"


@pytest.fixture
def house_rules(request, record_property):
    """A function that takes what departs from the rules, as pairs (what, remedy): red if they are strict, else told."""

    def check(departures):
        departures = list(departures)
        if departures and STRICT:
            lines = "\n".join(f"{what}: {remedy}" for what, remedy in departures)
            pytest.fail(f'{lines}\n(in a fork, proof = "report" in pyproject.toml makes these remarks)', pytrace=False)
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
    lines = [f'Told and no more, for pyproject.toml has proof = "report": {len(rows)} departures from the rules']
    for name, what, remedy in rows:
        lines += [f"{name:{width}}  {what}", *(f"{'':{width}}      {line}" for line in remedy.splitlines())]
    return lines
