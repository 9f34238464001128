"""Keyset paging: a page begins after the last row of the one before, found by its values, not by its place.

So rows that are added or removed in between shift nothing: no unchanged row comes twice, none is skipped.
Empty values come last in either direction; ties are broken by id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid
from crm.types import Text

MAX_ORDER_FIELDS = 3


@dataclass(frozen=True)
class OrderField:
    """Something that a list can be ordered by. `nullable` where rows can lack it."""

    expression: Any
    nullable: bool = False


@dataclass(frozen=True)
class Order:
    name: str
    field: OrderField
    descending: bool

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next_cursor: str | None
    previous_cursor: str | None


def parse_ordering(text: str, fields: dict[str, OrderField]) -> tuple[Order, ...]:
    """`-actual_revenue,topic` as orders.

    Raises: Invalid on `ordering`.
    """
    names = text.split(",")
    if len(names) > MAX_ORDER_FIELDS:
        raise Invalid({"ordering": [_("Order by at most three fields.")]})
    bare = [name.removeprefix("-") for name in names]
    if len(set(bare)) < len(bare) or not set(bare) <= set(fields):
        offered = ", ".join(fields)
        raise Invalid({"ordering": [_("Order by different fields of these: %(fields)s.") % {"fields": offered}]})
    return tuple(Order(name, fields[name], each.startswith("-")) for name, each in zip(bare, names, strict=True))


def read_page(rows: QuerySet[Any], ordering: Sequence[Order], *, size: int, cursor: str | None, scope: str) -> Page:
    """One page of the rows.

    Args:
        cursor: as given out for the same scope and ordering, or None for the first page.
        scope: whatever the cursor is bound to, such as the filters.

    Raises: Invalid on `cursor`.
    """
    keyset = _Keyset(rows, ordering, scope)
    if cursor is None:
        return keyset.first(size)
    backward, values = keyset.decode(cursor)
    return keyset.before(values, size) if backward else keyset.after(values, size)


def ordered(rows: QuerySet[Any], ordering: Sequence[Order]) -> QuerySet[Any]:
    """All rows in this order, as the pages have them one after the other."""
    return _Keyset(rows, ordering).in_order


class _Keyset:
    def __init__(self, rows: QuerySet[Any], ordering: Sequence[Order], scope: str = "") -> None:
        self.orders = ordering
        self.keys = [f"order_key_{index}" for index in range(len(ordering))]
        self.rows = rows.annotate(
            **{key: order.field.expression for key, order in zip(self.keys, ordering, strict=True)}
        )
        # Signed, so that what comes back is what was given out here: values that the database can compare.
        given_out_by = ["crm.keyset", rows.model._meta.label, scope, *map(str, ordering)]
        self.signer = Signer(sep=".", salt=json.dumps(given_out_by))

    @property
    def in_order(self) -> QuerySet[Any]:
        return self._ordered(self.rows)

    def first(self, size: int) -> Page:
        rows = self._read(self.in_order, size)
        return self._page(rows[:size], has_next=len(rows) > size, has_previous=False)

    def after(self, values: list[Any], size: int) -> Page:
        rows = self._read(self._ordered(self.rows.filter(self._beyond(values, backward=False))), size)
        return self._page(rows[:size], has_next=len(rows) > size, has_previous=True)

    def before(self, values: list[Any], size: int) -> Page:
        nearest = self._read(self._ordered(self.rows.filter(self._beyond(values, backward=True))).reverse(), size)
        if not nearest:
            return self.first(size)
        return self._page(nearest[:size][::-1], has_next=True, has_previous=len(nearest) > size)

    def _read(self, rows: QuerySet[Any], size: int) -> list[Any]:
        """The first of the rows, and one more, in one statement. Which they are is found by what filters and orders
        them alone; what showing a row needs is joined to those few, not sorted along with all the others.
        """
        found = rows.values("pk")[: size + 1]
        page = rows.all()
        page.query.clear_where()
        return list(page.filter(pk__in=found))

    def _page(self, rows: list[Any], *, has_next: bool, has_previous: bool) -> Page:
        return Page(
            rows,
            self._encode(rows[-1], backward=False) if rows and has_next else None,
            self._encode(rows[0], backward=True) if rows and has_previous else None,
        )

    def _ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.order_by(*map(self._order_by, self.keys, self.orders), "pk")

    @staticmethod
    def _order_by(key: str, order: Order) -> Any:
        nulls_last = True if order.field.nullable else None
        return F(key).desc(nulls_last=nulls_last) if order.descending else F(key).asc(nulls_last=nulls_last)

    def _beyond(self, values: list[Any], *, backward: bool) -> Q:
        """The rows after (or before) the one that has these values: later in the first field, or equal there and …"""
        *fields, pk = values
        condition = Q(**{"pk__lt" if backward else "pk__gt": pk})
        for key, order, value in reversed(list(zip(self.keys, self.orders, fields, strict=True))):
            condition = _beyond_field(key, order, value, backward) | (_equal(key, value) & condition)
        return condition

    def _encode(self, row: Any, *, backward: bool) -> str:
        values = (getattr(row, key) for key in self.keys)
        return self.signer.sign_object(
            [backward, *(None if value is None else str(value) for value in values), str(row.pk)]
        )

    def decode(self, cursor: str) -> tuple[bool, list[Any]]:
        """Raises: Invalid on `cursor`."""
        try:
            backward, *values, pk = self.signer.unsign_object(cursor)
        except BadSignature:
            raise Invalid({"cursor": [_foreign_cursor()]}) from None
        return backward, [*map(self._value, self.keys, values), self._pk(pk)]

    def _value(self, key: str, value: str | None) -> Any:
        return None if value is None else self.rows.query.annotations[key].output_field.to_python(value)

    def _pk(self, value: str) -> Any:
        return self.rows.model._meta.pk.to_python(value)


def _beyond_field(key: str, order: Order, value: Any, backward: bool) -> Q:
    if value is None:
        return Q(**{f"{key}__isnull": False}) if backward else Q(pk__in=[])
    beyond = Q(**{f"{key}__lt" if order.descending != backward else f"{key}__gt": value})
    if order.field.nullable and not backward:
        beyond |= Q(**{f"{key}__isnull": True})
    return beyond


def _equal(key: str, value: Any) -> Q:
    return Q(**{f"{key}__isnull": True}) if value is None else Q(**{key: value})


def _foreign_cursor() -> Text:
    return _("This cursor does not belong to these filters and this ordering. Start again without it.")
