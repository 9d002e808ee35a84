"""Feedback on the exercises of notebook 1."""

import numpy as np

from helpers.checks import feedback
from helpers.data import truth_table

X = truth_table(2)
NAND = np.array([1, 1, 1, 0])
XOR = np.array([0, 1, 1, 0])


def _outputs(w, b):
    return (X @ np.asarray(w, dtype=float).reshape(2) + float(b) > 0).astype(int)


def _network(answer, at_zero=False):
    """Outputs of a two-layer answer (W1, b1, W2, b2); at_zero=True uses a step that is 1 at 0."""

    def step(z):
        return ((z >= 0) if at_zero else (z > 0)).astype(float)

    W1, b1, W2, b2 = (np.asarray(value, dtype=float) for value in answer)
    return step(step(X @ W1 + b1) @ W2 + b2).ravel().astype(int)


def check_1(answer):
    """answer: the four outputs of the unit with weights [1, 1] and bias -1, as a list."""
    feedback(
        answer,
        right=lambda a: list(map(int, a)) == [0, 0, 0, 1],
        hints=[
            (
                lambda a: list(map(int, a)) == [0, 1, 1, 1],
                "at (0,1) and (1,0) z is exactly 0, and this step is 1 only for z > 0.",
            ),
            (lambda a: len(a) != 4, "there are four inputs, so give four numbers."),
            (
                lambda a: list(map(int, a)) == [1, 1, 1, 0],
                "the step is 1 where z is positive, not negative.",
            ),
            (lambda a: list(a) == [-1, 0, 0, 1], "that is z, and the step of it is still to be taken."),
        ],
        praise="Right. Two inputs lie on the boundary, and the strict step leaves them at 0.",
    )


def check_2(answer):
    """answer: ([w1, w2], b) of one unit that computes NAND."""
    feedback(
        answer,
        right=lambda a: np.array_equal(_outputs(*a), NAND),
        hints=[
            (lambda a: np.shape(a[0]) != (2,), "give a pair: a list of two weights, then one bias."),
            (
                lambda a: np.array_equal((X @ np.asarray(a[0], float) + a[1] >= 0).astype(int), NAND),
                "the weights are right but the bias puts an input on the boundary, where this step is 0.",
            ),
            (lambda a: np.array_equal(_outputs(*a), 1 - NAND), "this is AND: turn the signs of weights and bias."),
            (
                lambda a: a[0][0] == a[0][1] < 0,
                "the weights are right, the bias is not: at (1,1) z must be negative, at (0,1) positive.",
            ),
        ],
        praise="Right. Only at (1,1) is z not positive.",
    )


def check_3(answer):
    """answer: (W1, b1, W2, b2) of a network with two hidden units that computes XOR."""
    feedback(
        answer,
        right=lambda a: np.array_equal(_network(a), XOR) and np.shape(a[0]) == (2, 2),
        hints=[
            (lambda a: np.shape(a[0]) != (2, 2), "W1 must have shape (2, 2): two inputs, two hidden units."),
            (lambda a: np.array_equal(_network(a), 1 - XOR), "this is XNOR: the output is turned round."),
            (
                lambda a: np.array_equal(_network((np.asarray(a[0]).T, *a[1:])), XOR),
                "W1 is transposed: each column is one neuron.",
            ),
            (
                lambda a: np.array_equal(_network(a, at_zero=True), XOR),
                "a bias puts an input on the boundary, where this step is 0.",
            ),
            (lambda a: np.shape(a[2]) != (2, 1), "W2 must have shape (2, 1): two hidden units, one output."),
            (
                lambda a: any(
                    np.array_equal(_network((*a[:3], np.asarray(a[3], float) + shift)), XOR) for shift in (-1, 1, 2, -2)
                ),
                "everything is right but the output's bias b2.",
            ),
            (
                lambda a: np.array_equal(_network((*a[:2], -np.asarray(a[2]), 0.5)), XOR),
                "these hidden units can do it: turn the signs of W2 and set b2 anew.",
            ),
        ],
        praise="Right. One unit cannot do this; two layers can, and not in one way only.",
    )
