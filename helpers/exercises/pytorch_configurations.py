"""The exercises of notebook 4; the first three, on the training loop, stand in pytorch_loop.py."""

import functools
import math

import numpy as np
import torch  # noqa: F401  on_arrays hands out tensors where torch is loaded
from scipy import stats

from helpers.definitions import load_taught
from helpers.exercises.pytorch_loop import check_1, check_2, check_3  # noqa: F401  the notebook takes all from here
from helpers.feedback import Exercise, Slip, array, function, number, on_arrays, say, tried, unfit
from helpers.language import later

_taught = functools.cache(load_taught)

# Exercise 4: the value of a kept unit with activation 3 under dropout with p = 0.25


def _is(value):
    return lambda a: math.isclose(a, value, rel_tol=1e-6)


check_4 = Exercise(
    clean=number,
    right=_is(4),
    praise="Right. The expectation stays 3.",
    dresses=("4", "[4]", "np.array([4.])", "(4.0,)", "torch.tensor(4.)", "[[4]]", "np.float32(4)"),
    slips=(
        Slip("3", _is(3), "that is its value in evaluation; in training a kept unit is scaled up."),
        Slip("3 * 0.75", _is(2.25), "divide by 1 - p instead of multiplying by it."),
        Slip("3 / 0.25", _is(12), "divide by the probability of being kept, 1 - p, not by p."),
        Slip("3.75", _is(3.75), "the factor is 1 / (1 - p), not 1 + p; and p is 0.25 here."),
        Slip("0.75", _is(0.75), "that is the probability of being kept, not the value."),
    ),
    counterexample=lambda a: say(
        "then the expectation would be 0.75 · {a:g} + 0.25 · 0 = {mean:g}; it must stay 3.", a=a, mean=0.75 * a
    ),
    also_wrong={
        "0": "= 0; it must stay 3",
        "5": "= 3.75; it must",
        "-4": "= -3; it must",
        "'four'": "not the text 'four'",
        "[3, 4]": "give one number",
    },
)


# Exercise 6: a Configuration of widths 32, 16, 8 with SiLU, dropout 0.1, 0.1, 0 and GroupNorm of two groups


def _configuration(a):
    taught = _taught("04_pytorch_configurations")
    fields = taught.Configuration._fields
    if isinstance(a, dict) or not all(hasattr(a, field) for field in fields):
        raise unfit("give a Configuration: Configuration(widths, activations, dropout, ...).")
    return taught.Configuration(*(getattr(a, field) for field in fields))


def _not_buildable(a):
    """What `build` says of a configuration that it refuses."""
    try:
        _taught("04_pytorch_configurations").build(a, 10, 0)
    except Exception as error:
        return say("build refuses it: {error}", error=error)
    return None


_WANTED = {
    "widths": (32, 16, 8),
    "activations": ("silu",) * 3,
    "dropout": (0.1, 0.1, 0),
    "norm": "group",
    "weight_decay": 0.01,
    "groups": 2,
    "order": "norm activation dropout",
}


def _is_wanted(a, field):
    value = getattr(a, field)
    return (tuple(value) if isinstance(value, list) else value) == _WANTED[field]


def _stray(a):
    """The first field that is not as wanted, with its value: a value at a wrong place shows where it went."""
    field = next(field for field in _WANTED if not _is_wanted(a, field))
    return say(
        "{field} is {found!r}, and {wanted!r} is asked for.",
        field=field,
        found=getattr(a, field),
        wanted=_WANTED[field],
    )


