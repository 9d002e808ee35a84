"""Change one thing in a piece of code, in every way that is known here: what a blind man could do to it."""

import ast
import copy
import random
from collections.abc import Iterator

from tools.mistakes.checks import check_nodes

OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
BOUNDARIES: dict[type, type] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
PAIRS = [("max", "min"), ("sum", "mean"), ("argmax", "argmin"), ("maximum", "minimum"), ("zeros", "ones"),
         ("all", "any"), ("zeros_like", "ones_like"), ("vstack", "hstack"), ("sin", "cos"), ("floor", "ceil"),
         ("train", "eval"), ("median", "max"), ("exp", "negative"), ("log", "sqrt"), ("tanh", "sin")]  # fmt: skip
TWINS = {a: b for pair in reversed(PAIRS) for a, b in (pair[::-1], pair)}  # the first pair counts
SAID = {"print", "plotting.show", "show", "moving.show_frames"}  # no check reads what these are given


def _swapped(items: list) -> Iterator[list]:
    """A list with two neighbours exchanged, for each pair of neighbours."""
    for i in range(len(items) - 1):
        yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def _times_two(value: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(2), ast.Mult(), value)


def _numbers(value: int | float) -> list[int | float]:
    return list(dict.fromkeys([value + 1, value - 1 if isinstance(value, int) else value / 2, -value, 2 * value]))


def variants(node: ast.AST, names: list[str]) -> Iterator[ast.AST | None]:
    """What a node may become by one change; None takes a statement out.

    Args:
        node: of a parsed cell; it is not changed.
        names: those that the cell reads, of which one may stand in another's place.
    """

    def with_(**fields: object) -> ast.AST:
        return type(node)(**{**{name: getattr(node, name) for name in node._fields}, **fields})

    match node:
        case ast.BinOp(left, op, right):
            yield from (left, right)
            yield with_(left=right, right=left)
            if type(op) in OPERATORS:
                yield with_(op=OPERATORS[type(op)]())
        case ast.BoolOp(op, values):
            yield with_(op=OPERATORS[type(op)]())
            yield from values
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.Compare(_, [op], _):
            yield with_(ops=[OPERATORS[type(op)]()])
            if type(op) in BOUNDARIES:
                yield with_(ops=[BOUNDARIES[type(op)]()])
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield from map(ast.Constant, _numbers(value))
        case ast.Call(function, args, keywords):
            for i in range(len(keywords)):
                yield with_(keywords=keywords[:i] + keywords[i + 1 :])
            for swapped in _swapped(args):
                yield with_(args=swapped)
            if args and not isinstance(args[0], ast.Starred):
                yield args[0]
            if isinstance(function, ast.Attribute):
                yield function.value
        case ast.Attribute(value, "T" | "mT"):
            yield value
        case ast.Attribute(value, name) if name in TWINS:
            yield with_(attr=TWINS[name])
        case ast.Name(name, ast.Load()):
            if name in TWINS:
                yield ast.Name(TWINS[name], ast.Load())
            yield from (ast.Name(other, ast.Load()) for other in names if other != name)
        case ast.Subscript(value, _, ast.Load()):
            yield value
        case ast.Slice(lower, upper, step):
            if lower or upper or step:
                yield ast.Slice()
            yield ast.Slice(ast.Constant(1), upper, step)
        case ast.IfExp(_, body, orelse):
            yield with_(body=orelse, orelse=body)
        case ast.If(test):
            yield with_(test=ast.UnaryOp(ast.Not(), test))
        case ast.Return(ast.expr() as value):
            yield with_(value=_times_two(value))
            yield with_(value=ast.UnaryOp(ast.USub(), value))
        case ast.Assign(_, value):
            yield with_(value=_times_two(value))
            yield with_(value=ast.UnaryOp(ast.USub(), value))
        case ast.AugAssign():
            yield None
            if type(node.op) in OPERATORS:
                yield with_(op=OPERATORS[type(node.op)]())
        case ast.Expr(ast.Call()):
            yield None
        case ast.Tuple(elts, ast.Load()) | ast.List(elts, ast.Load()):
            for swapped in _swapped(elts):
                yield with_(elts=swapped)
            for i in range(len(elts)):
                yield with_(elts=elts[:i] + elts[i + 1 :])
        case ast.Dict(keys, values):
            for swapped in _swapped(values):
                yield with_(values=swapped)
            for i in range(len(keys)):
                yield with_(keys=keys[:i] + keys[i + 1 :], values=values[:i] + values[i + 1 :])
        case ast.comprehension(_, iter_, ifs):
            yield with_(iter=ast.parse(f"list({ast.unparse(iter_)})[1:]", mode="eval").body)
            if ifs:
                yield with_(ifs=[])
        case ast.For(_, iter_):
            yield with_(iter=ast.parse(f"list({ast.unparse(iter_)})[1:]", mode="eval").body)
        case ast.arguments(defaults=[_, *_] as defaults):
            yield with_(defaults=[_times_two(value) for value in defaults])


