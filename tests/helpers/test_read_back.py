"""Figures are read back: the data behind a label, and what a picture says against its own words."""

import numpy as np
import pytest

from helpers import plotting
from helpers.read_back import contradictions, number, points_of, title_of

X = np.arange(1.0, 4.0)


@pytest.mark.parametrize("way, options", [
    ("plot", {}), ("semilogy", {}), ("scatter", {}), ("bar", {}), ("errorbar", {"yerr": 1}), ("stem", {"basefmt": " "}),
])  # fmt: skip
def test_what_is_drawn_is_read_by_its_label(ax, way, options):
    ax.plot(X, X, label="another")
    getattr(ax, way)(X, X**2, label="this", **options)
    assert np.allclose(plotting.drawn(ax, "this"), np.column_stack([X, X**2]))


def test_steps_and_bars_that_lie_are_read_by_their_middles_and_lengths(ax):
    ax.stairs(X**2, [0.5, 1.5, 2.5, 3.5], label="steps")
    ax.barh(X, X**2, label="bars")
    assert np.allclose(plotting.drawn(ax, "steps"), np.column_stack([X, X**2]))
    assert np.allclose(plotting.drawn(ax, "bars"), np.column_stack([X**2, X]))


@pytest.mark.parametrize("label, says", [("nothing", "none; there are \\['two'\\]"), ("two", "two things or more")])
def test_a_label_of_nothing_or_of_two_things_is_refused(ax, label, says):
    ax.plot(X, X, label="two")
    ax.plot(X, -X, label="two")
    with pytest.raises(ValueError, match=f"got '{label}': {says}"):
        plotting.drawn(ax, label)


