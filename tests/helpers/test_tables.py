"""Tables: a head stands over its own column."""

import pytest

from helpers.tables import table

RESULTS = {"wide": (0.25, 12), "a longer name": (11.5, 3)}
COLUMNS = [
    ("network", lambda row: row[0], ""),
    ("RMSE", lambda row: row[1][0], ".1f"),
    ("n", lambda row: row[1][1], "d"),
]


def test_each_value_stands_under_its_head_numbers_to_the_right():
    assert table(RESULTS.items(), COLUMNS).splitlines() == [
        "network        RMSE   n",
        "wide            0.2  12",
        "a longer name  11.5   3",
    ]


def test_columns_change_places_with_their_heads():
    turned = table(RESULTS.items(), COLUMNS[::-1]).splitlines()
    assert [line.split()[0] for line in turned] == ["n", "12", "3"]


@pytest.mark.parametrize("rows, columns, says", [
    ([], COLUMNS, "a row and a column at least, got 0 and 3"), ([1], [], "got 1 and 0"),
    ([1], [("x", abs, ""), ("x", abs, "")], "heads that differ"), (["a"], [("x", str, ".1f")], "got '.1f' for 'a'"),
    ([1.5], [("x", abs, "d")], "the format of column 'x' must fit its values, got 'd' for 1.5"),
])  # fmt: skip
def test_what_is_no_table_is_refused_in_a_sentence(rows, columns, says):
    with pytest.raises(ValueError, match=says):
        table(rows, columns)