class _OneChange(ast.NodeTransformer):
    """Put a variant in the place of one node."""

    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self.old:
            return self.generic_visit(node)
        return ast.copy_location(copy.deepcopy(self.new) if self.new else ast.Pass(), node)


def _kept(tree: ast.Module) -> set[ast.AST]:
    """The nodes that no change may touch: checks, what only speaks, imports, types, docstrings."""
    kept: set[ast.AST] = set()
    for node in ast.walk(tree):
        speaks = isinstance(node, ast.Call) and ast.unparse(node.func) in SAID
        asserts = isinstance(node, ast.FunctionDef) and node.name.startswith("assert_")
        if speaks or asserts or isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
            kept |= {*ast.walk(node)}
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            kept |= {*ast.walk(hint)} if hint else set()
    for node in check_nodes(tree):
        kept |= {*ast.walk(node)}
    return kept


def changes(source: str, seed: int = 0) -> Iterator[tuple[str, ast.Module]]:
    """All ways to change one thing in a cell, in random order: what is changed, in words, and the changed tree.

    Checks and what is only said to the reader stay as they are.
    """
    tree = ast.parse(source)
    kept = _kept(tree)
    nodes = [node for node in ast.walk(tree) if node not in kept]
    read = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    called = {node.func for node in nodes if isinstance(node, ast.Call)}
    chance = random.Random(f"{seed} {source}")
    found = []
    for node in nodes:
        if isinstance(node, ast.Expr) and (node.value in kept or isinstance(node.value, ast.Constant)):
            continue
        names = [] if node in called else list(dict.fromkeys(read))
        options = list(variants(node, names))
        if isinstance(node, ast.Name) and len(options) > 3:
            options = chance.sample(options, 3)
        found += [(node, new if new is None or hasattr(new, "lineno") else _at(node, new)) for new in options]
    chance.shuffle(found)
    for old, new in found:
        place = next((n.lineno for n in ast.walk(old) if hasattr(n, "lineno")), 0)
        becomes = f"becomes {_brief(new)}" if new else "is gone"
        changed = _apply(tree, old, new)
        yield f"line {place}: {_brief(old)} {becomes}", changed


def _at(node: ast.AST, new: ast.AST) -> ast.AST:
    """A new node with the place of an old one."""
    return ast.fix_missing_locations(ast.copy_location(new, node))


def _apply(tree: ast.Module, old: ast.AST, new: ast.AST | None) -> ast.Module:
    """A copy of the tree in which the variant stands in the node's place."""
    memo: dict[int, object] = {}
    twin = copy.deepcopy(tree, memo)
    return ast.fix_missing_locations(_OneChange(memo[id(old)], new).visit(twin))


def _brief(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 50 else text[:49] + "…"
