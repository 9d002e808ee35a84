"""Exercises 1 to 4 of notebook 2: what is written of the backward pass is compared with nudges, entry by entry."""

import functools
from types import SimpleNamespace

import numpy as np

from helpers.checks import central_differences
from helpers.definitions import load_taught
from helpers.feedback import Exercise, Slip, function, number, on_arrays, say, tried, unfit
from helpers.language import later


def is_number(value):
    """Says of an answer whether it is this number; one in float32 will do."""
    return lambda a: np.isclose(a, value, rtol=1e-6, atol=0)


# Exercise 1: one entry of dW by hand

_A, _DELTA = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[5.0, -1.0], [2.0, 1.0]])
_DW = _A.T @ _DELTA

check_1 = Exercise(
    clean=number,
    right=is_number(_DW[1, 0]),
    praise="Right. Column 1 of A with column 0 of delta, example by example.",
    dresses=("8", "8.0", "[8]", "np.array([8.0])", "[[8]]", "torch.tensor(8.0)", "2 * 5 + (-1) * 2",
             "(np.array([[1, 2], [3, -1]]).T @ np.array([[5, -1], [2, 1]]))[1, 0]"),
    slips=(
        Slip(("2", "[2.0]"), is_number(_DW[0, 1]), "that is for W[0, 1]; W[1, 0] carries input 1 to unit 0."),
        Slip("11", is_number(_DW[0, 0]), "that is for W[0, 0]; W[1, 0] carries input 1, so take column 1 of A."),
        Slip("-3", is_number(_DW[1, 1]), "that is for W[1, 1]; W[1, 0] leads to unit 0, so take column 0 of delta."),
        Slip("13", is_number((_A @ _DELTA)[1, 0]),
             "that goes along a row of A; go down its column 1, example by example."),
        Slip("5", is_number((_DELTA @ _A)[1, 0]),
             "that is delta[0, 0], and also a row of delta times a column of A; go down column 1 of A instead."),
        Slip(("4", "4.0"), is_number(_DW[1, 0] / 2), "that is the mean over the examples; their effects add up."),
        Slip("10", is_number(_A[0, 1] * _DELTA[0, 0]), "that is the first example's part; the second adds its own."),
        Slip("-2", is_number(_A[1, 1] * _DELTA[1, 0]), "that is the second example's part; the first adds its own."),
        Slip("-8", is_number(-_DW[1, 0]), "the sign is turned: where delta is positive, the loss grows with Z."),
    ),
    counterexample=lambda a: say(
        "nudge W[1, 0] by h: Z moves in column 0 alone, by {first:g} h in row 0 and by {second:g} h in row 1. "
        "Weigh these two with delta and add; you say {a:g}.", first=_A[0, 1], second=_A[1, 1], a=a),
    also_wrong={"0": "by 2 h in row 0 and by -1 h in row 1", "7": "you say 7", "'eight'": "not the text",
                "[8, 0]": "give one number", "float('nan')": "you say nan"},
)  # fmt: skip


# Exercises 2 to 4: lines of the backward pass. Every entry is compared with central differences.

_SEED = tried(22, lambda rng: int(rng.integers(2**31)))


@functools.cache
def _cases():
    """A residual network of each activation, of width 4, on 5 examples: what is given, and what differences say."""
    taught = load_taught("02_numpy_backprop")
    found = []
    for network in (taught.RESIDUAL, taught.SIGMOID_RESIDUAL):
        rng = np.random.default_rng(_SEED)  # about half of the ReLU units are off
        params = taught.Params(*(rng.standard_normal(p.shape) for p in taught.init_params(rng, width=4)))
        X, Y = rng.standard_normal((5, 2)), rng.integers(0, 2, (5, 1)).astype(float)
        values = taught.forward(params, X, network)
        f, slope, A2 = network.activation, network.slope, values.A2

        def loss(W3=params.W3, b3=params.b3, A2=A2, Z3=None, Z4=None, params=params, f=f, Y=Y):
            Z3 = A2 @ params.W2 + params.b2 if Z3 is None else Z3
            Z4 = f(Z3) @ W3 + b3 + A2 if Z4 is None else Z4
            return taught.cross_entropy(f(Z4) @ params.W4 + params.b4, Y)

        def nudge(name, start, loss=loss):
            return central_differences(lambda value: loss(**{name: value}), start)

        Z3 = A2 @ params.W2 + params.b2
        Z4 = values.A3 @ params.W3 + params.b3 + A2
        dZ3, dZ4 = nudge("Z3", Z3), nudge("Z4", Z4)
        found.append(
            SimpleNamespace(
                activation=f.__name__,
                slope=slope,
                A2=A2,
                A3=values.A3,
                W2=params.W2,
                W3=params.W3,
                dZ3=dZ3,
                dZ4=dZ4,
                says={"dW3": nudge("W3", params.W3), "db3": nudge("b3", params.b3), "dZ3": dZ3, "dA2": nudge("A2", A2)},
            )  # fmt: skip
        )
    return found


