"""Stored outputs are compared so that float noise passes, and what a reader would notice does not."""

import base64
import io
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import drawn, plotting
from tests.stored_output import compare_figures, text_difference, without_pictures

STORED = "over 32 seeds\nReLU  96.5%  at most 180 epochs"


def said(fresh):
    """What the comparison says where a text came in two pieces."""
    return text_difference([{"text": fresh[:7]}, {"text": fresh[7:]}], [{"text": STORED}])


@pytest.mark.parametrize("old, new, is_near", [
    ("96.5%", "96.5%", True), ("96.5%", "90.5%", True), ("96.5%", "99.5%", True), ("180", "220", True),
    ("32", "42", True), ("96.5%", "12.5%", False), ("96.5%", "90.4%", False), ("96.5%", "96.5", False),
    ("180", "230", False), ("32", "43", False), ("ReLU", "sigmoid", False), ("96.5%", "nan%", False),
])  # fmt: skip
def test_a_number_may_move_by_its_tolerance_and_what_moves_farther_is_told(old, new, is_near):
    assert said(STORED.replace(old, new)) == ("" if is_near else f"{old} is stored, not {new}")


def test_a_word_too_many_or_too_few_is_told():
    assert said(STORED + " more") == "10 words where 9 are stored"
    assert said(STORED.removesuffix("epochs")) == "8 words where 9 are stored"


# Figures


def figure(noise=0.0, shift=0.0, labels=("one", "two"), colors=(plotting.BLUE,) * 2, styles=("-", "--"), order=(0, 1),
           flat=1.0, size=(6, 3), x="x", alt="what it shows"):  # fmt: skip
    """The output of a figure with two curves and a cloud, which may be moved, relabelled, exchanged or flattened."""
    plotting.use_style()
    fig, ax = plt.subplots(figsize=size)
    t = np.linspace(0, 10, 99)
    curves = [level + flat * (0.8 * np.sin(t + shift) + 0.1 * np.sin(50 * t) + noise) for level in (1, 0.6)]
    for k, label, color, style in zip(order, labels, colors, styles):
        ax.plot(t, curves[k], style, color=color, label=label)
    cloud = np.random.default_rng(0).uniform(-2, 0, (50, 2)) + [5, 0]
    ax.scatter(*cloud.T, color=plotting.RUST)
    ax.set(xlabel=x, title="title", xlim=(-shift, 10), ylim=(-2, 3))
    ax.legend(loc="lower right")
    shown, buffer = drawn.describe(fig), io.BytesIO()
    fig.savefig(buffer, format="png")
    plt.close(fig)
    metadata = {"image/png": {"alt": alt}, "drawn": json.dumps(shown)}
    code = base64.b64encode(buffer.getvalue()).decode()
    page = f'<img src="data:image/png;base64,{code}" alt="{alt}">'
    return {"data": {"image/png": code, "text/html": page}, "metadata": metadata}


def compared(unstable=False, **change):
    return compare_figures([figure(**change)], [figure()], unstable)


def test_float_noise_passes():
    assert compared(noise=1e-9 * np.random.default_rng(0).standard_normal(99)) == ""


CHANGES = [
    ({"labels": ("two", "one")}, "other words"),
    ({"labels": ("one", "too")}, "too is not stored|two is stored"),
    ({"x": "$x_1$"}, "x is stored, not [$]x_1[$]"),
    ({"colors": (plotting.BLUE, plotting.GREY)}, "'two' in #5a5a5a -- is drawn where the line 'two' in #0072b2 -- is"),
    ({"styles": ("-", "-")}, "the line 'two' in #0072b2 - is drawn where"),
    ({"order": (1, 0)}, "the line 'one' in #0072b2 and the line 'two' in #0072b2 have swapped their data"),
    ({"flat": -1}, "lies .*% of the axes from where it is stored"),
    ({"shift": 2.5}, "lies .*% of the axes from where it is stored|the x axis goes from -2.5"),
    ({"size": (6, 3.1)}, "size"),
    ({"alt": "another"}, "the text alternative 'what it shows' is not 'another'"),
    ({"alt": None}, "the text alternative"),
]  # fmt: skip


@pytest.mark.parametrize("unstable", [False, True])
@pytest.mark.parametrize("change, said", CHANGES)
def test_words_colours_styles_swapped_data_and_size_are_told_of_any_figure(change, said, unstable):
    assert re.search(f"figure 1: .*({said})", compared(unstable, **change)), compared(unstable, **change)


@pytest.mark.parametrize("shift", [0.03, 0.1, 0.2])
def test_an_unstable_figure_may_move_its_curves_and_stretch_its_axes_and_another_may_not(shift):
    assert compared(unstable=True, shift=shift) == ""
    assert compared(shift=shift).startswith("figure 1: ")


@pytest.mark.parametrize("alt, is_near", [
    ("81% of 16", True), ("94% of 16", True), ("81% of 18", True), ("97% of 16", False), ("81% of 30", False),
    ("81% of $x_2$", False),
])  # fmt: skip
def test_numbers_in_the_words_of_an_unstable_figure_may_move_and_in_another_not(alt, is_near):
    fresh, stored = figure(alt=alt), figure(alt="81% of 16")
    assert (compare_figures([fresh], [stored], unstable=True) == "") == is_near
    assert (compare_figures([fresh], [stored]) == "") == (alt == "81% of 16")


def test_a_stable_figure_is_compared_by_its_picture_too():
    other = figure()
    stored = figure(shift=0.5) | {"metadata": other["metadata"]}
    assert "the figure differs from the stored one: RMS" in compare_figures([other], [stored])


def test_a_missing_figure_and_one_stored_without_what_it_shows_are_told():
    assert compare_figures([], [figure()]) == "0 figures where 1 are stored"
    old = figure()
    del old["metadata"]["drawn"]
    assert "run `make refresh`" in compare_figures([figure()], [old])


def test_the_picture_in_the_html_is_the_stored_one_and_both_are_left_to_the_comparison_of_figures():
    mixed, other = figure(), figure(shift=0.5)
    mixed["data"]["text/html"] = other["data"]["text/html"]
    assert "not the stored PNG" in compare_figures([figure()], [mixed])
    texts = [without_pictures([one])[0]["data"]["text/html"] for one in (figure(), other)]
    assert texts[0] == texts[1] and "iVBOR" not in texts[0]
