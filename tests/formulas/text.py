"""What the text states: the formulas in Markdown, cut into statements, and those into the sides of their relations."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

RELATIONS = {
    "=": "=",
    "\\le": "<=",
    "\\ge": ">=",
    "<": "<",
    ">": ">",
    "\\approx": "~",
    "\\leftarrow": "<-",
    "\\to": "=",
}
LOGIC = {r"\text{ AND NOT }": r"\cdot \text{NOT }", r"\text{ AND }": r"\cdot", r"\text{ OR }": "+"}  # of 0 and 1
SPACES = r"\\[,;:! ]|\\(?:q?quad|bigg?|Bigg?|left|right|textstyle)[lrm]?(?![a-zA-Z])"
CUT = re.compile(r"\\\\|\\q?quad\b|\\[{}]|\\text\{[^}]*\}|[&,{}()\[\]]")
DEPTH = {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}


class Formula(NamedTuple):
    """One statement of the text."""

    cell: str  # the cell's id
    section: str  # the heading above it
    label: str  # words within the formula before the statement, such as "residual ReLU"
    tex: str  # the statement


def spans(source: str) -> Iterator[str]:
    """The formulas in a Markdown text, displayed or within a line; code is left out."""
    source = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", source)
    for match in re.finditer(r"(?s)\$\$(.*?)\$\$|(?<!\\)\$([^$]+?)\$", source):
        yield match[1] or match[2]


def _cases(match: re.Match) -> str:
    rows = [row.split("&") for row in re.split(r"\\\\", match[1]) if row.strip()]
    return "\\cases" + "".join(f"{{{row[0]}}}{{{row[1] if len(row) > 1 else '?'}}}" for row in rows)


def statements(tex: str) -> Iterator[tuple[str, str]]:
    """The statements in a formula with the words that stand before each: rows, columns, and what commas separate."""
    tex = re.sub(r"(?s)\\begin\{cases\}(.*?)\\end\{cases\}", _cases, " ".join(tex.split()))
    tex = re.sub(
        r"\\frac\{\\partial L\}\{(\\partial [^{}]*(?:\{[^{}]*\})?)\}|\\partial L\s*/\s*(?=\\partial)", r"\1", tex
    )
    for words, mark in LOGIC.items():
        tex = tex.replace(words, mark)
    tex = re.sub(r"\\text\{ ?NOT \}\s*(\w(?:_\w)?)", r"(1 - \1)", re.sub(r"(?<!\\)\\[,;:! ]", " ", tex))
    tex = re.sub(r"\\(?:begin|end)\{aligned\}|&\s*(?==|\\[lg]e|\\approx|\\leftarrow)", " ", tex)
    pieces, depth, last = [], 0, 0
    for match in CUT.finditer(tex):
        mark = match[0]
        depth += DEPTH.get(mark, 0)
        joins = mark.startswith("\\text") and re.match(r"\s*(?:with|and|where|for)\b", mark[6:])
        if depth == 0 and (joins or mark in ("\\\\", "\\quad", "\\qquad", "&", ",")):
            pieces.append(tex[last : match.start()])
            last = match.end()
    label = ""
    for piece in [*pieces, tex[last:]]:
        words = re.match(r"\s*\\text\{\s*([^}]*?)\s*:\s*\}|\s*\\text\{\s*([^}]*?)\s*\}:", piece)
        label = (words[1] or words[2]) if words else label
        piece = piece[words.end() :] if words else piece
        if piece := " ".join(re.sub(SPACES, " ", piece).split()).strip(" .;:"):
            yield label, piece


def formulas(notebook: Any) -> Iterator[Formula]:
    """All statements in the formulas of a notebook's text, those without a relation too."""
    section = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            section = ([section, *re.findall(r"(?m)^## (.+)$", cell.source)])[-1]
            conditions: list[str] = []
            for tex in spans(cell.source):
                for label, statement in statements(tex):
                    cases = re.findall(r"(?<=\})\{([^{}]*)\}(?=\{|$)", statement) if "\\cases" in statement else []
                    conditions = [case for case in cases if len(sides(case)) > 1] or conditions
                    if "{?}" in statement:  # the conditions are those of the cases before
                        statement = statement.replace("{?}", "{%s}") % tuple(conditions)
                    yield Formula(cell.id, section, label, statement)


def sides(statement: str) -> list[str]:
    """A chain of relations as its sides and the relations between them: [side, relation, side, ...]."""
    found, depth, last = [], 0, 0
    for match in re.finditer(r"\\[a-zA-Z]+|\\.|[=<>{}()\[\]]", statement):
        depth += DEPTH.get(match[0], 0)
        if depth == 0 and match[0] in RELATIONS:
            found += [statement[last : match.start()].strip(), RELATIONS[match[0]]]
            last = match.end()
    return [*found, statement[last:].strip()]


def derivative_rows(source: str) -> Iterator[tuple[str, str, str]]:
    """(y, variable, claimed derivative), as Python, of each row of a table with the heads "y", "by a", "by b"."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in source.splitlines() if "|" in line]
    heads = [re.findall(r"^by (\w)$", head) for head in (rows[0] if rows else [])]
    for y, *claims in rows[2:] if any(heads) else ():
        for head, claim in zip(heads[1:], claims):
            if head and claim not in ("", "?"):
                yield re.sub(r"`|,.*", "", y), head[0], re.sub(r"`|,(?= else)", "", claim)
