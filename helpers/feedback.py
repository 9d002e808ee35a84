"""Feedback on exercises: one line says whether an answer is right and, if it is not, what to look at.

Everything about an exercise stands in one `Exercise`: what is right, the other dresses in which a right answer may
come, and each typical slip with the answer that makes it and the hint that it gets. Every sentence goes through `say`.
"""

import builtins
import contextlib
import dis
import io
import itertools
import linecache
import re
import sys
import traceback
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from helpers.language import say

PRINTED_AT_MOST = 100_000  # characters that a student's function may print before it is stopped
_seed: int | None = None  # of a grading; None where a student works


def grade_with(seed: int | None) -> None:
    """From now on exercises, when they are imported, try functions on values that no student has seen.

    Args:
        seed: of these values; None for those that the course shows.
    """
    global _seed
    _seed = seed


def tried(shown: Any, draw: Callable[[np.random.Generator], Any]) -> Any:
    """What a check tries a function on, so that a table of the right results is no answer when it is graded.

    Args:
        shown: the values in the course, and in the copy of a class.
        draw: makes others of the same kind, on which the same answers are right.
    """
    return shown if _seed is None else draw(np.random.default_rng(_seed))


class Verdict(NamedTuple):
    """What a check finds. The sentence is the praise, the hint, or the student's own exception."""

    status: Literal["right", "wrong", "unanswered", "error"]
    sentence: str

    def line(self) -> str:
        """The one line that the student reads."""
        return self.sentence if self.status in ("right", "unanswered") else say("Not yet: ") + self.sentence


class Told(Exception):
    """Ends a check at once with a verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


def unfit(sentence: str, **values: Any) -> Told:
    """To raise where an answer is not of the kind that was asked for."""
    return Told(Verdict("wrong", say(sentence, **values)))


def unanswered() -> Told:
    """To raise where an answer, or what it returns, is still a blank."""
    return Told(Verdict("unanswered", say("Not answered yet.")))


class Slip(NamedTuple):
    """A typical wrong answer and its hint.

    Attributes:
        answers: source of the wrong answer, or of several: an expression, or statements that define `answer`.
        recognises: says of a cleaned answer whether this slip, and nothing else, explains it.
        hint: a sentence, or a function of the cleaned answer that returns one.
    """

    answers: str | tuple[str, ...]
    recognises: Callable[[Any], bool]
    hint: str | Callable[[Any], str]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """An exercise that can be called with an answer; it prints one line.

    Attributes:
        right: says of a cleaned answer whether it is right.
        praise: told when it is; starts with "Right."
        clean: takes an answer as a student may write it, returns the form that all else here expects, or raises
            `unfit` with a sentence.
        dresses: sources of right answers in other dresses, written as in Slip.
        slips: the typical wrong answers; the first that recognises the answer gives the hint.
        counterexample: computes a sentence from a wrong answer that no slip recognises.
        also_wrong: sources of such answers, and of those that `clean` refuses, each with a part of what is told.
    """

    right: Callable[[Any], bool]
    praise: str
    clean: Callable[[Any], Any] = lambda answer: answer
    dresses: Sequence[str] = ()
    slips: Sequence[Slip] = ()
    counterexample: Callable[[Any], str | None] = lambda answer: None
    also_wrong: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, answer: Any) -> None:
        """Print one line about an answer, and nothing else, whatever the answer prints, warns of or raises."""
        print(self.verdict(answer).line())

    def verdict(self, answer: Any) -> Verdict:
        """What the check finds, for programs. No answer makes it raise."""
        sink = _Sink()
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return self._verdict(answer)
            except Told as told:
                return told.verdict
            except BaseException as error:  # an interrupt, or an answer with a mind of its own
                return Verdict("error", say("the check stopped with {error}.", error=_named(error)))

    def _verdict(self, answer: Any) -> Verdict:
        if _is_blank(answer) or (callable(answer) and _is_stub(answer)):
            raise unanswered()
        try:
            answer = self.clean(answer)
        except Exception as error:
            raise error if isinstance(error, Told) else _lost() from None
        if _holds(self.right, answer):
            return Verdict("right", say(self.praise))
        for slip in self.slips:
            if _holds(slip.recognises, answer):
                return Verdict("wrong", say(slip.hint) if isinstance(slip.hint, str) else slip.hint(answer))
        try:
            sentence = self.counterexample(answer)
        except Exception as error:
            raise error if isinstance(error, Told) else _lost() from None
        return Verdict("wrong", sentence) if sentence else _lost().verdict


def _lost() -> Told:
    return unfit("this is not it. Work through one case by hand and compare.")


def _holds(predicate: Callable[[Any], bool], answer: Any) -> bool:
    """Whether a predicate holds; one that cannot digest the answer does not."""
    try:
        return bool(predicate(answer))
    except Told:
        raise
    except (Exception, SystemExit, GeneratorExit):
        return False


# What students type, brought into one form.


def _plain(value: Any) -> Any:
    """Numbers in lists of lists, from arrays, tensors, tuples, generators and whatever else holds numbers."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, str | bytes):
        raise unfit("give numbers, not the text {value!r}.", value=value)
    if isinstance(value, set | frozenset):
        raise unfit("a set has no order; write a list, with square brackets.")
    if value is None or value is Ellipsis:
        raise unanswered()
    if isinstance(value, Iterable):
        return [_plain(item) for item in itertools.islice(value, 10_000)]
    if callable(value) or isinstance(value, complex):
        raise unfit("give numbers, not {value}.", value=_short(value))
    return float(value)


