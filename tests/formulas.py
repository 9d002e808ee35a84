"""Formulas of the lessons, read from the text and computed: LaTeX in, numbers out.

A formula speaks of the code by the course's own rule, the symbol in the text is the name in the code: W_4 or W^{{4}}
is W4, \\delta_4 is dZ4, \\partial W_4 is dW4, \\hat y is y_hat, and so on (see NAMES). tests/lessons/meanings says for
each lesson what the letters are at a random point, with values that the lesson's code computed there; then each side
of a formula is computed, and they must agree. Two neighbours are multiplied as matrices where their shapes say so,
else entry by entry; letters as indices (y_i, W_{ij}) make axes of their own.
"""

import ast
import contextlib
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

NAMES = {  # a symbol's names in code, the first that is known counts
    "y_hat": ("y_hat", "Y_hat", "P"),
    "y": ("y", "Y"),
    "x": ("x", "X"),
    "alpha": ("alpha", "learning_rate", "rate"),
    "sigma": ("sigma", "sigmoid"),
    "ReLU": ("ReLU", "relu"),
}
BUILT_IN = {
    "log": np.log, "ln": np.log, "exp": np.exp, "tanh": np.tanh, "max": np.maximum, "min": np.minimum, "cosh": np.cosh,
    "sin": np.sin, "cos": np.cos, "Re": np.real, "Im": np.imag, "e": np.e, "pi": np.pi,
}  # fmt: skip
RELATIONS = {"=": "=", "\\le": "<=", "\\leq": "<=", "\\ge": ">=", "\\geq": ">=", "<": "<", ">": ">", "\\approx": "~",
             "\\leftarrow": "<-", "\\gets": "<-", "\\ne": "!=", "\\neq": "!="}  # fmt: skip
RELATION = re.compile(r"[<>=]|\\[lg]e")
MARKS = {"\\hat": "hat", "\\bar": "bar", "\\dot": "dot", "\\tilde": "tilde", "\\overline": "bar", "\\widehat": "hat"}
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|[a-zA-Zα-ωΑ-Ω]|'+|\S")
SPACES = r"\\[,;:!]|\\ |~|\\q?quad\b|"
SPACES += r"\\(?:big|Big|bigg|Bigg)[lrm]?(?![a-zA-Z])|\\(?:left|right|textstyle|displaystyle)(?![a-zA-Z])"


class Unreadable(ValueError):
    """A formula that this grammar cannot read, or a symbol that nothing gives a meaning."""


class Formula(NamedTuple):
    """One statement of the text."""

    cell: str  # the cell's id
    section: str  # the heading above it
    label: str  # words within the formula before the statement, such as "residual ReLU"
    tex: str  # the statement
    displayed: bool


def spans(source: str) -> Iterator[tuple[str, bool]]:
    """The formulas in a Markdown text, each with whether it is displayed; code is left out."""
    source = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", source)
    for match in re.finditer(r"(?s)\$\$(.*?)\$\$|(?<!\\)\$([^$]+?)\$", source):
        yield (match[1], True) if match[1] is not None else (match[2], False)


