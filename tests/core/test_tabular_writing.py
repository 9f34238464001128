"""What is written is read back as it was, and no cell begins a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.tabular import Figure, harmless, open_table, write_table

SIGNS = "=+-@＝＋－＠"
# Texts as the database can hold them, with what is dangerous more often than chance would have it.
TEXTS = st.text(
    st.one_of(st.sampled_from(SIGNS + ",;\t\r\n\"' "), st.characters(codec="utf-8", exclude_characters="\0")),
    max_size=12,
)


def written(rows: list[list[str]], delimiter: str = ",") -> bytes:
    with write_table(rows, delimiter=delimiter) as file:
        return file.read()


def read(data: bytes, delimiter: str = ",") -> list[list[str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=delimiter, strict=True))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=3), max_size=4), st.sampled_from(",;"))
def test_what_is_read_back_is_what_was_written(rows, delimiter):
    assert read(written(rows, delimiter), delimiter) == [[harmless(cell) for cell in row] for row in rows]


@given(TEXTS)
def test_nothing_but_apostrophes_is_added(text):
    assert harmless(text).replace("'", "") == text.replace("'", "")


@given(TEXTS)
def test_no_cell_begins_a_formula_at_whichever_separator_the_spreadsheet_splits(text):
    safe = harmless(text)
    assert not safe.startswith(("\t", "\r", "\n", *SIGNS))
    assert not safe.lstrip().startswith(tuple(SIGNS))
    for part in re.split(r"[,;\t\r\n]", safe):
        assert not re.sub(r'^[\s"]*', "", part).startswith(tuple(SIGNS))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+45 12 34", "'+45 12 34"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"),
        ('x;"=1', "x;'\"=1"),
        ("x; =cmd|' /C calc'!A0", "x;' =cmd|' /C calc'!A0"),
        ("Berlin, +49 30", "Berlin,' +49 30"),
        ("Two ways:\n\n- one", "Two ways:\n\n'- one"),
    ],
)
def test_formulas_are_made_harmless(text, safe):
    assert harmless(text) == safe


@pytest.mark.parametrize("text", ["", "1 = 1", "a-b", "me@example.com", "Berlin, tel. +49 30", "O'Neill", "3 - 2; – 1"])
def test_harmless_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_figures_keep_their_sign():
    assert read(written([[Figure("-1.5"), "-1.5"]])) == [["-1.5", "'-1.5"]]


def test_the_file_is_utf_8_with_its_mark_and_crlf():
    assert written([["a", "b"], ["Åse", 'x"y']]) == b'\xef\xbb\xbfa,b\r\n\xc3\x85se,"x""y"\r\n'


def test_cells_with_the_delimiter_are_quoted():
    assert written([["1,5", "2;5"]]).endswith(b'"1,5",2;5\r\n')
    assert written([["1,5", "2;5"]], ";").endswith(b'1,5;"2;5"\r\n')


def test_what_was_written_can_be_imported(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(written([["a", "b"], ["Århus", "two\nlines"]]))
    with open_table(path, ["a", "b"]) as table:
        assert [row.cells for row in table] == [{"a": "Århus", "b": "two\nlines"}]


def test_a_row_that_fails_leaves_no_file():
    def rows():
        yield ["a"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_table(rows())