def array(answer: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers of an answer as a float64 array of this shape; axes of length 1 may be missing or too many."""
    plain = _plain(answer)
    if isinstance(plain, list):  # [array([1.]), 2.0] is a list of two numbers
        shallow = any(isinstance(item, float) for item in plain)
        plain = [item[0] if shallow and isinstance(item, list) and len(item) == 1 else item for item in plain]
    try:
        numbers = np.array(plain, dtype=float)
    except (TypeError, ValueError):
        raise unfit("this is no array of numbers: {value}.", value=_short(answer)) from None
    if [n for n in numbers.shape if n != 1] != [n for n in shape if n != 1]:
        raise unfit("give {wanted}, not {found}.", wanted=_kind(shape), found=_kind(numbers.shape))
    return numbers.reshape(shape)


def _kind(shape: tuple[int, ...]) -> str:
    """A shape in words that need no knowledge of shapes where there is one axis or none."""
    if shape in ((), (1,)):
        return say("a single number")
    return say("{n} numbers", n=shape[0]) if len(shape) == 1 else say("an array of the shape {shape}", shape=shape)


def number(answer: Any) -> float:
    """The one number of an answer."""
    try:
        return float(array(answer, ()))
    except Told as told:
        if told.verdict.status == "wrong" and not isinstance(answer, str):
            raise unfit("give one number.") from None
        raise


def names(answer: Any) -> frozenset[str]:
    """Names in an answer, in small letters: from a text or a list; X3, x_3, x₃, $x_3$ and x3' are all x3."""
    if isinstance(answer, str):
        answer = re.split(r"[\s,;]+", answer.strip("[](){} "))
    if not isinstance(answer, Iterable):
        raise unfit("give names, in quotation marks.")
    plain = (unicodedata.normalize("NFKC", str(name)).lower() for name in itertools.islice(answer, 1000))
    return frozenset(re.sub(r"[\W_]", "", name) for name in plain) - {""}


def function(answer: Any) -> Callable[..., Any]:
    """The function of an answer, guarded."""
    if not callable(answer):
        raise unfit("give a function, by its name without parentheses, not {value}.", value=_short(answer))
    return guarded(answer)


def guarded(function: Callable[..., Any], returns: bool = True) -> Callable[..., Any]:
    """A student's function that ends the check with the student's own exception, and line, where it raises one.

    Args:
        function: what the student wrote.
        returns: whether to return None is a mistake.
    """
    if _is_stub(function):
        raise unanswered()

    def call(*args: Any) -> Any:
        try:
            result = function(*args)
        except BaseException as error:
            if isinstance(error, TypeError) and "ellipsis" in str(error):
                raise unanswered() from None
            raise Told(_blame(error, function)) from None
        if returns and result is None:
            raise unfit("your function returns nothing; add a return.")
        if _is_blank(result) and returns:
            raise unanswered()
        return result

    call.function = function
    return call


def on_arrays(function: Callable[..., Any], *args: Any, tensors: bool = False) -> np.ndarray:
    """What a guarded function of arrays answers, as a float64 array, be it written for NumPy or for torch.

    Args:
        args: arrays, of which the function gets copies, and other arguments.
        tensors: try tensors first, and arrays if that fails; else the other way round. Torch is never imported here.
    """
    torch = sys.modules.get("torch")

    def dressed(as_tensors: bool) -> list[Any]:
        copies = [np.array(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
        return [torch.from_numpy(a) if as_tensors and isinstance(a, np.ndarray) else a for a in copies]

    try:
        result = function(*dressed(tensors))
    except Told as told:
        if told.verdict.status != "error" or torch is None:
            raise
        try:
            result = function(*dressed(not tensors))
        except Told:
            raise told from None
    try:
        return np.array(_plain(result), dtype=float)
    except (TypeError, ValueError):
        raise unfit("your function returns {value}, which is no array of numbers.", value=_short(result)) from None


def _is_blank(answer: Any) -> bool:
    """None, ..., or a tuple or list of nothing else."""
    if isinstance(answer, tuple | list) and answer:
        return all(map(_is_blank, answer))
    return answer is None or answer is Ellipsis


def _is_stub(function: Callable[..., Any]) -> bool:
    """Whether a function's body is pass, ... or return of a blank, apart from its docstring."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    steps = list(dis.get_instructions(code))
    quiet = {"RESUME", "NOP", "POP_TOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "COPY_FREE_VARS", "CACHE"}
    loaded = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(step.opname in quiet for step in steps) and all(map(_is_blank, loaded))


def _named(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message[:300]}" if message else type(error).__name__


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _blame(error: BaseException, function: Callable[..., Any]) -> Verdict:
    """The student's exception and the line of the student's code that it came from, typed in a cell or in a file."""
    code = getattr(function, "__code__", None)
    if code is None:
        return Verdict("error", say("your function raises {error}", error=_named(error)))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == code.co_filename]
    at = frames[-1].lineno if frames else code.co_firstlineno
    line = linecache.getline(code.co_filename, at).strip()
    if not line:
        return Verdict("error", say("your line {at} raises {error}", at=at, error=_named(error)))
    return Verdict("error", say("your line {at}, `{line}`, raises {error}", at=at, line=line, error=_named(error)))


class EndlessPrinting(BaseException):
    """Raised in a function that prints more than anybody reads, so that it ends."""


class _Sink(io.TextIOBase):
    """Swallows what an answer prints, up to a limit."""

    printed = 0

    def write(self, text: str) -> int:
        self.printed += len(text)
        if self.printed > PRINTED_AT_MOST:
            raise EndlessPrinting(say("it prints without end"))
        return len(text)


def evaluate(source: str, scope: Mapping[str, Any], name: str = "answer") -> Any:
    """The answer that a source stands for: an expression, or statements that define `name`.

    Lines of the source are found in messages as those of a notebook cell are.
    """
    filename = f"<answer {abs(hash(source))}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    names_there = {"__builtins__": builtins, **scope}
    try:
        return eval(compile(source, filename, "eval"), names_there)
    except SyntaxError:
        exec(compile(source, filename, "exec"), names_there)
        return names_there[name]