def _braces(text: str, start: int) -> int:
    """The index behind the brace that closes the one at start."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0) if text[index - 1 : index] != "\\" else 0
        if depth == 0:
            return index + 1
    raise Unreadable(f"a brace is not closed: {text}")


def _cases(match: re.Match) -> str:
    rows = [row.split("&") for row in re.split(r"\\\\", match[1]) if row.strip()]
    return "\\cases" + "".join(f"{{{row[0]}}}{{{row[-1].replace('if', '') if len(row) > 1 else '?'}}}" for row in rows)


def statements(tex: str) -> Iterator[tuple[str, str]]:
    """The statements in a formula with the words that stand before each: rows, columns, and what commas separate."""
    tex = re.sub(r"(?s)\\begin\{cases\}(.*?)\\end\{cases\}", _cases, " ".join(tex.split()))
    tex = re.sub(r"(?<!\\)\\[,;:! ]", " ", tex)
    tex = re.sub(
        r"\\frac\{\\partial L\}\{(\\partial [^{}]*(?:\{[^{}]*\})?)\}|\\partial L\s*/\s*(?=\\partial)", r"\1", tex
    )
    tex = re.sub(
        r"\\text\{ ?NOT \}\s*(\w(?:_\w)?)", r"(1 - \1)", re.sub(r"\\text\{ AND NOT \}", r"\\cdot \\text{NOT }", tex)
    )
    tex = tex.replace(r"\text{ AND }", r"\cdot").replace(r"\text{ OR }", "+")
    tex = re.sub(r"\\(?:begin|end)\{(?:aligned|align\*?|gathered|split)\}", " ", tex)
    while (at := tex.find("\\underbrace{")) >= 0:
        end = _braces(tex, at + 11)
        rest = tex[end:].lstrip()
        tex = tex[:at] + tex[at + 11 : end] + (rest[_braces(rest, 1) :] if rest.startswith("_{") else rest)
    tex = re.sub(r"&\s*(?==|\\le|\\ge|<|>|\\approx|\\leftarrow)", "", tex)
    pieces, depth, last = [], 0, 0
    for match in re.finditer(r"\\\\|\\q?quad\b|\\[{}]|\\text\{[^}]*\}|[&,{}()\[\]]", tex):
        mark = match[0]
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(mark, 0)
        joins = mark.startswith("\\text") and re.match(r"\s*(?:with|and|where|for)\b", mark[6:])
        if depth == 0 and (joins or mark in ("\\\\", "\\quad", "\\qquad", "&", ",")):
            pieces.append(tex[last : match.start()])
            last = match.end()
    pieces.append(tex[last:])
    label = ""
    for piece in pieces:
        words = re.match(r"\s*\\text\{\s*([^}]*?)\s*(?::\s*\}|\}\s*:)", piece)
        label = words[1] if words else label
        piece = re.sub(r"\\text\{[^}]*\}\s*:?(?:\s\w)?$", "", piece[words.end() :] if words else piece)
        piece = " ".join(re.sub(SPACES, " ", piece).split()).strip(" .;:")
        if piece:
            yield label, piece


def formulas(notebook: Any) -> Iterator[Formula]:
    """All statements in the formulas of a notebook's text that state a relation."""
    section = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"(?m)^## (.+)$", cell.source):
                section = heading
            conditions: list[str] = []
            for tex, displayed in spans(cell.source):
                for label, statement in statements(tex):
                    cases = re.findall(r"(?<=\})\{([^{}]*)\}(?=\{|$)", statement) if "\\cases" in statement else []
                    conditions = [case for case in cases if RELATION.search(case)] or conditions
                    statement = (
                        statement.replace("{?}", "{%s}") % tuple(conditions) if "{?}" in statement else statement
                    )
                    if len(sides(statement)) > 1:
                        yield Formula(cell.id, section, label, statement, displayed)


def sides(statement: str) -> list[str]:
    """A chain of relations as its sides and the relations between them: [side, relation, side, ...]."""
    found, depth, last = [], 0, 0
    for match in re.finditer(r"\\[a-zA-Z]+|\\.|[=<>{}()\[\]]", statement):
        mark = match[0]
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(mark, 0)
        if depth == 0 and mark in RELATIONS:
            found += [statement[last : match.start()].strip(), RELATIONS[mark]]
            last = match.end()
    return [*found, statement[last:].strip()]


