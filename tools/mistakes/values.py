"""Spoil a value: what a check reads as it would be if what computed it had been wrong, without computing it again.

So a check behind a training of minutes is tried in milliseconds.
"""

import numbers
from collections.abc import Callable, Iterator, Mapping
from typing import Any


def _opposite(truth: Any) -> Any:
    return not truth if isinstance(truth, bool) else ~truth


NUMBERS: dict[str, Callable[[Any], Any]] = {
    "each number doubled": lambda x: 2 * x,
    "each number negated": lambda x: -x,
    "each number 0": lambda x: 0 * x,
    "each number larger by 1": lambda x: x + 1,
    "each number a tenth": lambda x: x / 10,
    "each number larger by a millionth": lambda x: x * (1 + 1e-6),
    "each truth the opposite": _opposite,
}


def _same_kind(old: list | tuple, items: list) -> list | tuple:
    """A list or a tuple, a named one too, of the kind of an old one."""
    return type(old)(*items) if hasattr(old, "_fields") else type(old)(items)


def _is_array(value: Any) -> bool:
    """Whether a value is an array or a tensor; the class of one is not, nor is the module."""
    return hasattr(value, "__array__") and hasattr(value, "dtype") and not isinstance(value, type)


def each_number(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value in which each number, or each truth, also in lists, tuples, mappings, arrays and tensors, is changed."""
    match value:
        case bool():
            return change(value) if change is _opposite else value
        case numbers.Number():
            return value if change is _opposite else change(value)
        case Mapping():
            return {key: each_number(item, change) for key, item in value.items()}
        case list() | tuple():
            return _same_kind(value, [each_number(item, change) for item in value])
    if _is_array(value):  # a tensor's gradient is of no interest
        value = value.detach() if hasattr(value, "detach") else value
        truths = str(value.dtype) in ("bool", "torch.bool")
        if truths == (change is _opposite) and getattr(value.dtype, "kind", "f") in "biufc":
            return change(value)
    return value


def spoilt(value: Any) -> Iterator[tuple[str, Any]]:
    """What a value might be instead, each with a few words; nothing for functions, classes and other things."""
    if isinstance(value, bool):
        yield "the opposite", not value
        return
    if isinstance(value, Mapping) and len(value) > 1:
        keys, items = list(value), list(value.values())
        yield "entries rotated", dict(zip(keys, items[1:] + items[:1]))
        yield "the last entry gone", dict(list(value.items())[:-1])
    elif isinstance(value, (list, tuple)) and len(value) > 1:
        if not hasattr(value, "_fields"):
            yield "the last entry gone", value[:-1]
            yield "the first entry twice", _same_kind(value, [value[0], *value[:-1]])
        yield "entries rotated", _same_kind(value, [*value[1:], value[0]])
    elif _is_array(value) and value.ndim and len(value) > 1:
        value = value.detach() if hasattr(value, "detach") else value
        yield "rows in the opposite order", value[list(range(len(value)))[::-1]]
        yield "the last row gone", value[:-1]
    if isinstance(value, (numbers.Number, Mapping, list, tuple)) or _is_array(value):
        for words, change in NUMBERS.items():
            try:
                yield words, each_number(value, change)
            except Exception:  # what cannot be changed so is left alone
                continue
