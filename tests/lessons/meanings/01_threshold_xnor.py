"""What the letters of notebook 1's formulas mean, at a random point, in values that its code computes there."""

import numpy as np

NO_UNIT = "one of four conditions that no unit fulfils: the lesson shows that they contradict each other"

# Statements that are not computed, each with the reason.
NOT_EVALUATED = {
    r"z = w_1 x_1 + \dots + w_d x_d + b": "the sum has dots; `layer` is checked against it unit by unit",
    r"w_1 x_1 + w_2 x_2 + b = 0": "the line where a unit changes its mind: no claim but a definition",
    r"w_1 + w_2 + b > 0": NO_UNIT,
    r"w_2 + b \le 0": NO_UNIT,
    r"w_1 + b \le 0": NO_UNIT,
    r"w_1 + w_2 + 2b > 0": NO_UNIT,
    r"w_1 + w_2 + 2b \le 0": NO_UNIT,
    r"z \ge m": "a condition of the linear programme",
    r"z \le -m": "a condition of the linear programme",
    r"|w_1| + |w_2| \le 1": "a condition of the linear programme",
    r"w = p - q": "how the linear programme writes a weight",
    r"k = 1": "it counts units",
}


def meanings(lesson, rng):
    """{"": for all formulas; a section's title, a cell, a label, a left side or a statement: for those alone}."""
    taught = lesson.taught
    X = lesson.value("X")
    x1, x2 = X.T
    H = lesson.value("H")
    z1, z2 = lesson.value("z1"), lesson.value("z2")
    layers = {f"{kind}{i}": rng.standard_normal(shape) for i, k in ((1, (2, 3)), (2, (3, 1)))
              for kind, shape in (("W", k), ("b", k[1:]))}  # fmt: skip
    inputs = rng.standard_normal((5, 2))
    A2, A3 = taught.network(inputs, *layers.values())
    wanted = np.zeros(8)
    wanted[rng.integers(8)] = 1
    bits = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)], dtype=float)
    W, b, *_ = taught.build(bits, wanted)
    detector = {"c": bits[wanted == 1][0], "w": W[:, 0], "b": b[0]}
    weights = [lesson.value(name) for name in ("W1", "b1", "W2", "b2")]

    def xnor(x1, x2):
        return taught.network(np.column_stack([x1, x2]), *weights)[1][:, 0]

    base = {"x1": x1, "x2": x2, "z1": z1, "z2": z2, "h1": H[:, 0], "h2": H[:, 1], "step": taught.step}
    base |= layers | {"A1": inputs, "X": inputs, "A2": A2, "A3": A3, "y_hat": A3, "h": A2}
    base |= {"XNOR": xnor, "z": H @ lesson.value("w_or") + lesson.value("b_or")}
    return {
        "": base,
        r"\mathrm{step}(z)": {"z": np.append(rng.standard_normal(6), 0.0)},
        r"w_i = 2 c_i - 1": detector,
        r"b = \tfrac{1}{2} - \sum_i c_i": detector,
        "8. ": detector,
    }
