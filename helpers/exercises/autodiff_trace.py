"""The exercises of notebook 3, in the order of their numbers."""

import functools
import math

from helpers.definitions import load_taught
from helpers.exercises.autodiff_engine import check_1, check_2, check_3, check_4
from helpers.exercises.autodiff_use import check_5, check_6, check_7
from helpers.feedback import Exercise, Slip, array, guarded, names, number, say, tried, unfit

__all__ = ["check_1", "check_2", "check_3", "check_4", "check_5", "check_6", "check_7"]
__all__ += ["check_8", "check_9", "check_10"]

ASSIGNMENT = {"x1": -1.5, "x2": 3.1, "x3": 7.3, "w1": 4.5, "w2": -2.7, "w3": 0.2, "w4": -5.0}
_taught = functools.cache(load_taught)


def _traced(**changed):
    """Values and adjoints by name, at the assignment's inputs but for those changed."""
    taught = _taught("03_autodiff_trace")
    nodes = taught.trace(ASSIGNMENT | changed)
    adjoints = taught.gradients(nodes["f"])
    return nodes, {name: adjoints.get(node, 0.0) for name, node in nodes.items()}


# Exercise 8: which gradients are not zero where x3 = 0


def _one_wrong_name(a):
    _, adjoints = _traced(x3=0.0)
    name = min(a ^ {"x3"})
    return say(
        "{name}' is {value:.4g} there. Write down its product of local derivatives.", name=name, value=adjoints[name]
    )


check_8 = Exercise(
    clean=names,
    right=lambda a: a == {"x3"},
    praise="Right. Only x3' = t does not pass through t' = x3 = 0.",
    dresses=(
        "'x3'",
        '"x3\'"',
        '["x3\'"]',
        "('x3',)",
        "{'x3'}",
        "['X3']",
        "'x_3'",
        "['x₃']",
        "np.array(['x3'])",
        "['$x_3$']",
    ),
    slips=(
        Slip(("[]", "()"), lambda a: not a, "one of them does not contain x3 at all: write down x3'."),
        Slip(("['t']", "'all'"), lambda a: not a <= set(ASSIGNMENT), "give names of inputs, such as x1 or w4."),
        Slip(
            ("['x1', 'x2', 'x3', 'w1', 'w2', 'w3', 'w4']", "['x3', 'w1']"),
            lambda a: {"x3"} < a and a & {"x1", "w1"},
            "x1 and w1 were zero before, because ReLU is off, and x3 does not change that.",
        ),
        Slip(
            ("['x1', 'x2', 'w1', 'w2', 'w3', 'w4']", "'w4'"),
            lambda a: "x3" not in a,
            "x3' = f' · t, and t is not 0 only because x3 is.",
        ),
    ),
    counterexample=_one_wrong_name,
    also_wrong={
        "['x3', 'w4']": "w4' is 0 there",
        "['x3', 'x2']": "x2' is 0 there",
        "3": "give names, in quotation marks",
    },
)


# Exercise 9: (x2, w4) with which |x2'| is at least 0.05


def _size(a):
    _, adjoints = _traced(x2=float(a[0]), w4=float(a[1]))
    return abs(adjoints["x2"])


def _factors(a):
    """The product that x2' is, number by number: the smallest says where it sleeps."""
    x2, w4 = map(float, a)
    nodes, adjoints = _traced(x2=x2, w4=w4)
    s2, s3, t = (nodes[name].value for name in ("s2", "s3", "t"))
    return say(
        "x2' = x3 · tanh'(a4) · w4 · σ'(a3) · w3 · σ'(a2) · w2 = 7.3 · {t:.2g} · {w4:g} · {s3:.2g} · 0.2 · {s2:.2g} "
        "· (-2.7) = {x2:.2g}, which is too small. Which of the factors that you can change is smallest?",
        t=1 - t * t,
        w4=w4,
        s3=s3 * (1 - s3),
        s2=s2 * (1 - s2),
        x2=adjoints["x2"],
    )


def _pair(a):
    if isinstance(a, dict):
        a = [a.get("x2"), a.get("w4")]
    try:
        x2, w4 = a
    except (TypeError, ValueError):
        raise unfit("give a pair: x2 and w4.") from None
    return array([number(x2), number(w4)], (2,))


check_9 = Exercise(
    clean=_pair,
    right=lambda a: _size(a) >= 0.05,
    praise="Right. Both curves are awake, and x2 counts again.",
    dresses=(
        "[0.1, -1.5]",
        "np.array([0.1, -1.5])",
        "np.array([[0.1], [-1.5]])",
        "torch.tensor([0.1, -1.5])",
        "{'x2': 0.1, 'w4': -1.5}",
        "([0.1], [-1.5])",
        "(0, 2)",
    ),
    slips=(
        Slip(
            ("(0.1, 0.0)", "(5, 0)"),
            lambda a: a[1] == 0,
            "w4 is a factor on the road back to x2; with 0 nothing comes through.",
        ),
    ),
    counterexample=_factors,
    also_wrong={
        "(3.1, -0.8)": "0.00023",
        "(0.1, -5.0)": "Which of the factors",
        "(0.1, 0.1)": "0.1 ·",
        "(3.1, -5)": "3e-05",
        "0.1": "give a pair: x2 and w4",
        "(0.1, -0.8, 1)": "give a pair: x2 and w4",
        "('a', 1)": "not the text 'a'",
        "(1, -5)": "too small",
    },
)


# Exercise 10: an Operation for softplus, log(1 + e^a)

