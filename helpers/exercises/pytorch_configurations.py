"""Feedback on the exercises of notebook 4. Each check prints one line."""

import math

import torch

from helpers.checks import feedback

_Z = torch.tensor([[1.0, 2.0, 6.0], [-4.0, 0.0, 1.0], [3.0, 5.0, 5.5], [10.0, -10.0, 2.0]], dtype=torch.float64)
_EPS = 0.5


def _expected(dim=1, correction=0, eps=_EPS, eps_inside=True, root=True):
    """Layer normalisation of _Z, or one of its typical slips."""
    centred = _Z - _Z.mean(dim, keepdim=True)
    variance = _Z.var(dim, correction=correction, keepdim=True)
    if not root:
        return centred / (variance + eps)
    return centred / ((variance + eps).sqrt() if eps_inside else variance.sqrt() + eps)


def _shapes_clash(answer):
    try:
        answer(_Z.clone(), _EPS)
    except RuntimeError as error:
        return "size of tensor" in str(error)
    return False


def check_1(answer):
    """answer: the value of a kept unit with activation 3 under dropout with p = 0.25."""
    feedback(
        answer,
        right=lambda a: math.isclose(a, 4),
        hints=[
            (lambda a: math.isclose(a, 3), "that is its value in evaluation; in training a kept unit is scaled up."),
            (lambda a: math.isclose(a, 2.25), "divide by 1 - p instead of multiplying by it."),
            (lambda a: math.isclose(a, 12), "divide by the probability of being kept, 1 - p, not by p."),
            (lambda a: math.isclose(a, 3.75), "the factor is 1 / (1 - p), not 1 + p; and p is 0.25 here."),
            (lambda a: math.isclose(a, 0.75), "that is the probability of being kept, not the value."),
        ],
        praise="Right. The expectation stays 3.",
    )


def check_2(answer):
    """answer: a Configuration of widths 32, 16, 8 with SiLU, dropout 0.1, 0.1, 0 and GroupNorm of two groups."""
    feedback(
        answer,
        right=lambda a: (
            tuple(a.widths) == (32, 16, 8)
            and tuple(a.activations) == ("silu",) * 3
            and tuple(a.dropout) == (0.1, 0.1, 0)
            and (a.norm, a.groups) == ("group", 2)
        ),
        hints=[
            (lambda a: tuple(a.widths) != (32, 16, 8), "the widths of the hidden layers are 32, 16 and 8."),
            (
                lambda a: tuple(a.activations) != ("silu",) * 3,
                'the activation is named "silu", once for each hidden layer.',
            ),
            (lambda a: len(a.dropout) != 3, "dropout needs an entry for each hidden layer; 0 is no dropout."),
            (
                lambda a: tuple(a.dropout) != (0.1, 0.1, 0),
                "dropout is 0.1 after the first two layers and 0 after the third.",
            ),
            (lambda a: a.norm != "group", 'norm must be "group".'),
            (lambda a: a.groups > 2, "the narrowest layer has 8 units: fewer than four would be left in a group."),
            (lambda a: a.groups < 2, "more groups are possible: 8 units can be shared out in fours."),
        ],
        praise="Right. A new network is a new value, and no new code.",
    )


def check_3(answer):
    """answer: a function of Z (n, k) and eps that standardises each row."""

    def equals(function, expected):
        found = function(_Z.clone(), _EPS)
        return found.shape == expected.shape and torch.allclose(found, expected)

    feedback(
        answer,
        right=lambda a: equals(a, _expected()),
        hints=[
            (
                lambda a: equals(a, _expected(dim=0)),
                "that is BatchNorm: it standardises columns. Use each row's own units.",
            ),
            (
                lambda a: equals(a, _expected(correction=1)),
                "the variance must divide by k, not by k - 1: correction=0.",
            ),
            (lambda a: equals(a, _expected(eps_inside=False)), "eps is added to the variance, under the root."),
            (lambda a: equals(a, _expected(root=False)), "divide by the standard deviation: the root is missing."),
            (lambda a: a(_Z.clone(), _EPS) is None, "the function returns nothing; add a return."),
            (
                lambda a: equals(a, _Z - _Z.mean(1, keepdim=True)),
                "that only centres; divide by the standard deviation too.",
            ),
            (lambda a: equals(a, _expected(eps=0.0)), "eps is missing: it is added to the variance, under the root."),
            (_shapes_clash, "a mean over a row has lost its axis: keepdim=True keeps it, and a column is subtracted."),
        ],
        praise="Right. This is GroupNorm with a single group.",
    )
