"""The old name of helpers.definitions, which set-up cells of the last release fetch."""

from helpers.definitions import *  # noqa: F403
