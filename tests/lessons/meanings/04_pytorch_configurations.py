"""What the letters of notebook 4's formulas mean, at a random point, in values that its code computes there."""

import numpy as np
import torch
from scipy import stats
from sklearn.metrics import r2_score
from torch import nn

from helpers import stacks
from tests.formulas.lesson import locals_of

# Numbers in the text that no code of their section has, and statements that are not computed, with the reasons.
NUMBERS = {}
NOT_EVALUATED = {
    r"\mathbb{E}[\tilde a] = a": "an expectation; the lesson's code checks the mean of many",
    r"r \sim \mathrm{Bernoulli}(1 - p)": "a distribution; the lesson's code checks the share of units that are kept",
}
# What letters are set to, in this lesson, and what a formula without a relation is in code.
SETTINGS = (r"\hat y = 0", "p = 0.25")
EXPRESSIONS = {
    "(x - c) / s": "stats.zscore(x)",
    "A W + b": "linear(torch.tensor(A)).detach().numpy()",
    "c_y^2 + s_y^2": "np.mean(y**2)",
    "(y - c_y) / s_y": "stats.zscore(y)",
    r"\hat y s_y + c_y": "y",
    r"\frac{\lambda}{2} w^2": "bowl(w, penalty) - bowl(w)",
    r"s_d / \sqrt S": "stats.sem(d)",
    "S - 1": "S - 1",
    r"\bar d \pm t \frac{s_d}{\sqrt S}": "interval(d)",
    "5 / 7": "100 * (1 - LEVEL)",
    "1 + 10^{-6}": "1 + 1e-6",
}
# What is bounded on one side alone, with the reason why that will do.
ONE_SIDED = {
    "shares[0]": "learned by heart: the less is left of the loss, the better",
    "np.std(val_losses[-20:])": "level: the less it moves, the better",
    "curves_of[0]": "twins begin as close together as rounding lets them",
    "flattery": "no claim of size: a mean is never below the least of its values",
}


def of_torch(layer):
    """A layer as a function of NumPy arrays."""
    return lambda z: layer(torch.tensor(np.asarray(z, dtype=float))).detach().numpy()


def meanings(lesson, rng):
    """{"": for all formulas; a section's title, a cell, a label, a left side or a statement: for those alone}."""
    taught = lesson.taught
    Y = rng.standard_normal((6, 1))
    P = Y + 0.3 * rng.standard_normal((6, 1))
    error = float(taught.rmse(P, Y))
    base = {"P": P, "y_hat": P, "y": Y, "n": 6, "MSE": error**2, "RMSE": error, "R": r2_score(Y, P) ** 0.5}
    base |= {"Var": lambda y: np.var(y), "z": rng.standard_normal(7)}
    base |= {"ReLU": of_torch(torch.relu), "sigma": of_torch(torch.sigmoid), "ELU": of_torch(nn.ELU())}
    base |= {"LeakyReLU": of_torch(nn.LeakyReLU()), "GELU": of_torch(nn.GELU()), "SiLU": of_torch(nn.SiLU())}
    base |= {"Phi": stats.norm.cdf, "varphi": stats.norm.pdf}
    return {
        "": base,
        r"\tilde a": dropout(rng),
        **dict(zip((r"\mu", "train", "eval"), moments := norms(rng))),
        r"\sigma^2": moments[0],
        "48fe2d15": one_group(rng),
        **without_relation(lesson, rng),
        **(adam(taught, rng) if lesson.has("adam_by_hand") else {}),
    }


def without_relation(lesson, rng):
    """The letters of formulas without a relation, with what the lesson's code makes of them."""
    y, d = rng.standard_normal(9) + 3, rng.standard_normal(9)
    scale = {"y": y, "c_y": y.mean(), "s_y": y.std(), "x": y, "c": y.mean(), "s": y.std(), "stats": stats}
    linear = nn.Linear(3, 2, dtype=torch.float64)
    layer = {"A": rng.standard_normal((4, 3)), "linear": linear, "torch": torch}
    layer |= {"W": linear.weight.detach().numpy().T, "b": linear.bias.detach().numpy()}
    error = {"d": d, "d_bar": d.mean(), "S": 9, "s_d": d.std(ddof=1), "t": stats.t.ppf(0.975, 8), "stats": stats}
    return {
        "095b062a": scale,
        "2abf0001": layer,
        "2abf0015": scale,
        "2abf0017": scale | {"y_hat": (y - y.mean()) / y.std()},
        "c330a375": {"lambda": 0.3, "penalty": 0.3, "w": 0.7, "bowl": lambda w, by=0.0: w**3 + by / 2 * w**2},
        "530c4192": error,
        "dde5577c": {"LEVEL": 1 - 0.05 / 7},
    }


