"""The old address of Mistake, kept until every drawer of a lesson imports it from tools.mistakes."""

from tools.mistakes.by_hand import Mistake

__all__ = ["Mistake"]