def _answers(names, *given):
    """Cleans a function that returns arrays of these names, given those of a case: [(case, {name: array})]."""

    def clean(answer):
        students = function(answer)

        def part(i):
            def call(*args):
                result = students(*args)
                if len(names) == 1:
                    return result
                if not isinstance(result, (tuple, list)) or len(result) != len(names):
                    raise unfit("return {n} arrays: {names}.", n=len(names), names=", ".join(names))
                return result[i]

            return call

        found = []
        for case in _cases():
            arguments = [getattr(case, name) for name in given]
            found.append((case, {name: on_arrays(part(i), *arguments) for i, name in enumerate(names)}))
        return found

    return clean


def _like(found, wanted):
    """The array with the axes that are wanted, where it differs in axes of length 1 only."""
    if [n for n in found.shape if n != 1] == [n for n in wanted.shape if n != 1]:
        return found.reshape(wanted.shape)
    return found


def _agrees(found, wanted):
    found = _like(found, wanted)
    return found.shape == wanted.shape and np.allclose(found, wanted, rtol=1e-5, atol=1e-8)


def _all_agree(found):
    return all(_agrees(array, case.says[name]) for case, arrays in found for name, array in arrays.items())


# How a nudge reaches the loss: told where no slip explains an answer.
_NUDGE = {
    "dW3": later("Nudge W3[i, j]: in each example Z4 moves in unit j by A3 of unit i; weigh with dZ4, and add."),
    "db3": later("Nudge b3[j]: Z4 moves in unit j by as much in each example; weigh with dZ4, and add."),
    "dZ3": later("Nudge one entry of Z3: A3 moves there by its slope, and Z4 along a row of W3; weigh with dZ4."),
    "dA2": later("Nudge one entry of A2: Z3 moves along a row of W2, weighed by dZ3, and Z4 by just as much in the "
                 "same place, weighed by dZ4."),
}  # fmt: skip
_FACTORS = {
    2.0: later("All of it is twice as large as it should be."),
    0.5: later("All of it is half as large as it should be: effects add up, they are not averaged."),
    -1.0: later("All of it has the other sign: nothing on this road turns the sign."),
    5.0: later("All of it is five times as large as it should be, and there are five examples."),
    0.2: later("All of it is a fifth of what it should be, and there are five examples: the 1/n is in dZ4 already."),
}


def _advice(name, found, wanted, right_elsewhere):
    """What to look at, from the pattern in which an array is off."""
    factor = float(np.vdot(found, wanted) / np.vdot(wanted, wanted))
    if factor and np.allclose(found, factor * wanted, rtol=1e-4, atol=1e-8):
        known = _FACTORS.get(round(factor, 4))
        return say(known) if known else say("All of it is {factor:.3g} times what it should be.", factor=factor)
    if right_elsewhere:
        return say("With {other} it is right: what in your line holds for {other} alone?", other=right_elsewhere)
    return say(_NUDGE[name])