_SILU, _DROPOUT = '("silu",) * 3', "(0.1, 0.1, 0.0)"
_START = f"Configuration((32, 16, 8), {_SILU}, {_DROPOUT}"
check_6 = Exercise(
    clean=_configuration,
    right=lambda a: all(_is_wanted(a, field) for field in _WANTED) and _not_buildable(a) is None,
    praise="Right. A new network is a new value, and no new code.",
    dresses=(
        f'{_START}, "group", groups=2)',
        f'Configuration((32, 16, 8), {_SILU}, (0.1, 0.1, 0), "group", 0.01, 2)',
        f'Configuration(widths=(32, 16, 8), activations={_SILU}, dropout={_DROPOUT}, norm="group", groups=2)',
        f'Configuration(groups=2, norm="group", dropout={_DROPOUT}, activations={_SILU}, widths=(32, 16, 8))',
        f'{_START}, "group")._replace(groups=2)',
        f'Configuration((32, 16, 8), ("silu", "silu", "silu"), {_DROPOUT}, "group", 0.01, 2)',
    ),
    slips=(
        Slip(
            (
                f'Configuration((32, 16, 8), {_SILU}, {_DROPOUT}, "group", 0.0, 2)',
                f'{_START}, "group", weight_decay=0, groups=2)',
            ),
            lambda a: a.weight_decay == 0 and all(_is_wanted(a, f) for f in _WANTED if f != "weight_decay"),
            "weight decay keeps its default, 0.01: name no other.",
        ),
        Slip(
            (
                f'Configuration((32, 16, 8, 1), {_SILU}, {_DROPOUT}, "group", groups=2)',
                f'Configuration(32, {_SILU}, {_DROPOUT}, "group", groups=2)',
            ),
            lambda a: not _is_wanted(a, "widths"),
            "the widths of the hidden layers are 32, 16 and 8.",
        ),
        Slip(
            (
                f'Configuration((32, 16, 8), ("relu",) * 3, {_DROPOUT}, "group", groups=2)',
                f'Configuration((32, 16, 8), ("SiLU",) * 3, {_DROPOUT}, "group", groups=2)',
            ),
            lambda a: not _is_wanted(a, "activations"),
            'the activation is named "silu", once for each hidden layer.',
        ),
        Slip(
            (
                f'Configuration((32, 16, 8), {_SILU}, (0.1, 0.1), "group", groups=2)',
                f'Configuration((32, 16, 8), {_SILU}, 0.1, "group", groups=2)',
            ),
            lambda a: not isinstance(a.dropout, tuple | list) or len(a.dropout) != 3,
            "dropout needs an entry for each hidden layer; 0 is no dropout.",
        ),
        Slip(
            f'Configuration((32, 16, 8), {_SILU}, (0.1,) * 3, "group", groups=2)',
            lambda a: not _is_wanted(a, "dropout"),
            "dropout is 0.1 after the first two layers and 0 after the third.",
        ),
        Slip(
            f'{_START}, "batch", groups=2)',
            lambda a: a.norm != "group",
            'norm must be "group".',
        ),
        Slip(
            f'{_START}, "group")',
            lambda a: _is_wanted(a, "weight_decay") and a.groups > 2,
            "the narrowest layer has 8 units: fewer than four would be left in a group.",
        ),
        Slip(
            f'{_START}, "group", groups=1)',
            lambda a: _is_wanted(a, "weight_decay") and a.groups < 2,
            "more groups are possible: 8 units can be shared out in fours.",
        ),
        Slip(f'{_START}, "group", groups=2.0)', _not_buildable, _not_buildable),
    ),
    counterexample=_stray,
    also_wrong={
        f'{_START}, "group", 2)': "weight_decay is 2, and 0.01 is asked for",
        f'{_START}, "group", 0.01, 2, "activation norm dropout")': "order is 'activation",
        "(32, 16, 8)": "give a Configuration",
    },
)


# Exercise 5: layer normalisation without scale and shift, a function of Z (n, k) and eps

_Z = tried(
    np.array([[1.0, 2.0, 6.0], [-4.0, 0.0, 1.0], [3.0, 5.0, 5.5], [10.0, -10.0, 2.0]]),
    lambda rng: rng.normal(1, 4, (4, 3)).round(1),
)
_EPS = 0.5


