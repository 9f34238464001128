"""Amounts shown and typed the local way."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from crm.currencies import amount_shown
from crm.forms import MoneyField, amount_input, parse_number


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("en", "1234.5000", "EUR", "€\u00a01,234.50"),
        ("da", "1234.5", "EUR", "€\u00a01.234,50"),
        ("da", "1234.5", "DKK", "1.234,50\u00a0DKK"),
        ("en", "1000", "JPY", "¥\u00a01,000"),
        ("en", "1000", "KWD", "1,000.000\u00a0KWD"),
        ("en", "1000000000000", "USD", "$\u00a01,000,000,000,000.00"),
        ("en", "0", "USD", "$\u00a00.00"),
    ],
)
def test_money_is_shown_with_the_currencys_decimals(language, amount, currency, shown):
    with translation.override(language):
        assert amount_shown(Decimal(amount), currency) == shown


def test_no_money_is_a_dash():
    assert amount_shown(None, "EUR") == "–"


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        ("en", "1,234.50", "1234.50"),
        ("en", "1234.50", "1234.50"),
        ("en", "1234", "1234"),
        ("en", "1,234,567", "1234567"),
        ("en", "1.5", "1.5"),
        ("en", "0", "0"),
        ("en", "-5", "-5"),
        ("da", "1.234,50", "1234.50"),
        ("da", "1234,50", "1234.50"),
        ("da", "1.234", "1234"),
        ("da", "1,5", "1.5"),
        ("da", "1234.50", "1234.50"),
        ("da", "1.5", "1.5"),
        # As elsewhere: its groups show how it is meant, and nobody reads it in another way.
        ("en", "1.234,50", "1234.50"),
        ("en", "1.234.567", "1234567"),
        ("en", "12 500", "12500"),
        ("en", "12\u00a0500,75", "12500.75"),
        ("da", "1,234.50", "1234.50"),
        ("da", "-12\u202f500", "-12500"),
    ],
)
def test_amounts_are_read_the_local_way(language, typed, amount):
    with translation.override(language):
        assert parse_number(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "1,5"),
        ("en", "1,50"),
        ("en", "12,34"),
        ("en", "1,23,456"),
        ("en", "0,123"),
        ("en", "1 23"),
        ("en", "12 34 567"),
        ("en", "1.234,567.8"),
        ("en", "1e3"),
        ("en", "+5"),
        ("en", "5."),
        ("en", "٣"),
        ("en", "NaN"),
        ("en", "$5"),
        ("en", "9" * 41),
        ("da", "1234.500"),
        ("da", "0.123"),
        ("da", "12.34.5"),
    ],
)
def test_what_could_mean_two_amounts_is_refused(language, typed):
    with translation.override(language), pytest.raises(ValueError, match=re.escape(typed)):
        parse_number(typed)


@pytest.mark.parametrize(
    ("language", "typed", "currency", "said"),
    [
        ("en", "1,5", "EUR", "Do you mean 1.50?"),
        # A Dane's fifteen hundred, on an English page: more decimals than the currency has, though zeros.
        ("en", "1.500", "EUR", "Do you mean 1,500.00?"),
        ("en", "1.234", "JPY", "Do you mean 1,234?"),
        ("da", "1,234", "EUR", "Mener du 1.234,00?"),
        ("en", "1.2345", "EUR", "decimals of EUR"),
        ("en", "12.34.5", "EUR", "such as 1,234.50"),
        ("da", "1234.500", "EUR", "Angiv et beløb"),
    ],
)
def test_who_writes_as_others_do_is_asked(language, typed, currency, said):
    with translation.override(language), pytest.raises(ValidationError, match=re.escape(said)):
        MoneyField(currency=currency).clean(typed)


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize(
    ("amount", "currency"), [("42000", "EUR"), ("1234.5", "DKK"), ("7000", "JPY"), ("1.234", "KWD")]
)
def test_what_is_shown_can_be_sent_back(language, amount, currency):
    with translation.override(language):
        assert MoneyField(currency=currency).clean(amount_input(Decimal(amount), currency)) == Decimal(amount)


def test_the_form_shows_the_initial_value_locally_and_the_typed_one_as_typed():
    class Form(forms.Form):
        amount = MoneyField(currency="DKK", required=False)

    with translation.override("da"):
        fresh = str(Form(initial={"amount": Decimal("1234.5000")})["amount"])
        typed = str(Form({"amount": "12,3,4"})["amount"])
    assert 'value="1.234,50"' in fresh
    assert "DKK" in fresh
    assert 'value="12,3,4"' in typed


def test_an_empty_amount_is_none_unless_it_is_required():
    assert MoneyField(required=False).clean(" ") is None
    with pytest.raises(ValidationError):
        MoneyField().clean("")
