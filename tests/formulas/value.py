"""A formula is computed: LaTeX in, numbers out, and where its two sides differ.

It speaks of the code by the course's own rule, the symbol in the text is the name in the code: W_4 or W^{{4}} is W4,
\\delta_4 is dZ4, \\partial W_4 is dW4, \\hat y is y_hat, and so on (see NAMES). Two neighbours are multiplied as
matrices where their shapes say so, else entry by entry; letters as indices (y_i, W_{ij}) make axes of their own.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.formulas.text import RELATIONS, SPACES, sides

NAMES = {  # a symbol's names in code, the first that is known counts
    "y_hat": ("y_hat", "P"), "y": ("y", "Y"), "x": ("x", "X"), "alpha": ("alpha", "learning_rate", "rate"),
    "sigma": ("sigma", "sigmoid"), "ReLU": ("ReLU", "relu"),
}  # fmt: skip
BUILT_IN = {"log": np.log, "exp": np.exp, "tanh": np.tanh, "max": np.maximum, "min": np.minimum, "abs": np.abs,
            "sqrt": np.sqrt, "Im": np.imag, "e": np.e, "pi": np.pi}  # fmt: skip
GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
TOKEN = re.compile(rf"""(?x)
    (?P<sum>\\sum(?:[_^](?:\w|{GROUP}))*)
  | (?P<command>\\(?:frac|cases|cdot|times|odot|top|[lg]e|approx|in|l?dots|to|sim|pm)(?![a-zA-Z]) | \\[{{}}])
  | (?P<symbol>
      (?:(?P<d>\\partial|\\Delta)\s*)?
      (?: \\(?P<mark>hat|bar|dot|tilde|overline)\s*(?P<marked>{GROUP}|\\?[a-zA-Z]+)
        | \\(?:mathrm|text)\s*\{{(?P<words>[^{{}}]*)\}}
        | \\?(?P<word>(?<=\\)[a-zA-Z]+|[a-zA-Zα-ω]) )
      (?P<marks>(?:_(?:\w|{GROUP})|\^(?:\{{\\\{{\w\\\}}\}}|\{{\\text\{{\w+\}}\}}|\{{\(\w\)\}}))*)
      (?P<primes>'*) )
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<index>_(?:\w|\{{\w+\}}))
  | \S
""")  # fmt: skip
INDICES = "ijmn"  # an array with index letters has an axis for each of them, in this order


class Unreadable(ValueError):
    """A formula that this grammar cannot read, or a symbol that nothing gives a meaning."""


class Reader:
    """Reads one side of a formula and computes it on the way; bare: functions without an argument are at z."""

    def __init__(self, tex: str, scope: Mapping[str, Any], bare: bool = False):
        plain = re.sub(SPACES, " ", tex).replace("−", "-").replace("(z)", "" if bare else "(z)")
        plain = re.sub(r"\\[td]?frac\s*(\w)\s*(\w)", r"\\frac{\1}{\2}", plain).replace("\\tfrac", "\\frac")
        plain = re.sub(r"\|([^|]*)\|", r"\\abs{\1}", plain)
        self.tokens, self.at = list(TOKEN.finditer(plain)), 0
        self.scope, self.bare, self.tex = scope, bare, tex

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self, token: str = "") -> re.Match:
        if not self.peek() or (token and self.peek() != token):
            raise Unreadable(f"{token or 'more'} is missing in {self.tex}")
        self.at += 1
        return self.tokens[self.at - 1]

    def value(self) -> Any:
        result = self.sum()
        if self.peek():
            raise Unreadable(f"{self.peek()!r} is not understood in {self.tex}")
        return result

    def sum(self) -> Any:
        result = self.product()
        while self.peek() in ("+", "-"):
            result = result + self.product() if self.take()[0] == "+" else result - self.product()
        return result

    def product(self) -> Any:
        if self.peek() in ("-", "+"):
            return -self.product() if self.take()[0] == "-" else self.product()
        result = self.factor()
        while True:
            if self.peek() in ("\\cdot", "\\times", "\\odot"):
                self.take()
                result = result * self.factor()
            elif self.peek() == "/":
                self.take()
                below = self.factor()
                if self.tokens[self.at - 1]["number"] and re.fullmatch("[a-z]", self.peek()):
                    below = below * self.factor()  # 1 / 2h is 1 / (2h)
                result = result / below
            elif self.starts_factor():
                result = multiply(result, self.factor())
            else:
                return result

    def starts_factor(self) -> bool:
        token = self.tokens[self.at] if self.peek() else None
        return bool(token) and bool(
            token["symbol"] or token["number"] or token["sum"] or token[0] in ("(", "[", "{", "\\frac", "\\cases")
        )

    def factor(self) -> Any:
        """An atom with what is written behind it: an index, a power, a transpose."""
        base = self.atom()
        while self.peek() == "^" or (self.peek() and self.tokens[self.at]["index"]):
            mark = self.take()[0]
            if mark != "^":  # (A^T delta)_{ij}
                base = place(base, mark.strip("_{}"))
            elif self.peek() == "\\top":
                self.take()
                base = np.swapaxes(base, -1, -2)
            else:
                power = self.atom()
                base = np.linalg.inv(base) if np.ndim(base) == 2 and np.all(power == -1) else base**power
        return base

    def atom(self) -> Any:
        token = self.take()
        if token["number"]:
            return float(token[0])
        if token["sum"]:
            return self.total(token[0])
        if token["symbol"]:
            return self.symbol(token)
        if token[0] == "\\frac":
            return self.atom() / self.atom()
        if token[0] == "\\cases":
            return self.cases()
        if token[0] in ("(", "[", "{"):
            return self.bracket({"(": ")", "[": "]", "{": "}"}[token[0]])
        raise Unreadable(f"{token[0]!r} is not understood in {self.tex}")

    def bracket(self, closing: str) -> Any:
        """What stands in brackets: a pair, a condition, which is 1 where it holds, or a value."""
        result = self.sum()
        if self.peek() == "," and "pair" in self.scope:
            self.take()
            result = self.scope["pair"](result, self.sum())
        if self.peek() in RELATIONS:  # [A > 0]
            result = np.asarray(holds(RELATIONS[self.take()[0]], result, self.sum()), dtype=float)
        self.take(closing)
        return result

    def cases(self) -> Any:
        """The value of the condition that holds."""
        values, conditions = [], []
        while self.peek() == "{":
            values.append(self.atom())
            conditions.append(self.atom())
        if np.any(sum(conditions) != 1):
            raise Unreadable(f"the cases of {self.tex} leave out a point, or two hold at once")
        return sum(value * condition for value, condition in zip(values, conditions))

    def total(self, sign: str) -> Any:
        """A sum: over rows, which stay an axis, where it has no index or says "examples"; else over all entries."""
        letter, terms = (re.findall(rf"_\{{?([{INDICES}])\b", sign) or [""])[0], self.product()
        if not letter:
            return np.sum(terms, axis=0, keepdims=True)
        axis = INDICES.index(letter)
        if np.ndim(terms) != len(INDICES) or np.shape(terms)[axis] == 1:
            raise Unreadable(f"nothing under the sum over {letter} has that index in {self.tex}")
        return np.sum(terms, axis=axis, keepdims=True)

    def symbol(self, token: re.Match) -> Any:
        name, letters = name_of(token, self.scope)
        value = look_up(name, self.scope)
        if callable(value):
            return self.call(value, name)
        return place(value, letters) if letters else value

    def call(self, function: Callable, name: str) -> Any:
        power = 1
        if self.peek() == "^":
            self.take()
            power = self.atom()
        if self.peek() in ("(", "[") and not self.bare:
            self.take()
            arguments = [self.sum()]
            while self.peek() == ",":
                self.take()
                arguments.append(self.sum())
            if self.take()[0] not in (")", "]"):
                raise Unreadable(f"a bracket is missing in {self.tex}")
        elif not self.bare and self.starts_factor():
            arguments = [self.factor()]
        elif "z" in self.scope:
            arguments = [self.scope["z"]]
        else:
            raise Unreadable(f"{name} stands without an argument")
        return (np.asarray(function(*map(np.asarray, arguments))) * 1.0) ** power


def name_of(token: re.Match, scope: Mapping[str, Any]) -> tuple[str, str]:
    """The name in code of a symbol, and its index letters."""
    name, letters = token["word"] or (token["words"] or "").strip(), ""
    if token["mark"]:
        inner = TOKEN.fullmatch(token["marked"].strip("{}"))
        name = f"{name_of(inner, scope)[0]}_{token['mark'].replace('overline', 'bar')}"
    for mark, index in re.findall(r"([_^])\W*(?:text\W*)?(\w+)", token["marks"]):
        if mark == "_" and re.fullmatch(f"[{INDICES}]{{1,2}}", index) and f"{name}_{index}" not in scope:
            letters = index
        else:
            name += index if index.isdigit() else f"_{index}"
    name = {"\\partial": "d", "\\Delta": "Delta"}.get(token["d"], "") + name
    return re.sub(r"^delta(?=\d)", "dZ", name) + token["primes"], letters


def look_up(name: str, scope: Mapping[str, Any]) -> Any:
    for known in NAMES.get(name, (name,)):
        for where in (scope, BUILT_IN):
            if known in where:
                return where[known]
    if name.endswith("'") and callable(base := look_up(name[:-1], scope)):
        return lambda x: (base(x + 1e-6) - base(x - 1e-6)) / 2e-6  # another source than the formula and the code
    raise Unreadable(f"{name!r} has no meaning")


def place(value: Any, letters: str) -> Any:
    """An array with its axes where its index letters say, so that products and sums need no further thought."""
    value = np.asarray(value)
    value = np.squeeze(value) if len(letters) < value.ndim else value
    if value.ndim != len(letters) or not set(letters) <= set(INDICES):
        raise Unreadable(f"an array of the shape {value.shape} cannot have the indices {letters!r}")
    value = value.transpose([letters.index(letter) for letter in sorted(letters)])
    sizes = iter(value.shape)
    return value.reshape([next(sizes) if letter in letters else 1 for letter in INDICES])


def multiply(a: Any, b: Any) -> Any:
    """The matrix product where the shapes say that one is meant, else the product entry by entry."""
    if len(INDICES) > np.ndim(a) >= 2 and np.ndim(b) >= 2 and np.shape(a)[-1] == np.shape(b)[-2]:
        return np.matmul(a, b)
    return a * b


def holds(relation: str, a: Any, b: Any) -> Any:
    """Whether a relation holds, entry by entry; equality up to the error of differences."""
    if relation in ("=", "~", "<-"):
        rtol = 1e-2 if relation == "~" else 1e-6
        same = np.shape(a) == np.shape(b) or 1 in (np.size(a), np.size(b))
        return np.isclose(a, b, rtol=rtol, atol=rtol * 1e-2 * np.max(np.abs(b), initial=0.0)) if same else np.False_
    return {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}[relation](a, b)


def differs(statement: str, scope: Mapping[str, Any]) -> str:
    """Where the sides of a statement differ at a point, in words; empty if they agree.

    Raises:
        Unreadable: if the statement cannot be read, or names what the scope does not know.
    """
    if re.search(r"(?<=[_{])l\b", statement):  # it speaks of all layers l
        found = []
        for digit in "12345":
            try:
                found.append(differs(re.sub(r"(?<=_)l\b|(?<=_\{)l(?=\})", digit, statement), scope))
            except Unreadable:
                continue
        if not found:
            raise Unreadable(f"no layer l has all the names in {statement}")
        return next(filter(None, found), "")
    parts = sides(statement)
    after = {**scope, **{name[:-5]: value for name, value in scope.items() if name.endswith("_next")}}
    bare = is_function(parts[0], scope)
    scopes = [after if parts[1:2] == ["<-"] else scope] + [scope] * len(parts[2::2])
    values = [Reader(side, where, bare).value() for side, where in zip(parts[::2], scopes)]
    for left, relation, right, a, b in zip(parts[::2], parts[1::2], parts[2::2], values, values[1:]):
        true = np.asarray(holds(relation, a, b))
        if not true.all():
            if np.shape(a) != np.shape(b) and true.ndim == 0:
                return f"{left} has the shape {np.shape(a)}, {right} has {np.shape(b)}"
            place = tuple(int(i) for i in np.argwhere(~true)[0]) if true.ndim else ()
            one, other = (np.broadcast_to(v, true.shape)[place] for v in (a, b))
            at = f"at entry {list(place)} " if place else ""
            return f"{at}the left side is {one:.6g}, the right side {other:.6g} (it should be {relation})"
    return ""


def is_function(side: str, scope: Mapping[str, Any]) -> bool:
    """Whether a side is the name of a function alone, as in sigma' = sigma (1 - sigma): then all functions are at z."""
    token = TOKEN.fullmatch(side.strip())
    try:
        return bool(token and token["symbol"]) and callable(look_up(name_of(token, scope)[0], scope))
    except Unreadable:
        return False


def derivative_differs(y: str, variable: str, claim: str, scope: Mapping[str, Any]) -> str:
    """Where a claimed derivative differs from that by differences, in words; empty if it agrees."""
    for at in (scope[variable], -scope[variable]):
        try:
            value, *beside = (eval(y, dict(scope) | {variable: at + h}) for h in (0.0, 1e-6, -1e-6))
        except ValueError:  # log of a negative
            continue
        claimed, found = eval(claim, dict(scope) | {variable: at, "y": value}), (beside[0] - beside[1]) / 2e-6
        if not np.allclose(claimed, found, rtol=1e-6, atol=1e-8):
            return f"at {variable} = {at:.6g} the table says {claimed:.6g}, differences say {found:.6g}"
    return ""