def _expected(axis=1, ddof=0, eps=_EPS, eps_inside=True, root=True, centred=True):
    """Layer normalisation of _Z, or one of its typical slips. axis=None: statistics of the whole matrix."""
    top = _Z - _Z.mean(axis, keepdims=True) if centred else _Z
    variance = _Z.var(axis, ddof=ddof, keepdims=True)
    if not root:
        return top / (variance + eps)
    return top / (np.sqrt(variance + eps) if eps_inside else np.sqrt(variance) + eps)


def _found(answer):
    return on_arrays(answer, _Z, _EPS, tensors=True)


def _equals(expected):
    return lambda answer: (found := _found(answer)).shape == expected.shape and np.allclose(found, expected, rtol=1e-5)


def _in_numpy(answer):
    """Whether a function that names NumPy is right on arrays, where `var` divides by k without being told."""
    code = getattr(answer.function, "__code__", None)
    return bool({"np", "numpy"} & set(getattr(code, "co_names", ()))) and np.allclose(
        on_arrays(answer, _Z, _EPS), _expected()
    )


def _first_difference(answer):
    found, wanted = _found(answer), _expected()
    if found.shape != wanted.shape:
        return say("for Z of shape {Z} your function returns the shape {found}.", Z=wanted.shape, found=found.shape)
    i, j = np.argwhere(~np.isclose(found, wanted, rtol=1e-5))[0]
    return say(
        "for the row {row} with eps {eps} entry {j} is {found:.4g}, and {wanted:.4g} is right.",
        row=_Z[i].tolist(),
        eps=_EPS,
        j=j,
        found=found[i, j],
        wanted=wanted[i, j],
    )


_ROWS = "Z - Z.mean(1, keepdim=True)"
_STD = "Z.std(1, correction=0, keepdim=True)"
_VAR = "Z.var(1, correction=0, keepdim=True)"
check_5 = Exercise(
    clean=function,
    right=lambda a: _equals(_expected())(a) or _in_numpy(a),
    praise="Right. This is GroupNorm with a single group.",
    dresses=(
        f"lambda Z, eps: ({_ROWS}) / ({_VAR} + eps).sqrt()",
        f"lambda Z, eps: ({_ROWS}) * ({_VAR} + eps) ** -0.5",
        "lambda Z, eps: torch.nn.functional.layer_norm(Z, Z.shape[1:], eps=eps)",
        "lambda Z, eps: (Z - np.mean(Z, 1, keepdims=True)) / np.sqrt(np.var(Z, 1, keepdims=True) + eps)",
        "lambda Z, eps: (Z - Z.mean(1, keepdims=True)) / np.sqrt(Z.var(1, keepdims=True) + eps)",
        "lambda Z, eps: torch.nn.functional.group_norm(Z, 1, eps=eps)",
        "def answer(Z, eps):\n    Z = Z.T\n    return ((Z - Z.mean(0)) / (Z.var(0, correction=0) + eps).sqrt()).T",
    ),
    slips=(
        Slip(
            "lambda Z, eps: (Z - Z.mean(0)) / (Z.var(0, correction=0) + eps).sqrt()",
            _equals(_expected(axis=0)),
            "that is BatchNorm: it standardises columns. Use each row's own units.",
        ),
        Slip(
            "lambda Z, eps: (Z - Z.mean()) / (Z.var(correction=0) + eps).sqrt()",
            _equals(_expected(axis=None)),
            "one mean and one variance for the whole matrix: each row needs its own.",
        ),
        Slip(
            f"lambda Z, eps: ({_ROWS}) / (Z.var(1, keepdim=True) + eps).sqrt()",
            _equals(_expected(ddof=1)),
            "a tensor's var divides by k - 1 unless it is told correction=0; here it must divide by k.",
        ),
        Slip(
            f"lambda Z, eps: ({_ROWS}) / ({_STD} + eps)",
            _equals(_expected(eps_inside=False)),
            "eps is added to the variance, under the root.",
        ),
        Slip(
            "lambda Z, eps: (Z - Z.mean(1, keepdim=True)) / (Z.std(1, keepdim=True) + eps)",
            _equals(_expected(ddof=1, eps_inside=False)),
            "two things: eps is added to the variance, under the root; and std needs correction=0 to divide by k.",
        ),
        Slip(
            "lambda Z, eps: (Z - Z.mean()) / (Z.std() + eps)",
            _equals(_expected(axis=None, ddof=1, eps_inside=False)),
            "one mean and one deviation for the whole matrix: each row needs its own, and eps goes under the root.",
        ),
        Slip(
            f"lambda Z, eps: ({_ROWS}) / ({_VAR} + eps)",
            _equals(_expected(root=False)),
            "divide by the standard deviation: the root is missing.",
        ),
        Slip(
            f"lambda Z, eps: Z / ({_VAR} + eps).sqrt()",
            _equals(_expected(centred=False)),
            "that only scales; subtract each row's mean first.",
        ),
        Slip(
            f"lambda Z, eps: {_ROWS}",
            _equals(_Z - _Z.mean(1, keepdims=True)),
            "that only centres; divide by the standard deviation too.",
        ),
        Slip(
            f"lambda Z, eps: ({_ROWS}) / {_STD}",
            _equals(_expected(eps=0.0)),
            "eps is missing: it is added to the variance, under the root.",
        ),
    ),
    counterexample=_first_difference,
    also_wrong={
        "lambda Z, eps: Z": "for the row [1.0, 2.0, 6.0] with eps 0.5 entry 0 is 1, and -0.8799 is right",
        "lambda Z, eps: Z - Z.mean(1)": "raises RuntimeError: The size of tensor",
        "lambda Z: Z": "raises TypeError",
        "def answer(Z, eps):\n    Z - Z.mean(1, keepdim=True)": "returns nothing; add a return",
        "lambda Z, eps: Z.sum()": "returns the shape ()",
        "3": "give a function",
    },
)


