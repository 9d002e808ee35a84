"""Find the texts of a notebook that a reader sees, and put others in their place without touching the code.

Prose is cut into paragraphs and list items. In code, a text is seen if it goes where readers look (a title, a caption,
print), or if it is more than one word; comments and docstrings are seen too. A text with fields, `f"{n} rows"`, is one
message with its fields in braces. What is written is read again and must be the same code with other words.
"""

import ast
import copy
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from typing import NamedTuple

from nbformat import NotebookNode

from helpers import ROOT

# Where readers look: keywords, names that are assigned, and calls whose texts are seen even if they are one word.
KEYWORDS = {
    "alt", "alts", "caption", "captions", "description", "label", "labels", "suptitle", "title", "titles", "xlabel",
    "xticklabels", "ylabel", "yticklabels",
}  # fmt: skip
CALLS = {"annotate", "drawn", "legend", "print", "set_title", "set_xlabel", "set_ylabel", "suptitle", "text"}
# Keywords whose texts only Matplotlib reads, though they are words.
FOR_MATPLOTLIB = {
    "arrowstyle", "boxstyle", "color", "connectionstyle", "ha", "horizontalalignment", "linestyle", "loc", "ls",
    "marker", "textcoords", "va", "verticalalignment", "xycoords",
}  # fmt: skip
NOT_PROSE = re.compile(
    r"```.*?```|\$\$(?!.*\\text\{).*?\$\$|(?<!\$)\$[^$\n]+\$(?!\$)|`[^`]+`|\]\([^)]*\)|<[^>]+>|https?://\S+"
    r"|\\(?:begin|end)\{\w+\}|\\[a-zA-Z]+",
    re.DOTALL,
)
FIELD = re.compile(r"(?<!\{)(?:\{\{)*(\{(?:[^{}]|\{[^{}]*\})+\})")  # of an f-string; its format may hold fields again
WORD = re.compile(r"[^\W\d_]{2,}")
COMMAND = re.compile(r" -[a-z]\b")  # an option: git's, not a sentence
COMMENT = re.compile(r"#\s*(@title )?")
FOR_TOOLS = re.compile(r"#\s*(fmt:|noqa|type:)")
FENCE = re.compile(r"(?s)(```python\n)(.*?)(```)")  # code in prose, such as a solution's
NAMES = ROOT / "translations" / "names.txt"
WIDTH = 112  # columns for a text that stands in pieces


class Text(NamedTuple):
    """A text that a reader sees: where it stands, what it says, and which kind it is."""

    cell: str
    words: str
    kind: str  # "prose", "string" or "comment"


Say = Callable[[str], str | None]  # a text's translation, or None


def names() -> frozenset[str]:
    """What stays the same in every language: the lines of translations/names.txt, apart from its headings."""
    lines = NAMES.read_text(encoding="utf-8").splitlines() if NAMES.is_file() else []
    return frozenset(line for line in lines if line and not line.startswith("#"))


STAYS = names()


def says_something(words: str) -> bool:
    """Whether there is a word outside formulas, code, addresses and tags."""
    return bool(WORD.search(NOT_PROSE.sub(" ", words)))


def is_sentence(words: str) -> bool:
    """Whether a text is more than one word, so that it can hardly be anything but language."""
    return " " in words.strip() and len(WORD.findall(NOT_PROSE.sub(" ", words))) > 1 and not COMMAND.search(words)


def blocks(source: str) -> list[str]:
    """A Markdown text as paragraphs, list items and the white space between them; joined they are the text again."""
    parts = re.split(r"((?s:```.*?```)|(?s:\$\$.*?\$\$)|\n{2,}|\n(?=- |\d+\. |\|))", source)
    merged: list[str] = []
    for part in parts:
        # A fence or a displayed formula that is glued to its paragraph stays with it.
        if merged and part and not part.isspace() and not merged[-1].isspace():
            merged[-1] += part
        elif part:
            merged.append(part)
    return merged


# Strings and comments in code


