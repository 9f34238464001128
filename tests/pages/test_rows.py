"""The HTML of a row: functions make it, so they must escape what templates would."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from crm.cells import CELLS
from crm.columns import Column
from crm.commands import Command
from crm.rows import RowCells, RowChoices, RowMenus
from tests.pages.html import elements, text_of

BAD = """<b>"&'"""


class Row:
    def __init__(self, number: int = 7) -> None:
        self.pk = UUID(int=number)

    def __str__(self) -> str:
        return BAD


def menu_of(row: Row, *commands: Command) -> str:
    return RowMenus(lambda row: commands, lambda row: row.pk).of(row)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", BAD),
        ("link", (BAD, lambda: BAD)),
        ("badge", (BAD, BAD)),
        ("rating", (BAD, BAD)),
        ("money", (Decimal(1), BAD)),
        ("percent", BAD),
        ("website", BAD),
    ],
)
def test_a_cell_escapes_what_a_record_holds(kind, value, monkeypatch):
    monkeypatch.setattr("crm.currencies.DECIMALS", {BAD: 2})
    shown = CELLS[kind](value)
    assert BAD not in shown
    assert "<b>" not in shown
    assert "&lt;b&gt;&quot;&amp;&#x27;" in shown


def test_labels_names_and_reasons_are_escaped():
    row = RowCells([Column(BAD, lambda row: BAD)]).of(Row())
    menu = menu_of(Row(), Command("a", BAD, "add", f"/{BAD}"), Command("b", BAD, "add", "/", BAD))
    for shown in (row, menu, RowChoices().of(Row())):
        assert BAD not in shown
        assert "&lt;b&gt;" in shown


@pytest.mark.parametrize("kind", ["text", "link", "money", "day", "percent"])
def test_a_cell_without_a_value_is_empty_and_says_so(kind):
    cells = RowCells([Column("Name", lambda row: None, kind, style="is-day")])
    assert cells.of(Row()) == '<td role="cell" class="is-day is-empty" data-label="Name"></td>'


def test_no_percent_and_no_amount_are_no_empty_cells():
    assert "0 %" in RowCells([Column("Probability", lambda row: 0, "percent")]).of(Row())
    assert "0.00" in RowCells([Column("Amount", lambda row: (Decimal(), "EUR"), "money")]).of(Row())


def test_days_and_numbers_are_written_in_the_language_and_time_zone_of_the_reader():
    midnight = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    with translation.override("da"), timezone.override("Europe/Copenhagen"):
        assert CELLS["day"](midnight) == "22.11.2026"
        assert CELLS["day"](date(2026, 11, 21)) == "21.11.2026"
        assert ">1.234</span>" in CELLS["text"](1234)


def test_a_reason_is_seen_once_and_heard_at_each_command():
    reason = gettext_lazy("Your role may read this, but not change it.")
    refused = [Command(key, key, "edit", "/", reason) for key in ("close", "edit")]
    other = Command("other", "other", "edit", "/", "Another reason.")
    menu = HttpResponse(menu_of(Row(), *refused, other))
    reasons = elements(menu, "span")
    assert [each["class"] for each in reasons] == ["row-menu-why", "visually-hidden", "row-menu-why"]
    described = [button["aria-describedby"] for button in elements(menu, "button", aria_disabled="true")]
    assert described == [each["id"] for each in reasons]
    assert text_of(menu).count(str(reason)) == 2


def test_rows_of_one_kind_have_one_menu_each_with_its_own_addresses():
    asked = []

    def commands_of(row):
        asked.append(row)
        offered = Command("close", "Close", "lost", f"/deals/{row.pk}/close/")
        return [offered, Command("edit", "Edit", "edit", f"/deals/{row.pk}/", f"Not {row.pk.int % 2}.")]

    shared = RowMenus(commands_of, lambda row: row.pk.int % 2)
    rows = [Row(number) for number in (7, 8, 9)]
    assert [shared.of(row) for row in rows] == [menu_of(row, *commands_of(row)) for row in rows]
    assert asked[:2] == rows[:2]
    assert len(asked) == 2 + len(rows)
