"""The exercises of notebook 2. What a student writes into the backward pass is compared with nudges, entry by entry."""

import functools
from types import SimpleNamespace

import numpy as np

from helpers import data
from helpers.checks import central_differences
from helpers.definitions import load_taught
from helpers.feedback import Exercise, Slip, function, names, number, on_arrays, say, unfit


def _is(value):
    return lambda a: np.isclose(a, value, rtol=1e-6, atol=0)  # float32 will do


# Exercise 1: one entry of dW by hand

_A, _DELTA = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[5.0, -1.0], [2.0, 1.0]])
_DW = _A.T @ _DELTA

check_1 = Exercise(
    clean=number,
    right=_is(_DW[1, 0]),
    praise="Right. Column 1 of A with column 0 of delta, example by example.",
    dresses=("8", "8.0", "[8]", "np.array([8.0])", "[[8]]", "torch.tensor(8.0)", "2 * 5 + (-1) * 2",
             "(np.array([[1, 2], [3, -1]]).T @ np.array([[5, -1], [2, 1]]))[1, 0]"),
    slips=(
        Slip(("2", "[2.0]"), _is(_DW[0, 1]), "that is for W[0, 1]; W[1, 0] carries input 1 to unit 0."),
        Slip("11", _is(_DW[0, 0]), "that is for W[0, 0]; W[1, 0] carries input 1, so take column 1 of A."),
        Slip("-3", _is(_DW[1, 1]), "that is for W[1, 1]; W[1, 0] leads to unit 0, so take column 0 of delta."),
        Slip("13", _is((_A @ _DELTA)[1, 0]), "you went along a row of A; go down its column 1, example by example."),
        Slip("5", _is((_DELTA @ _A)[1, 0]), "the order is turned: go down a column of A and a column of delta."),
        Slip(("4", "4.0"), _is(_DW[1, 0] / 2), "that is the mean over the examples; their effects add up."),
        Slip("10", _is(_A[0, 1] * _DELTA[0, 0]), "that is the first example's part; the second adds its own."),
        Slip("-2", _is(_A[1, 1] * _DELTA[1, 0]), "that is the second example's part; the first adds its own."),
        Slip("-8", _is(-_DW[1, 0]), "the sign is turned: where delta is positive, the loss grows with Z."),
    ),
    counterexample=lambda a: say(
        "nudge W[1, 0] by h: Z moves in column 0 alone, by {first:g} h in row 0 and by {second:g} h in row 1. "
        "Weigh these two with delta and add; you say {a:g}.", first=_A[0, 1], second=_A[1, 1], a=a),
    also_wrong={"0": "by 2 h in row 0 and by -1 h in row 1", "7": "you say 7", "'eight'": "not the text",
                "[8, 0]": "give one number", "float('nan')": "you say nan"},
)  # fmt: skip


# Exercises 2 to 4: lines of the backward pass. Every entry is compared with central differences.


@functools.cache
def _cases():
    """A residual network of each activation, of width 4, on 5 examples: what is given, and what differences say."""
    taught = load_taught("02_numpy_backprop")
    found = []
    for network in (taught.RESIDUAL, taught.SIGMOID_RESIDUAL):
        rng = np.random.default_rng(22)  # about half of the ReLU units are off
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


def _times(found, wanted):
    """In words by which factor an array is off, if one factor explains all entries."""
    factor = float(np.vdot(found, wanted) / np.vdot(wanted, wanted))
    if not np.allclose(found, factor * wanted, rtol=1e-4, atol=1e-8) or factor == 0:
        return ""
    known = {
        2.0: say(": twice"),
        0.5: say(": half"),
        -1.0: say(": the other sign"),
        5.0: say(": five times, and there are five examples"),
        0.2: say(": a fifth, and there are five examples"),
    }
    return known.get(round(factor, 4), say(": {factor:.3g} times", factor=factor))