def _first_off(found):
    """A sentence about the array that is off, by how much, at which entry, in which network, and what to look at."""
    for case, arrays in found:
        for name, array in arrays.items():
            wanted = case.says[name]
            array = _like(array, wanted)
            if array.shape != wanted.shape:
                return say("your {name} has the shape {found}; a derivative has that of what it belongs to, {wanted}.",
                           name=name, found=array.shape, wanted=wanted.shape)  # fmt: skip
            if not _agrees(array, wanted):
                far = np.where(np.isnan(array), np.inf, abs(array - wanted))
                at = tuple(map(int, np.unravel_index(np.argmax(far), far.shape)))
                elsewhere = [c.activation for c, others in found if _agrees(others[name], c.says[name])]
                return say("with {activation}, your {name}[{at}] is {found:.2g}, "
                           "differences say {wanted:.2g}. {advice}",
                           activation=case.activation, name=name, at=", ".join(map(str, at)), found=array[at],
                           wanted=wanted[at], advice=_advice(name, array, wanted, "".join(elsewhere)))  # fmt: skip
    return None


def _gave(name, formula):
    """Whether an array is what a formula gives in every case, and is not right by chance."""

    def holds(found):
        pairs = [(arrays[name], np.asarray(formula(case), dtype=float), case.says[name]) for case, arrays in found]
        same = all(array.shape == guess.shape and np.allclose(array, guess, rtol=1e-9) for array, guess, _ in pairs)
        return same and not all(_agrees(array, wanted) for array, _, wanted in pairs)

    return holds


check_2 = Exercise(
    clean=_answers(("dW3", "db3"), "A3", "dZ4"),
    right=_all_agree,
    praise="Right. Every entry of dW3 and db3 agrees with differences, for ReLU and for sigmoid.",
    dresses=(
        "lambda A3, dZ4: (A3.T @ dZ4, total(dZ4))",
        "lambda A3, dZ4: (A3.mT @ dZ4, dZ4.sum(0))",
        "lambda A, d: [A.T.dot(d), d.sum(axis=0, keepdims=True)]",
        "lambda A3, dZ4: (np.einsum('ni,nj->ij', A3, dZ4), np.ones((1, len(dZ4))) @ dZ4)",
        "lambda A3, dZ4: (torch.matmul(A3.T, dZ4), torch.sum(dZ4, dim=0))",
        "lambda A3, dZ4: ((dZ4.T @ A3).T, np.sum(dZ4, 0)[None])",
        "lambda A3, dZ4: (sum(np.outer(a, d) for a, d in zip(A3, dZ4)), sum(dZ4))",
    ),
    slips=(
        Slip("lambda A3, dZ4: (dZ4.T @ A3, total(dZ4))", _gave("dW3", lambda c: c.dZ4.T @ c.A3),
             "your dW3 is transposed: its entry [i, j] must belong to W3[i, j], from unit i to unit j."),
        Slip("lambda A3, dZ4: (A3 * dZ4, total(dZ4))", _gave("dW3", lambda c: c.A3 * c.dZ4),
             "entry by entry there is one product for each example; dW3 adds them up over the examples."),
        Slip("lambda A3, dZ4: (A3 @ dZ4.T, total(dZ4))", _gave("dW3", lambda c: c.A3 @ c.dZ4.T),
             "your dW3 adds over units and has a row for each example; add over the examples."),
        Slip("lambda A3, dZ4: (A3.T @ dZ4, dZ4.sum(1))", _gave("db3", lambda c: c.dZ4.sum(1)),
             "your db3 adds over the units; there is one bias for each unit, so add over the examples."),
        Slip("lambda A3, dZ4: (A3.T @ dZ4, dZ4)", _gave("db3", lambda c: c.dZ4),
             "your db3 has a row for each example; one bias serves all examples, so their rows add up."),
        Slip("lambda A3, dZ4: (A3.T @ dZ4, dZ4.mean(0))", _gave("db3", lambda c: c.dZ4.mean(0)),
             "your db3 is a mean; the 1/n of the loss is in dZ4 already, so here rows add up."),
        Slip("lambda A3, dZ4: (total(dZ4), A3.T @ dZ4)", _gave("dW3", lambda c: np.ones((1, 5)) @ c.dZ4),
             "return dW3 first, then db3."),
    ),
    counterexample=_first_off,
    also_wrong={
        "lambda A3, dZ4: A3.T @ dZ4": "return 2 arrays: dW3, db3",
        "lambda A3, dZ4: (2 * A3.T @ dZ4, total(dZ4))": "twice as large",
        "lambda A3, dZ4: (A3.T @ dZ4 / 5, total(dZ4))": "the 1/n is in dZ4 already",
        "lambda A3, dZ4: (A3.T @ dZ4, total(A3))": "Nudge b3[j]",
        "lambda A3, dZ4: (0 * A3.T @ dZ4, total(dZ4))": "is 0, differences say",
        "def answer(A3, dZ4):\n    dW3 = A3 @ dZ4\n    return dW3, total(dZ4)": "line 2, `dW3 = A3 @ dZ4`, raises",
        "lambda A3, dZ4: (A3.T @ dz4, total(dZ4))": "raises NameError: name 'dz4'",
        "lambda A3: A3": "raises TypeError",
        "np.zeros((4, 4))": "give a function, by its name",
        "def answer(A3, dZ4):\n    dW3 = A3.T @ dZ4": "returns nothing; add a return",
    },
)  # fmt: skip

