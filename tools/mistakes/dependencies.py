"""Which cells of a notebook a cell depends on, as far as the names in their code tell."""

import ast
import builtins


def bound_and_read(source: str) -> tuple[set[str], set[str], set[str]]:
    """The names that a cell binds anew, those whose value it may change in place, and those that it reads."""
    tree = ast.parse(source)
    bound: set[str] = set()
    for node in tree.body:
        for part in ast.walk(node) if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) else [node]:
            match part:
                case ast.Name(name, ast.Store()) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    bound.add(name)
                case ast.Import(names) | ast.ImportFrom(names=names):
                    bound |= {(alias.asname or alias.name).split(".")[0] for alias in names}
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    changed = set()
    for node in ast.walk(tree):
        match node:
            case ast.AugAssign(ast.Name(name)):
                read.add(name)
            case ast.Attribute(value, _, ast.Store()) | ast.Subscript(value, _, ast.Store()):
                changed |= _base(value)
            case ast.Expr(ast.Call(ast.Attribute(value))):  # a method called for what it does
                changed |= _base(value)
    return bound, changed, read - set(dir(builtins)) | changed


def _base(node: ast.AST) -> set[str]:
    """The name at the beginning of `name.part[0].other`, if there is one."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def needed_cells(sources: list[str]) -> list[set[int]]:
    """For each cell the cells before it that it depends on, those that it depends on through others included."""
    names = [bound_and_read(source) for source in sources]
    needed = []
    for cell in range(len(sources)):
        wanted, found = set(names[cell][2]), set()
        for earlier in reversed(range(cell)):
            bound, changed, read = names[earlier]
            if wanted & (bound | changed):
                found.add(earlier)
                wanted = (wanted - bound) | read
        needed.append(found)
    return needed
