"""The exercises of notebook 1."""

import numpy as np

from helpers.data import truth_table
from helpers.feedback import Exercise, Slip, Told, array, function, number, on_arrays, say, tried, unfit

X = truth_table(2)
AND, NAND, XOR = np.array([0, 0, 0, 1]), np.array([1, 1, 1, 0]), np.array([0, 1, 1, 0])


def _step(z, at_zero=False):
    """Outputs of threshold units as integers; at_zero=True is the slip of a step that is 1 at 0."""
    return ((z >= 0) if at_zero else (z > 0)).astype(int)


def _named(x):
    return f"({','.join(str(int(bit)) for bit in x)})"


def _differs(found, wanted, whose, inputs=X):
    """A sentence about the first input at which outputs are not those wanted."""
    for x, f, w in zip(inputs, np.ravel(found), wanted):
        if f != w:
            return say("at {x} your {whose} says {f}, and {w} is wanted.", x=_named(x), whose=whose, f=f, w=w)
    return None


# Exercise 1: the four outputs of the unit with weights [1, 1] and bias -1


def _z_of_1(a):
    x = X[np.flatnonzero(a != AND)[0]]
    return say(
        "at {x} z is {x1:g} + {x2:g} - 1 = {z:g}. What does the step make of it?",
        x=_named(x),
        x1=x[0],
        x2=x[1],
        z=x.sum() - 1,
    )


check_1 = Exercise(
    clean=lambda a: array(a, (4,)),
    right=lambda a: np.array_equal(a, AND),
    praise="Right. Two inputs lie on the boundary, and the strict step leaves them at 0.",
    dresses=("(0, 0, 0, 1)", "np.array([0., 0, 0, 1])", "[[0], [0], [0], [1]]", "[[0, 0, 0, 1]]",
        "[False, False, False, True]", "np.array([[0], [0], [0], [1]])", "torch.tensor([0, 0, 0, 1])"),
    slips=(
        Slip("[0, 1, 1, 1]", lambda a: np.array_equal(a, [0, 1, 1, 1]),
             "at (0,1) and (1,0) z is exactly 0, and this step is 1 only for z > 0."),
        Slip("[1, 1, 1, 0]", lambda a: np.array_equal(a, 1 - AND), "the step is 1 where z is positive, not negative."),
        Slip("[-1, 0, 0, 1]", lambda a: np.array_equal(a, [-1, 0, 0, 1]),
             "that is z, and the step of it is still to be taken."),
    ),
    counterexample=_z_of_1,
    also_wrong={
        "[0, 1]": "give 4 numbers",
        "'AND'": "not the text 'AND'",
        "0.5": "give 4 numbers",
        "[0.9, 0.2, 0.99, 1.9]": "at (0,0) z is 0 + 0 - 1 = -1.",
        "[-.5, 0, 0, 1]": "at (0,0) z is",
        "[0, 1, 0, 1]": "at (0,1) z is 0 + 1 - 1 = 0.",
        "[0, 0, 0, 0]": "at (1,1) z is 1 + 1 - 1 = 1.",
        "[0, 0, 0, {1}]": "a set has no order",
        "[0, 0, 0, float('nan')]": "at (1,1)",
    },
)  # fmt: skip


# Exercise 2: ([w1, w2], b) of the unit that is drawn; any positive multiple is the same unit

DRAWN_UNIT = ([-1.0, -2.0], 2.0)
_DRAWN = np.array([-1.0, -2.0, 2.0])


def _unit(a, inputs=2):
    a = list(a.values()) if isinstance(a, dict) else a
    try:
        a = a if isinstance(a, np.ndarray) else list(a)
        if len(a) == inputs + 1:  # weights and bias in one row
            flat = array(a, (inputs + 1,))
            return flat[:-1], float(flat[-1])
        w, b = a
        if np.ndim(w) == 0:  # a bias forgotten, and the weights taken apart
            raise TypeError
    except (TypeError, ValueError):
        raise unfit("give a pair: a list of {n} weights, then one bias.", n=inputs) from None
    return array(w, (inputs,)), number(b)


