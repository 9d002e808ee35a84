"""Every notebook runs to its end with whatever values its parameters may have, and its figures stay readable.

The values are drawn from the ranges that the notebook itself states, those that cost time near their lower limit.
EXAMPLES=40 tries 40 settings of each notebook, and others each time; without it the same few are tried.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from helpers import plotting
from tests.helpers.test_properties import NOTEBOOKS, load, valid
from tests.stored_output import hard_to_read
from tools.mistakes.engine import code_sources, run_cells

EXAMPLES = os.environ.get("EXAMPLES")
COSTLY = {"SEEDS", "EPOCHS", "SWEEP_EPOCHS", "NOISE_SAMPLES"}


def everyday(value):
    """A number as somebody would type it: three digits, and none too small to matter."""
    value = float(f"{value:.3g}")
    return value if abs(value) >= 1e-6 else 0.0


def cheap(name, kind, limits):
    """Values of a parameter, as far as a test has time and a figure has room for them."""
    if name in COSTLY:
        low, high = limits
        return st.integers(low, min(high, low + 3))
    if kind == "require_float":
        low, high = limits
        return st.floats(low, high).map(everyday).filter(lambda value: low <= value <= high)
    return valid(kind, limits)


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.filterwarnings("ignore")  # a learning rate of 10 does overflow
@settings(
    max_examples=int(EXAMPLES or 3),
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.generate],  # a simpler example would take minutes to find
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(draw=st.data())
def test_every_setting_that_is_allowed_runs_to_the_end_with_figures_that_can_be_read(name, draw, capsys, monkeypatch):
    sources = code_sources(name)
    values = {key: draw.draw(cheap(key, *how), label=key) for key, how in load(name).ranges.items()}

    def look(fig, *, alt, caption):
        fig.canvas.draw()
        assert hard_to_read(fig) == [], alt
        plt.close(fig)

    monkeypatch.setattr(plotting, "show", look)
    monkeypatch.chdir(NOTEBOOKS[name].parent)
    scope = {"__name__": "__main__"}
    (place,) = [i for i, source in enumerate(sources) if all(f"\n{key} = " in f"\n{source}" for key in values)]
    run_cells(sources[: place + 1], 0, scope)
    scope |= values
    run_cells(sources, place + 1, scope)
