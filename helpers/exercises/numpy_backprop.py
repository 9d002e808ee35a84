"""The exercises of notebook 2: here which gradient dies, rates, and a slope; in numpy_lines the backward pass."""

import functools

import numpy as np

from helpers import data
from helpers.definitions import load_taught
from helpers.exercises.numpy_lines import check_1, check_2, check_3, check_4, is_number
from helpers.feedback import Exercise, Slip, function, names, number, on_arrays, say, tried, unfit

__all__ = ["check_1", "check_2", "check_3", "check_4"]  # and those below: the notebook takes all from here

# Exercise 5: which weight gradients are exactly 0 when all units of layer 3 are off

_DEAD = (frozenset(["w1", "w2", "w3"]), frozenset(["w2", "w3"]))


def _two_sets(a):
    one_list = isinstance(a, list | set | np.ndarray) and all(isinstance(n, str) and len(names(n)) == 1 for n in a)
    if isinstance(a, str) or one_list and len(a):
        raise unfit(
            'that is one list; give two, such as (["W4"], ["W1", "W4"]): first without, then with the shortcut.'
        )
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
        '["W1", "W2", "W3"]': "that is one list", '["W1", "W2"]': "that is one list", '"W1, W2"': "that is one list",
        '(["W1"], ["W2"], ["W3"])': "give two lists of names",
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
    right=is_number(_MATCHING),
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
        Slip("0.1", is_number(0.1), "the same rate takes a step 32 times larger on the sum."),
        Slip(
            ("0.1 * 32", "[3.2]"),
            is_number(3.2),
            "the other way round: the sum's gradient is larger, its rate smaller.",
        ),
        Slip("0.1 / 16", is_number(0.1 / 16), "that is right for batches of 16; here they hold 32."),
        Slip("1 / 32", is_number(1 / 32), "that is the factor; the rate is this times 0.1."),
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

_TANH = np.tanh(tried(np.linspace(-2, 2, 9), lambda rng: np.sort(rng.uniform(-2, 2, 9))))


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
