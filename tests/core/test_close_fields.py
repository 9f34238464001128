"""Custom close fields: what they take, what closing keeps of it, and what of that is shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from opportunities.actions import check_close
from opportunities.close_fields.kinds import KINDS, FieldType, WrongValue
from opportunities.models import Outcome, ShownOn
from tests import expect
from tests.factories import close_lost, close_won, make_close_field, make_opportunity, reopen

OPTIONS = ["price", "quality"]

TAKEN = [
    (FieldType.TEXT, "  Anna, the CFO ", "Anna, the CFO"),
    (FieldType.TEXT, "x" * 300, "x" * 300),
    (FieldType.WHOLE_NUMBER, 0, 0),
    (FieldType.WHOLE_NUMBER, -(10**15 - 1), -(10**15 - 1)),
    (FieldType.DECIMAL, Decimal("12.50"), "12.5"),
    (FieldType.DECIMAL, "-0.000001", "-0.000001"),
    (FieldType.DECIMAL, Decimal("1E+2"), "100"),
    (FieldType.DECIMAL, Decimal("-0"), "0"),
    (FieldType.DECIMAL, 10**12, "1000000000000"),
    (FieldType.DATE, date(2027, 1, 31), "2027-01-31"),
    (FieldType.DATE, "1900-01-01", "1900-01-01"),
    (FieldType.YES_NO, False, False),
    (FieldType.YES_NO, True, True),
    (FieldType.CHOICE, "price", "price"),
]
REFUSED = [
    (FieldType.TEXT, "x" * 301, "Shorten"),
    (FieldType.TEXT, 5, "Enter a text"),
    (FieldType.TEXT, "a\0b", "null characters"),
    (FieldType.TEXT, "a\ud800", "half characters"),
    (FieldType.TEXT, True, "Enter a text"),
    (FieldType.WHOLE_NUMBER, 10**15, "from -999,999,999,999,999"),
    (FieldType.WHOLE_NUMBER, "5", "whole number"),
    (FieldType.WHOLE_NUMBER, Decimal("5.0"), "whole number"),
    (FieldType.WHOLE_NUMBER, True, "whole number"),
    (FieldType.DECIMAL, Decimal("0.0000001"), "at most 6 decimals"),
    (FieldType.DECIMAL, 10**12 + 1, "1,000,000,000,000"),
    (FieldType.DECIMAL, Decimal("NaN"), "at most"),
    (FieldType.DECIMAL, "1,5", "such as 1234.50"),
    (FieldType.DECIMAL, True, "such as 1234.50"),
    (FieldType.DATE, "2027-02-30", "YYYY-MM-DD"),
    (FieldType.DATE, "20270131", "YYYY-MM-DD"),
    (FieldType.DATE, 20270131, "YYYY-MM-DD"),
    (FieldType.DATE, date(1899, 12, 31), "1900-01-01"),
    (FieldType.YES_NO, "true", "true or false"),
    (FieldType.YES_NO, 1, "true or false"),
    (FieldType.CHOICE, "Price", "price, quality"),
    (FieldType.CHOICE, 1, "price, quality"),
]


@pytest.mark.parametrize(("kind", "given", "kept"), TAKEN)
def test_what_a_kind_takes(kind, given, kept):
    stored = KINDS[kind].read(given, OPTIONS)
    assert (stored, type(stored)) == (kept, type(kept))


@pytest.mark.parametrize(("kind", "given", "why"), REFUSED)
def test_what_a_kind_refuses(kind, given, why):
    with pytest.raises(WrongValue) as refused:
        KINDS[kind].read(given, OPTIONS)
    assert why in " ".join(map(str, refused.value.texts))


class TestClosing:
    def test_the_close_record_keeps_value_and_labels(self, rep):
        make_close_field("main_reason", FieldType.CHOICE, options=("price", "quality"))
        make_close_field("visits", FieldType.WHOLE_NUMBER)
        closing = close_won(make_opportunity(rep), custom={"main_reason": "price", "visits": 3})
        close = closing.opportunity_close
        close.refresh_from_db()
        assert close.custom_values() == {"main_reason": "price", "visits": 3}
        assert close.custom["main_reason"] == {
            "type": "choice",
            "label_en": "Main reason",
            "label_da": "Main reason (da)",
            "value": "price",
            "value_en": "Price",
            "value_da": "price (da)",
            "place": 0,
        }

    def test_what_is_left_out_is_not_kept(self, rep):
        for name in ("a", "b", "c"):
            make_close_field(name)
        closing = close_lost(make_opportunity(rep), custom={"a": None, "b": "  "})
        assert closing.opportunity_close.custom == {}

    def test_everything_wrong_is_told_at_once(self, rep):
        make_close_field("needed", required=True)
        make_close_field("visits", FieldType.WHOLE_NUMBER)
        opportunity = make_opportunity(rep)
        with expect.invalid(
            **{
                "custom.needed": "This field is required",
                "custom.visits": "whole number",
                "custom.unknown": "no such field",
                "description": "Shorten",
            }
        ):
            close_won(opportunity, custom={"visits": "three", "unknown": 1}, description="x" * 2001)

    def test_it_is_judged_also_beside_an_unknown_status_reason(self, rep):
        make_close_field("needed", required=True)
        opportunity = make_opportunity(rep)
        with expect.invalid(**{"custom.needed": 1, "status_reason": 1}):
            close_won(opportunity, status_reason=5)

    def test_a_required_answer_may_be_no(self, rep):
        make_close_field("reference", FieldType.YES_NO, required=True)
        closing = close_won(make_opportunity(rep), custom={"reference": False})
        assert closing.opportunity_close.custom_values() == {"reference": False}

    @pytest.mark.parametrize(("shown_on", "absent"), [(ShownOn.WON, Outcome.LOST), (ShownOn.LOST, Outcome.WON)])
    def test_a_field_of_the_other_form_is_unknown(self, rep, shown_on, absent):
        make_close_field("only", shown_on=shown_on, required=True)
        present = {Outcome.WON: close_lost, Outcome.LOST: close_won}[absent]
        other = {Outcome.WON: close_won, Outcome.LOST: close_lost}[absent]
        assert present(make_opportunity(rep), custom={"only": "x"}).opportunity_close.custom_values() == {"only": "x"}
        other(make_opportunity(rep))
        opportunity = make_opportunity(rep)
        with expect.invalid(**{"custom.only": "no such field"}):
            other(opportunity, custom={"only": "x"})

    def test_a_retired_field_leaves_the_form_and_stays_on_old_records(self, rep):
        field = make_close_field("why", required=True)
        old = close_won(make_opportunity(rep), custom={"why": "They know us"}).opportunity_close
        field.active = False
        field.save()
        opportunity = make_opportunity(rep)
        with expect.invalid(**{"custom.why": "no such field"}):
            close_won(opportunity, custom={"why": "x"})
        assert close_won(opportunity).opportunity_close.custom == {}
        assert old.custom_facts() == [("Why", "They know us")]

    def test_a_renamed_field_leaves_old_records_as_they_were(self, rep):
        field = make_close_field("why", FieldType.CHOICE, options=("price",))
        old = close_won(make_opportunity(rep), custom={"why": "price"}).opportunity_close
        field.label_en, field.choices = "Main reason", [{"value": "other", "label_en": "Other", "label_da": "Andet"}]
        field.save()
        old.refresh_from_db()
        assert old.custom_facts() == [("Why", "Price")]

    def test_a_reopened_closing_keeps_them(self, rep):
        make_close_field("why")
        opportunity = make_opportunity(rep)
        close_won(opportunity, custom={"why": "They know us"})
        assert reopen(opportunity).opportunity_close.custom_values() == {"why": "They know us"}


def test_they_are_shown_in_the_order_of_the_form_and_the_reader_s_language(rep):
    make_close_field("z_first", FieldType.DECIMAL, order=1)
    make_close_field("y", FieldType.WHOLE_NUMBER, order=2)
    make_close_field("x", FieldType.DATE, order=3)
    make_close_field("w", FieldType.YES_NO, order=4)
    make_close_field("v", FieldType.CHOICE, order=5, options=("price",))
    make_close_field("a_last", order=6, label_da="")
    custom = {"a_last": "end", "v": "price", "w": True, "x": date(2026, 1, 2), "y": 1234, "z_first": Decimal("1234.50")}
    close = close_won(make_opportunity(rep), custom=custom).opportunity_close
    close.refresh_from_db()
    assert close.custom_facts() == [
        ("Z first", "1,234.5"), ("Y", "1,234"), ("X", "01/02/2026"), ("W", "Yes"), ("V", "Price"), ("A last", "end"),
    ]  # fmt: skip
    with translation.override("da"):
        assert close.custom_facts() == [
            ("Z first (da)", "1.234,5"), ("Y (da)", "1.234"), ("X (da)", "02.01.2026"), ("W (da)", "Ja"),
            ("V (da)", "price (da)"), ("A last", "end"),
        ]  # fmt: skip


def test_the_close_check_lists_them_after_the_others(rep):
    make_close_field("second", order=2)
    make_close_field("first", FieldType.CHOICE, order=1, options=("price",), required=True, help_en="Ask the buyer.")
    make_close_field("lost_only", shown_on=ShownOn.LOST)
    make_close_field("retired", active=False)
    check = check_close(make_opportunity(rep).pk, Outcome.WON, actor=rep)
    assert check.allowed
    assert check.fields[5:] == [
        {
            "name": "first",
            "label": "First",
            "help": "Ask the buyer.",
            "type": "choice",
            "required": True,
            "choices": [{"value": "price", "label": "Price"}],
            "max_length": None,
            "custom": True,
        },
        {
            "name": "second",
            "label": "Second",
            "help": "",
            "type": "text",
            "required": False,
            "choices": None,
            "max_length": 300,
            "custom": True,
        },
    ]


def test_they_cost_no_statement(rep, count_statements):
    for number in range(10):
        make_close_field(f"field_{number}", FieldType.CHOICE, options=("a", "b"))
    opportunity = make_opportunity(rep)
    with count_statements(8):
        close_won(opportunity, custom={"field_3": "a"})
