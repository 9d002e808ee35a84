"""Numeric checks find what differs and name it; arguments are taken or refused by name, value and range."""

import math
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from helpers import checks
from tests.helpers.values import (
    JUNK,
    MODERATE,
    NAMES,
    NOT_FINITE,
    NOT_NUMBERS,
    NUMPY_INTEGERS,
    SMALL_ARRAYS,
    outside,
    refusal,
)

# Central differences


@given(SMALL_ARRAYS, st.data())
def test_central_differences_are_exact_for_every_quadratic_and_never_change_their_argument(x, draw):
    """With any step; the mixed terms tell if a second entry has moved."""
    A = draw.draw(arrays(float, (x.size, x.size), elements=st.floats(-5, 5)))

    def quadratic(v):
        value = v.ravel() @ A @ v.ravel()
        v.fill(0)
        return value

    before = x.copy()
    gradient = checks.central_differences(quadratic, x, step=0.5)
    assert gradient.shape == x.shape and gradient.dtype == float
    np.testing.assert_allclose(gradient.ravel(), (A + A.T) @ x.ravel(), rtol=1e-9, atol=1e-7)
    np.testing.assert_array_equal(x, before)


def test_central_differences_step_well_by_themselves_and_in_float64():
    x = np.arange(6.0).reshape(2, 3)
    checks.assert_close(checks.central_differences(lambda a: np.sum(a**3), x), 3 * x**2, 1e-8)
    assert checks.central_differences(lambda a: a[0] ** 2, [3]).tolist() == pytest.approx([6.0])
    single = checks.central_differences(lambda a: a**2, np.float32(3))
    assert single.dtype == float and single == pytest.approx(6.0, rel=1e-6)


@given(st.one_of(NOT_NUMBERS, outside(1e-300, 1.0)))
def test_no_other_step_makes_differences(step):
    expected = f"step must be a number from 1e-300 to 1.0, got {step!r}."
    assert refusal(checks.central_differences, float, 1.0, step) == expected


def test_a_gradient_is_of_one_number():
    with pytest.raises(ValueError, match=r"^what f returns must have the shape \(\) or .*, got \(2,\)\.$"):
        checks.central_differences(lambda x: x, np.ones(2))


# Comparisons


@given(SMALL_ARRAYS, st.floats(1e-12, 0.5), st.data())
def test_one_changed_entry_is_found_and_weighed_against_the_largest(expected, error, draw):
    assume(np.max(np.abs(expected)) > 1e-3)
    assert checks.relative_error(expected, expected) == 0
    index = tuple(draw.draw(st.integers(0, side - 1)) for side in expected.shape)
    actual = expected.copy()
    actual[index] += error * np.max(np.abs(expected))
    found = checks.relative_error(actual, expected)
    assert found == pytest.approx(error, rel=0.01, abs=1e-15)
    checks.assert_close(actual, expected, min(1.0, 1.1 * error + 1e-15))
    with pytest.raises(AssertionError, match=r"^dW: relative error .* > "):
        checks.assert_close(actual, expected, 0.9 * error, "dW")
    actual[index] = math.nan
    assert checks.relative_error(actual, expected) == checks.relative_error(expected, actual) == math.inf


@given(st.lists(array_shapes(min_dims=0), min_size=2, max_size=2, unique=True))
def test_arrays_of_two_shapes_are_not_compared_even_where_they_broadcast(shapes):
    message = refusal(checks.relative_error, *map(np.ones, shapes))
    assert message == f"actual must have the shape {shapes[1]}, got {shapes[0]}."
    with pytest.raises(AssertionError) as caught:
        checks.assert_close(*map(np.ones, shapes), 1.0)
    assert str(caught.value) == f"value: shape {shapes[0]} is not {shapes[1]}"