class Reader:
    """Reads one side of a formula and computes it on the way, entry by entry or by matrix products."""

    def __init__(self, tex: str, scope: Mapping[str, Any], bare: bool = False):
        self.tokens = TOKEN.findall(re.sub(SPACES, " ", tex).replace("−", "-"))
        self.at, self.scope, self.bare, self.tex, self.bars = 0, scope, bare, tex, 0
        self.letters = ""  # the index letters of the symbol that was read last

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, token: str = "") -> str:
        found = self.peek()
        if not found or (token and found != token):
            raise Unreadable(f"{token or 'more'} is missing in {self.tex}")
        self.at += 1
        return found

    def value(self) -> Any:
        result = self.sum()
        if self.peek():
            raise Unreadable(f"{self.peek()!r} is not understood in {self.tex}")
        return result

    def sum(self) -> Any:
        result = self.product()
        while self.peek() in ("+", "-"):
            result = result + self.product() if self.take() == "+" else result - self.product()
        return result

    def product(self) -> Any:
        if self.peek() in ("-", "+"):
            return -self.product() if self.take() == "-" else self.product()
        result = self.factor()
        while True:
            if self.peek() in ("\\cdot", "\\times", "\\odot", "*"):
                self.take()
                result = result * self.factor()
            elif self.peek() == "/":
                self.take()
                below = self.factor()
                if self.tokens[self.at - 1].isdigit() and re.fullmatch(r"[a-z]", self.peek()):
                    below = below * self.factor()  # 1 / 2h is 1 / (2h)
                result = result / below
            elif self.starts_factor():
                result = multiply(result, self.factor())
            else:
                return result

    def starts_factor(self) -> bool:
        token = self.peek()
        if token == "|":
            return self.bars == 0
        return bool(token) and (token[0].isalnum() or token in "([{" or (token[0] == "\\" and token not in STOPS))

    def factor(self) -> Any:
        return self.power(self.atom())

    def power(self, base: Any) -> Any:
        while self.peek() in ("^", "_"):
            if self.take() == "_":  # (A^T delta)_{ij}
                base = place(base, self.raw_group())
                continue
            if self.peek() in ("\\top", "T", "\\mathsf", "\\intercal"):
                if self.take() == "\\mathsf":
                    self.group()
                base = np.swapaxes(base, -1, -2)
                continue
            raw = self.raw_group(peek=True)
            if raw in ("\\top", "T", "\\mathsf{T}"):
                self.raw_group()
                base = np.swapaxes(base, -1, -2)
            elif raw == "-1" and np.ndim(base) >= 2:
                self.raw_group()
                base = np.linalg.inv(base)
            else:
                base = base ** self.group()
        return base

    def raw_group(self, peek: bool = False) -> str:
        """The text of a brace group or of one token."""
        start = self.at
        depth, end = 0, start
        while end < len(self.tokens):
            depth += {"{": 1, "}": -1}.get(self.tokens[end], 0)
            end += 1
            if depth == 0:
                break
        inner = self.tokens[start:end]
        self.at = start if peek else end
        inner = inner[1:-1] if inner[:1] == ["{"] else inner
        text = ""
        for word in inner:
            text += " " + word if re.search(r"\\[a-zA-Z]+$", text) and word[0].isalpha() else word
        return text

    def group(self) -> Any:
        """The value of a brace group, or of one token, as after \\frac or ^."""
        if self.peek() != "{":
            token = self.peek()
            if token.isdigit() and len(token) > 1:  # \frac12
                self.tokens[self.at : self.at + 1] = list(token)
            return self.atom(alone=True)
        self.take("{")
        result = self.sum()
        self.take("}")
        return result

    def atom(self, alone: bool = False) -> Any:
        token = self.take()
        if token[0].isdigit():
            return float(token)
        if token in ("(", "[", "{", "\\{"):
            return self.bracket({"(": ")", "[": "]", "{": "}", "\\{": "\\}"}[token])
        if token in ("|", "\\lvert"):
            self.bars += 1
            result = np.abs(self.sum())
            self.take("|" if token == "|" else "\\rvert")
            self.bars -= 1
            return result
        if token in ("\\frac", "\\tfrac", "\\dfrac"):
            above = self.group()
            return above / self.group()
        if token == "\\sqrt":
            return np.sqrt(self.group())
        if token == "\\sum":
            return self.total()
        if token == "\\cases":
            return self.cases()
        return self.symbol(token, alone)

    def bracket(self, closing: str) -> Any:
        bars, self.bars = self.bars, 0
        result = self.sum()
        if self.peek() == "," and "pair" in self.scope:
            self.take()
            result = self.scope["pair"](result, self.sum())
        if self.peek() in RELATIONS:  # [A > 0] is 1 where it holds
            relation = RELATIONS[self.take()]
            result = np.asarray(holds(relation, result, self.sum()), dtype=float)
        self.take(closing)
        self.bars = bars
        return result

    def cases(self) -> Any:
        """The value of the first condition that holds."""
        pairs = []
        while self.peek() == "{":
            value, condition = self.group(), self.raw_group()
            parts = sides(condition)
            if len(parts) == 3:
                left, right = (Reader(part, self.scope).value() for part in parts[::2])
                pairs.append((holds(parts[1], left, right), value))
            else:
                pairs.append((~np.any([condition for condition, _ in pairs], axis=0), value))  # else
        if np.any(sum(np.asarray(condition, dtype=int) for condition, _ in pairs) != 1):
            raise Unreadable(f"the cases of {self.tex} leave out a point, or two hold at once")
        shape = np.broadcast_shapes(*(np.shape(part) for pair in pairs for part in pair))
        conditions, values = ([np.broadcast_to(part, shape) for part in column] for column in zip(*pairs))
        return np.select(conditions, values, np.nan)

    def total(self) -> Any:
        """A sum: over rows, which stay an axis, where it has no index or says "examples"; else over all entries."""
        index = ""
        while self.peek() in ("_", "^"):
            mark, raw = self.take(), self.raw_group()
            index = raw if mark == "_" else index
        letter, terms = index[:1], self.product()
        if letter not in INDICES or not letter:
            return np.sum(terms, axis=0, keepdims=True)
        axis = INDICES.index(letter)
        if np.ndim(terms) != len(INDICES) or np.shape(terms)[axis] == 1:
            raise Unreadable(f"nothing under the sum over {letter} has that index in {self.tex}")
        return np.sum(terms, axis=axis, keepdims=True)

    def symbol(self, token: str, alone: bool) -> Any:
        name = self.name(token)
        if name + "^2" in self.scope and self.tokens[self.at : self.at + 2] == ["^", "2"]:
            self.at += 2
            return self.scope[name + "^2"]
        letters, value = self.letters, self.look_up(name)
        if callable(value):
            return self.call(value, name, alone)
        return place(value, letters) if letters else value

    def name(self, token: str) -> str:
        """The name of a symbol with its marks, indices and primes."""
        if token in MARKS:
            inner = Reader(self.raw_group(), self.scope)
            name = f"{inner.name(inner.take())}_{MARKS[token]}"
        elif token in ("\\mathrm", "\\operatorname", "\\mathit", "\\text", "\\textit", "\\mathbf"):
            name = self.raw_group()
        elif token in ("\\partial", "\\nabla", "\\Delta"):
            return ("Delta" if token == "\\Delta" else "d") + self.name(self.take())
        else:
            name = token.lstrip("\\")
        parts = {"_": "", "^": ""}
        while True:
            raw = self.raw_after("_"), self.raw_after("^")
            if raw[0] is not None and re.fullmatch(r"\d|[a-zA-Z]+|\\text\{.*\}|\\mathrm\{.*\}|[a-z],?[a-z]", raw[0]):
                self.take(), self.raw_group()
                parts["_"] = re.sub(r"\\(?:text|mathrm)\{(.*)\}", r"\1", raw[0])
            elif raw[1] is not None and re.match(r"\\\{|\\text|\(|\\prime|'", raw[1]):
                self.take(), self.raw_group()
                parts["^"] = re.sub(r"\\text\{(.*)\}", r"\1", raw[1]).strip("\\{}()")
            else:
                break
        index = parts["_"]
        self.letters = ""
        if re.fullmatch(r"[ijmn]{1,2}", index) and f"{name}_{index}" not in self.scope:
            self.letters = index
        elif index:
            name += index if index.isdigit() else f"_{index}"
        if parts["^"].isdigit():
            name += parts["^"]
        elif parts["^"]:
            name += "_" + parts["^"]
        name = re.sub(r"^delta(?=\d)", "dZ", name)
        if self.peek().startswith("'"):
            name += self.take()
        return name

    def raw_after(self, mark: str) -> str | None:
        """The group behind a mark, if that comes next."""
        if self.peek() != mark:
            return None
        self.at += 1
        raw = self.raw_group(peek=True)
        self.at -= 1
        return raw

    def look_up(self, name: str) -> Any:
        for known in NAMES.get(name, (name,)):
            for where in (self.scope, BUILT_IN):
                if known in where:
                    return where[known]
        if name.endswith("'"):
            base = self.look_up(name[:-1])
            if callable(base):
                return derivative(base)
        raise Unreadable(f"{name!r} has no meaning")

    def call(self, function: Callable, name: str, alone: bool) -> Any:
        power = None
        if self.peek() == "^":
            self.take()
            power = self.group()
        if self.peek() in ("(", "[") and not (self.bare and self.is_product(name)):
            closing = {"(": ")", "[": "]"}[self.take()]
            bars, self.bars = self.bars, 0
            arguments = [self.sum()]
            while self.peek() == ",":
                self.take()
                arguments.append(self.sum())
            self.take(closing)
            self.bars = bars
        elif not self.bare and not alone and self.starts_factor():
            arguments = [self.factor()]
        elif "z" in self.scope:
            arguments = [self.scope["z"]]
        else:
            raise Unreadable(f"{name} stands without an argument")
        result = function(*(np.asarray(argument) for argument in arguments))
        result = np.asarray(result) * 1.0
        return result if power is None else result**power

    def is_product(self, name: str) -> bool:
        """Whether the bracket after a function's name multiplies it, as in sigma (1 - sigma)."""
        depth, words = 0, []
        for token in self.tokens[self.at :]:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
            words.append(token.lstrip("\\"))
            if depth == 0:
                break
        return name.rstrip("'") in "".join(words)