def _is_multiple(a, *unit):
    """Whether an answer (w, b) is a positive multiple of a unit (w1, w2, b)."""
    mine, other = np.append(*a), np.array(unit)
    factor = mine @ other / (other @ other)
    return factor > 0 and np.allclose(mine, factor * other, rtol=1e-3, atol=1e-3 * factor)


def _wrong_crossing(a):
    (w1, w2), b = a
    for name, w, wanted in (("x1", w1, 2.0), ("x2", w2, 1.0)):
        if w == 0:
            return say(
                "with a weight of 0 for {name} your line never crosses that axis, and the one drawn does.", name=name
            )
        if not np.isclose(-b / w, wanted, rtol=1e-3):
            return say(
                "your line crosses the {name} axis at {found:.3g}, and the one drawn at {wanted:g}.",
                name=name,
                found=-b / w + 0.0,
                wanted=wanted,
            )
    return None


check_2 = Exercise(
    clean=_unit,
    right=lambda a: _is_multiple(a, *_DRAWN),
    praise="Right. Its line crosses the axes at 2 and 1, and the origin is on its yes side.",
    dresses=("([-0.5, -1], 1)", "[[-1, -2], 2]", "(np.array([-1, -2]), np.array([2]))", "([[-1], [-2]], [2])",
        "(torch.tensor([-1., -2.]), torch.tensor(2.))", "{'w': (-2, -4), 'b': 4}", "([-1/2, -1.0], np.float32(1))",
        "(-1, -2, 2)"),
    slips=(
        Slip(("([1, 2], -2)", "([0.5, 1], -1)"), lambda a: _is_multiple(a, *-_DRAWN),
             "the line is right, the sides are not: at the origin z must be positive. Give all three the other sign."),
        Slip(("([-2, -1], 2)", "([-1, -0.5], 1)"), lambda a: _is_multiple(a, -2, -1, 2),
             "the two weights are exchanged: the line crosses the x1 axis at 2, so w1 = -b / 2."),
        Slip(("([2, 1], 2)", "([2, 1], 1)", "([2, 1], -2)"), lambda a: np.allclose(a[0], [2, 1]),
             "these are the crossings, not the weights: a weight is -b divided by the crossing."),
        Slip(("([1, 2], 2)", "([-1, -2], -2)"),
             lambda a: _is_multiple((a[0], -a[1]), *_DRAWN) or _is_multiple((a[0], -a[1]), *-_DRAWN),
             "one sign too many: the line crosses at -b / w, so here b and the weights must differ in sign."),
    ),
    counterexample=_wrong_crossing,
    also_wrong={
        "([-1, -1], 2)": "your line crosses the x2 axis at 2, and the one drawn at 1",
        "([2, -1], 1)": "your line crosses the x1 axis at -0.5",
        "([-1, 0], 2)": "a weight of 0 for x2",
        "([-1, -2], 0)": "crosses the x1 axis at 0",
        "(-1, -2)": "give a pair",
        "([-1, -2, 2], 2)": "give 2 numbers",
        "'-x1 - 2*x2 + 2'": "give a pair",
    },
)  # fmt: skip


# Exercise 3: the bias of NOR with weights -1 and -1


def _nor_fails(b):
    for x, z, wanted in zip(X.astype(int), b - X.sum(axis=1), 1 - np.sign(X.sum(axis=1))):
        if not np.isfinite(z) or (z > 0) != wanted:
            answer = say("yes, and no") if z > 0 else say("no, and yes")
            return say("at {x} z is {z:.3g}: {answer} is wanted.", x=_named(x), z=z, answer=answer)
    return None