def offsets(source: str) -> Callable[[int, int], int]:
    """Maps a line and a column in UTF-8 bytes, as in ast, to an offset in the text."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return lambda line, column: starts[line - 1] + len(lines[line - 1].encode()[:column].decode())


def template(node: ast.expr) -> str:
    """The text of a string literal, the expressions of an f-string in braces and its own braces doubled."""
    if isinstance(node, ast.Constant):
        return node.value
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(part.value.replace("{", "{{").replace("}", "}}"))
        else:
            form = f":{template(part.format_spec)}" if part.format_spec else ""
            conversion = "" if part.conversion == -1 else f"!{chr(part.conversion)}"
            parts.append("{" + ast.unparse(part.value) + conversion + form + "}")
    return "".join(parts)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def looked_at(tree: ast.AST) -> set[ast.AST]:
    """The literals that stand where readers look, and docstrings."""
    places: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in KEYWORDS:
            places.append(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in CALLS:
            places += node.args
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in KEYWORDS:
            places.append(node.value)
        elif isinstance(node, ast.Assert) and node.msg is not None:
            places.append(node.msg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            places.append(node.body[0].value)
    found = set()

    def visit(node: ast.AST) -> None:
        if is_text(node):
            found.add(node)
        elif not isinstance(node, (ast.Subscript, ast.Compare, ast.Attribute)):
            for child in ast.iter_child_nodes(node):
                if not (isinstance(node, ast.Call) and child is node.func):
                    visit(child)

    for place in places:
        visit(place)
    return found


def literals(source: str, shown: frozenset[str] = frozenset()) -> Iterator[tuple[int, int, ast.expr]]:
    """The outermost string literals of a cell that a reader sees: start, end and node.

    Args:
        source: of a code cell.
        shown: single words that are seen though nothing tells; of an f-string what stands round its fields.
    """
    tree, at = ast.parse(source), offsets(source)
    seen = looked_at(tree)

    def visit(node: ast.AST) -> Iterator[tuple[int, int, ast.expr]]:
        if is_text(node):
            words = FIELD.sub(" ", template(node)) if isinstance(node, ast.JoinedStr) else template(node)
            # Matplotlib shows no label that begins with _.
            if template(node) in STAYS or words.startswith("_") or not says_something(words):
                return
            if node in seen or " ".join(words.split()) in shown or is_sentence(words):
                yield at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset), node
        elif not (isinstance(node, ast.keyword) and node.arg in FOR_MATPLOTLIB):
            for child in ast.iter_child_nodes(node):
                yield from visit(child)

    yield from visit(tree)


def comments(source: str) -> Iterator[tuple[int, int, str]]:
    """The comments of a cell that say something: start and end of their words, and the words."""
    at = [0]
    for line in source.splitlines(keepends=True):
        at.append(at[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and says_something(token.string) and not FOR_TOOLS.match(token.string):
            words = FOR_TOOLS.split(token.string[COMMENT.match(token.string).end() :])[0].rstrip()
            start = at[token.start[0] - 1] + token.start[1] + token.string.index(words)
            yield start, start + len(words), words


def escaped(words: str, quote: str) -> str:
    words = words.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return words.replace(quote[0], "\\" + quote[0])


def literal(words: str, node: ast.expr, column: int, in_pieces: bool) -> str:
    """A literal of a text, with the fields of the one it replaces.

    Args:
        words: the text; fields in braces if node is an f-string.
        node: the literal that is replaced.
        column: where it begins.
        in_pieces: whether it may be broken over lines, as inside brackets.
    Raises:
        ValueError: if the text cannot be written as one, with the reason.
    """
    with_fields, parts, end = isinstance(node, ast.JoinedStr), [], 0
    for found in FIELD.finditer(words) if with_fields else ():
        parts += [words[end : found.start(1)], found[1]]
        end = found.end(1)
    parts.append(words[end:])
    quote = '"""' if any('"' in field for field in parts[1::2]) else '"'
    tokens: list[str] = []  # words with the blank behind them, and fields: pieces end after a blank
    for number, part in enumerate(parts):
        tokens += [part] if number % 2 else [escaped(word, quote) for word in re.split(r"(?<= )", part) if word]
    pieces, line = [], ""
    for token in tokens:
        if in_pieces and line.endswith(" ") and len(line) + len(token) > max(40, WIDTH - column):
            pieces.append(line)
            line = ""
        line += token
    pieces.append(line)
    letter = "f" if with_fields else ""
    text = ("\n" + " " * column).join(f"{letter}{quote}{piece}{quote}" for piece in pieces)
    try:
        again = template(ast.parse(f"({text})", mode="eval").body)
    except SyntaxError as error:
        raise ValueError(f"a text cannot be written as code ({error.msg}): {words!r}") from None
    if again != words:
        raise ValueError(f"a text reads otherwise once it is written as code: {words!r} became {again!r}")
    return text


