"""The exercises of notebook 3 that use gradients: find a wrong slope, step down, follow an error."""

import math
import re

from helpers.exercises.autodiff_engine import _close
from helpers.feedback import Exercise, Slip, function, number, say, tried, unfit

# Exercise 5: the operation whose slope is wrong

OPERATIONS = {  # the names that an operation may be called by, in English and in Spanish
    "σ": ("σ", "sigma", "sigmoid", "sigmoide", "logistic", "logística", "s"),
    "tanh": ("tanh",),
    "·": ("·", "*", "×", "x", "multiply", "product", "times", "mul", "multiplicación", "producto"),
    "+": ("+", "add", "sum", "plus", "suma"),
    "ReLU": ("relu",),
    "": ("exp", "log", "-", "−", "/", "negate", "divide", "subtract"),
}


def _operation(a):
    if isinstance(a, list | tuple) and len(a) == 1:
        a = a[0]
    text = getattr(a, "text", None) or getattr(a, "__name__", None) or a
    if not isinstance(text, str):
        raise unfit("give the operation as text, such as '+' or 'tanh'.")
    plain = re.sub(r"[{}\s'_]", "", text).split("(")[0].lower()
    for name, dresses in OPERATIONS.items():
        if plain in dresses:
            return name
    if re.fullmatch(r"[abrstwxf]\d?", plain):
        raise unfit("{name} is a node; which operation has made it, or uses it?", name=plain)
    raise unfit("{text!r} is none of +, ·, ReLU, σ and tanh.", text=text)


check_5 = Exercise(
    clean=_operation,
    right=lambda a: a == "σ",
    praise="Right. Both arrows that lead back through σ bring a wrong factor, and no other arrow does.",
    dresses=("'sigmoid'", "'Sigmoide'", "'σ'", "'SIGMOID'", "SIGMOID", "sigmoid", "'sigma'", "['σ']", "'σ(a)'"),
    slips=(
        Slip(
            ("'tanh'", "TANH", "'tanh(a4)'"),
            lambda a: a == "tanh",
            "a4' has come back through tanh, and its ratio is 1.",
        ),
        Slip(
            ("'·'", "'*'", "MULTIPLY", "'producto'"),
            lambda a: a == "·",
            "w4' and s3' have come back through a product, and their ratios are 1.",
        ),
        Slip(("'+'", "ADD"), lambda a: a == "+", "r1' and s2' have come back through the sum, with the ratio of b'."),
        Slip(("'ReLU'", "relu"), lambda a: a == "ReLU", "a1' has come back through ReLU, with the ratio of r1'."),
        Slip("'exp'", lambda a: a == "", "this operation does not occur in f."),
    ),
    also_wrong={
        "'a3'": "a3 is a node",
        "'s3'": "s3 is a node",
        "3": "give the operation as text",
        "'sine'": "'sine' is none of",
    },
)


# Exercise 6: one step down a slope

STEPS = tried(
    ((1.0, 2.0, 0.1), (-3.0, -0.5, 0.02), (0.0, 0.0, 0.5), (2.0, 10.0, 1.0)),
    lambda rng: [*rng.uniform([-3, 0.5, 0.01], [3, 9, 0.9], (3, 3)).tolist(), [0.0, 0.0, 0.5]],
)


def _stepped(a):
    step = function(a)
    return [number(step(*case)) for case in STEPS]


def _does(formula):
    return lambda found: all(_close(f, formula(*case)) for f, case in zip(found, STEPS))


def _wrong_step(found):
    for f, (value, slope, rate) in zip(found, STEPS):
        wanted = value - rate * slope
        if not _close(f, wanted):
            return say(
                "from {value:g} with slope {slope:g} and rate {rate:g} your step goes to {found:g}; it should go "
                "{way} to {wanted:g}.",
                value=value,
                slope=slope,
                rate=rate,
                found=f,
                way=say("down") if wanted < value else say("up"),
                wanted=wanted,
            )
    return None


def _step(text):
    return f"lambda value, slope, rate: {text}"


