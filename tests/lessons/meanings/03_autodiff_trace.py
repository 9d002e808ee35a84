"""What the letters of notebook 3's formulas mean, at a random point, in values that its code computes there."""

import numpy as np

# Numbers in the text that no code of their section has, and statements that are not computed, with the reasons.
NUMBERS = {
    "16": "adjoints: as many as the listing has names",
    "0.9": "an input that the reader is invited to type in",
    "0.6": "0.7 less 0.1, before the reader's eyes",
    "0.8": "0.7 and 0.1, added before the reader's eyes",
}
NOT_EVALUATED = {
    r"t = \pm 1": "a place, no claim",
    r"v' = \sum_{\text{arrows } v \to u} u' \cdot \frac{\partial u}{\partial v}": "a sum over arrows: the engine is it",
    r"g(v + ih) = g(v) + ih g'(v) - \tfrac12 h^2 g''(v) - \dots": "a series with dots; what follows is computed",
    r"D(h) = (f(v + h) - f(v - h) ) / 2h": "a definition; `differences` is checked against the engine",
    r"L = (f - \text{wanted})^2": "a loss that the lesson sets; its code has the same text",
    r"\partial u / \partial v": "the name of a local derivative",
    r"\log(-1)": "not a number, and refused",
    r"\log(e^{x_1} + \dots + e^{x_n})": "a sum with dots; `many_to_one` is it",
}
# What letters are set to, in this lesson, and what a formula without a relation is in code.
SETTINGS = (
    *("a = 2", "b = -3", "c = 4", "g' = 1", "x_2 = 0.1", "w_4 = -1.5", "f = -3", "s = 1", "a_1 = 0", "x_1 = 0"),
    *("w_1 = 0", "s_2 = 0.00023", "s_3 = 0.5", "x_3 = 0"),
)
EXPRESSIONS = {
    r"\Delta f / h": "np.divide(Deltaf, h)",
    r"a \cdot a": "np.square(a)",
    r"(y(a + h) - y(a - h) ) / 2h": "checks.central_differences(y, a, h)",
    "[a_1 > 0]": "RELU.slopes(a1, r1)[0]",
    "y (1 - y)": "SIGMOID.slopes(None, y)[0]",
    r"-\log \sigma(z)": "np.logaddexp(0, -z)",
    r"-\log(1 - \sigma(z))": "np.logaddexp(0, z)",
    "1 - t^2": "TANH.slopes(None, t)[0]",
    "1/4": "SIGMOID.slopes(None, 0.5)[0]",
    "h/2": "h / 2",
    "4 D(h/2) - D(h)": "3 * slope",
    r"8 \cdot 10^{-8}": "float(f'{effect:.0e}')",
    r"3 \cdot 10^{-7}": "float(f'{abs(cut):.0e}')",
    r"(\text{number of inputs}) \times (\text{edges})": "forward",
    r"(\text{number of outputs}) \times (\text{edges})": "backward",
    "2(n - 1)": "edges_of_sums",
    r"\log(1 + e^a)": "answer_10.value(a)",
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
    base |= functions | {
        "ReLU": functions["relu"],
        "σ": functions["sigmoid"],
        "z": z,
        "u": u,
        "v": v,
        "u_dot": rng.standard_normal(),
        "v_dot": rng.standard_normal(),
    }
    base |= {"pair": taught.Dual, "q": np.exp(-2 * np.abs(z)), "a": rng.uniform(0.5, 2), "n": 3.0}
    base |= {"ReLU'": lambda z: np.where(z > 0, 1.0, 0.0) if np.all(z != 0) else slope_at_kink(taught)}
    base["L"], base["y"] = np.logaddexp(0, z) - 0.7 * z, 0.7
    diamond = taught.diamond(taught.Node(u + 2.0), taught.Node(0.8))
    diamond = {name: node.value for name, node in diamond.items()} | {"log": np.log, "e": np.e}
    chain, ys = lesson.value("one_to_many")(3)
    still = taught.trace(inputs | {"x3": 0.0})
    return {
        "": base,
        "g = u \\cdot \\log(1 + e^u)": diamond,
        "u = x \\cdot y": diamond,
        "e308184d": {"g": np.tanh, "i": 1j, "h": 1e-20, "v": v},
        "t' = f' \\cdot x_3 = 0": {"x3": 0.0, "t'": taught.gradients(still["f"])[still["t"]]},
        "e1cca764": {"x": chain[0].value, "y1": ys[0].value, "y2": ys[1].value},
        "2. One graph": by_hand(taught, *rng.standard_normal(3)) | {"h": 0.3, "k": -0.7},
        "90309d32": by_hand(taught, 2.0, -3.0, 4.0),
        r"\Delta f = h \cdot t": {"h": 0.4, "Deltaf": taught.f(**moved(inputs, "x3", 0.4)) - nodes["f"].value},
        **without_relation(lesson, taught),
        "0437ddeb": {
            "delta": 1e-5,
            "v'": base["w3'"],
            "Deltaf": taught.f(**moved(inputs, "w3", 1e-5)) - nodes["f"].value,
        },
    }


def without_relation(lesson, taught):
    """The letters of formulas without a relation, with what the lesson's code makes of them."""
    (xs, outputs), (ins, ys) = lesson.value("many_to_one")(5), lesson.value("one_to_many")(5)
    exact, hand = lesson.value("exact"), lesson.value("HAND")
    sums = [node for node in taught.graph(*outputs) if node.operation is taught.ADD]
    return {
        "forward": {"number of inputs": 1, "edges": 5, "forward": taught.forward_matrix(ins, ys)[1]},
        "backward": {
            "number of outputs": 1,
            "edges": sum(len(node.edges) for node in taught.graph(*outputs)),
            "backward": taught.backward_matrix(xs, outputs)[1],
        },
        "564621b6": {"n": 5, "edges_of_sums": sum(len(node.edges) for node in sums)},
        "702d63b7": {"effect": lesson.answer(7)},
        "f4c0eb06": {"cut": float(hand["a3"]) - exact["a3"]},
        "f946baf8": {"h": 0.4, "Deltaf": 0.3},
        "cd2710e3": {"y": np.sin, "a": 0.3, "h": 1e-6},
        "1a17099c": {"D": lambda h: 0.7 + 2 * h**2, "h": 0.1, "slope": 0.7},
        "768893c6": {"a": 0.3, "answer_10": lesson.answer(10)},
        "7cb66d58": {"a": 0.3, "answer_10": lesson.answer(10)},
    }


def moved(inputs, name, h):
    return inputs | {name: inputs[name] + h}


def by_hand(taught, a, b, c):
    """The graph of y = (a b + c) a: values and adjoints, from the engine."""
    a, b, c = map(taught.Node, (a, b, c))
    u = a * b
    v = u + c
    nodes = {"a": a, "b": b, "c": c, "u": u, "v": v, "y": v * a}
    adjoint = taught.gradients(nodes["y"])
    return {n: node.value for n, node in nodes.items()} | {f"{n}'": adjoint[node] for n, node in nodes.items()}


def slope_at_kink(taught):
    """What the engine takes for ReLU'(0)."""
    zero = taught.Node(0.0)
    return np.asarray(taught.gradients(taught.relu(zero))[zero])
