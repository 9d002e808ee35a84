"""Values that functions may get and values that they must refuse, for tests by Hypothesis, always the same ones."""

import math
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

# A test that gets a notebook's name or capsys gets it once; nothing in them differs between two examples.
settings.register_profile(
    "course",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # `make mutants` wants to know that something fails, and not the simplest case of it.
    phases=[phase for phase in Phase if phase is not Phase.shrink or "MUTANT_UNDER_TEST" not in os.environ],
)
settings.load_profile("course")

NAMES = st.from_regex(r"[A-Z][A-Z_]{0,8}", fullmatch=True)
NOT_NUMBERS = st.one_of(st.booleans(), st.booleans().map(np.bool_), st.none(), st.text(), st.complex_numbers(),
                        st.lists(st.integers(0, 9), max_size=2), st.just(np.ones(1)))  # fmt: skip
FINITE = st.floats(allow_nan=False, allow_infinity=False)
NOT_FINITE = st.sampled_from([math.nan, math.inf, -math.inf])
NUMPY_INTEGERS = st.sampled_from([int, np.int8, np.uint8, np.int16, np.int64, np.uint64])
MODERATE = st.floats(-100, 100)
INTERVALS = st.tuples(st.floats(-5, 5), st.floats(0.1, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))
SMALL_ARRAYS = arrays(float, array_shapes(max_dims=3, max_side=3), elements=MODERATE)
JUNK = st.recursive(
    st.one_of(st.none(), st.just(...), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), SMALL_ARRAYS,
              st.sampled_from([len, print, np.tanh, lambda: 0, lambda *a: None, lambda *a: 1 / 0, object(), int])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)  # fmt: skip


def refusal(function, *arguments):
    """The message with which a function refuses its arguments."""
    with pytest.raises((TypeError, ValueError)) as caught:
        function(*arguments)
    return str(caught.value)


def outside(low, high):
    """Integers and floats that are no number from low to high: beyond the bounds, nan or infinite."""
    if math.isinf(low):
        return NOT_FINITE
    limits = {"exclude_max": True, "allow_nan": False}, {"exclude_min": True, "allow_nan": False}
    below = st.integers(max_value=math.ceil(low) - 1), st.floats(max_value=float(low), **limits[0])
    above = st.integers(min_value=math.floor(high) + 1), st.floats(min_value=float(high), **limits[1])
    return st.one_of(*below, *above, NOT_FINITE)


def amiss(kind, *limits):
    """What a require function must refuse, and what its message says the argument must be."""
    if kind == "require_choice":
        same = [(type(choice), choice) for choice in limits[0]]
        simple = st.one_of(NOT_NUMBERS.filter(lambda v: not isinstance(v, np.ndarray)), st.integers(), st.floats())
        return simple.filter(lambda v: (type(v), v) not in same), f"be one of {', '.join(map(repr, limits[0]))}"
    if kind == "require_address":
        return NOT_NUMBERS.filter(lambda v: not isinstance(v, str) or v), "be '' or an address such as tcp://host:8786"
    more = [st.floats()] if kind == "require_int" else []
    allowed = f"be {'an integer' if kind == 'require_int' else 'a number'} from {limits[0]} to {limits[1]}"
    return st.one_of(NOT_NUMBERS, outside(*limits), *more), allowed


def other_shapes(*allowed):
    """The same for shapes."""
    others = array_shapes(min_dims=0, max_side=9).filter(lambda shape: shape not in allowed)
    return others, f"have the shape {' or '.join(map(str, allowed))}"