check_6 = Exercise(
    clean=_stepped,
    right=_does(lambda value, slope, rate: value - rate * slope),
    praise="Right. Against the slope, and not too far.",
    dresses=(
        _step("value - rate * slope"),
        _step("value - slope * rate"),
        _step("value + (-rate) * slope"),
        _step("[value - rate * slope]"),
        _step("np.float64(value) - rate * slope"),
        _step("torch.tensor(value, dtype=torch.float64) - rate * slope"),
        "def answer(w, g, r):\n    w -= r * g\n    return w",
    ),
    slips=(
        Slip(
            _step("value + rate * slope"),
            _does(lambda value, slope, rate: value + rate * slope),
            "that goes up: where the slope is positive, a larger weight makes a larger loss.",
        ),
        Slip(
            _step("value - slope"),
            _does(lambda value, slope, rate: value - slope),
            "the rate is missing: a slope says which way, not how far it holds.",
        ),
        Slip(
            (_step("-rate * slope"), _step("0 - slope * rate")),
            _does(lambda value, slope, rate: -rate * slope),
            "that is the move; the new value is the old one plus the move.",
        ),
        Slip(
            _step("rate * slope"),
            _does(lambda value, slope, rate: rate * slope),
            "that is how far to go; the new value is the old one minus that.",
        ),
        Slip(
            _step("value - rate"),
            _does(lambda value, slope, rate: value - rate),
            "the slope is missing: it says which way is down, and how steep it is.",
        ),
        Slip(
            _step("value * (1 - rate * slope)"),
            _does(lambda value, slope, rate: value * (1 - rate * slope)),
            "the move does not depend on the value itself: subtract, do not multiply.",
        ),
    ),
    counterexample=_wrong_step,
    also_wrong={
        _step("value - slope ** 2 * rate"): "from 1 with slope 2 and rate 0.1 your step goes to 0.6",
        _step("value"): "it should go down to 0.8",
        _step("value - rate * slop"): "raises NameError: name 'slop' is not defined",
        "def answer(value, slope, rate):\n    value - rate * slope": "your function returns nothing",
        "0.8": "give a function",
        "lambda value, slope: value - slope": "raises TypeError",
    },
)


# Exercise 7: what the error of the printed s2 does to f

ADJOINT, ERROR = -0.04852526786, 0.00023 - 0.00023166187  # of s2, ours; of the printed s2


def _about(wanted):
    return lambda a: math.isclose(a, wanted, rel_tol=0.01)


check_7 = Exercise(
    clean=number,
    right=_about(ADJOINT * ERROR),
    praise="Right. Two digits of s2 are enough for f, because its adjoint and its error are both small.",
    dresses=(
        "8.06e-8",
        "[8.06e-8]",
        "np.array([8.0643e-08])",
        "torch.tensor(8.0643e-08)",
        "(0.00023 - 0.00023166187) * -0.04852526786",
        "-0.04856 * -1.66187e-6",
        "8.1e-8",
    ),
    slips=(
        Slip(
            "-8.06e-8",
            _about(-ADJOINT * ERROR),
            "the size is right, the sign is not: s2' is negative, and the cut s2 is too small, so its error is too.",
        ),
        Slip("-1.66187e-6", _about(ERROR), "that is the error of s2; f moves by s2' times that."),
        Slip("1.66187e-6", _about(-ERROR), "that is the size of the error of s2; f moves by s2' times the error."),
        Slip("-0.04852526786", _about(ADJOINT), "that is s2' itself; multiply it by the error of s2."),
        Slip("-1.11608e-5", _about(ADJOINT * 0.00023), "multiply s2' by the error of s2, not by s2 itself."),
        Slip("3.4248e-5", _about(ERROR / ADJOINT), "multiply by s2', do not divide: f moves per move of s2."),
        Slip(
            ("-0.0072", "-0.0071736"),
            _about(ERROR / 0.00023166187),
            "that is the relative error of s2; an adjoint multiplies the error itself.",
        ),
        Slip(
            "1.8678e-11",
            _about(-0.00001123885 * ERROR),
            "that is a2' times the error; the error is in s2, so take s2'.",
        ),
    ),
    counterexample=lambda a: say(
        "{found:.3g} is not s2' times the error of s2: take -0.0485 times (0.00023 - 0.00023166187).", found=a
    ),
    also_wrong={
        "0.0": "0 is not s2' times the error",
        "8.06e-7": "8.06e-07 is not",
        "1.16e-4": "0.000116 is not",
        "'8e-8'": "not the text '8e-8'",
    },
)
