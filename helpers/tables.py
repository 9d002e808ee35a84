"""Tables of text in which a head and its column cannot part: each column is one line of code."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Column = tuple[str, Callable[[Any], Any], str]


def table(rows: Iterable[Any], columns: Sequence[Column]) -> str:
    """Rows of a table, one for each thing, under heads that are as wide as their columns.

        print(table(results.items(), [("network", lambda row: row[0], ""), ("RMSE", lambda row: row[1].mean(), ".1f")]))

    Args:
        rows: the things that the rows are about, for instance the items of a dictionary {name: result}.
        columns: (head, value, format) for each column: what stands above it, a function that takes a row and returns
            what stands in it, and how that is written, as after the colon in an f-string; numbers go to the right.
    Returns:
        the table, its lines joined, without spaces at their ends.
    Raises:
        ValueError: if there is no row, no column, two columns of one head, or a value that its format cannot write.
    """
    rows, heads = list(rows), [head for head, _, _ in columns]
    if not rows or not heads:
        raise ValueError(f"a table must have a row and a column at least, got {len(rows)} and {len(heads)}.")
    if len(set(heads)) < len(heads):
        raise ValueError(f"columns must have heads that differ, got {heads!r}.")
    blocks = []
    for head, value, form in columns:
        values = [value(row) for row in rows]
        try:
            cells = [format(v, form) for v in values]
        except (TypeError, ValueError):
            found = f"{form!r} for {values[0]!r}"
            raise ValueError(f"the format of column {head!r} must fit its values, got {found}.") from None
        width = max(map(len, [head, *cells]))
        words = all(isinstance(v, str) for v in values)
        blocks.append([cell.ljust(width) if words else cell.rjust(width) for cell in [head, *cells]])
    return "\n".join("  ".join(line).rstrip() for line in zip(*blocks))