def _first_off(found):
    """A sentence about the array that is off, by how much, at which entry, and in which network."""
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
                return say("with {activation}, your {name}[{at}] is {found:.2g}, differences say {wanted:.2g}{times}.",
                           activation=case.activation, name=name, at=", ".join(map(str, at)), found=array[at],
                           wanted=wanted[at], times=_times(array, wanted))  # fmt: skip
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
        "lambda A3, dZ4: (2 * A3.T @ dZ4, total(dZ4))": ": twice.",
        "lambda A3, dZ4: (A3.T @ dZ4 / 5, total(dZ4))": "a fifth",
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
        Slip("lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * A3", _gave("dZ3", lambda c: (c.dZ4 @ c.W3.T) * c.A3),
             "multiply by the slope at A3, slope(A3), not by A3 itself."),
    ),
    counterexample=_first_off,
    also_wrong={
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * A3 * (1 - A3)": "with relu, your dZ3[",
        "lambda dZ4, W3, A3, slope: -(dZ4 @ W3.T) * slope(A3)": ": the other sign.",
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) @ slope(A3)": "raises ValueError",
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * slope": "raises TypeError",
        "lambda dZ4, W3, A3, slope: A3.T @ dZ4": "has the shape (4, 4)",
        "lambda dZ4, W3, A3, slope: (dZ4 @ W3.T) * slope(A3) / 5": "a fifth",
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
        Slip("lambda dZ3, W2, dZ4: dZ3 @ W2 + dZ4", _gave("dA2", lambda c: c.dZ3 @ c.W2 + c.dZ4),
             "going back, W2 is transposed."),
        Slip("lambda dZ3, W2, dZ4: dZ3 @ W2.T * dZ4", _gave("dA2", lambda c: c.dZ3 @ c.W2.T * c.dZ4),
             "what arrives on two roads adds up; it does not multiply."),
        Slip("lambda dZ3, W2, dZ4: dZ3 + dZ4", _gave("dA2", lambda c: c.dZ3 + c.dZ4),
             "the road through layer 3 leads back through W2."),
    ),
    counterexample=_first_off,
    also_wrong={
        "lambda dZ3, W2, dZ4: dZ3 @ W2.T - dZ4": "differences say",
        "lambda dZ3, W2, dZ4: (dZ3 @ W2.T + dZ4) / 2": ": half.",
        "lambda dZ3, W2, dZ4: 2 * (dZ3 @ W2.T + dZ4)": ": twice.",
        "lambda dZ3, W2, dZ4: dZ3 @ W2.T + dZ4.sum()": "differences say",
        "lambda dZ3, W2, dZ4: dZ3.T @ dZ4": "has the shape (4, 4)",
        "lambda dZ3, W2, dZ4: dA2": "raises NameError",
        "lambda dZ3, W2, dZ4: np.concatenate([dZ3 @ W2.T, dZ4])": "has the shape (10, 4)",
        "3.0": "give a function, by its name",
        "def answer(dZ3, W2, dZ4):\n    dZ3 @ W2.T + dZ4": "returns nothing; add a return",
    },
)  # fmt: skip


# Exercise 5: which weight gradients are exactly 0 when all units of layer 3 are off

_DEAD = (frozenset(["w1", "w2", "w3"]), frozenset(["w2", "w3"]))


def _two_sets(a):
    try:
        without, with_ = a.values() if isinstance(a, dict) else a
    except (TypeError, ValueError):
        raise unfit("give two lists of names: first without, then with the shortcut.") from None
    sets = []
    for given in (without, with_):
        given = frozenset(name.removeprefix("d") for name in names(given))
        if given - {"w1", "w2", "w3", "w4"}:
            raise unfit(
                "the weights are W1, W2, W3 and W4; {name} is none of them.", name=min(given - {"w1", "w2", "w3", "w4"})
            )
        sets.append(given)
    return tuple(sets)


def _gradient_says(a):
    """The first weight about which the answer is wrong, with its gradient in such a network."""
    taught = load_taught("02_numpy_backprop")
    rng = np.random.default_rng(0)
    params = taught.Params(*(rng.standard_normal(p.shape) for p in taught.init_params(rng, 6)))
    params = params._replace(b2=params.b2 - 100)
    X, Y = data.xor_clouds()[:2]
    for named, network, where in zip(a, (taught.RELU_PLAIN, taught.RESIDUAL), (say("without"), say("with"))):
        gradient = taught.backward(params, taught.forward(params, X, network), Y, network)
        for name in ("W4", "W3", "W2", "W1"):
            size = np.linalg.norm(getattr(gradient, name))
            if (size == 0) != (name.lower() in named):
                return say("{where} the shortcut, the norm of d{name} is {size:.2g} in such a network; "
                           "you say it is {claim}.",
                           where=where, name=name, size=size, claim=say("0") if size else say("not 0"))  # fmt: skip
    return None