RIGHT = {
    "a log scale that says so": lambda ax: (ax.semilogy(X, X), ax.set(ylabel="loss (log scale)")),
    "a logarithm that is the quantity": lambda ax: (ax.plot(X, X), ax.set(ylabel=r"$\log y$")),
    "logits": lambda ax: (ax.plot(X, X), ax.set(ylabel="logit")),
    "two curves and a legend": lambda ax: (ax.plot(X, X, label="a"), ax.plot(X, -X, label="b"), ax.legend()),
    "two curves with their names beside them": lambda ax: (
        ax.plot(X, X, label="a"),
        ax.plot(X, -X, label="b"),
        ax.text(1, 1, "a: up"),
        ax.text(1, -1, "b: down"),
    ),
    "names for checks alone": lambda ax: (ax.plot(X, X, label="_a"), ax.plot(X, -X, label="_b")),
    "names of bars": lambda ax: (ax.bar(range(3), X), ax.set_xticks(range(3), ["2", "4", "8"])),
    "ticks in per cent": lambda ax: (ax.plot(X, X), ax.set_xticks([0.01, 1], ["1 %", "100%"])),
    "ticks of powers": lambda ax: (ax.semilogx(X, X), ax.set(xlabel="h (log scale)"), ax.set_xticks([1], ["$10^{0}$"])),
    "axes switched off": lambda ax: ax.axis("off"),
    "a line across": lambda ax: (ax.axhline(2), ax.set(ylim=(1, 3), xlabel="share of rows")),
    "a share": lambda ax: (ax.plot(X, X / 3), ax.set(ylabel="share of rows")),
    "a share in per cent": lambda ax: (ax.plot(X, 30 * X), ax.set(ylabel="share (%)")),
    "a curve with a gap": lambda ax: ax.plot(X, [1, np.nan, 2]),
    "a share of just 1": lambda ax: (ax.plot(X, X / 3 + 1e-12), ax.set(ylabel="share of rows")),
    "small numbers on a log scale": lambda ax: (
        ax.loglog(X / 10, X / 10),
        ax.set(xlabel="h (log)", ylabel="loss (log)"),
    ),
    "curves that are hidden or empty": lambda ax: (
        ax.plot(X, X),
        ax.plot(X, X * np.nan)[0].set_visible(False),
        ax.plot([], []),
    ),
    "a picture that is hidden": lambda ax: (ax.plot(X, X), ax.imshow(np.full((2, 2), np.nan)).set_visible(False)),
    "Axes that are hidden": lambda ax: (ax.plot(X, X), ax.figure.add_subplot(221).set_visible(False)),
    "a small word that is hidden": lambda ax: (ax.plot(X, X), ax.text(1, 1, "word", fontsize=1).set_visible(False)),
    "a word of six points": lambda ax: (ax.plot(X, X), ax.text(1, 1, "word", fontsize=6)),
    "a log scale named for the whole row": lambda ax: (ax.semilogy(X, X), ax.figure.supylabel("loss (log scale)")),
    "an axis that is hidden": lambda ax: (ax.semilogy(X, X), ax.yaxis.set_visible(False)),
    "the legend of a neighbour": lambda ax: (
        ax.plot(X, X, label="a"),
        ax.plot(X, -X, label="b"),
        (other := ax.figure.add_axes((0.7, 0.7, 0.2, 0.2))).plot(X, X, label="a"),
        other.plot(X, -X, label="b"),
        other.legend(),
    ),
    "one name": lambda ax: ax.plot(X, X, label="a"),
    "a tick a little off": lambda ax: (ax.plot(X, X), ax.set_yticks([0.334, 1], ["0.33", "1"])),
    "words for ticks": lambda ax: (ax.plot(X, X), ax.set_yticks([1, 3], ["low", "high"])),
}
WRONG = {  # what it says of it: how it is drawn
    "the label of a logarithmic y axis must say so": lambda ax: (ax.semilogy(X, X), ax.set(ylabel="loss")),
    "only a logarithmic x axis may be labelled 'n (log scale)'; this one is linear": lambda ax: (
        ax.plot(X, X), ax.set(xlabel="n (log scale)")),
    "must be named by a legend or a text beside it, got ['a', 'b'] without": lambda ax: (
        ax.plot(X, X, label="a"), ax.plot(X, -X, label="b")),
    "got ['b'] without": lambda ax: (ax.plot(X, X, label="a"), ax.plot(X, -X, label="b"), ax.legend(["a", "c"])),
    "got the empty ones titled 'why'": lambda ax: ax.set(title="why"),
    "the curve 'a' must have a finite point": lambda ax: ax.plot(X, X * np.nan, label="a"),
    "the curve 'a' must lie within the limits, got x limits": lambda ax: (
        ax.plot(X, X, label="a"), ax.set(ylim=(5, 6))),
    "the curve 'a' must have a point that its logarithmic axis can show": lambda ax: (
        ax.semilogy(X, -X, label="a"), ax.set(ylabel="log")),
    "an image must have a finite pixel": lambda ax: ax.imshow(np.full((2, 2), np.nan)),
    "the size of 'word' must be 6 points at least, got 1": lambda ax: (
        ax.plot(X, X), ax.text(1, 1, "word", fontsize=1)),
    "the curve 'right' must lie within the limits": lambda ax: (ax.plot(X, X, label="right"), ax.set(xlim=(0, 0.9))),
    "the curve 'left' must lie within the limits": lambda ax: (ax.plot(X, X, label="left"), ax.set(xlim=(3.1, 4))),
    "the curve 'above' must lie within the limits": lambda ax: (ax.plot(X, X, label="above"), ax.set(ylim=(0, 0.9))),
    "the curve 'third' must have a finite point at least, got 3 without": lambda ax: (
        ax.plot([], []), ax.plot(X, X), ax.plot(X, X * np.nan, label="third")),
    "the curve 'fourth' must lie": lambda ax: (
        ax.plot(X, X * np.nan)[0].set_visible(False), ax.plot(X, X, label="fourth"), ax.set(ylim=(5, 6))),
    "got none in Axes titled 'grey'": lambda ax: (
        ax.imshow(np.eye(2)), ax.imshow(np.full((2, 2), np.nan)), ax.set_title("grey", loc="right")),
    "the label of a logarithmic x axis must say so, as in 'loss (log scale)', got 'rate'": lambda ax: (
        ax.semilogx(X, X), ax.set(xlabel="rate")),
    "the tick at 2 must say that number, got '3'": lambda ax: (ax.plot(X, X), ax.set_yticks([1, 2], ["1", "3"])),
    "must lie within 0 and 1, got 2": lambda ax: (
        ax.axvline(3), ax.plot(X / 3, X), ax.plot(X - 1, X), ax.set(xlabel="fraction of rows")),
    "what is labelled 'share' must lie within 0 and 1, got 1.5": lambda ax: (
        ax.bar(["a", "b"], [1.5, 0.5]), ax.set(ylabel="share")),
    "what is labelled 'shares' must lie within 0 and 1, got -2": lambda ax: (
        ax.plot(X, [np.nan, -2, 1]), ax.set(ylabel="shares")),
    "the tick at 0.0001 must say that number, got '1 %'": lambda ax: (
        ax.plot(X / 100, X), ax.set_xticks([0.0001, 0.01], ["1 %", "1 %"])),
    "what is labelled 'validation accuracy' must lie within 0 and 1, got 3": lambda ax: (
        ax.plot(X, X), ax.set(ylabel="validation accuracy")),
}  # fmt: skip


@pytest.mark.parametrize("draw", RIGHT.values(), ids=RIGHT)
def test_a_picture_that_agrees_with_its_words_passes(ax, draw):
    draw(ax)
    assert list(contradictions(ax.figure)) == []


@pytest.mark.parametrize("says", WRONG)
def test_a_picture_that_contradicts_its_words_is_refused(ax, says):
    WRONG[says](ax)
    (sentence,) = contradictions(ax.figure)
    assert says in sentence


@pytest.mark.parametrize("place", ["left", "center", "right"])
def test_a_title_is_found_wherever_it_stands(ax, place):
    ax.set_title("why", loc=place)
    assert title_of(ax) == "why"


@pytest.mark.parametrize("text, value", [
    ("−1.5", -1.5), ("-2", -2), ("1,000", 1000), ("1\u202f000", 1000), ("$3$", 3), ("50 %", 0.5), ("50%", 0.5),
    ("%", None), ("$10^{-3}$", 1e-3), (r"$\mathdefault{10^{2}}$", 100), ("none", None), ("", None),
])  # fmt: skip
def test_a_tick_says_its_number(text, value):
    assert np.isnan(number(text)) if value is None else number(text) == pytest.approx(value)


def test_each_curve_that_contradicts_is_named_and_so_are_both_axes(ax):
    for name in "ab":
        ax.plot(X, X * np.nan, label=f"_{name}")
    ax.semilogy(X, -X, label="_c")
    ax.semilogy(-X, X, label="_d")
    ax.set(ylabel="accuracy")
    told = "; ".join(contradictions(ax.figure))
    assert all(f"the curve '_{name}'" in told for name in "abc") and "'_d'" not in told
    assert "logarithmic y axis must say so" in told and "must lie within 0 and 1" in told


def test_bars_and_patches_lie_where_they_are_drawn(ax):
    assert points_of(ax.errorbar(X, X, yerr=1)).tolist() == [[1, 1], [2, 2], [3, 3]]
    assert points_of(ax.bar([2], [5], width=0.5, bottom=1)).tolist() == [[2, 6]]
    assert points_of(ax.barh([2], [5], height=0.5, left=1)).tolist() == [[6, 2]]


@pytest.mark.parametrize("caption, count", [("Triangles: 1; circles: 0.", 0), ("Triangles: 0; circles: 1.", 2),
                                            ("Circles are class 0, triangles class 1.", 0)])  # fmt: skip
def test_a_caption_names_the_classes_as_they_are_drawn(ax, caption, count):
    plotting.scatter_classes(ax, np.eye(2), [0, 1])
    assert len(list(contradictions(ax.figure, caption))) == count


def test_show_refuses_with_that_sentence(ax):
    ax.plot(X, X, label="a")
    ax.set(ylabel="loss (log scale)")
    with pytest.raises(ValueError, match="^Only a logarithmic y axis may be labelled"):
        plotting.show(ax.figure, alt="a", caption="c")
