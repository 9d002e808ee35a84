"""Mistakes in notebook 2 that changes made blindly do not make, each with the check that must stop it."""

from tools.mistakes import Mistake

MISTAKES = [
    Mistake("the picture of the network names another layer than the fourth",
            "written = {text.get_text() for text in right.texts}",
            'written = {text.get_text().replace("4", "5") for text in right.texts}',
            "the picture should name the weights of all four layers"),
    Mistake("the film of the boundary shows the training points",
            "plotting.scatter_classes(ax, X_val, Y_val, size=size)",
            "plotting.scatter_classes(ax, X, Y, size=size)",
            '"class 1"), X_val[Y_val[:, 0] == 1])'),
    Mistake("the networks that should start from zeros start as usual",
            'nothing = init_params(np.random.default_rng(SEED), 10, "zeros")',
            'nothing = init_params(np.random.default_rng(SEED), 10, "fan_in")',
            "{field}: should be 0"),
    Mistake("another network than the one from zeros is trained",
            "later = forward(train(nothing, X, Y, network,",
            'later = forward(train(init_params(np.random.default_rng(SEED), 10, "fan_in"), X, Y, network,',
            "units should stay alike"),
]  # fmt: skip
