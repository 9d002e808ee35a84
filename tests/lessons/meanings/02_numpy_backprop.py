"""What the letters of notebook 2's formulas mean, at a random point, in values that its code computes there."""

import numpy as np

from tests.formulas.lesson import locals_of

# Numbers in the text that no code of their section has, and statements that are not computed, with the reasons.
NUMBERS = {
    "95": "per cent of an interval from quantiles, which the code names by their halves",
}
NOT_EVALUATED = {
    r"A = \tanh(Z)": "it says what A is called in an exercise",
    "N(0, I)": "what the data are drawn from: helpers/data.py, which has its own tests",
    "N(0, 1)": "what weights are drawn from, in the cell below",
    r"\ldots + A_2": "a piece of a sum with dots",
    r"\log(1 - y)": "the task's slip",
    "A_{n0} h": "a column, which the cell before prints",
    r"0 \cdot \log 0": "not a number, which is what the text says of it",
}
# What letters are set to, in this lesson, and what a formula without a relation is in code.
SETTINGS = (
    *("g = 0", "g = 1", "g = 2", "y = 0", "y = 1", "z > 0", "z_5 > 0", r"\hat y > \tfrac12", "l = 1", r"\alpha = 0.1"),
    *("c = 1", "o = 0", r"o = \frac12", "B = 16", "A_4 = 0", r"A_4 = \tfrac12", r"\partial W_1 = 0"),
)
EXPRESSIONS = {
    r"g/\text{fan-in}": "g / fan_in",
    r"\log(1 + e^z) - y z": "np.logaddexp(0, z) - y * z",
    "1/n": "1 / len(y)",
    "4^3": "sigmoid_slope(0.5) ** -3",
    "c/4": "squashed(c, o).slope(np.array(o))",
    r"\frac12 \sum \delta_5": "total(dZ5) / 2",
    r"\alpha / B": "alpha / B",
    r"1 - \tanh^2 z": "np.cosh(z) ** -2",
}
# What is bounded on one side alone, with the reason why that will do.
ONE_SIDED = {
    "a - b": "a control: it says that the two weightings differ at all",
}


def meanings(lesson, rng):
    """{"": for all formulas; a section's title, a cell, a label, a left side or a statement: for those alone}."""
    taught = lesson.taught
    n, d, k, alpha = 6, 2, 4, 0.3
    params = taught.Params(*(0.5 * rng.standard_normal(p.shape) for p in taught.init_params(rng, width=k)))
    X, Y = rng.standard_normal((n, d)), rng.integers(0, 2, (n, 1)).astype(float)

    def passes(network, params=params):
        values, gradient = taught.forward(params, X, network), taught.backward
        gradient = gradient(params, values, Y, network)
        known = params._asdict() | values._asdict() | {f"d{field}": g for field, g in gradient._asdict().items()}
        known |= locals_of(taught.forward, params, X, network)
        known |= locals_of(taught.backward, params, values, Y, network)
        for layer in (2, 3):
            below = values.A1 if layer == 2 else values.A2
            known[f"Z{layer}"] = below @ known[f"W{layer - 1}"] + known[f"b{layer - 1}"]
        loss = float(taught.cross_entropy(values.Z5, Y))
        return known | {"f": network.activation, "z": values.Z5, "y": Y, "n": n, "L": loss, "alpha": alpha}

    step = taught.train(params, X, Y, taught.RESIDUAL, np.random.default_rng(0), alpha, 1, n)
    base = passes(taught.RESIDUAL) | {f"{field}_next": p for field, p in step._asdict().items()}
    base |= {"s": np.logaddexp(0, base["z"]), "Z": base["Z4"], "A": base["A4"]}
    base |= {"B": 3, "d": d, "k": k}
    base |= {"ReLU'": lambda z: taught.relu_slope(taught.relu(z)) * 1.0}
    plain = passes(taught.RELU_PLAIN)
    one_layer = {"A": plain["A3"], "W": plain["W3"], "b": plain["b3"], "Z": plain["Z4"], "delta": plain["dZ4"]}
    one_layer |= {"dW": plain["dW3"], "db": plain["db3"], "dA": plain.get("dA3", plain["dZ4"] @ plain["W3"].T)}

    def loss_of(w):
        moved = params.W3.copy()
        moved[0, 1] = w
        there = taught.forward(params._replace(W3=moved), X, taught.RESIDUAL)
        return taught.cross_entropy(there.Z5, Y)

    return {
        "": base,
        "plain sigmoid": passes(taught.PLAIN),
        "literal ReLU": passes(taught.LITERAL),
        r"\sigma'(Z)": {"A": taught.sigmoid(base["Z"])},
        r"A_4 = \mathrm{ReLU}(A_3 W_3 + b_3) + A_2": passes(taught.LITERAL),
        "F_4 = f(A_3 W_3 + b_3)": passes(taught.LITERAL),
        "A_4 = F_4 + A_2": passes(taught.LITERAL),
        "Z = A W + b": one_layer,
        "f7fbead0": one_layer,
        "A = f(Z)": {"A": base["A4"], "Z": base["Z4"]},
        "d4a807f0": {"L": loss_of, "w": params.W3[0, 1], "dw": base["dW3"][0, 1], "h": 1e-5},
        "93298093": folded(lesson, taught),
        "87f2f0c9": {"g": 2, "fan-in": 10, "fan_in": 10},
        "9a38beba": passes(taught.RESIDUAL, params._replace(b2=params.b2 - 100)),
        "d5e19d95": {"c": 1.7, "o": 0.3, "f": taught.squashed(1.7, 0.3).activation} if lesson.has("squashed") else {},
        "170ff61a": mean_gradients(taught, params, X, Y, rng),
        "509ebc4d": {"W": 0.7, "B": 3, "dW_i": rng.standard_normal((3, 1, 1, 1))},
        "d7d4172d": {"z": base["Z4"]},
    }


def folded(lesson, taught):
    """The network whose shortcut is folded into ordinary weights, all units on."""
    before, after = lesson.value("active"), lesson.value("merged")
    values = taught.forward(before, lesson.value("X_few"), taught.RESIDUAL)
    return before._asdict() | values._asdict() | {"W3'": after.W3, "b3'": after.b3}


def mean_gradients(taught, params, X, Y, rng):
    """One epoch of three steps with the mean of the gradients that they used."""
    used, backward = [], taught.train.__globals__["backward"]
    taught.train.__globals__["backward"] = lambda *arguments: used.append(backward(*arguments)) or used[-1]
    try:
        end = taught.train(params, X, Y, taught.RESIDUAL, rng, 0.3, 1, 2)
    finally:
        taught.train.__globals__["backward"] = backward
    known = {f"d{f}_bar": np.mean(all_steps, axis=0) for f, all_steps in zip(params._fields, zip(*used))}
    known |= {f"{f}_start": p for f, p in params._asdict().items()} | {f"{f}_end": p for f, p in end._asdict().items()}
    return known | {"alpha": 0.3, "steps": len(used)}
