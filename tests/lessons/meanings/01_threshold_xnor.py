"""What the letters of notebook 1's formulas mean, at a random point, in values that its code computes there."""

import numpy as np

NO_UNIT = "conditions that no unit fulfils together: the lesson shows that they contradict each other"

# Numbers in the text that no code of their section has, and statements that are not computed, with the reasons.
NUMBERS = {}
NOT_EVALUATED = {
    r"z = w_1 x_1 + \dots + w_d x_d + b": "the sum has dots; `layer` is checked against it unit by unit",
    r"w_1 x_1 + w_2 x_2 + b = 0": "the line where a unit changes its mind: no claim but a definition",
    "l+1": "an index",
}
# What letters are set to, in this lesson, and what a formula without a relation is in code.
SETTINGS = ("z = 0", "h = (0, 0)", "c_i = 1", "c_i = 0", "j = 1")
EXPRESSIONS = {
    r"\frac{f(w + \text{nudge}) - f(w)}{\text{nudge}}": "ratio(f, w, nudge)",
    r"(\text{answer} - \text{wanted})^2": "np.square(answer - wanted)",
    r"\sigma(2z)": "sigmoid(2 * z)",
    r"\sigma(8z)": "sigmoid(8 * z)",
    r"\varepsilon (|w_1| + |w_2|)": "max(z(x + move) for move in moves) - z(x)",
    r"\frac{|z(x)|}{|w_1| + |w_2|}": "margin(w, b, x[None])",
    r"\frac14": "worst[0, 0]",
    r"(\frac34, \frac34)": "worst[3]",
    r"(\frac14, \frac54)": "worst[1]",
    r"(\frac54, \frac14)": "worst[2]",
    r"N(0, \sigma^2)": "[0, sigma**2]",
}


def meanings(lesson, rng):
    """{"": for all formulas; a section's title, a cell, a label, a left side or a statement: for those alone}."""
    taught = lesson.taught
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    x1, x2 = X.T
    weights = [lesson.value(name) for name in ("W1", "b1", "W2", "b2")]
    H, Y = taught.network(X, *weights)
    z1, z2 = (X @ weights[0] + weights[1]).T
    z3 = (H @ weights[2] + weights[3])[:, 0]
    layers = {f"{kind}{i}": rng.standard_normal(shape) for i, k in ((1, (2, 3)), (2, (3, 1)))
              for kind, shape in (("W", k), ("b", k[1:]))}  # fmt: skip
    inputs = rng.standard_normal((5, 2))
    A2, A3 = taught.network(inputs, *layers.values())
    base = {"x1": x1, "x2": x2, "z1": z1, "z2": z2, "z3": z3, "z": z3, "h1": H[:, 0], "h2": H[:, 1]}
    base |= layers | {"A1": inputs, "X": inputs, "A2": A2, "A3": A3, "y_hat": A3, "h": A2, "step": taught.step}
    base |= {"XNOR": lambda x1, x2: taught.network(np.column_stack([x1, x2]), *weights)[1][:, 0]}
    w1, w2, b = rng.standard_normal(3)
    axes = {"w1": w1, "w2": w2, "b": b, "x1": np.roots([w1, b])[0], "x2": np.roots([w2, b])[0]}
    s = np.sqrt(2) * rng.uniform(0.1, 1)
    noise = {"sigma": s / np.sqrt(2), "s": s, "t": 1.5 + s**2 * np.log(2)}
    detector = one_detector(taught, rng)
    w, x, epsilon = rng.standard_normal(2), rng.standard_normal(2), 0.1
    moves = epsilon * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    moved = {"w": w, "w1": w[0], "w2": w[1], "b": b, "z": lambda x: x @ w + b, "x": x, "moves": moves}
    return {
        "": base,
        r"\mathrm{step}(z)": {"z": np.append(rng.standard_normal(6), 0.0)},
        r"\sigma(z)": {"z": rng.standard_normal(5)},
        "x_1": axes,
        "x_2": axes,
        "-b / w_1": read_off(lesson),
        "-b / w_2": read_off(lesson),
        "z = b = -2": read_off(lesson),
        **{key: unit(-0.3, -0.5, 0.9) for key in ("z(0,0)", "z(1,1)", "w_1 + w_2 + b > 0", "w_1 + w_2 + 2b > 0")},
        **{key: unit(-1.0, -1.2, 0.5) for key in ("z(0,1)", "z(1,0)", r"w_2 + b \le 0", r"w_1 + b \le 0")},
        r"w_1 + w_2 + 2b \le 0": unit(-1.0, -1.2, 0.5),
        "z(0,0) + z(1,1)": unit(*rng.standard_normal(3)),
        "d753a800": moved | {"varepsilon": epsilon},
        "3db4b8ec": {"pair": lambda a, b: np.array([a, b]), "worst": lesson.value("worst")},
        "a1c0de1d": {"f": np.sin, "w": w1, "nudge": 0.2},
        "a1c0de22": {"answer": rng.random(4), "wanted": taught.step(z1), "z": z1},
        "92d1fc64": {"pair": base["XNOR"]},
        "bad30018": noise | {"N": lambda mean, variance: np.array([mean, variance])},
        r"s = \sqrt2 \sigma": noise,
        "2 e^{-(t-1)^2 / 2s^2}": noise,
        "t": noise,
        r"w_i = 2 c_i - 1": detector,
        r"b = \tfrac{1}{2} - \sum_i c_i": detector,
    }


def unit(w1, w2, b):
    return {"w1": w1, "w2": w2, "b": b, "z": lambda x1, x2: w1 * x1 + w2 * x2 + b}


def read_off(lesson):
    """The unit on the left of the lesson's figure, whose weights and bias are known."""
    (w1, w2), b = lesson.value("known")
    return {"w1": w1, "w2": w2, "b": b, "z": b}


def one_detector(taught, rng):
    """The detector that the constructor builds for one random row of three bits."""
    bits = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)], dtype=float)
    wanted = np.zeros(8)
    wanted[rng.integers(8)] = 1
    W, b, *_ = taught.build(bits, wanted)
    return {"c": bits[wanted == 1][0], "w": W[:, 0], "b": b[0]}
