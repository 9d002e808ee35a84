"""Proof that checks bite: every check of a notebook is seen to fail, and every checker of the course too."""

from tools.mistakes.by_hand import Mistake

__all__ = ["Mistake"]