INDICES = "ijmn"  # an array with index letters has an axis for each of them, in this order


def place(value: Any, letters: str) -> Any:
    """An array with its axes where its index letters say, so that products and sums need no further thought."""
    value = np.asarray(value)
    value = np.squeeze(value) if len(letters) < value.ndim else value
    if value.ndim != len(letters) or not set(letters) <= set(INDICES):
        raise Unreadable(f"an array of the shape {value.shape} cannot have the indices {letters!r}")
    value = value.transpose([letters.index(letter) for letter in sorted(letters)])
    sizes = iter(value.shape)
    return value.reshape([next(sizes) if letter in letters else 1 for letter in INDICES])


STOPS = {"\\cdot", "\\times", "\\odot", "\\rvert", "\\top", "\\}", "\\dots", "\\ldots", "\\in", *RELATIONS}


def multiply(a: Any, b: Any) -> Any:
    """The matrix product where the shapes say that one is meant, else the product entry by entry."""
    if len(INDICES) > np.ndim(a) >= 2 and np.ndim(b) >= 2 and np.shape(a)[-1] == np.shape(b)[-2]:
        return np.matmul(a, b)
    return a * b


def derivative(f: Callable) -> Callable:
    """By central differences: another source than the formula and the code."""
    return lambda x: (f(x + 1e-6) - f(x - 1e-6)) / 2e-6


