"""Mistakes in notebook 4 that changes one at a time do not reach, each with the check that must stop it.

Most checks of this notebook stand right after what they guard, and the proof finds changes that turn them red by
itself. What is here concerns checks behind trainings that take too long to be tried again and again.
"""

from tools.mistakes import Mistake

SHORT = {"REFERENCE": False, "EPOCHS": 60, "SEEDS": 3}

MISTAKES = [
    Mistake("predictions stay on the scale of standardised targets",
            "stacks.predict(networks, val_part.X) * scale + shift",
            "stacks.predict(networks, val_part.X) + shift",
            "checks.assert_close(rmse(result.P, val_part.Y)", "error of the best weights", SHORT),
    Mistake("losses are taken to points by the scale, not by its square",
            "history.val.numpy() * scale**2",
            "history.val.numpy() * scale",
            "checks.assert_close(rmse(result.P, val_part.Y)", "error of the best weights", SHORT),
    Mistake("the last weights predict, not the best",
            "    networks.load_state_dict(history.best)\n",
            "",
            "checks.assert_close(rmse(result.P, val_part.Y)", "relative error", SHORT),
    Mistake("the runs as in the course have a tenth of the course's rate",
            'Piece(c, (SEED,), LEARNING_RATE, EPOCHS, "raw")',
            'Piece(c, (SEED,), LEARNING_RATE / 10, EPOCHS, "raw")',
            "the baseline overfits, configuration 3 does not"),
    Mistake("seeds that chose the rates judge them, too",
            "fresh = tuple(range(SEED + SWEEP, SEED + SWEEP + SEEDS))",
            "fresh = tuple(range(SEED, SEED + SEEDS))",
            "seeds that chose a rate must not judge it", settings=SHORT),
    Mistake("the fresh seeds train on targets in points",
            "Piece(configuration, fresh, rates[name], HALF)",
            'Piece(configuration, fresh, rates[name], HALF, "raw")',
            "mean error {errors[name].mean():.1f} out of"),
    Mistake("the twins are equal to the last bit",
            "network[0].weight *= 1 + 1e-6",
            "network[0].weight *= 1",
            "these twins must part"),
    Mistake("the twins differ from the start",
            "network[0].weight *= 1 + 1e-6",
            "network[0].weight *= 2",
            "twins must begin close together"),
    Mistake("the baseline's twins are configuration 2's",
            '"baseline, as in the course": (CONFIGURATIONS["baseline"], ',
            '"baseline, as in the course": (wild, ',
            "these twins must stay together"),
    Mistake("the small steps are so small that nothing moves",
            '(wild, "standard", 0.0001)',
            '(wild, "standard", 1e-7)',
            "with GroupNorm and small steps most pairs, not all, must part"),
    Mistake("targets in points get no rate that suits them",
            "RAW, PLAIN = (0.003, 0.01, 0.03), (0.01, 0.03, 0.1), ",
            "RAW, PLAIN = (0.003, 0.01, 0.03), (1e-5, 1e-5, 1e-5), ",
            "no change may stand out from both noises"),
]  # fmt: skip