# Exercise 7: the 95 % interval of a mean of differences

_D = tried(np.array([0.5, -1.0, 2.5, 1.0, 0.2]), lambda rng: rng.normal(0.6, 1.2, 5).round(2))


def _ends(d, ddof=1, root=True, t=None, times=1.0):
    """The interval of the differences d, or one of its typical slips."""
    S = len(d)
    t = stats.t.ppf(0.975, S - 1) if t is None else t
    error = np.std(d, ddof=ddof) / (np.sqrt(S) if root else S) * times
    return np.array([d.mean() - t * error, d.mean() + t * error])


def _gives(wanted):
    return lambda a: np.allclose(array(on_arrays(a, _D), (2,)), wanted, rtol=1e-5)


def _wrong_end(answer):
    found, wanted = array(on_arrays(answer, _D), (2,)), _ends(_D)
    return say("for d = {d} your ends are {low:.3f} and {high:.3f}; {right_low:.3f} and {right_high:.3f} are right.",
               d=_D.tolist(), low=found[0], high=found[1], right_low=wanted[0], right_high=wanted[1])  # fmt: skip


def _interval(error, t="stats.t.ppf(0.975, len(d) - 1)", ends="np.mean(d) - t * error, np.mean(d) + t * error"):
    return f"def answer(d):\n    t = {t}\n    error = {error}\n    return {ends}"


