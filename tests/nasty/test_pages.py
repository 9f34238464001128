"""The same texts in every field of every form of the pages: the form once more with its reasons and nothing stored, or
done; where the form is one that edits, it then holds what was typed.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.forms import TextInput
from django.test import Client
from django.urls import resolve

from crm.views import FormPage
from opportunities.form_fields import LongTextField
from tests.browser.addresses import kind, make_records, page_addresses
from tests.expect import check_deferred
from tests.nasty.scene import fingerprint
from tests.nasty.values import TEXTS, spread
from tests.pages.reading import HTMX

STRIDE = 1 if os.environ.get("NASTY_ALONE") else 80
DIALOGS = [f"/opportunities/?edit={dialog}" for dialog in ("filters", "columns", "save-view", "views")]
# A form's bytes are UTF-8, which no lone surrogate is.
VALUES = [text for text in TEXTS.values() if "\ud800" not in text and "\udc00" not in text]
SHARP = [TEXTS["a line feed"], TEXTS["NUL"], TEXTS["far too long"]]


@pytest.fixture
def visitor(admin):
    """Asks for parts of pages, which are made faster than whole ones."""
    client = Client(raise_request_exception=False, headers=HTMX)
    client.force_login(admin, backend="crm.authentication.UserBackend")
    return client


def test_every_form_is_refused_with_its_reasons_or_done(admin, visitor):
    records = make_records(admin)
    before = fingerprint()
    forms = different_forms(visitor, records)
    assert {"opportunity-edit", "competitor-edit", "quote-edit"} <= {kind(address) for address, form in forms}
    for address, form in forms:
        for typed in spread(list(form.fields), VALUES, SHARP, stride=STRIDE):
            send(visitor, address, form, typed)
        send(visitor, address, form, {"version": "1e400"})
    assert fingerprint() == before, "what was refused left something behind"


def different_forms(visitor, records):
    """Each with one of its addresses: those that edit come after those that create. Not those that another one has all
    the fields of.
    """
    found = {}
    for address in (*page_addresses(records), *DIALOGS):
        view = resolve(urlsplit(address).path).func.view_class
        if issubclass(view, FormPage) or "edit=" in address:
            form = form_at(visitor, address)
            if form is not None:
                found[type(form), frozenset(form.fields)] = (address, form)
    smaller = {(cls, names) for cls, names in found for other, more in found if cls is other and names < more}
    return [each for key, each in found.items() if key not in smaller]


def form_at(visitor, address):
    response = visitor.get(address)
    return response.context and response.context.get("form")


def send(visitor, address, form, typed):
    """Again without the fields that were refused, until it is done."""
    rest = typed
    while True:
        with transaction.atomic():
            response = visitor.post(address, shown(form) | rest)
            about = f"{response.status_code} of {address} for {rest}"[:3000]
            assert response.status_code in (200, 201, 302, 400, 403, 404, 409, 412), about
            if response.status_code < 400:
                check_deferred()
                check_lines(address, form, rest)
                check_kept(visitor, address, rest, about)
                transaction.set_rollback(True)
                return
        refused = refused_by(response)
        assert refused or response.status_code != 400, about
        if not refused & rest.keys():
            return
        rest = {name: value for name, value in rest.items() if name not in refused}


def refused_by(response):
    if response.status_code == 412:
        return {"version"}
    form = response.context and response.context.get("form")
    return set(form.errors) if form is not None else set()


def shown(form):
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def check_lines(address, form, typed):
    """What is typed in one line is stored in one. Filters are stored nowhere, nor are the names of deleted views."""
    if address.endswith(("edit=filters", "edit=views")):
        return
    for name in form.fields.keys() & typed.keys():
        if isinstance(form.fields[name].widget, TextInput):
            assert len(typed[name].strip().splitlines()) < 2, f"{name} of {address} took {typed[name]!r}"


def check_kept(visitor, address, typed, about):
    if not kind(address).endswith("-edit"):
        return
    form = form_at(visitor, address)
    for name in form.fields.keys() & typed.keys():
        if isinstance(form.fields[name], LongTextField):
            assert form[name].value() == typed[name].replace("\r\n", "\n").replace("\r", "\n"), about
