"""Tables are read row by row, and each row is whole or says what is wrong with it."""

from pathlib import Path

import pytest

from crm.tabular import Row, TableError, open_table


@pytest.fixture
def rows(tmp_path: Path):
    def read(data: bytes) -> list[Row]:
        path = tmp_path / "table.csv"
        path.write_bytes(data)
        with open_table(path, ["a", "b"]) as table:
            return list(table)

    return read


def test_cells_stand_under_their_columns_without_spaces_around_them(rows):
    assert rows(b" b ,a,c\n 1 ,2,3\n") == [Row(2, {"b": "1", "a": "2", "c": "3"})]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_lines_may_end_either_way_and_the_last_not_at_all(rows, ending):
    assert [row.line for row in rows(ending.join([b"a,b", b"1,2", b"3,4"]))] == [2, 3]


def test_empty_lines_are_no_rows(rows):
    assert [row.line for row in rows(b"a,b\n\n1,2\n,\n3,4\n\n")] == [3, 5]


def test_a_row_of_several_lines_begins_at_its_first(rows):
    assert [(row.line, row.cells["b"]) for row in rows(b'a,b\n1,"x\ny"\n2,z\n')] == [(2, "x\ny"), (4, "z")]


def test_letters_of_all_languages(rows):
    assert rows("a,b\nÅrhus,李\n".encode()) == [Row(2, {"a": "Århus", "b": "李"})]


def test_a_quotation_that_never_ends_is_told_where_it_begins(rows):
    first, broken = rows(b'a,b\n1,2\n3,"4\n5,6\n')
    assert first.cells
    assert (broken.line, broken.cells) == (3, {})
    assert "up to line 4" in broken.problem


def test_a_value_of_any_length_does_not_fill_the_memory(rows):
    broken, *__ = rows(b'a,b\n1,"' + b"x" * 200_000 + b'"\n')
    assert (broken.line, broken.cells) == (2, {})


def test_a_header_must_name_the_columns(rows):
    with pytest.raises(TableError, match=r"table\.csv, line 1: The header lacks b"):
        rows(b"a,c\n1,2\n")


def test_it_knows_how_far_it_is(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 100_000)
    with open_table(path, ["a"]) as table:
        shares = [table.share_read for __ in table]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert shares[-1] == 1
    assert table.other_columns == ["b"]