_ERROR = "np.std(d, ddof=1) / np.sqrt(len(d))"
_FACTOR = later(
    "that factor is the normal distribution's; with few differences t is larger: stats.t.ppf(0.975, S - 1)."
)
check_7 = Exercise(
    clean=function,
    right=_gives(_ends(_D)),
    praise="Right. What it cannot say: that two networks are equal because 0 lies inside.",
    dresses=(
        _interval(_ERROR),
        _interval(_ERROR, ends="[np.mean(d) - t * error, np.mean(d) + t * error]"),
        _interval("stats.sem(d)", ends="np.array([d.mean() - t * error, d.mean() + t * error])"),
        _interval(_ERROR, ends="np.mean(d) + np.array([-1, 1]) * t * error"),
        _interval("(sum((d - d.mean()) ** 2) / (len(d) - 1) / len(d)) ** 0.5"),
        "lambda d: stats.t.interval(0.95, len(d) - 1, np.mean(d), stats.sem(d))",
    ),
    slips=(
        Slip(_interval("np.std(d) / np.sqrt(len(d))"), _gives(_ends(_D, ddof=0)),
             "np.std divides by S; give it ddof=1."),
        Slip(_interval("np.std(d, ddof=1)"), _gives(_ends(_D, times=np.sqrt(5))),
             "that is the interval of a single difference; the mean's error is smaller by the root of S."),
        Slip(_interval("np.std(d, ddof=1) / len(d)"), _gives(_ends(_D, root=False)),
             "divide by the root of S, not by S."),
        Slip(_interval(_ERROR, "1.96"), _gives(_ends(_D, t=1.96)), _FACTOR),
        Slip(_interval(_ERROR, "stats.norm.ppf(0.975)"), _gives(_ends(_D, t=stats.norm.ppf(0.975))), _FACTOR),
        Slip(_interval(_ERROR, "stats.t.ppf(0.975, len(d))"), _gives(_ends(_D, t=stats.t.ppf(0.975, 5))),
             "Student's distribution has S - 1 degrees of freedom here, not S."),
        Slip(_interval(_ERROR, "stats.t.ppf(0.95, len(d) - 1)"), _gives(_ends(_D, t=stats.t.ppf(0.95, 4))),
             "2.5 of 100 lie beyond each end, so ask for 0.975."),
        Slip(_interval(_ERROR, ends="np.mean(d) + t * error, np.mean(d) - t * error"), _gives(_ends(_D)[::-1]),
             "the lower end comes first."),
        Slip(_interval(_ERROR, ends="-t * error, t * error"), _gives(_ends(_D) - _D.mean()),
             "the interval lies around the mean of d, not around 0."),
    ),
    counterexample=_wrong_end,
    also_wrong={
        _interval(_ERROR, ends="error"): "give 2 numbers",
        "lambda d: (min(d), max(d))": "your ends are -1.000 and 2.500",
        _interval("np.std(d, ddof=1) / np.sqrt(S)"): "NameError: name 'S'",
        "3": "give a function",
    },
)  # fmt: skip


# Exercise 8: how many rows make the standard error of 62 rows a third as large


def _by_rows(a):
    if a <= 0:
        return say("a number of rows is above 0.")
    return say("with {a:g} rows the error would be {factor:.2f} of what it is, and it should be 0.33.",
               a=a, factor=(62 / a) ** 0.5)  # fmt: skip


check_8 = Exercise(
    clean=number,
    right=_is(9 * 62),
    praise="Right. Three times as sure costs nine times as many people.",
    dresses=("558", "9 * 62", "[558]", "np.array([558.])", "62 * 3**2", "torch.tensor(558)"),
    slips=(
        Slip("3 * 62", _is(186), "the error falls with the root of the number: three times as many give 1 / √3."),
        Slip("9", _is(9), "that is the factor; how many rows are they?"),
        Slip("8 * 62", _is(496), "those are the rows to be added; how many are there in all?"),
        Slip("62 / 3", _is(62 / 3), "fewer rows give a larger error."),
        Slip("62 / 9", _is(62 / 9), "fewer rows give a larger error."),
        Slip("62 * 3**0.5", lambda a: math.isclose(a, 62 * 3**0.5, rel_tol=0.01),
             "the root is on the other side: a third of the error needs the square of 3."),
        Slip("27 * 62", _is(27 * 62), "the square of 3 is 9."),
        Slip("6 * 62", _is(6 * 62), "the square of 3 is 9, not 6."),
        Slip("62", _is(62), "with as many rows the error stays what it is."),
    ),
    counterexample=_by_rows,
    also_wrong={"620": "the error would be 0.32", "0": "a number of rows is above 0", "'nine'": "not the text"},
)  # fmt: skip