check_3 = Exercise(
    clean=number,
    right=lambda b: 0 < b <= 1,
    praise="Right. Any bias above 0 and up to 1 does it; half-way, 0.5, leaves most room on both sides.",
    dresses=("0.5", "[0.5]", "(0.5,)", "np.array([0.5])", "np.array([[0.5]])", "torch.tensor(0.5)", "1", "0.1", "1/3"),
    slips=(
        Slip(("-0.5", "[-0.5]"), lambda b: b == -0.5, "that is the threshold. The bias is minus the threshold."),
        Slip("0", lambda b: b == 0, "at (0,0) z is then exactly 0, and this step is 1 only for z > 0."),
        Slip("-1.5", lambda b: b == -1.5, "that is the bias of AND. Here the weighted sum is 0, -1 or -2."),
        Slip("1.5", lambda b: b == 1.5, "this lets the sum -1 pass, too. Only 0 may pass: the threshold is above -1."),
    ),
    counterexample=_nor_fails,
    also_wrong={
        "2": "at (0,1) z is 1: yes, and no is wanted",
        "-1": "at (0,0) z is -1: no, and yes is wanted",
        "float('nan')": "at (0,0) z is nan",
        "'half'": "not the text 'half'",
        "[0.5, 0.5]": "give one number",
        "1.01": "at (0,1) z is 0.01",
        "lambda x: 0.5": "give one number",
    },
)  # fmt: skip


# Exercise 4: ([w1, w2, w3], b) of one unit that computes the majority of three bits

X3 = truth_table(3)
MAJORITY = (X3.sum(axis=1) >= 2).astype(int)


def _votes(a, at_zero=False):
    return _step(X3 @ a[0] + a[1], at_zero)


check_4 = Exercise(
    clean=lambda a: _unit(a, 3),
    right=lambda a: np.array_equal(_votes(a), MAJORITY),
    praise="Right. One unit can count: what matters is how many bits are 1, not which.",
    dresses=("([1, 1, 1], -1)", "[[2, 2, 2], -3]", "(np.ones(3), -1.5)", "([[1], [1], [1]], [-1.5])",
        "(torch.ones(3), torch.tensor(-1.5))", "((1, 1, 1), np.array([-1.9]))", "([2, 3, 2], -3.5)",
        "np.array([1, 1, 1, -1.5])"),
    slips=(
        Slip("([1, 1, 1], -2)",
             lambda a: np.array_equal(_votes(a, at_zero=True), MAJORITY) and np.any(X3 @ a[0] + a[1] == 0),
             "with two ones z is exactly 0, and this step is 1 only for z > 0."),
        Slip("([1, 1, 1], -2.5)", lambda a: np.array_equal(_votes(a), X3.all(axis=1)),
             "this unit wants all three: at (0,1,1) it says no."),
        Slip("([1, 1, 1], -0.5)", lambda a: np.array_equal(_votes(a), X3.any(axis=1)),
             "for this unit a single one is enough: at (0,0,1) it says yes."),
        Slip("([1, 1, 1], 1.5)", lambda a: np.array_equal(_votes((a[0], -a[1])), MAJORITY),
             "that is the threshold. The bias is minus the threshold."),
        Slip("([-1, -1, -1], 1.5)", lambda a: np.array_equal(_votes(a), 1 - MAJORITY),
             "every answer is the opposite of what is wanted: give weights and bias the other sign."),
    ),
    counterexample=lambda a: _differs(_votes(a), MAJORITY, say("unit"), X3),
    also_wrong={
        "([1, 1, 0], -1.5)": "at (0,1,1) your unit says 0, and 1 is wanted",
        "([1, 1, 1], 0)": "for this unit a single one is enough",
        "([0, 0, 0], 1)": "at (0,0,0) your unit says 1",
        "([1, 1], -1.5)": "give 3 numbers",
        "(1, 1, 1, -2.5)": "this unit wants all three",
        "[1, 1, 1]": "a list of 3 weights",
        "([1, 2, 3], -2.5)": "at (0,0,1) your unit says 1, and 0 is wanted",
    },
)  # fmt: skip


