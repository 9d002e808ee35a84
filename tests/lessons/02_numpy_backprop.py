"""Mistakes in notebook 2 that changes made blindly do not make, each with the check that must stop it."""

from tools.mistakes import Mistake

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
    Mistake("the networks that should start from zeros start as usual",
            'nothing = init_params(np.random.default_rng(SEED), 10, "zeros")',
            'nothing = init_params(np.random.default_rng(SEED), 10, "fan_in")',
            "{field}: should be 0"),
    Mistake("another network than the one from zeros is trained",
            "later = forward(train(nothing, X, Y, network,",
            'later = forward(train(init_params(np.random.default_rng(SEED), 10, "fan_in"), X, Y, network,',
            "units should stay alike"),
]  # fmt: skip
