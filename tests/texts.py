"""Compare the texts of two runs of one cell whose numbers may differ between processors."""

import re

NUMBER = re.compile(r"-?\d+(\.\d+)?(%?)")
POINTS, PART, UNITS = 3, 1 / 4, 10  # how far a percentage may move; how far another number may, whichever is more


def near(fresh: str, stored: str) -> bool:
    """Whether two words agree: numbers of one kind as far as the tolerances say, all else to the letter."""
    kinds = [match and match[2] for match in map(NUMBER.fullmatch, (fresh, stored))]
    if None in kinds or kinds[0] != kinds[1]:
        return fresh == stored
    new, old = (float(word.rstrip("%")) for word in (fresh, stored))
    return abs(new - old) <= (POINTS if kinds[0] else max(PART * abs(old), UNITS))


def text_difference(fresh: list, stored: list) -> str:
    """Say where the printed texts of two lists of outputs differ by a word, or by more than a number may move."""
    new, old = ("".join(output.get("text", "") for output in outputs).split() for outputs in (fresh, stored))
    if len(new) != len(old):
        return f"{len(new)} words where {len(old)} are stored"
    return "; ".join(f"{b} is stored, not {a}" for a, b in zip(new, old) if not near(a, b))
