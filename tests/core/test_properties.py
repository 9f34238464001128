"""Properties over generated values, each against a model in plain Python."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm import clock, rules
from crm.currencies import DECIMALS, MAX_AMOUNT, amount_text
from crm.ids import uuid7
from crm.search import begins, typed_words
from opportunities.models import Account

moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
currencies = st.sampled_from(sorted(DECIMALS))
quick = settings(deadline=None, max_examples=200)


class TestIds:
    @quick
    @given(moments, st.timedeltas(timedelta(microseconds=1), timedelta(days=400)))
    def test_a_later_one_is_greater(self, moment, pause):
        with clock.at(moment):
            first = uuid7()
        with clock.at(moment + pause):
            assert first < uuid7()

    @quick
    @given(moments, st.integers(2, 50))
    def test_at_one_moment_the_next_is_greater(self, moment, number):
        with clock.at(moment):
            ids = [uuid7() for _each in range(number)]
        assert ids == sorted(set(ids))

    @quick
    @given(moments)
    def test_they_are_of_version_7_and_tell_their_millisecond(self, moment):
        with clock.at(moment):
            made = uuid7()
        assert (made.version, made.variant) == (7, "specified in RFC 4122")
        assert made.int >> 80 == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


class TestMoney:
    amounts = st.decimals(Decimal(-10), MAX_AMOUNT + 10, places=5) | st.decimals(allow_nan=True, allow_infinity=True)

    @quick
    @given(amounts, currencies)
    @example(MAX_AMOUNT, "USD")
    @example(MAX_AMOUNT + Decimal("0.01"), "USD")
    @example(Decimal("1e-7"), "USD")
    @example(Decimal("1E+9"), "JPY")
    @example(Decimal("NaN"), "EUR")
    @example(Decimal("sNaN"), "EUR")
    @example(Decimal("-0.00"), "EUR")
    @example(Decimal("0.001"), "EUR")
    @example(Decimal("0.001"), "KWD")
    @example(Decimal("1.10000000000000000000000000000"), "EUR")
    def test_an_amount_is_taken_exactly_when_the_currency_holds_it(self, amount, currency):
        fits = amount.is_finite() and 0 <= amount <= MAX_AMOUNT
        if fits:
            fits = amount == amount.quantize(Decimal(1).scaleb(-DECIMALS[currency]))
        assert (rules.money(amount, currency) == []) == fits

    @quick
    @given(st.integers(0, int(MAX_AMOUNT)), st.integers(0, 999), currencies)
    def test_its_text_is_exact_and_has_the_currencys_decimals(self, whole, fraction, currency):
        decimals = DECIMALS[currency]
        amount = whole + Decimal(fraction % 10**decimals).scaleb(-decimals)
        text = amount_text(amount, currency)
        assert Decimal(text) == amount
        assert re.fullmatch(r"\d+" + (rf"\.\d{{{decimals}}}" if decimals else ""), text)

    def test_zero_has_no_sign_and_nothing_no_text(self):
        assert amount_text(Decimal("-0"), "EUR") == "0.00"
        assert amount_text(None, "EUR") is None
        assert rules.money(None, "EUR") == []


LETTERS = "abcæøåABCÆØÅéßЖ中0129 _-./,'\"&|!:*()\\\\%\t\n"


ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss"})


def words_of(text):
    """Runs of letters and digits, in lower case, without accents, and alike whether written Møller or Moeller."""
    letters = unicodedata.normalize("NFD", text.lower()).translate(ALIKE)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain.replace("aa", "a").replace("oe", "o"))


def matches(text, typed):
    """Every typed word begins a word of the text; one with separators is several."""
    return all(
        any(word.startswith(part) for word in words_of(text)) for each in typed.split() for part in words_of(each)
    )


@pytest.mark.django_db
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(LETTERS, min_size=1, max_size=30), st.text(LETTERS, max_size=12))
@example("Müller & Søn A/S", "søn mül")
@example("Moeller, Århus", "møl aarh")
@example("QUO-000012", "quo-000012")
@example("QUO-000012", "000012")
@example("O'Neill", "o'neill")
@example("a\\b", "b\\")
@example("50 % off", "%")
@example("snake_case", "case")
@example("x", "'")
def test_search_finds_what_the_model_finds(text, typed):
    account = Account.objects.create(name=text)
    query = Account.objects.filter(pk=account.pk)
    for word in typed_words(typed):
        query = query.filter(begins("name", word))
    assert query.exists() == matches(text, typed)
    account.delete()


@pytest.mark.django_db
def test_search_uses_its_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "account_words" in Account.objects.filter(begins("name", "con")).order_by().explain()