check_3 = Exercise(
    clean=_answers(("dZ3",), "dZ4", "W3", "A3", "slope"),
    right=_all_agree,
    praise="Right. Every entry of dZ3 agrees with differences, for ReLU and for sigmoid.",
    dresses=(
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * slope(A3)",
        "lambda dZ4, W3, A3, slope: slope(A3) * (dZ4 @ W3.mT)",
        "lambda d, W, A, s: np.multiply(d.dot(W.T), s(A))",
        "lambda d, W, A, s: np.einsum('nj,ij->ni', d, W) * s(A)",
        "lambda d, W, A, s: torch.matmul(d, W.T) * s(A)",
        "lambda d, W, A, s: ((W @ d.T).T * s(A)).tolist()",
        "lambda d, W, A, s: np.where(s(A) == 0, 0, d @ W.T * s(A))",
    ),
    slips=(
        Slip("lambda dZ4, W3, A3, slope: dZ4 @ W3.T", _gave("dZ3", lambda c: c.dZ4 @ c.W3.T),
             "that is what arrives at A3; it has still to pass the activation, so multiply by its slope."),
        Slip("lambda dZ4, W3, A3, slope: (dZ4 @ W3) * slope(A3)",
             _gave("dZ3", lambda c: (c.dZ4 @ c.W3) * c.slope(c.A3)),
             "going back, W3 is transposed: unit i of layer 3 hears from unit j of layer 4 by W3[i, j]."),
        Slip("lambda dZ4, W3, A3, slope: dZ4 * slope(A3)", _gave("dZ3", lambda c: c.dZ4 * c.slope(c.A3)),
             "the way back leads through W3 first."),
        Slip("lambda dZ4, W3, A3, slope: (dZ4 * slope(A3)) @ W3.T",
             _gave("dZ3", lambda c: (c.dZ4 * c.slope(c.A3)) @ c.W3.T),
             "the slope belongs to Z3, so it comes after W3 on the way back."),
        Slip("lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * (A3 > 0)",
             _gave("dZ3", lambda c: (c.dZ4 @ c.W3.T) * (c.A3 > 0)),
             "that is ReLU's slope; your line must serve the sigmoid too, so call slope(A3)."),
        Slip("lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * A3 * (1 - A3)",
             _gave("dZ3", lambda c: (c.dZ4 @ c.W3.T) * c.A3 * (1 - c.A3)),
             "that is the sigmoid's slope; your line must serve ReLU too, so call slope(A3)."),
        Slip("lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * A3", _gave("dZ3", lambda c: (c.dZ4 @ c.W3.T) * c.A3),
             "multiply by the slope at A3, slope(A3), not by A3 itself."),
    ),
    counterexample=_first_off,
    also_wrong={
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * slope(A3) ** 2": "With relu it is right",
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) + slope(A3)": "Nudge one entry of Z3",
        "lambda dZ4, W3, A3, slope: -(dZ4 @ W3.T) * slope(A3)": "has the other sign",
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) @ slope(A3)": "raises ValueError",
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * slope": "raises TypeError",
        "lambda dZ4, W3, A3, slope: A3.T @ dZ4": "has the shape (4, 4)",
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * slope(A3) / 5": "a fifth of what it should be",
        "def answer(dZ4, W3, A3, slope):\n    return dZ4 @ W3^T": "your line 2",
        "0": "give a function, by its name",
        "def answer(dZ4, W3, A3, slope):\n    dZ3 = dZ4 @ W3.T * slope(A3)": "returns nothing; add a return",
    },
)  # fmt: skip

