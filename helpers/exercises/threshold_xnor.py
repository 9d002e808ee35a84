"""The exercises of notebook 1."""

import numpy as np

from helpers.data import truth_table
from helpers.feedback import Exercise, Slip, array, number, say, unfit

X = truth_table(2)
AND, NAND, XOR = np.array([0, 0, 0, 1]), np.array([1, 1, 1, 0]), np.array([0, 1, 1, 0])


def _step(z, at_zero=False):
    """Outputs of threshold units as integers; at_zero=True is the slip of a step that is 1 at 0."""
    return ((z >= 0) if at_zero else (z > 0)).astype(int)


def _differs(found, wanted, whose):
    """A sentence about the first input at which outputs are not those wanted."""
    for x, f, w in zip(X.astype(int), np.ravel(found), wanted):
        if f != w:
            return say(
                "at ({x1}, {x2}) your {whose} says {f}, and {w} is wanted.", x1=x[0], x2=x[1], whose=whose, f=f, w=w
            )
    return None


# Exercise 1: the four outputs of the unit with weights [1, 1] and bias -1


def _z_of_1(a):
    wrong = int(np.flatnonzero(a != AND)[0])
    x = X[wrong].astype(int)
    return say(
        "at ({x1}, {x2}) z is {x1} + {x2} - 1 = {z}. What does the step make of it?", x1=x[0], x2=x[1], z=x.sum() - 1
    )


check_1 = Exercise(
    clean=lambda a: array(a, (4,)),
    right=lambda a: np.array_equal(a, AND),
    praise="Right. Two inputs lie on the boundary, and the strict step leaves them at 0.",
    dresses=(
        "(0, 0, 0, 1)",
        "np.array([0., 0, 0, 1])",
        "[[0], [0], [0], [1]]",
        "[[0, 0, 0, 1]]",
        "[False, False, False, True]",
        "np.array([[0], [0], [0], [1]])",
        "torch.tensor([0, 0, 0, 1])",
    ),
    slips=(
        Slip(
            "[0, 1, 1, 1]",
            lambda a: np.array_equal(a, [0, 1, 1, 1]),
            "at (0,1) and (1,0) z is exactly 0, and this step is 1 only for z > 0.",
        ),
        Slip("[1, 1, 1, 0]", lambda a: np.array_equal(a, 1 - AND), "the step is 1 where z is positive, not negative."),
        Slip(
            "[-1, 0, 0, 1]",
            lambda a: np.array_equal(a, [-1, 0, 0, 1]),
            "that is z, and the step of it is still to be taken.",
        ),
    ),
    counterexample=_z_of_1,
    also_wrong={
        "[0, 1]": "give 4 numbers",
        "'AND'": "not the text 'AND'",
        "0.5": "give 4 numbers",
        "[0.9, 0.2, 0.99, 1.9]": "at (0, 0) z is 0 + 0 - 1 = -1.",
        "[-.5, 0, 0, 1]": "at (0, 0) z is",
        "[0, 1, 0, 1]": "at (0, 1) z is 0 + 1 - 1 = 0.",
        "[0, 0, 0, 0]": "at (1, 1) z is 1 + 1 - 1 = 1.",
        "[0, 0, 0, {1}]": "a set has no order",
        "[0, 0, 0, float('nan')]": "at (1, 1)",
    },
)


# Exercise 2: ([w1, w2], b) of one unit that computes NAND


def _unit(a):
    try:
        w, b = a
    except (TypeError, ValueError):
        raise unfit("give a pair: a list of two weights, then one bias.") from None
    return array(w, (2,)), number(b)


def _z(a):
    w, b = a
    return X @ w + b


check_2 = Exercise(
    clean=_unit,
    right=lambda a: np.array_equal(_step(_z(a)), NAND),
    praise="Right. Only at (1,1) is z not positive.",
    dresses=(
        "([[-1], [-1]], 1.5)",
        "([-1, -1], [1.5])",
        "(np.array([-1, -1]), np.array([1.5]))",
        "[[-2, -2], 3]",
        "(torch.tensor([-1., -1.]), torch.tensor(1.5))",
        "((-1, -1), 1.9)",
        "([-1, -2], 2.5)",
    ),
    slips=(
        Slip(
            ("([1, 1], -1.5)", "([2, 2], -3)"),
            lambda a: np.array_equal(_step(-_z(a)), NAND) and np.all(_z(a)),
            "this is AND: turn the signs of weights and bias.",
        ),
        Slip(
            ("([-1, -1], 1)", "([-2, -2], 2)"),
            lambda a: np.array_equal(_step(_z(a), at_zero=True), NAND),
            "the bias puts an input on the boundary, where this step is 0.",
        ),
        Slip(
            "([1, 1], 1.5)",
            lambda a: np.array_equal(_step(_z((-a[0], a[1]))), NAND),
            "only the bias is turned: the weights need the other sign, too.",
        ),
        Slip(
            "([-1, -1], -1.5)",
            lambda a: np.array_equal(_step(_z((a[0], -a[1]))), NAND),
            "only the weights are turned: the bias needs the other sign, too.",
        ),
        Slip(
            ("([-1, -1], 2.5)", "([-1, -1], 0.5)"),
            lambda a: a[0][0] == a[0][1] < 0,
            "these weights can do it, this bias cannot: at (1,1) z must be 0 or less, at (0,1) more than 0.",
        ),
    ),
    counterexample=lambda a: _differs(_step(_z(a)), NAND, say("unit")),
    also_wrong={
        "([-1], 1.5)": "give 2 numbers",
        "([0, 0], 0.5)": "at (1, 1) your unit says 1, and 0 is wanted",
        "([-1, -2], 0.5)": "at (0, 1) your unit says 0, and 1 is wanted",
        "3": "give a pair",
        "([-1, -1], [1.5, 1.5])": "give one number",
    },
)


