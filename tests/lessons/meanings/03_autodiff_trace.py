"""What the letters of notebook 3's formulas mean, at a random point, in values that its code computes there."""

import numpy as np

# Statements that are not computed, each with the reason.
NOT_EVALUATED = {
    r"t = \pm 1": "a place, no claim",
    r"D(h) = (f(v + h) - f(v - h) ) / 2h": "a definition; `differences` is checked against the engine",
    r"v' = \sum_{u \text{ uses } v} u' \cdot \frac{\partial u}{\partial v}": "a sum over users, which the engine is",
    r"g(v + ih) = g(v) + ih g'(v) - \dots": "a series with dots; what follows from it is computed",
}


def each(function):
    """A function of one number, for arrays."""
    return np.vectorize(lambda z: function(float(z)), otypes=[float])


def meanings(lesson, rng):
    """{"": for all formulas; a section's title, a cell, a label, a left side or a statement: for those alone}."""
    taught = lesson.taught
    inputs = dict(zip(("x1", "x2", "x3", "w1", "w2", "w3", "w4"), rng.uniform(0.4, 1.5, 7) * rng.choice([-1, 1], 7)))
    inputs["x1"] = abs(inputs["x1"]) * np.sign(inputs["w1"])  # a1 > 0: the kink is not met, and ReLU passes something
    nodes = taught.trace(inputs)
    adjoint = taught.gradients(nodes["f"])
    functions = {name: each(getattr(taught, name)) for name in ("relu", "sigmoid", "tanh", "exp", "log", "bell")}
    z, u, v = rng.standard_normal(5), rng.standard_normal(), rng.standard_normal()
    base = {name: node.value for name, node in nodes.items()} | {f"{n}'": adjoint[node] for n, node in nodes.items()}
    base |= functions | {"z": z, "u": u, "v": v, "u_dot": rng.standard_normal(), "v_dot": rng.standard_normal()}
    base |= {"pair": taught.Dual, "q": np.exp(-2 * np.abs(z)), "a": rng.uniform(0.5, 2), "n": 3.0}
    base |= {"ReLU'": lambda z: np.where(z > 0, 1.0, 0.0) if np.all(z != 0) else slope_at_kink(taught)}
    base["L"], base["y"] = np.logaddexp(0, z) - 0.7 * z, 0.7
    diamond = taught.diamond(taught.Node(u + 2.0), taught.Node(0.8))
    diamond = {name: node.value for name, node in diamond.items()} | {"log": np.log, "e": np.e}
    y1 = np.tanh(2 * u)
    still = taught.trace(inputs | {"x3": 0.0})
    return {
        "": base,
        "g = u \\cdot \\log(1 + e^u)": diamond,
        "u = x \\cdot y": diamond,
        "g'(v) = \\mathrm{Im} g(v + ih) / h": {"g": np.tanh, "i": 1j, "h": 1e-20, "v": v},
        "t' = f' \\cdot x_3 = 0": {"x3": 0.0, "t'": taught.gradients(still["f"])[still["t"]]},
        "y_1 = \\tanh(2x)": {"x": u, "y1": y1},
        "y_2 = \\tanh(2 y_1)": {"y1": y1, "y2": np.tanh(2 * y1)},
    }


def slope_at_kink(taught):
    """What the engine takes for ReLU'(0)."""
    zero = taught.Node(0.0)
    return np.asarray(taught.gradients(taught.relu(zero))[zero])