check_4 = Exercise(
    clean=_answers(("dA2",), "dZ3", "W2", "dZ4"),
    right=_all_agree,
    praise="Right. Both roads bring their load, and the loads add.",
    dresses=(
        "lambda dZ3, W2, dZ4: dZ3 @ W2.T + dZ4",
        "lambda dZ3, W2, dZ4: dZ4 + dZ3 @ W2.mT",
        "lambda d, W, e: np.add(d.dot(W.T), e)",
        "lambda d, W, e: np.einsum('nj,ij->ni', d, W) + e",
        "lambda d, W, e: torch.matmul(d, W.T) + e",
        "lambda d, W, e: ((W @ d.T).T + e).tolist()",
        "lambda d, W, e: d @ W.T + e @ np.eye(4)",
    ),
    slips=(
        Slip("lambda dZ3, W2, dZ4: dZ3 @ W2.T", _gave("dA2", lambda c: c.dZ3 @ c.W2.T),
             "that is the road through layer 3; the shortcut brings something too."),
        Slip("lambda dZ3, W2, dZ4: dZ4", _gave("dA2", lambda c: c.dZ4),
             "that is the shortcut's load; the road through layer 3 brings something too."),
        Slip("lambda dZ3, W2, dZ4: (dZ3 + dZ4) @ W2.T", _gave("dA2", lambda c: (c.dZ3 + c.dZ4) @ c.W2.T),
             "the shortcut does not lead through W2: its load comes as it is."),
        Slip("lambda dZ3, W2, dZ4: dZ4 @ W2.T + dZ3", _gave("dA2", lambda c: c.dZ4 @ c.W2.T + c.dZ3),
             "the two are swapped: W2 leads to Z3, so dZ3 comes back through it, and dZ4 by the shortcut as it is."),
        Slip("lambda dZ3, W2, dZ4: dZ4 @ W2.T", _gave("dA2", lambda c: c.dZ4 @ c.W2.T),
             "W2 leads to Z3, so dZ3 comes back through it; and the shortcut brings something too."),
        Slip("lambda dZ3, W2, dZ4: dZ3 @ W2.T - dZ4", _gave("dA2", lambda c: c.dZ3 @ c.W2.T - c.dZ4),
             "the shortcut adds A2 to Z4, so its load comes with a plus."),
        Slip("lambda dZ3, W2, dZ4: dZ3 @ W2 + dZ4", _gave("dA2", lambda c: c.dZ3 @ c.W2 + c.dZ4),
             "going back, W2 is transposed."),
        Slip("lambda dZ3, W2, dZ4: dZ3 @ W2.T * dZ4", _gave("dA2", lambda c: c.dZ3 @ c.W2.T * c.dZ4),
             "what arrives on two roads adds up; it does not multiply."),
        Slip("lambda dZ3, W2, dZ4: dZ3 + dZ4", _gave("dA2", lambda c: c.dZ3 + c.dZ4),
             "the road through layer 3 leads back through W2."),
    ),
    counterexample=_first_off,
    also_wrong={
        "lambda dZ3, W2, dZ4: (dZ3 @ W2.T + dZ4) / 2": "they are not averaged",
        "lambda dZ3, W2, dZ4: 2 * (dZ3 @ W2.T + dZ4)": "twice as large",
        "lambda dZ3, W2, dZ4: dZ3 @ W2.T + dZ4.sum()": "Nudge one entry of A2",
        "lambda dZ3, W2, dZ4: dZ3.T @ dZ4": "has the shape (4, 4)",
        "lambda dZ3, W2, dZ4: dA2": "raises NameError",
        "lambda dZ3, W2, dZ4: np.concatenate([dZ3 @ W2.T, dZ4])": "has the shape (10, 4)",
        "3.0": "give a function, by its name",
        "def answer(dZ3, W2, dZ4):\n    dZ3 @ W2.T + dZ4": "returns nothing; add a return",
    },
)  # fmt: skip
