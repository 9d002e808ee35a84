"""Numeric checks and argument checks. Every failure is one sentence that names its cause."""

import contextlib
import math
import operator
import re
from collections.abc import Callable, Collection, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from helpers.language import say


def central_differences(f: Callable[[np.ndarray], Any], x: Any, step: float = 1e-6) -> np.ndarray:
    """Numerical gradient of a scalar function, one entry of x at a time.

    (f(x + h) - f(x - h)) / 2h has an error of order h**2; h = 1e-6 balances it against rounding in float64.

    Args:
        f: maps an array of the shape of x to a number. It gets a copy each time and x is never changed.
        x: array of any shape, or a number.
        step: h, positive, in the units of x.
    Returns:
        float64 array of the shape of x: the derivative of f by each entry.
    Raises:
        TypeError, ValueError: if step is not a positive finite number, x or what f returns not real.
    """
    require_float("step", step, 1e-300, 1.0)
    x = require_real("x", x).copy()

    def value(at: np.ndarray) -> float:
        found = require_real("what f returns", f(at))
        require_shape("what f returns", found, (), (1,), (1, 1))
        return float(found.item())

    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = (value(above) - value(below)) / (2 * step)
    return gradient


def relative_error(actual: Any, expected: Any) -> float:
    """Largest absolute difference over the largest absolute expected entry; both 0 gives 0, a nan gives inf.

    Args:
        actual, expected: two arrays of one shape, or two numbers.
    Raises:
        TypeError, ValueError: if the shapes differ, even where they would broadcast, or a number is not real.
    """
    actual, expected = require_real("actual", actual), require_real("expected", expected)
    require_shape("actual", actual, expected.shape)
    if np.array_equal(actual, expected):
        return 0.0
    error = np.max(np.abs(actual - expected)) / max(np.max(np.abs(expected)), np.finfo(float).tiny)
    return math.inf if np.isnan(error) else float(error)


def _fields(value: Any, name: str) -> dict[str, Any]:
    """The named arrays in a value: the fields of a NamedTuple, the items of a mapping, or the value itself."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    return dict(value) if isinstance(value, Mapping) else {name: value}


def assert_close(actual: Any, expected: Any, rtol: float, name: str = "value") -> None:
    """Assert that arrays agree, and name the one that does not.

    Args:
        actual, expected: arrays, or NamedTuples or mappings of arrays with the same fields.
        rtol: allowed relative error (see relative_error), per field.
        name: what a bare array is called in the message; a prefix for fields.
    Raises:
        AssertionError: the first field at fault, with its error or its two shapes.
        TypeError, ValueError: if rtol is not a number from 0 to 1, or there is no field to compare.
    """
    require_float("rtol", rtol, 0.0, 1.0)
    actual_fields, expected_fields = _fields(actual, name), _fields(expected, name)
    if not expected_fields:
        raise ValueError(f"expected must have a field at least, got {expected!r}.")
    if actual_fields.keys() != expected_fields.keys():
        raise AssertionError(
            say(
                "{name}: fields {found} are not {wanted}",
                name=name,
                found=list(actual_fields),
                wanted=list(expected_fields),
            )
        )
    for field, a in actual_fields.items():
        e = expected_fields[field]
        if np.shape(a) != np.shape(e):
            raise AssertionError(
                say("{field}: shape {found} is not {wanted}", field=field, found=np.shape(a), wanted=np.shape(e))
            )
        error = relative_error(a, e)
        if not error <= rtol:
            raise AssertionError(
                say("{field}: relative error {error:.2g} > {rtol:.2g}", field=field, error=error, rtol=rtol)
            )


def _shown(value: Any) -> str:
    """A value as a message quotes it: Python refuses to write out integers of more than 4300 digits."""
    if isinstance(value, int) and abs(value) >= 10**100:
        return say("an integer of about {n} digits", n=int(value.bit_length() * math.log10(2)) + 1)
    if isinstance(value, tuple) and len(value) > 1:
        return f"({', '.join(map(_shown, value))})"
    return repr(value)


def require_real(name: str, value: Any) -> np.ndarray:
    """Return value as a float64 array if it holds real numbers only, none of them masked; else raise naming it."""
    try:
        array = np.asarray(value)
        if isinstance(value, np.ma.MaskedArray) or array.dtype.kind not in "biuf":
            raise TypeError
        return np.asarray(array, dtype=float)
    except (TypeError, ValueError):
        what = "a masked array" if isinstance(value, np.ma.MaskedArray) else repr(value)
        raise TypeError(f"{name} must be real numbers, in an array or alone, got {what}.") from None


def require_int(name: str, value: Any, low: int, high: int) -> int:
    """Return value if it is an integer from low to high; else raise TypeError or ValueError naming it."""
    whole = isinstance(value, Integral) and not isinstance(value, (bool, np.bool_))
    if whole and low <= value <= high:
        return int(value)
    wrong = say(
        "{name} must be an integer from {low} to {high}, got {found}.",
        name=name,
        low=low,
        high=high,
        found=_shown(value),
    )
    raise (ValueError if whole else TypeError)(wrong)


def require_float(name: str, value: Any, low: float, high: float) -> float:
    """Return value if it is a finite number from low to high; else raise TypeError or ValueError naming it."""
    real = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
    with contextlib.suppress(OverflowError):  # of an integer beyond all floats
        if real and low <= value <= high and math.isfinite(value):
            return float(value)
    wrong = say(
        "{name} must be a number from {low} to {high}, got {found}.",
        name=name,
        low=low,
        high=high,
        found=_shown(value),
    )
    raise (ValueError if real else TypeError)(wrong)


def require_pair(name: str, value: Any, fits: Callable[[float, float], bool], allowed: str) -> tuple[float, float]:
    """Return value as two floats if it is two finite numbers that fit; else raise ValueError naming it.

    Args:
        name: of the argument, for the message.
        value: what should be the pair.
        fits: says of two finite numbers whether they may stand together.
        allowed: the same in words, for the message.
    """
    try:
        first, second = (require_float(name, number, -math.inf, math.inf) for number in value)
        if fits(first, second):
            return first, second
    except (TypeError, ValueError):
        pass  # the message below names the whole pair
    raise ValueError(f"{name} must be two finite numbers, {allowed}, got {_shown(value)}.")


def require_shape(name: str, value: Any, *allowed: tuple[int, ...]) -> None:
    """Raise ValueError naming an array, or a sequence, if its shape is none of those allowed."""
    try:
        found: object = np.shape(value)
    except ValueError:
        found = "rows of different lengths"
    if found not in allowed:
        raise ValueError(f"{name} must have the shape {' or '.join(map(str, allowed))}, got {found}.")


def require_address(name: str, value: Any) -> str:
    """Return value if it is empty or an address such as tcp://host:8786; else raise ValueError naming it."""
    if isinstance(value, str) and re.fullmatch(r"(?:(?:tcp|tls)://[\w.\[\]:-]+:\d+)?", value, re.ASCII):
        return value
    raise ValueError(
        say("{name} must be '' or an address such as tcp://host:8786, got {value!r}.", name=name, value=value)
    )


def require_choice(name: str, value: Any, allowed: Collection) -> Any:
    """Return value if it is one of the allowed ones; else raise ValueError naming it."""
    for choice in allowed:
        same = np.array_equal if isinstance(value, np.ndarray) else operator.eq
        if type(value) is type(choice) and same(value, choice):
            return value
    choices = ", ".join(map(repr, allowed))
    raise ValueError(say("{name} must be one of {choices}, got {value!r}.", name=name, choices=choices, value=value))
