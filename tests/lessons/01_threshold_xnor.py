"""Mistakes in notebook 1 that no blind change makes, each with the check that must stop it."""

from tools.mistakes import Mistake

MISTAKES = [
    Mistake("the weights of the counting network are counted as its units",
            "build_parity(d)[0].shape[1]",
            "build_parity(d)[0].size",
            "counting must grow by a unit for each bit"),
    Mistake("a function that is mostly 1 is built from its ones",
            "C = X[ones != negated]",
            "C = X[ones]",
            "build is wrong for the outputs"),
]  # fmt: skip
