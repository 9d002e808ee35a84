"""Mistakes in notebook 3 that no blind change makes, each with the check that must stop it."""

from tools.mistakes import Mistake

MISTAKES = [
    Mistake("the slope of σ at a3 is read where w3 is a hundred times as large",
            'a3_error = cut["a3"] - traced["a3"].value',
            'a3_error = cut["a3"] - traced["a3"].value\ntraced = trace(ASSIGNMENT | {"w3": 20.0})',
            "s3 by a3: the slope must be nearly 1/4"),
]  # fmt: skip