@given(st.dictionaries(NAMES, SMALL_ARRAYS, min_size=1, max_size=4), st.booleans(), st.data())
def test_the_first_field_at_fault_is_named(fields, in_tuples, draw):
    def given(fields):
        return namedtuple("Fields", fields)(**fields) if in_tuples else fields

    checks.assert_close(given(fields), given(dict(fields)), 0.0)
    name = draw.draw(st.sampled_from(sorted(fields)))
    with pytest.raises(AssertionError, match=rf"^{name}: relative error"):
        checks.assert_close(given(fields | {name: fields[name] + 1}), given(fields), 1e-9)
    with pytest.raises(AssertionError, match=rf"^{name}: shape"):
        checks.assert_close(given(fields | {name: fields[name][None]}), given(fields), 1.0)
    fewer = {key: value for key, value in fields.items() if key != name}
    with pytest.raises(AssertionError, match="^value: fields"):
        checks.assert_close(given(fewer), given(fields), 1.0)
    assert refusal(checks.assert_close, fields, {}, 1.0) == "expected must have a field at least, got {}."


def test_comparison_does_not_wrap_round_takes_equal_infinities_and_is_strict_against_zero():
    assert checks.relative_error(np.uint8([2, 0]), np.uint8([2, 1])) == 0.5
    assert checks.relative_error([np.inf, -np.inf, 1], [np.inf, -np.inf, 1]) == 0
    checks.assert_close(np.zeros(2), np.zeros(2), 0.0)
    with pytest.raises(AssertionError, match="^value: relative error .* > 1$"):
        checks.assert_close(np.array([1e-30]), np.array([0.0]), 1.0)


@given(st.one_of(NOT_NUMBERS, outside(0.0, 1.0)))
def test_no_other_tolerance_is_taken(rtol):
    expected = f"rtol must be a number from 0.0 to 1.0, got {rtol!r}."
    assert refusal(checks.assert_close, 1.0, 1.0, rtol) == expected


@pytest.mark.parametrize("value", [1j, [1, 2j], np.ma.masked_array([1.0, 2.0], [0, 1]), "one", [[1], [2, 3]], None])
def test_what_is_not_real_is_compared_with_nothing(value):
    for call in (
        lambda: checks.relative_error(value, value),
        lambda: checks.assert_close({"W1": value}, {"W1": value}, 1e-9),
        lambda: checks.central_differences(lambda x: 1.0, value),
        lambda: checks.central_differences(lambda x: value, 1.0),
    ):
        with pytest.raises((TypeError, ValueError), match=r"must be real numbers, in an array or alone, got |shape"):
            call()


# Arguments


@given(NAMES, st.integers(), st.integers(0, 10**6), st.data())
def test_every_integer_in_range_is_returned_and_every_other_value_named(name, low, width, draw):
    high = low + width
    value = draw.draw(st.one_of(st.integers(low, high), st.sampled_from([low, high])))
    assert checks.require_int(name, value, low, high) == value
    bad = draw.draw(st.one_of(NOT_NUMBERS, st.floats(), outside(low, high)))
    expected = f"{name} must be an integer from {low} to {high}, got {bad!r}."
    assert refusal(checks.require_int, name, bad, low, high) == expected


@given(st.one_of(NUMPY_INTEGERS, st.just(np.float32)), st.integers(0, 100))
def test_a_number_of_any_kind_comes_back_as_a_plain_one(kind, value):
    if kind is not np.float32:
        result = checks.require_int("n", kind(value), 0, 100)
        assert type(result) is int and result == value
    result = checks.require_float("x", kind(value), 0, 100)
    assert type(result) is float and result == value


@given(NAMES, st.floats(-1e9, 1e9), st.floats(0, 1e9), st.data())
def test_every_number_in_range_is_returned_and_every_other_value_named(name, low, width, draw):
    high = low + width
    value = draw.draw(st.one_of(st.floats(low, high), st.sampled_from([low, high])))
    assert checks.require_float(name, value, low, high) == value
    bad = draw.draw(st.one_of(NOT_NUMBERS, outside(low, high)))
    expected = f"{name} must be a number from {low} to {high}, got {bad!r}."
    assert refusal(checks.require_float, name, bad, low, high) == expected


