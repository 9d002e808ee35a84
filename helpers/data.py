"""Data sets of the course: truth tables, the reference XOR clouds, and mini-batches."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers.checks import require_int


class Split(NamedTuple):
    """Rows are examples. Labels are columns, so that they subtract from predictions without surprise."""

    X_train: np.ndarray
    Y_train: np.ndarray
    X_val: np.ndarray
    Y_val: np.ndarray


def truth_table(n: int) -> np.ndarray:
    """All rows of n bits in counting order.

    Args:
        n: number of bits, from 1 to 20.
    Returns:
        float64 array of shape (2**n, n) with entries 0 and 1; the first column is the most significant bit.
    Raises:
        TypeError, ValueError: if n is not an integer from 1 to 20.
    """
    n = require_int("n", n, 1, 20)
    return ((np.arange(2**n)[:, None] >> np.arange(n - 1, -1, -1)) & 1).astype(float)


def xor_clouds() -> Split:
    """The reference data of exercise 2: 1000 points of N(0, I) in the plane, labelled xor(x1 > 0, x2 > 0).

    The legacy generator with seed 42 draws the points, and with seed 42 again it orders them; the first 200
    of that order are held out. This is the split of scikit-learn's train_test_split(test_size=0.2,
    random_state=42) without its import time. Labels are floats of shape (m, 1).

    Source: notebook 1b_retropropagacion of the course repository CursoAprendizajeProfundo.
    """
    X = np.random.RandomState(42).randn(1000, 2)
    Y = np.logical_xor(X[:, :1] > 0, X[:, 1:] > 0).astype(float)
    order = np.random.RandomState(42).permutation(len(X))
    val, train = order[:200], order[200:]
    return Split(X[train], Y[train], X[val], Y[val])


def minibatches(
    n: int,
    batch_size: int,
    rng: np.random.Generator | Sequence[np.random.Generator],
    drop_last: bool = False,
) -> Iterator[np.ndarray]:
    """Yield index arrays that together visit each of n rows once, in a fresh random order.

    Args:
        n: number of rows, at least 1.
        batch_size: rows per batch, at least 1; the last batch holds what is left.
        rng: the generator that draws the order, or a sequence of S generators for S orders at a time.
        drop_last: leave out a last batch that is shorter than batch_size.
    Yields:
        integer arrays of shape (batch_size,), or (S, batch_size) for S generators; the last one possibly shorter.
    Raises:
        TypeError, ValueError: if n or batch_size is not a positive integer, rng holds anything but generators, or
            drop_last would leave out all rows.
    """
    n = require_int("n", n, 1, 2**31)
    batch_size = require_int("batch_size", batch_size, 1, 2**31)
    if drop_last and batch_size > n:
        raise ValueError(f"batch_size must be from 1 to {n}, the number of rows, with drop_last, got {batch_size}.")
    rngs = rng if isinstance(rng, Sequence) else [rng]
    if not rngs or not all(isinstance(one, np.random.Generator) for one in rngs):
        raise TypeError(f"rng must be a NumPy generator or a sequence of generators, got {rng!r}.")
    orders = np.array([one.permutation(n) for one in rngs])
    order = orders if rngs is rng else orders[0]
    stop = n - n % batch_size if drop_last else n
    return (order[..., start : start + batch_size] for start in range(0, stop, batch_size))
