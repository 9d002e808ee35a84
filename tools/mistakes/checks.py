"""Find the checks in a notebook's cells, and mark them so that a run tells which of them ran and which failed."""

import ast
from types import TracebackType
from typing import NamedTuple


class Check(NamedTuple):
    """An assertion of a notebook."""

    cell: int  # index among the code cells
    number: int  # among the checks of its cell
    text: str  # as it stands there

    @property
    def place(self) -> tuple[int, int]:
        return self.cell, self.number


def is_check(node: ast.AST) -> bool:
    """Whether a statement asserts: `assert`, a call of some assert_..., or raising AssertionError by hand."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func).split(".")[-1].startswith("assert_")
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Raise) and "AssertionError" in ast.unparse(node))


def check_nodes(tree: ast.Module) -> list[ast.stmt]:
    """The checks of a parsed cell from top to bottom.

    In a function called assert_... the call is the check, and what the function asserts inside is not another one.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {node for f in functions if f.name.startswith("assert_") for node in ast.walk(f)}
    found = [node for node in ast.walk(tree) if is_check(node) and node not in inside]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def to_last_check(tree: ast.Module) -> ast.Module:
    """A parsed cell without what follows its last check, such as a training; the whole of one without checks."""
    with_checks = [i for i, node in enumerate(tree.body) if check_nodes(ast.Module([node], []))]
    return ast.Module(tree.body[: with_checks[-1] + 1] if with_checks else tree.body, [])


def checks_in(sources: list[str]) -> list[Check]:
    """All checks of a notebook, given the text of each code cell."""
    return [
        Check(cell, number, ast.get_source_segment(source, node))
        for cell, source in enumerate(sources)
        for number, node in enumerate(check_nodes(ast.parse(source)))
    ]


def runs_always(check: Check) -> bool:
    """Whether a check must have run when all is well; a `raise` runs only when something is wrong."""
    return not check.text.startswith("raise")


class Marker:
    """What the marks in a notebook's checks call: it notes which ran, and which failed.

    As long as it is not `stopping`, a check that fails is noted and the run goes on, so that one run tells of them all.
    """

    def __init__(self) -> None:
        self.ran: set[tuple[int, int]] = set()
        self.red: dict[tuple[int, int], str] = {}  # what the failing check says, in the order of failing
        self.stopping = False

    def __call__(self, cell: int, number: int) -> "Mark":
        return Mark(self, (cell, number))


class Mark:
    """The context in which one check runs."""

    def __init__(self, marker: Marker, place: tuple[int, int]) -> None:
        self.marker, self.place = marker, place

    def __enter__(self) -> None:
        self.marker.ran.add(self.place)

    def __exit__(self, kind: type | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if not isinstance(error, AssertionError):  # a crash in a check says nothing about what it checks
            return False
        self.marker.red.setdefault(self.place, f"{type(error).__name__}: {error}")
        return not self.marker.stopping


MARKER = "__marker__"  # the name under which the cells find the marker


class _Marking(ast.NodeTransformer):
    def __init__(self, cell: int, nodes: list[ast.stmt]) -> None:
        self.cell, self.numbers = cell, {node: number for number, node in enumerate(nodes)}

    def visit(self, node: ast.AST) -> ast.AST:
        if node not in self.numbers:
            return self.generic_visit(node)
        place = [ast.Constant(self.cell), ast.Constant(self.numbers[node])]
        call = ast.Call(ast.Name(MARKER, ast.Load()), place, [])
        mark = ast.copy_location(ast.With([ast.withitem(call)], [node]), node)
        return mark


def marked(tree: ast.Module, cell: int) -> ast.Module:
    """A parsed cell, every check of which runs in a mark of its own; the tree itself is changed."""
    return ast.fix_missing_locations(_Marking(cell, check_nodes(tree)).visit(tree))