POINTS = tried((-3.0, -0.5, 0.0, 0.7, 4.0), lambda rng: [*rng.uniform(-3, 4, 4).tolist(), 0.0])


def _softplus(a):
    return math.log(1 + math.exp(a))


def _sigma(a):
    return 1 / (1 + math.exp(-a))


def _operation(a):
    if not all(hasattr(a, part) for part in ("text", "value", "slopes")):
        raise unfit("give an Operation of three parts: text, value, slopes.")
    if not isinstance(a.text, str) or "{}" not in a.text:
        raise unfit(
            "the text must have a place {{}} for the operand, such as 'softplus({{}})'; yours is {text!r}.", text=a.text
        )
    if not callable(a.value) or not callable(a.slopes):
        raise unfit("value and slopes must be functions: lambda a: … and lambda a, y: …")
    return guarded(a.value), guarded(a.slopes)


def _slope(op, a):
    found = op[1](a, _softplus(a))
    if not isinstance(found, tuple | list) or len(found) != 1:
        raise unfit("slopes must return a tuple, even for one operand: (slope,).")
    return number(found)


def _slope_is(expected):
    return lambda op: all(math.isclose(_slope(op, a), expected(a), rel_tol=1e-9, abs_tol=1e-12) for a in POINTS)


def _value_is(expected):
    return lambda op: all(math.isclose(number(op[0](a)), expected(a), rel_tol=1e-9) for a in POINTS)


def _first_difference(op):
    h = 1e-6
    for a in POINTS:
        found, nudged = _slope(op, a), (_softplus(a + h) - _softplus(a - h)) / (2 * h)
        if not math.isclose(found, _sigma(a), rel_tol=1e-9):
            return say(
                "at a = {a:g} your slope is {found:.4g}, differences of log(1 + e^a) say {nudged:.4g}.",
                a=a,
                found=found,
                nudged=nudged,
            )
    return None


def _wrong_value(op):
    for a in POINTS:
        if not math.isclose(number(op[0](a)), _softplus(a), rel_tol=1e-9):
            return say(
                "at a = {a:g} your value is {found:.4g}, and log(1 + e^a) is {wanted:.4g}.",
                a=a,
                found=number(op[0](a)),
                wanted=_softplus(a),
            )
    return None


_VALUE = "lambda a: math.log(1 + math.exp(a))"


def _op(slopes, value=_VALUE):
    return f"Operation('softplus({{}})', {value}, {slopes})"


check_10 = Exercise(
    clean=_operation,
    right=lambda op: _value_is(_softplus)(op) and _slope_is(_sigma)(op),
    praise="Right. The derivative of softplus is σ.",
    dresses=(
        _op("lambda a, y: (1 / (1 + math.exp(-a)),)"),
        _op("lambda a, y: [sigmoid(a)]"),
        _op("lambda a, y: (1 - math.exp(-y),)"),
        _op("lambda x, result: (sigmoid(x),)", "lambda x: math.log1p(math.exp(x))"),
        _op("lambda a, y: (math.exp(a) / (1 + math.exp(a)),)"),
        _op("lambda a, y: (np.exp(a - y),)", "lambda a: np.log(1 + np.exp(a))"),
    ),
    slips=(
        Slip(
            _op("lambda a, y: (sigmoid(a),)", "math.exp"),
            _value_is(math.exp),
            "that is the value of exp; softplus is log(1 + e^a).",
        ),
        Slip(
            _op("lambda a, y: (sigmoid(a),)", "lambda a: math.log(math.exp(a))"),
            lambda op: not _value_is(_softplus)(op),
            _wrong_value,
        ),
        Slip(
            _op("lambda a, y: (sigmoid(y),)"),
            _slope_is(lambda a: _sigma(_softplus(a))),
            "σ of the operand a, not of the result y.",
        ),
        Slip(
            _op("lambda a, y: (sigmoid(a) * sigmoid(-a),)"),
            _slope_is(lambda a: _sigma(a) * (1 - _sigma(a))),
            "that is the derivative of σ; here σ itself is needed.",
        ),
        Slip(
            _op("lambda a, y: (1 / (1 + math.exp(a)),)"),
            _slope_is(lambda a: 1 - _sigma(a)),
            "that is 1 - σ(a): the inner derivative e^a of 1 + e^a is missing, or the sign in the exponent.",
        ),
        Slip(
            _op("lambda a, y: (-sigmoid(a),)"),
            _slope_is(lambda a: -_sigma(a)),
            "the sign: softplus rises everywhere, so its slope is positive.",
        ),
        Slip(_op("lambda a, y: (y,)"), _slope_is(_softplus), "that is the value; only exp is its own derivative."),
        Slip(
            _op("lambda a, y: (math.exp(a),)"),
            _slope_is(math.exp),
            "divide by 1 + e^a: the outer function is a logarithm.",
        ),
    ),
    counterexample=_first_difference,
    also_wrong={
        _op("lambda a, y: sigmoid(a)"): "a tuple, even for one operand",
        _op("lambda a: (sigmoid(a),)"): "raises TypeError",
        _op("lambda a, y: (1.0,)"): "at a = -3 your slope is 1, differences of log(1 + e^a) say 0.04743",
        _VALUE: "give an Operation of three parts",
        f"Operation('softplus', {_VALUE}, lambda a, y: (sigmoid(a),))": "a place {} for the operand",
        _op("lambda a, y: (sigmod(a),)"): "raises NameError: name 'sigmod' is not defined",
    },
)
