"""Whatever administrators define and whoever enters what: every door takes the same values and refuses the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opportunities.close_fields.kinds import FieldType
from opportunities.models import CloseField, OpportunityClose, ShownOn
from tests.commands.importing import WON, run_import, write_folder
from tests.factories import make_close_field, make_opportunity
from tests.pages.reading import send

pytestmark = pytest.mark.django_db

OPTIONS = ("price", "quality", "time")
# No control characters: a browser's line sends none.
LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp"))


@dataclass(frozen=True)
class Entry:
    """What is entered, as JSON and as text for a form or a file; and what is kept, `...` where it is refused."""

    type: str
    json: Any
    text: str
    kept: Any


def entry(kind: str, value: Any, kept: Any) -> Entry:
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    text = f"{value:f}" if isinstance(value, Decimal) else text
    return Entry(kind, value, text, kept)


def right_values() -> st.SearchStrategy[Entry]:
    decimals = st.decimals(-(10**12), 10**12, places=6, allow_nan=False)
    return st.one_of(
        st.text(LETTERS, max_size=300).map(lambda text: entry(FieldType.TEXT, text, text.strip() or None)),
        st.integers(-(10**15) + 1, 10**15 - 1).map(lambda number: entry(FieldType.WHOLE_NUMBER, number, number)),
        decimals.map(lambda number: entry(FieldType.DECIMAL, number, f"{number.normalize():zf}")),
        st.dates(date(1900, 1, 1)).map(lambda day: entry(FieldType.DATE, day.isoformat(), day.isoformat())),
        st.booleans().map(lambda answer: entry(FieldType.YES_NO, answer, answer)),
        st.sampled_from(OPTIONS).map(lambda option: entry(FieldType.CHOICE, option, option)),
        st.sampled_from(list(FieldType)).map(lambda kind: Entry(kind, None, "", None)),
    )


def wrong_values() -> st.SearchStrategy[Entry]:
    ancient = st.dates(max_value=date(1900, 1, 1) - timedelta(days=1))
    return st.one_of(
        st.sampled_from(["a\nb", "a\u2028b"]).map(lambda text: entry(FieldType.TEXT, text, ...)),
        st.text("äx", min_size=301, max_size=320).map(lambda text: entry(FieldType.TEXT, text, ...)),
        st.integers(10**15, 10**18).map(lambda number: entry(FieldType.WHOLE_NUMBER, -number, ...)),
        st.just(entry(FieldType.WHOLE_NUMBER, Decimal("1.5"), ...)),
        st.just(entry(FieldType.DECIMAL, Decimal("0.0000001"), ...)),
        st.integers(10**12 + 1, 10**14).map(lambda number: entry(FieldType.DECIMAL, number, ...)),
        ancient.map(lambda day: entry(FieldType.DATE, day.isoformat(), ...)),
        st.just(entry(FieldType.CHOICE, "luck", ...)),
    )


@st.composite
def forms(draw: st.DrawFn) -> dict[str, tuple[Entry, bool, ShownOn, bool]]:
    """By name: what is entered, and whether the field is required, where it is shown, and whether it is active."""
    entries = draw(st.lists(st.one_of(right_values(), wrong_values()), min_size=1, max_size=4))
    shown = st.sampled_from([ShownOn.BOTH, ShownOn.BOTH, ShownOn.WON, ShownOn.LOST])
    active = st.sampled_from([True, True, True, False])
    return {
        f"field_{place}": (each, draw(st.booleans()), draw(shown), draw(active)) for place, each in enumerate(entries)
    }


def expected(form: Any) -> Any:
    """A won closing by the plain words of the rules: the wrong fields, or else what is kept."""
    wrong, kept = set(), {}
    for name, (each, required, shown_on, active) in form.items():
        offered = active and shown_on != ShownOn.LOST
        given_something = each.kept is not None
        if not offered:
            continue
        if each.kept is ... or (required and not given_something):
            wrong.add(f"custom.{name}")
        elif given_something:
            kept[name] = each.kept
    return wrong or kept


def offered(form: Any) -> dict[str, Entry]:
    return {name: row[0] for name, row in form.items() if row[3] and row[2] != ShownOn.LOST}


def through_page(form: Any, rep: Any, browse: Any, api: Any) -> Any:
    url = reverse("opportunity-close-as-won", args=[make_opportunity(rep).pk])
    response = send(browse(rep), url, **{f"custom.{name}": each.text for name, each in offered(form).items()})
    return set(response.context["form"].errors) if response.status_code == 400 else None


def through_api(form: Any, rep: Any, browse: Any, api: Any) -> Any:
    body = {"custom": {name: each.json for name, each in offered(form).items()}}
    return _errors(api(rep).post(f"opportunities/{make_opportunity(rep).pk}/close-as-won/", body_text(body)))


def through_bulk(form: Any, rep: Any, browse: Any, api: Any) -> Any:
    body = {"custom": {name: each.json for name, each in offered(form).items()}}
    rows = {"ids": [str(make_opportunity(rep).pk)], "outcome": "won"}
    return _errors(api(rep).post("opportunities/bulk-close/", body_text(rows | body)))


def through_import(form: Any, rep: Any, browse: Any, api: Any) -> Any:
    words = {"yes": "true", "no": "false"}
    cells = {f"custom.{name}": words.get(each.text, each.text) for name, each in offered(form).items()}
    with TemporaryDirectory() as folder:
        told = run_import(write_folder(Path(folder), WON | cells))
    names = [f"custom.{name}" for name in form]
    return {name for name in names if any(name in line for line in told.bad)} or None


def body_text(body: Any) -> str:
    """Decimals as JSON numbers, digit by digit: the encoder would make floats of them."""
    numbers: dict[str, str] = {}

    def mark(value: Any) -> Any:
        if isinstance(value, Decimal):
            name = f"#{len(numbers)}#"
            numbers[name] = f"{value:f}"
            return name
        return {key: mark(each) for key, each in value.items()} if isinstance(value, dict) else value

    text = json.dumps(mark(body))
    for name, digits in numbers.items():
        text = text.replace(f'"{name}"', digits)
    return text


def _errors(response: Any) -> Any:
    return set(response.json()["errors"]) if response.status_code == 400 else None


DOORS = (through_page, through_api, through_bulk, through_import)


BIG = {"field_0": (entry(FieldType.DECIMAL, Decimal(10**12 + 1), ...), False, ShownOn.BOTH, True)}
MISSING = {"field_1": (Entry(FieldType.TEXT, None, "", None), True, ShownOn.BOTH, True)}
HALF = {"field_2": (entry(FieldType.WHOLE_NUMBER, Decimal("1.5"), ...), True, ShownOn.BOTH, True)}


TWO_LINES = {"field_0": (entry(FieldType.TEXT, "a\r\nb", ...), False, ShownOn.BOTH, True)}


@example(form=TWO_LINES)
@example(form=BIG | MISSING | HALF)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=forms())
def test_every_door_takes_and_refuses_the_same(rep: Any, browse: Any, api: Any, form: Any) -> None:
    api(rep)  # the token outlives what is rolled back
    for door in DOORS:
        with transaction.atomic():
            for place, (name, (each, required, shown_on, active)) in enumerate(form.items()):
                make_close_field(
                    name,
                    each.type,
                    options=OPTIONS if each.type == FieldType.CHOICE else (),
                    required=required,
                    shown_on=shown_on,
                    active=active,
                    order=place,
                )
            refused = door(form, rep, browse, api)
            left = refused or OpportunityClose.objects.get().custom_values()
            assert left == expected(form), door.__name__
            assert bool(refused) != OpportunityClose.objects.exists()
            transaction.set_rollback(True)
    assert not CloseField.objects.exists()