def holds(relation: str, a: Any, b: Any) -> Any:
    """Whether a relation holds, entry by entry; equality up to the error of differences."""
    if relation in ("=", "~", "<-", "!="):
        rtol = 1e-2 if relation == "~" else 1e-6
        scale = np.max(np.abs(b), initial=0.0)
        same = np.shape(a) == np.shape(b) or 1 in (np.size(a), np.size(b))
        close = np.isclose(a, b, rtol=rtol, atol=rtol * 1e-2 * scale) if same else np.False_
        return ~close if relation == "!=" else close
    return {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}[relation](a, b)


def differs(statement: str, scope: Mapping[str, Any]) -> str:
    """Where the sides of a statement differ at a point, in words; empty if they agree.

    Raises:
        Unreadable: if the statement cannot be read, or names what the scope does not know.
    """
    parts = sides(statement)
    letters = [k for k in re.findall(r"(?<=[_{])l\b", statement) if k]
    if letters:
        found = []
        for digit in "12345":
            try:
                found.append(differs(re.sub(r"(?<=_)l\b|(?<=_\{)l(?=\})", digit, statement), scope))
            except Unreadable:
                continue
        if not found:
            raise Unreadable(f"no layer l has all the names in {statement}")
        return next(filter(None, found), "")
    bare = is_function(parts[0], scope)
    values = [Reader(side, scope, bare).value() for side in parts[2::2]]
    values.insert(0, next_value(parts[0], scope) if parts[1] == "<-" else Reader(parts[0], scope, bare).value())
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