# Exercise 5: a layer of threshold units, a function of A (n, d), W (d, k) and b (k,)


def _layers(rng):
    cases = [  # square shapes would hide a transpose, and no z but that of the last case is 0
        (rng.integers(-3, 4, (4, 2)), rng.integers(-3, 4, (2, 3)), np.array([0.5, -1.5, 2.5])),
        (truth_table(2), np.array([[1.0, -1.0], [1.0, 1.0]]), np.array([-1.5, 0.5])),
        (truth_table(2), np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-1.0, 1.0])),
    ]
    return [tuple(np.array(part, dtype=float) for part in case) for case in cases]


_LAYERS = tried(_layers(np.random.default_rng(5)), _layers)


def _layer_gives(*expected):
    """Whether a function answers what one of these expressions of (A, W, b) does, wherever that one has an answer."""

    def one(answer, formula):
        return all(_same(on_arrays(answer, *case), formula(*case)) for case in _LAYERS)

    return lambda answer: any(one(answer, formula) for formula in expected)


def _same(found, expected):
    return found.shape == np.shape(expected) and np.array_equal(found, expected)


def _first_wrong(answer):
    for A, W, b in _LAYERS:
        found, wanted = on_arrays(answer, A, W, b), _step(A @ W + b)
        if found.shape != wanted.shape:
            return say(
                "for A {A}, W {W} and b {b} your layer returns the shape {found}, and {wanted} is wanted.",
                A=A.shape,
                W=W.shape,
                b=b.shape,
                found=found.shape,
                wanted=wanted.shape,
            )
        for i, j in np.argwhere(found != wanted):
            return say(
                "for the example {x}, a unit with weights {w} and bias {b} has z = {z:g}; your layer says {found:g}.",
                x=A[i].tolist(),
                w=W[:, j].tolist(),
                b=float(b[j]),
                z=A[i] @ W[:, j] + b[j],
                found=found[i, j],
            )
    return None


check_5 = Exercise(
    clean=function,
    right=_layer_gives(lambda A, W, b: _step(A @ W + b)),
    praise="Right. Rows are examples and columns are units, whatever their numbers.",
    dresses=("lambda A, W, b: step(A @ W + b)", "lambda A, W, b: (A @ W + b > 0).astype(int)",
        "lambda A, W, b: np.where(np.dot(A, W) + b > 0, 1, 0)", "lambda A, W, b: A @ W > -b",
        "lambda A, W, b: np.heaviside(A @ W + b, 0)", "lambda A, W, b: (torch.matmul(A, W) + b > 0).float()",
        "lambda A, W, b: [[int(sum(a * w for a, w in zip(x, u)) + c > 0) for u, c in zip(W.T, b)] for x in A]",
        "def answer(A, W, b):\n    Z = np.einsum('nd,dk->nk', A, W) + b\n    return step(Z)"),
    slips=(
        Slip("lambda A, W, b: A @ W + b", _layer_gives(lambda A, W, b: A @ W + b),
             "that is z, and the step of it is still to be taken."),
        Slip("lambda A, W, b: step(A @ W)", _layer_gives(lambda A, W, b: _step(A @ W)), "the bias is missing."),
        Slip("lambda A, W, b: step(A @ W - b)", _layer_gives(lambda A, W, b: _step(A @ W - b)),
             "the bias is added, not subtracted: it is minus the threshold."),
        Slip("lambda A, W, b: (A @ W + b >= 0).astype(float)",
             _layer_gives(lambda A, W, b: _step(A @ W + b, at_zero=True)),
             "at z = 0 your layer says 1, and this step is 1 only for z > 0."),
        Slip("lambda A, W, b: step(A @ W) + b", _layer_gives(lambda A, W, b: _step(A @ W) + b),
             "the bias comes before the step: step(A @ W + b)."),
        Slip("lambda A, W, b: step(A @ W + b).T", _layer_gives(lambda A, W, b: _step(A @ W + b).T),
             "rows and columns are exchanged: a row for each example, a column for each unit."),
        Slip("lambda A, W, b: 1 - step(A @ W + b)", _layer_gives(lambda A, W, b: 1 - _step(A @ W + b)),
             "every answer is the opposite of what is wanted."),
    ),
    counterexample=_first_wrong,
    also_wrong={
        "def answer(A, W, b):\n    step(A @ W + b)": "your function returns nothing; add a return",
        "lambda A, W, b: step(W @ A + b)": "raises ValueError: matmul",
        "lambda A, W, b: step(A @ W.T + b)": "raises ValueError: matmul",
        "lambda A, W: step(A @ W)": "raises TypeError",
        "lambda A, W, b: step(A * W + b)": "raises ValueError: operands could not be broadcast",
        "lambda A, W, b: stp(A @ W + b)": "raises NameError: name 'stp' is not defined",
        "lambda A, W, b: step(A @ W + b)[0]": "returns the shape (3,), and (4, 3) is wanted",
        "lambda A, W, b: step(A @ W + b[0])": "your layer says",
        "1": "give a function, by its name",
    },
)  # fmt: skip