# Exercise 3: (W1, b1, W2, b2) of a network with two hidden units that computes XOR


def _four(a):
    try:
        W1, b1, W2, b2 = a.values() if isinstance(a, dict) else a
    except (TypeError, ValueError):
        raise unfit("give four arrays: W1, b1, W2, b2.") from None
    shapes = {"W1": (2, 2), "b1": (2,), "W2": (2, 1), "b2": (1,)}
    arrays = []
    for value, (name, shape) in zip((W1, b1, W2, b2), shapes.items()):
        try:
            arrays.append(array(value, shape))
        except Exception as error:
            raise unfit("{name} must have the shape {shape}: {why}", name=name, shape=shape, why=error) from None
    return arrays


def _network(a, at_zero=False):
    """Outputs of a two-layer answer (W1, b1, W2, b2)."""
    W1, b1, W2, b2 = a
    return _step(_step(X @ W1 + b1, at_zero) @ W2 + b2, at_zero).ravel()


_HIDDEN = "[[1, -1], [1, -1]], [-1.5, 0.5]"
check_3 = Exercise(
    clean=_four,
    right=lambda a: np.array_equal(_network(a), XOR),
    praise="Right. One unit cannot do this; two layers can, and not in one way only.",
    dresses=(
        f"({_HIDDEN}, [-1, -1], 0.5)",
        f"({_HIDDEN}, [[-1, -1]], [0.5])",
        f"[{_HIDDEN}, [[-1], [-1]], [[0.5]]]",
        "(np.array([[1., -1], [1, -1]]), np.array([-1.5, 0.5]), np.array([[-1.], [-1]]), np.array([0.5]))",
        "tuple(torch.tensor(v) for v in ([[1., -1], [1, -1]], [-1.5, 0.5], [[-1.], [-1]], [0.5]))",
        "([[1, 1], [1, 1]], [-0.5, -1.5], [[1], [-1]], [-0.5])",
        "dict(W1=[[1, -1], [-1, 1]], b1=[-0.5, -0.5], W2=[[1], [1]], b2=[-0.5])",
    ),
    slips=(
        Slip(
            f"({_HIDDEN}, [[1], [1]], [-0.5])",
            lambda a: np.array_equal(_network(a), 1 - XOR),
            "this is XNOR: every answer is the opposite of what is wanted.",
        ),
        Slip(
            "([[1, 1], [-1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.5])",
            lambda a: np.array_equal(_network((a[0].T, *a[1:])), XOR),
            "W1 is transposed: each column is one neuron.",
        ),
        Slip(
            (f"({_HIDDEN}, [[-1], [-1]], [0.0])",),
            lambda a: np.array_equal(_network(a, at_zero=True), XOR),
            "a bias puts a unit on its boundary, where this step is 0.",
        ),
        Slip(
            tuple(f"({_HIDDEN}, [[-1], [-1]], [{b}])" for b in (-0.5, -1.5, 1.5, 2.5)),
            lambda a: any(np.array_equal(_network((*a[:3], a[3] + shift)), XOR) for shift in (-2, -1, 1, 2)),
            "everything is right but the output's bias b2.",
        ),
        Slip(
            f"({_HIDDEN}, [[1], [1]], [-1.5])",
            lambda a: np.array_equal(_network((*a[:2], -a[2], 0.5)), XOR),
            "these hidden units can do it: turn the signs of W2 and choose b2 anew.",
        ),
    ),
    counterexample=lambda a: _differs(_network(a), XOR, say("network")),
    also_wrong={
        "([[1, -1, 0], [1, -1, 0]], [-1.5, 0.5, 0], [[-1], [-1], [0]], [0.5])": "W1 must have the shape (2, 2)",
        f"({_HIDDEN}, [-1, -1, -1], 5)": "W2 must have the shape (2, 1)",
        "([[0, 0], [0, 0]], [1, 1], [[1], [1]], [-0.5])": "at (0, 0) your network says 1, and 0 is wanted",
        "([[1, 1], [1, 1]], [-0.5, -0.5], [[1], [1]], [-0.5])": "at (1, 1) your network says 1, and 0 is wanted",
        "5": "give four arrays",
    },
)
