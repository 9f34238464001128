"""Many rows in one UPDATE: stored as one by one, and refused as one by one."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, transaction

from opportunities.models import Opportunity
from tests.factories import make_account, make_opportunity

FIELDS = ("topic", "account", "owner", "estimated_revenue", "estimated_close_date", "probability", "description")
VALUES = [
    {"topic": 'O\'Brien \\ "ÆØÅ" {NULL}, 100 %s', "estimated_revenue": Decimal("0.1234"), "probability": 0},
    {"topic": "NULL", "estimated_close_date": date(2026, 1, 31), "description": "two\nlines\t✓"},
    {"estimated_revenue": None, "estimated_close_date": None, "probability": None, "account": None},
]


@pytest.fixture
def rows(rep):
    account = make_account()
    return [make_opportunity(rep, account=account, probability=5) for __ in VALUES]


def test_every_kind_of_value_arrives(rows, teammate, count_statements):
    untouched = make_opportunity(teammate)
    for row, values in zip(rows, VALUES, strict=True):
        row.owner = teammate
        for field, value in values.items():
            setattr(row, field, value)
    with count_statements(1):
        Opportunity.objects.write(rows, FIELDS)
    for row in rows:
        again = Opportunity.objects.get(pk=row.pk)
        assert [getattr(again, field) for field in FIELDS] == [getattr(row, field) for field in FIELDS]
    assert Opportunity.objects.get(pk=untouched.pk).topic == untouched.topic


def test_a_column_of_nothing_arrives(rows):
    for row in rows:
        row.account = row.estimated_revenue = row.probability = None
    Opportunity.objects.write(rows, FIELDS)
    assert Opportunity.objects.filter(account=None, estimated_revenue=None, probability=None).count() == len(rows)


def test_what_is_too_long_is_refused_and_not_cut(rows):
    rows[1].topic = "x" * 301
    with pytest.raises(DataError), transaction.atomic():
        Opportunity.objects.write(rows, ["topic"])
    assert not Opportunity.objects.filter(topic__startswith="xxx").exists()


def test_no_rows_take_no_statement(db, count_statements):
    with count_statements(0):
        Opportunity.objects.write([], FIELDS)