# Exercise 6: the change of f from w to w + nudge, divided by the nudge


def _ratios(w1=3.0, h1=0.5, w2=1.0, h2=-0.25):
    return [(lambda w: w**2, w1, h1), (lambda w: 1 / (1 + w), w2, h2), (lambda w: float(w > 0), -0.1, 0.2)]


_RATIOS = tried(_ratios(), lambda rng: _ratios(*rng.uniform([2, 0.3, 0.7, -0.4], [4, 0.8, 1.5, -0.1]).tolist()))


def _ratio_gives(formula):
    return lambda answer: all(
        np.isclose(number(answer(*case)), formula(*case), rtol=1e-9, atol=1e-12) for case in _RATIOS
    )


def _first_ratio(answer):
    for (f, w, h), words in zip(_RATIOS, ("w**2", "1 / (1 + w)")):
        found, before, after = number(answer(f, w, h)), f(w), f(w + h)
        if not np.isclose(found, (after - before) / h):
            return say("{f} at w = {w:g}, nudge {h:g}: f goes from {before:g} to {after:g}. Your ratio is {found:.4g}.",
                       f=words, w=w, h=h, before=before, after=after, found=found)  # fmt: skip
    return None


check_6 = Exercise(
    clean=function,
    right=_ratio_gives(lambda f, w, h: (f(w + h) - f(w)) / h),
    praise="Right. For a small nudge it is close to the slope of f at w, if there is one.",
    dresses=("lambda f, w, h: (f(w + h) - f(w)) / h", "lambda f, w, h: [(f(w + h) - f(w)) / h]",
        "lambda f, w, h: np.array((f(w + h) - f(w)) / h)",
        "lambda g, x, d: np.divide(np.subtract(g(x + d), g(x)), d)",
        "lambda f, w, h: torch.tensor(f(w + h) - f(w), dtype=torch.float64) / h",
        "def answer(f, w, h):\n    before = f(w)\n    after = f(w + h)\n    return -(before - after) / h",
        "lambda f, w, h: f(w + h) / h - f(w) / h"),
    slips=(
        Slip("lambda f, w, h: f(w + h) - f(w)", _ratio_gives(lambda f, w, h: f(w + h) - f(w)),
             "that is the change of f; divide it by the nudge."),
        Slip("lambda f, w, h: (f(w) - f(w + h)) / h", _ratio_gives(lambda f, w, h: (f(w) - f(w + h)) / h),
             "the sign: the value after the nudge comes first, then minus the value before."),
        Slip("lambda f, w, h: f(w + h) - f(w) / h", _ratio_gives(lambda f, w, h: f(w + h) - f(w) / h),
             "brackets: only f(w) is divided here. Divide the whole difference."),
        Slip("lambda f, w, h: (f(w + h) - f(w - h)) / (2 * h)",
             _ratio_gives(lambda f, w, h: (f(w + h) - f(w - h)) / (2 * h)),
             "a good ratio, but this one nudges both ways. Nudge once, from w to w + nudge."),
        Slip("lambda f, w, h: (f(w + h) - f(w)) / w", _ratio_gives(lambda f, w, h: (f(w + h) - f(w)) / w),
             "divide by the nudge, not by w."),
        Slip("lambda f, w, h: (f(w + h) - f(w)) / (2 * h)", _ratio_gives(lambda f, w, h: (f(w + h) - f(w)) / (2 * h)),
             "the nudge is from w to w + nudge, not twice as long."),
        Slip("lambda f, w, h: (f(w + h) - f(w)) * h", _ratio_gives(lambda f, w, h: (f(w + h) - f(w)) * h),
             "divide by the nudge instead of multiplying by it."),
    ),
    counterexample=_first_ratio,
    also_wrong={
        "lambda f, w, h: f(h)": "f goes from 9 to 12.25. Your ratio is 0.25.",
        "lambda f, w, h: f(w)": "Your ratio is 9.",
        "lambda f, w, h: (f + h) / h": "raises TypeError: unsupported operand",
        "def answer(f, w, h):\n    (f(w + h) - f(w)) / h": "your function returns nothing; add a return",
        "lambda f, w: f(w)": "raises TypeError",
        "6.5": "give a function, by its name",
        "lambda f, w, h: 'steep'": "not the text 'steep'",
    },
)  # fmt: skip


