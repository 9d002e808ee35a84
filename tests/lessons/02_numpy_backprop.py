"""Mistakes in notebook 2 that changes made blindly do not make, each with the check that must stop it."""

from tools.mistakes import Mistake

QUICK = {"REFERENCE": False, "SEEDS": 2, "EPOCHS": 2, "SWEEP_EPOCHS": 1}

MISTAKES = [
    Mistake("the loss clips its argument in place",
            "    losses = np.maximum(Z, 0)",
            "    np.clip(Z, -100, 100, out=Z)\n    losses = np.maximum(Z, 0)",
            "the loss changed its argument"),
    Mistake("the loss takes the logarithm of a little more, to be safe",
            "np.log1p(np.exp(-np.abs(Z)))",
            "np.log1p(np.exp(-np.abs(Z)) + 5e-15)",
            'np.log(2), 1e-15, "loss at logit 0")'),
    Mistake("the units of layer 3 are pushed below 0, not above",
            "b2=some.b2 + 30",
            "b2=some.b2 - 30",
            "all units of layers 3 and 4 must be active"),
    Mistake("training leaves out a short last batch",
            "data.minibatches(len(X), batch_size, rng)",
            "data.minibatches(len(X), batch_size, rng, drop_last=True)",
            "α/24 should not match on the last batch of 8", settings=QUICK),
]  # fmt: skip