@given(NAMES, st.tuples(MODERATE, MODERATE), NOT_FINITE)
def test_a_pair_is_two_finite_numbers_that_fit(name, pair, bad):
    assert checks.require_pair(name, list(pair), lambda a, b: (a, b) == pair, "these") == pair
    others = (*pair, 0), pair[:1], 5, "ab", (bad, pair[0]), (pair[0], bad), (True, 1)
    for value, fits in ((pair, lambda a, b: False), *((other, lambda a, b: True) for other in others)):
        expected = f"{name} must be two finite numbers, these, got {value!r}."
        assert refusal(checks.require_pair, name, value, fits, "these") == expected


HUGE = 10**400


@pytest.mark.parametrize("value", [HUGE, -HUGE, 10**5000], ids=["401", "-401", "5001"])
def test_an_integer_beyond_all_floats_is_refused_with_its_size(value):
    digits = 401 if abs(value) == HUGE else 5001
    found = f"got an integer of about {digits} digits."
    for call in (
        lambda: checks.require_float("x", value, -math.inf, math.inf),
        lambda: checks.require_int("x", value, 0, 9),
        lambda: checks.require_pair("x", (value, 1), lambda a, b: True, "any"),
    ):
        assert refusal(call).startswith("x must be ")
    for call in (checks.require_float, checks.require_int):
        assert refusal(lambda: call("x", value, 0, 9)).endswith(found)


@given(NAMES, array_shapes(), st.lists(array_shapes(), min_size=1, max_size=3))
def test_a_shape_is_one_of_those_allowed(name, shape, allowed):
    checks.require_shape(name, np.empty(shape), shape, *allowed)
    if shape not in allowed:
        expected = f"{name} must have the shape {' or '.join(map(str, allowed))}, got {shape}."
        assert refusal(checks.require_shape, name, np.empty(shape), *allowed) == expected


def test_rows_of_different_lengths_have_no_shape():
    expected = "W must have the shape (2, 2), got rows of different lengths."
    assert refusal(checks.require_shape, "W", [[1, 2], [3]], (2, 2)) == expected


CHOICES = st.one_of(st.integers(-3, 3), st.sampled_from([0.0, 1.0, True, False, "a", "b", None]))


@given(NAMES, st.lists(CHOICES, min_size=1, max_size=4), st.one_of(CHOICES, JUNK))
def test_a_choice_is_one_of_those_allowed_by_value_and_by_type(name, allowed, value):
    for choice in allowed:
        assert checks.require_choice(name, choice, allowed) == choice
    if not any(type(value) is type(choice) and value == choice for choice in allowed):
        listed = ", ".join(map(repr, allowed))
        expected = f"{name} must be one of {listed}, got {value!r}."
        assert refusal(checks.require_choice, name, value, allowed) == expected


@given(SMALL_ARRAYS)
def test_a_choice_may_be_an_array(array):
    assert checks.require_choice("W", array, ["a", array]) is array
    assert refusal(checks.require_choice, "W", array, ["a"]).startswith("W must be one of 'a', got ")


@pytest.mark.parametrize("address", ["", "tcp://host:8786", "tls://lab-7.example.org:1", "tcp://[::1]:80"])
def test_an_address_of_a_scheduler_is_returned(address):
    assert checks.require_address("SCHEDULER", address) == address


@pytest.mark.parametrize("address", ["host:8786", "tcp://host", "http://host:1", "tcp://host:8786/x", " ", None, 5])
def test_any_other_address_is_refused_by_name(address):
    expected = f"SCHEDULER must be '' or an address such as tcp://host:8786, got {address!r}."
    assert refusal(checks.require_address, "SCHEDULER", address) == expected
