"""Data: what is drawn, in which order batches come, and which sizes are refused."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from helpers import data
from tests.helpers.values import NOT_NUMBERS, NUMPY_INTEGERS, outside, refusal


def test_xor_clouds_are_the_split_of_scikit_learn():
    X = np.random.RandomState(42).randn(1000, 2)
    Y = np.logical_xor(X[:, 0] > 0, X[:, 1] > 0)[:, None].astype(float)
    X_train, X_val, Y_train, Y_val = train_test_split(X, Y, test_size=0.2, random_state=42)
    for ours, theirs in zip(data.xor_clouds(), (X_train, Y_train, X_val, Y_val)):
        assert ours.dtype == np.float64
        np.testing.assert_array_equal(ours, theirs)


def test_drawing_the_clouds_leaves_the_global_generator_alone():
    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    data.xor_clouds()
    assert np.random.rand() == expected


def test_batches_come_in_a_fresh_order_each_epoch():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(data.minibatches(50, 8, rng))) for _ in range(2))
    assert not np.array_equal(first, second)


@given(NUMPY_INTEGERS, st.integers(1, 12))
def test_row_i_of_a_truth_table_is_i_in_binary(kind, n):
    table = data.truth_table(kind(n))
    assert table.shape == (2**n, n) and table.dtype == float
    assert (table @ 2.0 ** np.arange(n)[::-1]).tolist() == list(range(2**n))


@given(st.one_of(NOT_NUMBERS, outside(1, 20)))
def test_no_other_size_makes_a_truth_table(n):
    assert refusal(data.truth_table, n) == f"n must be an integer from 1 to 20, got {n!r}."


@given(NUMPY_INTEGERS, st.integers(1, 127), st.integers(1, 127), st.booleans(), st.integers(0, 9))
@example(np.int8, 120, 100, False, 0)
def test_batches_visit_each_row_once_whatever_their_size(kind, n, size, drop_last, seed):
    assume(size <= n or not drop_last)
    batches = list(data.minibatches(kind(n), kind(size), np.random.default_rng(seed), drop_last))
    assert all(len(batch) == size for batch in batches[:-1])
    rows = np.concatenate(batches).tolist() if batches else []
    assert len(set(rows)) == len(rows) and set(rows) <= set(range(n))
    assert len(rows) == (n - n % size if drop_last else n)
    assert all(0 < len(batch) <= size for batch in batches)


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_several_generators_give_each_the_batches_that_it_gives_alone(n, size, seeds):
    together = list(data.minibatches(n, size, [np.random.default_rng(seed) for seed in seeds]))
    alone = zip(*(data.minibatches(n, size, np.random.default_rng(seed)) for seed in seeds))
    for batch, batches in zip(together, alone, strict=True):
        assert np.array_equal(batch, batches)


@given(st.one_of(NOT_NUMBERS, st.integers(), st.just([]), st.lists(st.integers(), min_size=1)))
def test_nothing_but_generators_draws_an_order(rng):
    expected = f"rng must be a NumPy generator or a sequence of generators, got {rng!r}."
    assert refusal(data.minibatches, 3, 1, rng) == expected


@given(st.one_of(NOT_NUMBERS, outside(1, 2**31)))
def test_no_other_size_makes_batches(bad):
    expected = f"must be an integer from 1 to {2**31}, got {bad!r}."
    assert refusal(data.minibatches, bad, 1, None) == f"n {expected}"
    assert refusal(data.minibatches, 1, bad, None) == f"batch_size {expected}"


@pytest.mark.parametrize("n, size", [(5, 8), (1, 2)])
def test_batches_that_would_leave_out_every_row_are_refused(n, size):
    with pytest.raises(
        ValueError, match=rf"^batch_size must be from 1 to {n}, the number of rows, with drop_last, got"
    ):
        data.minibatches(n, size, np.random.default_rng(0), drop_last=True)
    assert len(list(data.minibatches(n, 2**31, np.random.default_rng(0)))) == 1
