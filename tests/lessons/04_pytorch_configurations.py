"""Mistakes in notebook 4 that changes one at a time do not reach, each with the check that must stop it.

Most checks of this notebook stand right after what they guard, and the proof finds changes that turn them red by
itself. What is here concerns checks behind trainings that take too long to be tried again and again.
"""

from tools.mistakes import Mistake

SHORT = {"REFERENCE": False, "EPOCHS": 60, "SEEDS": 3}

MISTAKES = [
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
    Mistake("whatever differs at all is said to stand out",
            "if abs(mean) > 2.75 * np.hypot(*noises)]",
            "if abs(mean) > 0 * np.hypot(*noises)]",
            "no change may stand out from both noises"),
]  # fmt: skip