check_5 = Exercise(
    clean=_two_sets,
    right=lambda a: a == _DEAD,
    praise="Right. The shortcut keeps W1 alive where layer 3 is dead.",
    dresses=(
        '(["W1", "W2", "W3"], ["W2", "W3"])', '[["w3", "w2", "w1"], ["w3", "w2"]]', '("W1 W2 W3", "W2 W3")',
        '({"W1", "W2", "W3"}, {"W2", "W3"})', '{"without": ["W1", "W2", "W3"], "with": ["W2", "W3"]}',
        '("dW1, dW2, dW3", "dW2, dW3")', '(["W_1", "W_2", "W_3"], ("W_2", "W_3"))',
        '(["W1", "W2", "W3"], np.array(["W2", "W3"]))',
    ),
    slips=(
        Slip('(["W2", "W3"], ["W1", "W2", "W3"])', lambda a: a == _DEAD[::-1],
             "the two are swapped: first without, then with the shortcut."),
        Slip('(["W1", "W2"], ["W2"])', lambda a: all(s == d - {"w3"} for s, d in zip(a, _DEAD)),
             "dW3 is the product of A3 transposed with dZ4: what if A3 is 0?"),
        Slip('(["W1", "W2", "W3"], ["W1", "W2", "W3"])', lambda a: a == (_DEAD[0], _DEAD[0]),
             "with the shortcut, dZ4 still reaches A2, and with it W1."),
        Slip('(["W2", "W3"], ["W2", "W3"])', lambda a: a == (_DEAD[1], _DEAD[1]),
             "without the shortcut, what reaches A2 has come through layer 3, and there the slope is 0."),
        Slip(('(["W1", "W2", "W3", "W4"], ["W2", "W3", "W4"])', '(["W1", "W2", "W3", "W4"], ["W2", "W3"])'),
             lambda a: any("w4" in s for s in a) and all(s - {"w4"} == d for s, d in zip(a, _DEAD)),
             "some units of layer 4 are active, so A4 transposed times dZ5 is not 0."),
        Slip('(["W3"], ["W3"])', lambda a: a == (frozenset(["w3"]),) * 2,
             "W3 is right; but go on backward: the slope of layer 3 is 0, so what is dZ3?"),
    ),
    counterexample=_gradient_says,
    also_wrong={
        '([], [])': "without the shortcut, the norm of dW3 is 0 in such a network; you say it is not 0",
        '(["W1", "W2", "W3"], [])': "with the shortcut, the norm of dW3 is 0",
        '(["W1", "W2", "W3"], ["W3"])': "with the shortcut, the norm of dW2 is 0",
        '(["W4"], ["W1", "W4"])': "without the shortcut, the norm of dW4 is",
        '["W1", "W2", "W3"]': "give two lists of names",
        '5': "give two lists of names",
        '(["W1", "W5"], ["W2"])': "w5 is none of them",
        '(["b3"], ["b3"])': "b3 is none of them",
    },
)  # fmt: skip


# Exercise 6: a rate with which the plain sigmoid network leaves its plateau within 40 epochs


@functools.cache
def _five_networks(rate):
    """Median validation accuracy and training loss of five plain sigmoid networks after 40 epochs on the mean."""
    taught = load_taught("02_numpy_backprop")
    X, Y, X_val, Y_val = data.xor_clouds()
    rngs = [np.random.default_rng(seed) for seed in range(100, 105)]
    params = taught.stacked([taught.init_params(rng) for rng in rngs])
    with np.errstate(all="ignore"):  # an exploding network is an answer to give feedback on
        trained = taught.train(params, X, Y, taught.PLAIN, rngs, rate, epochs=40)
        loss = taught.cross_entropy(taught.forward(trained, X, taught.PLAIN).Z5, Y)
        return np.median(taught.accuracy(trained, X_val, Y_val, taught.PLAIN)), np.median(loss)


def _off_the_plateau(rate):
    share, loss = _five_networks(rate)
    if rate < 1:
        return say("at {rate:g} the median of the five is at {share:.0%} after 40 epochs, its loss at {loss:.2f}, and "
                   "log 2 is 0.69: take longer steps.", rate=rate, share=share, loss=loss)  # fmt: skip
    return say("at {rate:g} the median of the five is at {share:.0%} after 40 epochs, its loss at {loss:.2f}: such "
               "long steps jump about; take shorter ones.", rate=rate, share=share, loss=loss)  # fmt: skip


