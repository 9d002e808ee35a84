"""Feedback on the exercises of notebook 2."""

import numpy as np

from helpers import checks, data
from helpers.definitions import load_taught


def check_1(answer):
    """The rate on the summed loss that matches 0.1 on the mean of 32 examples: 0.1 / 32."""
    checks.feedback(
        answer,
        right=lambda a: np.isclose(float(a), 0.1 / 32, rtol=1e-3),
        hints=[
            (
                lambda a: np.isclose(a, 0.1 / 32, rtol=0.05),
                "nearly: give it unrounded, as a fraction such as 1 / 3 in Python.",
            ),
            (lambda a: np.isclose(a, 1 / 32), "that is the factor; the rate is this times 0.1."),
            (lambda a: np.isclose(a, 0.1), "the same rate takes a step 32 times larger on the sum."),
            (
                lambda a: np.isclose(a, 3.2),
                "the other way round: the sum's gradient is larger, its rate smaller.",
            ),
            (lambda a: np.isclose(a, 0.1 / 16), "that is right for batches of 16; here they hold 32."),
            (lambda a: a > 0.1, "the sum's gradient is larger than the mean's, so its rate must be smaller."),
        ],
        praise="Right. The identity of section 8: divide the rate by the batch size.",
    )


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


def check_2(answer):
    """A rate with which the residual network learns on the summed loss in 40 epochs."""
    results = {}

    def accuracy(rate):
        if isinstance(rate, bool) or not 0 < rate < np.inf:
            return 0.0
        if rate not in results:
            results[rate] = _five_networks(float(rate))[0]
        return results[rate]

    checks.feedback(
        answer,
        right=lambda a: accuracy(a) >= 0.95,
        hints=[
            (lambda a: a <= 0, "a rate is positive; with a negative one the loss climbs."),
            (
                lambda a: a >= 0.03,
                "too large: units die or the boundary jumps about. Think of α/B in section 8.",
            ),
            (lambda a: a < 0.003, "too small: in 40 epochs it hardly gets going."),
            (lambda a: accuracy(a) < 0.95, "close, but the median of five seeds stays below 95 %."),
        ],
        praise="Right. The median of five networks passes 95 %.",
    )


def check_3(answer):
    """The slope of tanh as a function of the activation: 1 - A**2."""
    Z = np.linspace(-2, 2, 9)
    A = np.tanh(Z)

    def gives(expected):
        return lambda slope: np.allclose(slope(A.copy()), expected, rtol=1e-9)

    checks.feedback(
        answer,
        right=gives(1 - A**2),
        hints=[
            (lambda slope: not callable(slope), "tanh_slope must be a function of one array, A."),
            (gives(A * (1 - A)), "that is the sigmoid's slope; tanh has another."),
            (gives(1 - np.tanh(A) ** 2), "A is tanh(Z) already: do not apply tanh again."),
            (gives(1 - A), "a square is missing."),
            (gives(A**2 - 1), "the sign: tanh rises everywhere, so its slope is positive."),
            (lambda slope: slope(A.copy()) is None, "the function returns nothing; add a return."),
        ],
        praise='Right. Network(np.tanh, tanh_slope, "before") is ready to train.',
    )
