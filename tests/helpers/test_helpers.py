"""What data, checks, progress and taught promise."""

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from helpers import checks, data, taught
from helpers.definitions import load_taught
from helpers.progress import watched


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


def test_one_row_makes_one_batch_and_a_batch_may_be_larger_than_the_data():
    rng = np.random.default_rng(0)
    for size in (1, 2**31):
        batches = data.minibatches(1, size, rng)
        assert next(batches).tolist() == [0] and next(batches, None) is None


def test_sizes_that_no_memory_holds_are_refused_before_anything_is_drawn():
    for n, size in ((2**31 + 1, 1), (1, 2**31 + 1)):
        with pytest.raises(ValueError, match="from 1 to 2147483648, got 2147483649"):
            data.minibatches(n, size, None)


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


@pytest.mark.parametrize("step, error", [("1", TypeError), (0, ValueError), (1.1, ValueError)])
def test_a_step_that_is_none_is_named(step, error):
    with pytest.raises(error, match=f"^step must be a number from 1e-300 to 1.0, got {step!r}"):
        checks.central_differences(float, 1.0, step)


def test_central_differences_of_integers_and_float32_are_taken_in_float64():
    assert checks.central_differences(lambda a: a[0] ** 2, [3]).tolist() == pytest.approx([6.0])
    single = checks.central_differences(lambda a: a**2, np.float32(3))
    assert single.dtype == float and single == pytest.approx(6.0, rel=1e-6)


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


def test_comparison_does_not_wrap_round_and_takes_equal_infinities():
    assert checks.relative_error(np.uint8([2, 0]), np.uint8([2, 1])) == 0.5
    assert checks.relative_error([np.inf, -np.inf, 1], [np.inf, -np.inf, 1]) == 0


def test_comparison_calls_a_bare_array_value_unless_named():
    with pytest.raises(AssertionError, match="^value: relative error 1 > 0$"):
        checks.assert_close(2.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="^rtol must be a number from 0.0 to 1.0, got 1.5"):
        checks.assert_close(1.0, 1.0, 1.5)
    with pytest.raises(TypeError, match="^rtol must be a number from 0.0 to 1.0, got None"):
        checks.assert_close(1.0, 1.0, None)


def test_comparison_against_zero_is_strict():
    checks.assert_close(np.zeros(2), np.zeros(2), 0.0)
    with pytest.raises(AssertionError):
        checks.assert_close(np.array([1e-30]), np.array([0.0]), 1.0)


@pytest.mark.parametrize("value, error", [(True, TypeError), (1.0, TypeError), ("1", TypeError), (101, ValueError)])
def test_an_integer_argument_is_named_with_value_and_range(value, error):
    with pytest.raises(error) as caught:
        checks.require_int("SEED", value, 0, 100)
    assert str(caught.value) == f"SEED must be an integer from 0 to 100, got {value!r}."


@pytest.mark.parametrize("value, error", [(float("nan"), ValueError), (float("inf"), ValueError), (-0.1, ValueError),
                                          (1.1, ValueError), (True, TypeError), ("1", TypeError)])  # fmt: skip
def test_a_number_argument_is_named_with_value_and_range(value, error):
    with pytest.raises(error) as caught:
        checks.require_float("RATE", value, 0, 1)
    assert str(caught.value) == f"RATE must be a number from 0 to 1, got {value!r}."


def test_bounds_are_allowed_and_numpy_scalars_count():
    assert checks.require_int("n", np.int64(3), 3, 3) == 3
    assert checks.require_float("x", np.float32(1), 0, 1) == 1.0
    assert checks.require_float("x", 0, 0, 1) == 0.0


def test_a_choice_is_named_with_what_is_allowed():
    assert checks.require_choice("loss", "mean", ("mean", "sum")) == "mean"
    with pytest.raises(ValueError, match="loss must be one of 'mean', 'sum', got 'max'"):
        checks.require_choice("loss", "max", ("mean", "sum"))


@pytest.fixture
def no_reader(monkeypatch):
    """A batch run: neither Colab nor a front end, and no override."""
    monkeypatch.delenv("HELPERS_WATCHED", raising=False)
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))


def kernel(monkeypatch, request):
    """Stand in for a kernel that was sent this request."""
    ipython = SimpleNamespace(get_ipython=lambda: SimpleNamespace(get_parent=lambda: request))
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def test_a_reader_is_seen_on_colab_and_at_a_front_end_that_names_its_cell(no_reader, monkeypatch):
    assert watched() is False
    kernel(monkeypatch, {"metadata": {"cellId": "a"}})
    assert watched() is True
    kernel(monkeypatch, {"metadata": {}})
    assert watched() is False
    kernel(monkeypatch, {})
    assert watched() is False
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("colab"))
    assert watched() is True


def test_a_terminal_and_plain_python_are_no_front_ends(no_reader, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert watched() is False
    monkeypatch.delitem(sys.modules, "IPython")
    assert watched() is False


def test_an_environment_variable_overrides_the_guess(no_reader, monkeypatch):
    monkeypatch.setenv("HELPERS_WATCHED", "1")
    assert watched() is True
    kernel(monkeypatch, {"metadata": {"cellId": "a"}})
    monkeypatch.setenv("HELPERS_WATCHED", "0")
    assert watched() is False


def test_loading_an_unknown_notebook_lists_those_there_are():
    with pytest.raises(FileNotFoundError, match="^name must be one of 01_threshold_xnor, 02_.*, got '99'"):
        load_taught("99")


def test_what_a_notebook_defines_is_loaded_and_an_error_in_it_names_the_cell(tmp_path, monkeypatch):
    def cell(source, *tags):
        return {"cell_type": "code", "id": f"id-{len(source)}", "metadata": {"tags": list(tags)}, "source": [source]}

    sources = ["α = 2\n__hidden = 1", "def double(x):\n    return α * x", "def name():\n    return __name__"]
    cells = [cell("1 / 0"), *(cell(source, "definition") for source in sources), cell("α = 3", "exercise")]
    (tmp_path / "one.ipynb").write_text(json.dumps({"cells": cells}, ensure_ascii=False), encoding="utf-8")
    cells.append(cell("1 / 0", "definition"))
    del cells[1]["id"]  # older notebooks have none
    (tmp_path / "two.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(taught, "NOTEBOOKS", tmp_path)
    one = load_taught("one")
    assert one.double(3) == 6 and sorted(vars(one)) == ["double", "name", "α"] and one.name() == "one"
    assert one.double.__code__.co_filename == f"<one:id-{len(sources[1])}>"
    with pytest.raises(ZeroDivisionError) as caught:
        load_taught("two")
    assert str(caught.traceback[-1].path).endswith("<two:id-5>")
    with pytest.raises(FileNotFoundError, match="^name must be one of one, two, got 'three'"):
        load_taught("three")
