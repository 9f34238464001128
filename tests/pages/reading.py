"""What a page says: its text, its commands, its forms."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client

HTMX = {"HX-Request": "true", "HX-Target": "dialog"}


def text_of(response: HttpResponse) -> str:
    """What a reader reads in the main part, with single spaces."""
    page = response.content.decode()
    main = page[page.find("<main") :] if "<main" in page else page
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()


def commands_on(response: HttpResponse) -> dict[str, str]:
    """The reason of each command of the bar; empty where it is offered."""
    return {command.key: str(command.reason) for command in response.context["commands"]}


def offered_on(response: HttpResponse) -> set[str]:
    return {key for key, reason in commands_on(response).items() if not reason}


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What the browser would send if the user changed nothing: the initial values and the version."""
    response = client.get(url)
    assert response.status_code == 200, text_of(response)
    form = response.context["form"]
    shown = {bound.html_name: _sent(bound.value()) for bound in form if not bound.field.disabled}
    shown |= {bound.html_initial_name: _sent(bound.value()) for bound in form if bound.field.show_hidden_initial}
    return {name: value for name, value in shown.items() if value is not None} | {
        "version": response.context["version"]
    }


def _sent(value: Any) -> Any:
    if isinstance(value, list):
        return [_sent(each) for each in value]
    return str(value) if isinstance(value, int | UUID) and not isinstance(value, bool) else value


def send(client: Client, url: str, **typed: Any) -> HttpResponse:
    """Open the form, change what is given, send it."""
    values = form_of(client, url) | typed
    return client.post(url, {name: value for name, value in values.items() if value not in (None, False)})


def errors_of(response: HttpResponse) -> dict[str, str]:
    """The sentences beside each field; those above the form under the key `form`."""
    form = response.context["form"]
    found = {name: " ".join(texts) for name, texts in form.errors.items() if name != "__all__"}
    above = " ".join(form.non_field_errors())
    return found | ({"form": above} if above else {})
