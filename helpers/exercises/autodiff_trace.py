"""Feedback on the exercises of notebook 3. Each check prints one line."""

import math

from helpers import checks
from helpers.definitions import load_taught

ASSIGNMENT = {"x1": -1.5, "x2": 3.1, "x3": 7.3, "w1": 4.5, "w2": -2.7, "w3": 0.2, "w4": -5.0}
POINTS = (-3.0, -0.5, 0.0, 0.7, 4.0)


def check_1(answer):
    """answer: names of the gradients that are not zero where x3 = 0, as a list."""

    def names(a):
        return {a.strip("'")} if isinstance(a, str) else {str(name).strip("'") for name in a}

    checks.feedback(
        answer,
        right=lambda a: names(a) == {"x3"},
        hints=[
            (lambda a: not names(a), "one of them does not contain x3 at all: write down x3'."),
            (lambda a: not names(a) <= set(ASSIGNMENT), "give names of inputs, such as x1 or w4."),
            (
                lambda a: {"x3"} < names(a) and names(a) & {"x1", "w1"},
                "x1 and w1 were zero before, because ReLU is off, and x3 does not change that.",
            ),
            (lambda a: "x3" not in names(a), "x3' = f' · t, and t is not 0 only because x3 is."),
            (lambda a: True, "every road but one starts with t' = f' · x3; compute that first."),
        ],
        praise="Right. Only x3' = t does not pass through t' = x3 = 0.",
    )


def check_2(answer):
    """answer: (x2, w4) with which |x2'| is at least 0.05, the other inputs as in the assignment."""
    taught = load_taught("03_autodiff_trace")

    def traced(a):
        x2, w4 = (checks.require_float("answer_2", value, -1e6, 1e6) for value in a)
        return taught.trace(ASSIGNMENT | {"x2": x2, "w4": w4})

    def size(a):
        nodes = traced(a)
        return abs(taught.gradients(nodes["f"])[nodes["x2"]])

    def slope(a, name):
        return traced(a)[name].edges[0][1]

    checks.feedback(
        answer,
        right=lambda a: size(a) >= 0.05,
        hints=[
            (lambda a: isinstance(a, (int, float)), "give a pair: x2 and w4."),
            (lambda a: len(a) != 2, "give a pair: x2 and w4."),
            (lambda a: a[1] == 0, "w4 is a factor on the road back to x2; with 0 nothing comes through."),
            (lambda a: slope(a, "s2") < 0.1, "σ still sleeps: a2 = w2 · x2 is far from 0."),
            (lambda a: slope(a, "t") < 0.2, "tanh still sleeps: a4 = w4 · s3 is far from 0."),
            (lambda a: abs(a[1]) < 0.5, "all are awake, but w4 is itself a factor of x2', and it is small."),
            (lambda a: size(a) < 0.05, "closer, but |x2'| is still below 0.05."),
        ],
        praise="Right. Both curves are awake, and x2 counts again.",
    )


def check_3(answer):
    """answer: an Operation for softplus, log(1 + e^a)."""

    def softplus(a):
        return math.log(1 + math.exp(a))

    def sigma(a):
        return 1 / (1 + math.exp(-a))

    def value_is(function):
        return lambda op: all(math.isclose(op.value(a), function(a), rel_tol=1e-9) for a in POINTS)

    def slope_is(function):
        return lambda op: all(
            math.isclose(op.slopes(a, softplus(a))[0], function(a), rel_tol=1e-9, abs_tol=1e-12) for a in POINTS
        )

    def slope_is_a_number(op):
        return isinstance(op.slopes(0.7, softplus(0.7)), (int, float))

    checks.feedback(
        answer,
        right=lambda op: value_is(softplus)(op) and len(op.slopes(0.0, softplus(0.0))) == 1 and slope_is(sigma)(op),
        hints=[
            (lambda op: not hasattr(op, "slopes"), "give an Operation of three parts: text, value, slopes."),
            (value_is(math.exp), "that is the value of exp; softplus is log(1 + e^a)."),
            (lambda op: not value_is(softplus)(op), "the value is not log(1 + e^a). Try a = 0: it must be log 2."),
            (
                lambda op: op.slopes.__code__.co_argcount != 2,
                "slopes gets two arguments, operand and result: lambda a, y: …",
            ),
            (slope_is_a_number, "slopes must return a tuple, even for one operand: (slope,)."),
            (slope_is(lambda a: sigma(softplus(a))), "σ of the operand a, not of the result y."),
            (slope_is(lambda a: sigma(a) * (1 - sigma(a))), "that is the derivative of σ; here σ itself is needed."),
            (slope_is(lambda a: 1 / (1 + math.exp(a))), "the inner derivative e^a of 1 + e^a is missing."),
            (slope_is(softplus), "that is the value; only exp is its own derivative."),
            (slope_is(math.exp), "divide by 1 + e^a: the outer function is a logarithm."),
        ],
        praise="Right. The derivative of softplus is σ.",
    )