def next_value(side: str, scope: Mapping[str, Any]) -> Any:
    """The value after a step of what stands left of an arrow."""
    reader = Reader(side, scope)
    name = reader.name(reader.take()) + "".join(reader.tokens[reader.at :]) + "_next"
    if name not in scope:
        raise Unreadable(f"{name!r} has no meaning")
    return scope[name]


def is_function(side: str, scope: Mapping[str, Any]) -> bool:
    """Whether a side is the name of a function alone, as in sigma' = sigma (1 - sigma): then all functions are at z."""
    reader = Reader(side, scope)
    try:
        return callable(reader.look_up(reader.name(reader.take()))) and not reader.peek()
    except Unreadable:
        return False


def locals_of(function: Callable, *arguments: Any) -> dict[str, Any]:
    """Call a function and return the names that it had inside at its end, with their values."""
    found: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is function.__code__:
            found.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return found


def derivative_rows(source: str) -> Iterator[tuple[str, str, str]]:
    """(y, variable, claimed derivative) of each row of a table with columns headed by partial derivatives."""
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in source.splitlines() if "|" in line
    ]
    heads = [re.findall(r"\\partial y\s*/\s*\\partial (\w)", head) for head in (lines[0] if lines else [])]
    if any(heads):
        for row in lines[2:]:
            for head, cell in zip(heads, row):
                cell = re.sub(r"\$(.+?)\$ if \$(.+?)\$, else \$(.+?)\$", r"\\cases{\1}{\2}{\3}{}", cell).strip("$")
                if head and cell:
                    yield re.findall(r"\$(.+?)\$", row[0])[0], head[0], cell


def derivative_differs(y: str, variable: str, claim: str, scope: Mapping[str, Any]) -> str:
    """Where a claimed derivative differs from that by differences, in words; empty if it agrees."""

    def moved(h: float) -> Any:
        return Reader(y, {**scope, variable: scope[variable] + h}).value()

    claimed, found = Reader(claim, {**scope, "y": moved(0.0)}).value(), (moved(1e-6) - moved(-1e-6)) / 2e-6
    if np.allclose(claimed, found, rtol=1e-6, atol=1e-8):
        return ""
    return f"the table says {np.ravel(claimed)[0]:.6g}, differences say {np.ravel(found)[0]:.6g}"


class Lesson:
    """A lesson's own code, for the values that its letters have: what it teaches, and what its cells assign."""

    def __init__(self, notebook: Any, taught: Any):
        self.taught, self.cells = taught, [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        self.solutions = re.findall(r"(?s)```python\n(.*?)```", texts)

    def has(self, name: str) -> bool:
        """Whether the lesson teaches something of that name."""
        return hasattr(self.taught, name)

    def answer(self, number: int) -> Any:
        """What the solution of an exercise answers."""
        scope = dict(vars(self.taught))
        (solution,) = [text for text in self.solutions if re.search(rf"(?m)^answer_{number} =", text)]
        exec(solution, scope)
        return scope[f"answer_{number}"]

    def value(self, name: str, **given: Any) -> Any:
        """What the first cell that assigns a name assigns to it; what that cell needs is looked up in the same way.

        Args:
            given: names that have other values than in the lesson.
        """
        scope = vars(self.taught) | given
        self._assign(name, scope, set())
        return scope[name]

    def _assign(self, name: str, scope: dict[str, Any], tried: set[str]) -> None:
        stores = [cell for cell in self.cells if name in assigned(cell)]
        if not stores or name in tried:
            raise Unreadable(f"no cell of the lesson assigns {name!r}")
        tried.add(name)
        with contextlib.redirect_stdout(io.StringIO()):
            while True:
                try:
                    return exec(compile(stores[0], f"the cell that assigns {name}", "exec"), scope)
                except NameError as error:
                    self._assign(error.name, scope, tried)


def assigned(source: str) -> set[str]:
    """The names that a cell assigns or defines at its top level."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {n.id for target in targets if target for n in ast.walk(target) if isinstance(n, ast.Name)}
    return names