def dropout(rng):
    """A layer's outputs before and after the course's dropout, and which units it kept."""
    drop, a = stacks.Dropout(0.3), torch.tensor(rng.uniform(1, 2, (1, 5, 4)))
    after = drop.train()(a).numpy()[0]
    return {"a": a.numpy()[0], "a_tilde": after, "r": (after != 0) * 1.0, "p": 0.3}


def norms(rng):
    """PyTorch's BatchNorm with scale and shift, and what it keeps."""
    Z = rng.standard_normal((6, 4)) * 2 + 1
    batch, gamma, beta = with_scale(nn.BatchNorm1d(4, dtype=torch.float64), rng)
    batch.running_mean.copy_(torch.tensor(rng.standard_normal(4)))
    batch.running_var.copy_(torch.tensor(rng.uniform(1, 2, 4)))
    mu, var = batch.running_mean.numpy().copy(), batch.running_var.numpy().copy()
    evaluated = batch.eval()(torch.tensor(Z)).detach().numpy()
    trained = batch.train()(torch.tensor(Z)).detach().numpy()
    known = {"z": Z, "gamma": gamma, "beta": beta, "mu_B": Z.mean(0), "sigma_B": Z.std(0), "varepsilon": 1e-5}
    known |= {"mu": mu, "sigma": np.sqrt(var), "mu_next": batch.running_mean.numpy(), "n": 6}
    known |= {"sigma_next": np.sqrt(batch.running_var.numpy())}
    return known, known | {"z_hat": trained}, known | {"z_hat": evaluated}


def with_scale(layer, rng):
    """A layer of norms with a scale and a shift of its own, and those."""
    gamma, beta = rng.uniform(0.5, 2, 4), rng.standard_normal(4)
    layer.load_state_dict(layer.state_dict() | {"weight": torch.tensor(gamma), "bias": torch.tensor(beta)})
    return layer, gamma, beta


def one_group(rng):
    """GroupNorm of one row whose units are one group."""
    layer, gamma, beta = with_scale(nn.GroupNorm(1, 4, dtype=torch.float64), rng)
    z = rng.standard_normal(4)
    known = {"z": z, "gamma": gamma, "beta": beta, "mu_g": z.mean(), "sigma_g": z.std(), "k_g": 4, "varepsilon": 1e-5}
    return known | {"z_hat": layer(torch.tensor(z[None])).detach().numpy()[0]}


def adam(taught, rng):
    """Three steps of the lesson's Adam, and one of each kind of decay."""
    w, goal, alpha, decay = torch.tensor(rng.standard_normal(5)), torch.tensor(rng.standard_normal(5)), 0.1, 5.0
    two, three = (locals_of(taught.adam_by_hand, w, lambda w: w - goal, steps, alpha) for steps in (2, 3))
    g = w - goal

    def first(g):
        return (w - taught.adam_by_hand(w, lambda _: torch.tensor(np.asarray(g)), 1, 1.0)).numpy()

    steps = {"m": two["m"], "v": two["v"], "g": three["g"], "m_next": three["m"], "v_next": three["v"]}
    inside = {"m": three["m"], "v": three["v"], "g": three["g"], "t": 3, "Adam": lambda g: three["step"].numpy()}
    decoupled = taught.adam_by_hand(w, lambda _: g, 1, alpha, decay=decay)
    penalised = taught.adam_by_hand(w, lambda _: g, 1, alpha, penalty=decay)
    once = {"w": w, "g": g, "alpha": alpha, "lambda": decay, "Adam": first}
    return {
        "m": to_numpy(steps),
        "v": to_numpy(steps),
        r"\mathrm{Adam}(g)": to_numpy(inside) | {"varepsilon": 1e-8},
        "AdamW": to_numpy(once | {"w_next": decoupled}),
        "L2 in the loss": to_numpy(once | {"w_next": penalised}),
    }


def to_numpy(values):
    return {name: value.numpy() if torch.is_tensor(value) else value for name, value in values.items()}