# Exercise 7: ([w1, w2], b) of one unit that computes NAND


def _z(a):
    w, b = a
    return X @ w + b


check_7 = Exercise(
    clean=_unit,
    right=lambda a: np.array_equal(_step(_z(a)), NAND),
    praise="Right. Only at (1,1) is z not positive.",
    dresses=("([[-1], [-1]], 1.5)", "([-1, -1], [1.5])", "(np.array([-1, -1]), np.array([1.5]))", "[[-2, -2], 3]",
        "(torch.tensor([-1., -1.]), torch.tensor(1.5))", "((-1, -1), 1.9)", "([-1, -2], 2.5)"),
    slips=(
        Slip(("([1, 1], -1.5)", "([2, 2], -3)"), lambda a: np.array_equal(_step(-_z(a)), NAND) and np.all(_z(a)),
             "this is AND: give the weights and the bias the other sign."),
        Slip(("([-1, -1], 1)", "([-2, -2], 2)"), lambda a: np.array_equal(_step(_z(a), at_zero=True), NAND),
             "the bias puts an input on the boundary, where this step is 0."),
        Slip("([1, 1], 1.5)", lambda a: np.array_equal(_step(_z((-a[0], a[1]))), NAND),
             "only the bias has changed its sign: the weights need the other sign, too."),
        Slip("([-1, -1], -1.5)", lambda a: np.array_equal(_step(_z((a[0], -a[1]))), NAND),
             "only the weights have changed their signs: the bias needs the other sign, too."),
        Slip(("([-1, -1], 2.5)", "([-1, -1], 0.5)"), lambda a: a[0][0] == a[0][1] < 0,
             "these weights can do it, this bias cannot: at (1,1) z must be 0 or less, at (0,1) more than 0."),
    ),
    counterexample=lambda a: _differs(_step(_z(a)), NAND, say("unit")),
    also_wrong={
        "([-1], 1.5)": "give 2 numbers",
        "([0, 0], 0.5)": "at (1,1) your unit says 1, and 0 is wanted",
        "([-1, -2], 0.5)": "at (0,1) your unit says 0, and 1 is wanted",
        "3": "give a pair",
        "([-1, -1], [1.5, 1.5])": "give one number",
    },
)  # fmt: skip