def constants_in_fields(node: ast.expr) -> Iterator[str]:
    """The strings inside an f-string's expressions, such as the key in {sizes['task']}."""
    for value in node.values if isinstance(node, ast.JoinedStr) else ():
        if isinstance(value, ast.FormattedValue):
            yield from (
                n.value for n in ast.walk(value.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            )


def with_keys(words: str, say: Say) -> str:
    """A text in which the strings inside its fields are those that `say` knows: a key goes where its name went."""

    def key(found: re.Match) -> str:
        new = say(found[1])
        return f"'{new}'" if new and not set("'\"\\{}") & set(new) else found[0]

    parts, end = [], 0
    for found in FIELD.finditer(words):
        parts += [words[end : found.start(1)], re.sub(r"'([^'\\]+)'", key, found[1])]
        end = found.end(1)
    return "".join([*parts, words[end:]])


def skeleton(source: str) -> str:
    """The code of a cell without the texts of its strings and comments, but with the expressions of its f-strings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = sorted((value for value in node.values if not isinstance(value, ast.Constant)), key=ast.dump)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree).replace("JoinedStr(values=[])", "Constant(value='')")


def rewrite_code(source: str, say: Say, shown: frozenset[str] = frozenset()) -> str:
    """A code cell with the texts that `say` knows in place of its own.

    Raises:
        ValueError: if the code would not be the same.
    """
    edits = []
    for start, end, node in literals(source, shown):
        new = say(template(node)) or template(node)
        if isinstance(node, ast.JoinedStr):
            new = with_keys(new, say)
        if new != template(node):
            triple = source[start:end].lstrip("rRfFuU").startswith(('"""', "'''"))
            if triple and isinstance(node, ast.Constant):
                edits.append((start, end, '"""' + new.replace("\\", "\\\\").replace('"""', '\\"""') + '"""'))
            else:
                column = start - (source.rfind("\n", 0, start) + 1)
                edits.append((start, end, literal(new, node, column, "\n" in source[start:end] and not triple)))
    for start, end, words in comments(source):
        new = say(words)
        if new is not None and new != words:
            edits.append((start, end, new))
    written = source
    for start, end, new in sorted(edits, reverse=True):
        written = written[:start] + new + written[end:]
    if skeleton(written) != skeleton(source):
        raise ValueError(f"a translation must leave the code as it is; see the cell that begins {source[:60]!r}")
    return written


# Notebooks


def texts_of_code(source: str, shown: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """What a reader sees of some code, in order, each text with its kind."""
    found = [(start, words, "comment") for start, _, words in comments(source)]
    for start, _, node in literals(source, shown):
        found.append((start, template(node), "string"))
        found += [(start, words, "string") for words in constants_in_fields(node) if words in shown]
    yield from ((words, kind) for _, words, kind in sorted(found))


def texts_of_prose(source: str, shown: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """What a reader sees of a Markdown text: its paragraphs and items, and the texts of code in it."""
    for block in blocks(source):
        if fence := FENCE.fullmatch(block):
            yield from texts_of_code(fence[2], shown)
        elif says_something(block) and not block.startswith("[![Open in Colab]"):
            yield block, "prose"


def rewrite_prose(source: str, say: Say, shown: frozenset[str] = frozenset()) -> str:
    """A Markdown text with what `say` knows in place of its own, in its code too."""

    def new(block: str) -> str:
        if fence := FENCE.fullmatch(block):
            return fence[1] + rewrite_code(fence[2], say, shown) + fence[3]
        return (say(block) or block) if says_something(block) else block

    return "".join(map(new, blocks(source)))


def texts(notebook: NotebookNode, shown: frozenset[str] = frozenset()) -> Iterator[Text]:
    """All that a reader sees of a notebook's sources, in order."""
    for cell in notebook.cells:
        found = texts_of_prose if cell.cell_type == "markdown" else texts_of_code
        yield from (Text(cell.id, words, kind) for words, kind in found(cell.source, shown))


def rewrite(notebook: NotebookNode, say: Say, shown: frozenset[str] = frozenset()) -> NotebookNode:
    """A copy of a notebook with every text that `say` knows in the place of the English one, without outputs."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        write = rewrite_prose if cell.cell_type == "markdown" else rewrite_code
        try:
            cell.source = write(cell.source, say, shown)
        except ValueError as error:
            raise ValueError(f"cell {cell.id}: {error}") from None
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook
