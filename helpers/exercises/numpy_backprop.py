"""The exercises of notebook 2."""

import functools

import numpy as np

from helpers import data
from helpers.definitions import load_taught
from helpers.feedback import Exercise, Slip, function, number, on_arrays, say

# Exercise 1: the rate on the summed loss that matches 0.1 on the mean of 32 examples

_MATCHING = 0.1 / 32


def _is(value):
    return lambda a: np.isclose(a, value, rtol=1e-6, atol=0)


check_1 = Exercise(
    clean=number,
    right=_is(_MATCHING),
    praise="Right. The identity of section 8: divide the rate by the batch size.",
    dresses=(
        "(0.1 / 32,)",
        "[0.1 / 32]",
        "np.array([0.1 / 32])",
        "np.float64(0.003125)",
        "torch.tensor(0.1 / 32)",
        "[[0.003125]]",
        "1 / 320",
    ),
    slips=(
        Slip("0.1", _is(0.1), "the same rate takes a step 32 times larger on the sum."),
        Slip(("0.1 * 32", "[3.2]"), _is(3.2), "the other way round: the sum's gradient is larger, its rate smaller."),
        Slip("0.1 / 16", _is(0.1 / 16), "that is right for batches of 16; here they hold 32."),
        Slip("1 / 32", _is(1 / 32), "that is the factor; the rate is this times 0.1."),
        Slip(
            ("0.0031", "0.003"),
            lambda a: any(np.isclose(a, round(_MATCHING, n)) for n in (3, 4, 5)),
            "nearly: give it unrounded, as a fraction such as 1 / 3 in Python.",
        ),
        Slip("0.5", lambda a: a > 0.1, "the sum's gradient is larger than the mean's, so its rate must be smaller."),
    ),
    counterexample=lambda a: say(
        "on the sum of 32 examples {a:g} steps as {mean:.4g} does on their mean, and 0.1 is wanted.", a=a, mean=32 * a
    ),
    also_wrong={
        "0": "steps as 0 does",
        "-0.1 / 32": "steps as -0.1 does",
        "'0.1/32'": "not the text",
        "[0.1, 32]": "one number",
    },
)


# Exercise 2: a rate with which the residual network learns on the summed loss in 40 epochs


@functools.cache
def _five_networks(rate):
    """Median validation accuracy and share of stuck units of five residual networks after 40 epochs on the sum."""
    taught = load_taught("02_numpy_backprop")
    X, Y, X_val, Y_val = data.xor_clouds()
    params = taught.init_params(np.random.default_rng(0), stack=(5,))
    with np.errstate(all="ignore"):  # an exploding network is an answer to give feedback on
        trained = taught.train(
            params, X, Y, taught.RESIDUAL, np.random.default_rng(1), rate, epochs=40, batch_size=16, reduction="sum"
        )
        accuracy = np.median(taught.accuracy(trained, X_val, Y_val, taught.RESIDUAL))
        return accuracy, np.median(taught.stuck_units(trained, X, taught.RESIDUAL))


check_2 = Exercise(
    clean=number,
    right=lambda a: 0 < a < np.inf and _five_networks(a)[0] >= 0.95,
    praise="Right. The median of five networks passes 95 %.",
    dresses=("0.1 / 16", "(0.1 / 16,)", "[0.1 / 16]", "np.array([0.1 / 16])", "torch.tensor(0.1 / 16)", "[[0.1 / 16]]"),
    slips=(
        Slip(("-0.01", "0", "-1"), lambda a: a <= 0, "a rate is positive; with a negative one the loss climbs."),
        Slip(("float('nan')", "float('inf')"), lambda a: not np.isfinite(a), "a rate is a finite number."),
        Slip(
            ("0.1", "0.2", "1"),
            lambda a: a >= 0.1,
            lambda a: say(
                "at {a:g} the five networks' median is {share:.1%}, as with the rate that is too large already.",
                a=a,
                share=_five_networks(a)[0],
            ),
        ),
    ),
    counterexample=lambda a: say(
        "after 40 epochs at {a:g} the median of five networks is {share:.1%}; try {where}.",
        a=a,
        share=_five_networks(a)[0],
        where=say("more") if a < 0.1 / 16 else say("less"),
    ),
    also_wrong={"1e-6": "try more", "1e-4": "try more", "'small'": "not the text", "[0.1, 0.2]": "give one number"},
)


# Exercise 3: the slope of tanh as a function of the activation, 1 - A**2

_A = np.tanh(np.linspace(-2, 2, 9))


def _gives(expected):
    def holds(slope):
        found = on_arrays(slope, _A)
        return found.shape == expected.shape and np.allclose(found, expected, rtol=1e-9)

    return holds


def _first_difference(slope):
    found = on_arrays(slope, _A)
    if found.shape != _A.shape:
        return say("for A of shape {A} your function returns the shape {found}.", A=_A.shape, found=found.shape)
    i = int(np.argmax(~np.isclose(found, 1 - _A**2, rtol=1e-9)))
    h = 1e-6
    z = np.arctanh(_A[i])
    nudged = (np.tanh(z + h) - np.tanh(z - h)) / (2 * h)
    return say(
        "at A = {A:.4g} your slope is {found:.4g}, differences of tanh say {nudged:.4g}.",
        A=_A[i],
        found=found[i],
        nudged=nudged,
    )


check_3 = Exercise(
    clean=function,
    right=_gives(1 - _A**2),
    praise='Right. Network(np.tanh, tanh_slope, "before") is ready to train.',
    dresses=(
        "lambda A: 1 - A**2",
        "lambda A: 1 - np.square(A)",
        "lambda A: (1 - A) * (1 + A)",
        "lambda A: 1 - torch.square(A)",
        "lambda A: [1 - a * a for a in A]",
        "lambda A: np.subtract(1, A * A)",
        "lambda A: 1 / np.cosh(np.arctanh(A)) ** 2",
    ),
    slips=(
        Slip("lambda A: A * (1 - A)", _gives(_A * (1 - _A)), "that is the sigmoid's slope; tanh has another."),
        Slip(
            "lambda A: 1 - np.tanh(A) ** 2",
            _gives(1 - np.tanh(_A) ** 2),
            "A is tanh(Z) already: do not apply tanh again.",
        ),
        Slip("lambda A: 1 - A", _gives(1 - _A), "a square is missing."),
        Slip("lambda A: A**2 - 1", _gives(_A**2 - 1), "the sign: tanh rises everywhere, so its slope is positive."),
    ),
    counterexample=_first_difference,
    also_wrong={
        "1 - np.tanh(0.5) ** 2": "give a function, by its name",
        "def answer(A):\n    1 - A**2": "returns nothing; add a return",
        "lambda A: 1 + A**2": "differences of tanh say",
        "lambda A: A": "at A = -0.964 your slope is -0.964, differences of tanh say 0.07065",
        "lambda A: 1": "returns the shape ()",
        "def answer(A):\n    return 1 - A^2": "your line 2, `return 1 - A^2`, raises TypeError",
        "lambda: 1": "raises TypeError",
        "lambda A: a": "raises NameError: name 'a' is not defined",
    },
)
