"""What data, checks and progress promise."""

from typing import NamedTuple

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from helpers import checks, data
from helpers.progress import progress
from helpers.taught import load_taught


class Pair(NamedTuple):
    W: np.ndarray
    b: np.ndarray


def test_truth_table_counts_upwards():
    assert data.truth_table(2).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [int("".join(str(int(bit)) for bit in row), 2) for row in data.truth_table(5)] == list(range(32))


@pytest.mark.parametrize("n", [0, 21, -1])
def test_truth_table_names_a_bad_size(n):
    with pytest.raises(ValueError, match=rf"n must be an integer from 1 to 20, got {n}\."):
        data.truth_table(n)


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


def test_batches_visit_every_row_once():
    batches = list(data.minibatches(10, 4, np.random.default_rng(0)))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert sorted(np.concatenate(batches)) == list(range(10))


def test_batches_come_in_a_fresh_order_each_epoch():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(data.minibatches(50, 8, rng))) for _ in range(2))
    assert not np.array_equal(first, second)


def test_a_short_last_batch_can_be_dropped():
    sizes = [len(batch) for batch in data.minibatches(10, 4, np.random.default_rng(0), drop_last=True)]
    assert sizes == [4, 4]
    assert len(list(data.minibatches(8, 4, np.random.default_rng(0), drop_last=True))) == 2


def test_batch_arguments_are_checked_before_the_first_batch():
    with pytest.raises(ValueError, match="batch_size must be an integer from 1"):
        data.minibatches(10, 0, np.random.default_rng(0))
    with pytest.raises(TypeError, match="n must be an integer"):
        data.minibatches(2.5, 1, np.random.default_rng(0))


def test_central_differences_match_a_known_gradient_of_any_shape():
    x = np.arange(6.0).reshape(2, 3)
    checks.assert_close(checks.central_differences(lambda a: np.sum(a**3), x), 3 * x**2, 1e-8)
    assert checks.central_differences(lambda a: a**2, 3.0) == pytest.approx(6.0)


def test_central_differences_move_one_entry_at_a_time():
    # Central differences are exact for a quadratic, with any step; its mixed term tells if a second entry has moved.
    gradient = checks.central_differences(lambda a: a[0] * a[1] + a[0] ** 2, np.array([1.0, 2.0]), step=0.5)
    checks.assert_close(gradient, np.array([4.0, 1.0]), 1e-12)


def test_central_differences_never_change_their_argument():
    x = np.ones(3)
    checks.central_differences(lambda a: a.sort() or a[0], x)
    assert x.tolist() == [1, 1, 1]


def test_comparison_names_the_parameter_at_fault():
    good = Pair(np.ones((2, 2)), np.ones(2))
    bad = good._replace(b=np.array([1.0, 1.5]))
    checks.assert_close(good, good, 0.0)
    with pytest.raises(AssertionError, match=r"^b: relative error 0\.5 > 1e-07$"):
        checks.assert_close(bad, good, 1e-7)


def test_comparison_refuses_another_shape_even_where_it_broadcasts():
    with pytest.raises(AssertionError, match=r"dW: shape \(3,\) is not \(3, 1\)"):
        checks.assert_close(np.ones(3), np.ones((3, 1)), 1.0, "dW")


def test_comparison_refuses_nan_and_other_fields():
    with pytest.raises(AssertionError, match="inf"):
        checks.assert_close(np.array([np.nan]), np.array([1.0]), 1.0)
    with pytest.raises(AssertionError, match="fields"):
        checks.assert_close({"a": 1.0}, {"b": 1.0}, 1.0)


def test_comparison_against_zero_is_strict():
    checks.assert_close(np.zeros(2), np.zeros(2), 0.0)
    with pytest.raises(AssertionError):
        checks.assert_close(np.array([1e-30]), np.array([0.0]), 1.0)


@pytest.mark.parametrize("value, error", [(True, TypeError), (1.0, TypeError), ("1", TypeError), (101, ValueError)])
def test_an_integer_argument_is_named_with_value_and_range(value, error):
    with pytest.raises(error) as caught:
        checks.require_int("SEED", value, 0, 100)
    assert str(caught.value) == f"SEED must be an integer from 0 to 100, got {value!r}."


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_number_argument_is_named_with_value_and_range(value):
    with pytest.raises(ValueError, match="RATE must be a number from 0 to 1"):
        checks.require_float("RATE", value, 0, 1)


def test_bounds_are_allowed_and_numpy_scalars_count():
    assert checks.require_int("n", np.int64(3), 3, 3) == 3
    assert checks.require_float("x", np.float32(1), 0, 1) == 1.0
    assert checks.require_float("x", 0, 0, 1) == 0.0


def test_a_choice_is_named_with_what_is_allowed():
    assert checks.require_choice("loss", "mean", ("mean", "sum")) == "mean"
    with pytest.raises(ValueError, match="loss must be one of 'mean', 'sum', got 'max'"):
        checks.require_choice("loss", "max", ("mean", "sum"))


def test_feedback_is_right_a_hint_or_not_answered_and_survives_bad_answers(capsys):
    def say(answer):
        checks.feedback(answer, lambda a: a + 1 == 3, [(lambda a: a > 5, "too large.")])
        return capsys.readouterr().out

    assert say(None) == say(...) == "Not answered yet.\n"
    assert say(2) == "Right.\n"
    assert say(7) == "Not yet: too large.\n"
    assert say("two").startswith("Not yet: this is not it.")


def test_a_progress_bar_is_silent_where_nobody_watches(capsys):
    assert list(progress(range(3), "steps")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_loading_an_unknown_notebook_lists_those_there_are():
    with pytest.raises(FileNotFoundError, match="01_threshold_xnor.*got '99'"):
        load_taught("99")