check_6 = Exercise(
    clean=number,
    right=lambda a: 0 < a < np.inf and _five_networks(a)[0] >= 0.9,
    praise="Right. The median of five passes 90 % within 40 epochs.",
    dresses=("2", "2.0", "(2,)", "[2.0]", "np.array([2.0])", "torch.tensor(2.0)", "[[2]]", "0.1 * 20"),
    slips=(
        Slip(("-0.01", "0", "-2"), lambda a: a <= 0, "a rate is positive; with a negative one the loss climbs."),
        Slip(("float('nan')", "float('inf')"), lambda a: not np.isfinite(a), "a rate is a finite number."),
    ),
    counterexample=_off_the_plateau,
    also_wrong={"0.1": "at 0.1 the median of the five is at", "0.05": "take longer steps",
                "0.4": "take longer steps", "1e-6": "take longer steps", "100": "take shorter ones",
                "30": "take shorter ones", "'large'": "not the text", "[1, 2]": "give one number"},
)  # fmt: skip


# Exercise 7: the rate on the summed loss that matches 0.1 on the mean of 32 examples

_MATCHING = 0.1 / 32


check_7 = Exercise(
    clean=number,
    right=_is(_MATCHING),
    praise="Right. The identity of section 10: divide the rate by the batch size.",
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
        "0.01": "steps as 0.32 does",
        "0": "steps as 0 does",
        "-0.1 / 32": "steps as -0.1 does",
        "'0.1/32'": "not the text",
        "[0.1, 32]": "one number",
    },
)


# Exercise 8: the slope of tanh as a function of the activation, 1 - A**2, and a training with it

_TANH = np.tanh(np.linspace(-2, 2, 9))


def _gives(expected):
    def holds(slope):
        found = on_arrays(slope, _TANH)
        return found.shape == expected.shape and np.allclose(found, expected, rtol=1e-9)

    return holds


def _first_difference(slope):
    found = on_arrays(slope, _TANH)
    if found.shape != _TANH.shape:
        return say("for A of shape {A} your function returns the shape {found}.", A=_TANH.shape, found=found.shape)
    i = int(np.argmax(~np.isclose(found, 1 - _TANH**2, rtol=1e-9)))
    h = 1e-6
    z = np.arctanh(_TANH[i])
    nudged = (np.tanh(z + h) - np.tanh(z - h)) / (2 * h)
    return say(
        "at A = {A:.4g} your slope is {found:.4g}, differences of tanh say {nudged:.4g}.",
        A=_TANH[i],
        found=found[i],
        nudged=nudged,
    )


def _trained_with(slope):
    """Median validation accuracy of five residual tanh networks after 10 epochs with the student's slope."""
    taught = load_taught("02_numpy_backprop")
    X, Y, X_val, Y_val = data.xor_clouds()
    rngs = [np.random.default_rng(seed) for seed in range(100, 105)]
    params = taught.stacked([taught.init_params(rng) for rng in rngs])
    network = taught.Network(np.tanh, lambda A: on_arrays(slope, A), "before")
    trained = taught.train(params, X, Y, network, rngs, 0.8, epochs=10)
    return np.median(taught.accuracy(trained, X_val, Y_val, network))


check_8 = Exercise(
    clean=function,
    right=lambda slope: _gives(1 - _TANH**2)(slope) and _trained_with(slope) > 0.8,
    praise="Right. It agrees with differences, and five residual networks trained with it learn XOR.",
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
        Slip("lambda A: A * (1 - A)", _gives(_TANH * (1 - _TANH)), "that is the sigmoid's slope; tanh has another."),
        Slip(
            "lambda A: 1 - np.tanh(A) ** 2",
            _gives(1 - np.tanh(_TANH) ** 2),
            "A is tanh(Z) already: do not apply tanh again.",
        ),
        Slip("lambda A: 1 - A", _gives(1 - _TANH), "a square is missing."),
        Slip("lambda A: A**2 - 1", _gives(_TANH**2 - 1), "the sign: tanh rises everywhere, so its slope is positive."),
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