# Exercise 8: (W1, b1, W2, b2) of a network with two hidden units that computes XOR


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
        except Told as error:
            if error.verdict.status == "unanswered":
                raise
            raise unfit("{name} must have the shape {shape}: {why}", name=name, shape=shape, why=error) from None
    return arrays


def _network(a, at_zero=False):
    """Outputs of a two-layer answer (W1, b1, W2, b2)."""
    W1, b1, W2, b2 = a
    return _step(_step(X @ W1 + b1, at_zero) @ W2 + b2, at_zero).ravel()


_HIDDEN = "[[1, -1], [1, -1]], [-1.5, 0.5]"
check_8 = Exercise(
    clean=_four,
    right=lambda a: np.array_equal(_network(a), XOR),
    praise="Right. One unit cannot do this; two layers can, and not in one way only.",
    dresses=(f"({_HIDDEN}, [-1, -1], 0.5)", f"({_HIDDEN}, [[-1, -1]], [0.5])", f"[{_HIDDEN}, [[-1], [-1]], [[0.5]]]",
        "(np.array([[1., -1], [1, -1]]), np.array([-1.5, 0.5]), np.array([[-1.], [-1]]), np.array([0.5]))",
        "tuple(torch.tensor(v) for v in ([[1., -1], [1, -1]], [-1.5, 0.5], [[-1.], [-1]], [0.5]))",
        "([[1, 1], [1, 1]], [-0.5, -1.5], [[1], [-1]], [-0.5])",
        "dict(W1=[[1, -1], [-1, 1]], b1=[-0.5, -0.5], W2=[[1], [1]], b2=[-0.5])"),
    slips=(
        Slip(f"({_HIDDEN}, [[1], [1]], [-0.5])", lambda a: np.array_equal(_network(a), 1 - XOR),
             "this is XNOR: every answer is the opposite of what is wanted."),
        Slip("([[1, 1], [-1, -1]], [-1.5, 0.5], [[-1], [-1]], [0.5])",
             lambda a: np.array_equal(_network((a[0].T, *a[1:])), XOR),
             "W1 is transposed: each column is one neuron."),
        Slip((f"({_HIDDEN}, [[-1], [-1]], [0.0])",), lambda a: np.array_equal(_network(a, at_zero=True), XOR),
             "a bias puts a unit on its boundary, where this step is 0."),
        Slip(tuple(f"({_HIDDEN}, [[-1], [-1]], [{b}])" for b in (-0.5, -1.5, 1.5, 2.5)),
             lambda a: any(np.array_equal(_network((*a[:3], a[3] + shift)), XOR) for shift in (-2, -1, 1, 2)),
             "everything is right but the output's bias b2."),
        Slip(f"({_HIDDEN}, [[1], [1]], [-1.5])", lambda a: np.array_equal(_network((*a[:2], -a[2], 0.5)), XOR),
             "these hidden units can do it: turn the signs of W2 and choose b2 anew."),
    ),
    counterexample=lambda a: _differs(_network(a), XOR, say("network")),
    also_wrong={
        "([[1, -1, 0], [1, -1, 0]], [-1.5, 0.5, 0], [[-1], [-1], [0]], [0.5])": "W1 must have the shape (2, 2)",
        f"({_HIDDEN}, [-1, -1, -1], 5)": "W2 must have the shape (2, 1)",
        "([[0, 0], [0, 0]], [1, 1], [[1], [1]], [-0.5])": "at (0,0) your network says 1, and 0 is wanted",
        "([[1, 1], [1, 1]], [-0.5, -0.5], [[1], [1]], [-0.5])": "at (1,1) your network says 1, and 0 is wanted",
        "5": "give four arrays",
    },
)  # fmt: skip
