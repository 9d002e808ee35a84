"""What the letters of notebook 4's formulas mean, at a random point, in values that its code computes there."""

import numpy as np
import torch
from scipy import stats
from sklearn.metrics import r2_score
from torch import nn

from helpers import stacks
from tests.formulas import locals_of

# Numbers in the text that no code of their section has, and statements that are not computed, with the reasons.
NUMBERS = {}
NOT_EVALUATED = {
    r"\mathbb{E}[\tilde a] = a": "an expectation; the lesson's code checks the mean of many",
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
    P, Y = rng.standard_normal((6, 1)), rng.standard_normal((6, 1))
    error = float(taught.rmse(P, Y))
    base = {"P": P, "y_hat": P, "y": Y, "n": 6, "MSE": error**2, "RMSE": error, "R^2": r2_score(Y, P)}
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
        **(adam(taught, rng) if lesson.has("adam_by_hand") else {}),
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
    known = {"z": Z, "gamma": gamma, "beta": beta, "mu_B": Z.mean(0), "sigma_B^2": Z.var(0), "varepsilon": 1e-5}
    known |= {"mu": mu, "sigma^2": var, "mu_next": batch.running_mean.numpy(), "n": 6}
    known |= {"sigma^2_next": batch.running_var.numpy()}
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
    known = {"z": z, "gamma": gamma, "beta": beta, "mu_g": z.mean(), "sigma_g^2": z.var(), "k_g": 4, "varepsilon": 1e-5}
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
