"""Values for some fields of one deed: sent again without those that were refused, until the rest is taken."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.test import APIClient

from crm.api.bodies import VerbBody
from crm.api.fields import IdField, LineField, MoneyField, WordField
from crm.api.parsers import parse_object
from crm.errors import PROBLEMS, Refusal
from crm.types import Values
from opportunities.models import CloseField
from tests.expect import check_deferred
from tests.nasty.scene import Scene
from tests.nasty.writes import API, Write

# What steers a deed and stands nowhere afterwards.
STEERING = {"ids", "ids[]", "dry_run", "outcome", "close_quotes", "close_other_quotes"}


Sent = dict[str, bytes]


@dataclass
class Trial:
    """What is sent are pieces of a body, by the names that `errors` has for their fields; a piece may be no JSON."""

    write: Write
    scene: Scene
    client: APIClient

    def run(self, sent: Sent) -> None:
        while sent:
            with transaction.atomic():
                answer = self._send(sent)
                if answer.status_code < 300:
                    check_deferred()
                    self._check_stored(sent, answer.json())
                    transaction.set_rollback(True)
                    return
            # Not taken back: what is refused leaves nothing behind.
            sent = self._not_refused(sent, answer)

    def _send(self, sent: Sent) -> HttpResponse:
        needed = self.scene.needed.get(self.write.path, {})
        body = body_of({key: json.dumps(value, default=str).encode() for key, value in needed.items()}, sent)
        address = f"/{API}{self.scene.address(self.write.path)}"
        return self.client.generic(self.write.method, address, body, "application/json")

    def _not_refused(self, sent: Sent, answer: HttpResponse) -> Sent:
        about = f"{answer.status_code} {answer.content[:2000]!r} for {sent}"[:5000]
        assert answer["Content-Type"] == "application/problem+json", about
        problem = answer.json()
        assert answer.status_code == problem["status"] == PROBLEMS[problem["code"]].status == 400, about
        assert problem["detail"], about
        if problem["code"] == "malformed":
            return {}
        names = {named(field) for field in sent}
        found = ["currency"] if problem["code"] == "currency_mismatch" else problem["errors"]
        # What an object holds is named beneath it.
        refused = {name if name in names else name.partition(".")[0] for name in found}
        assert all(text for texts in problem.get("errors", {}).values() for text in texts), about
        assert refused, about
        assert refused <= names, about
        return {field: value for field, value in sent.items() if named(field) not in refused}

    def _check_stored(self, sent: Sent, answer: Values) -> None:
        if any(not row["ok"] for row in answer.get("results", ())):
            return  # refused row by row
        shown = self.scene.read_back(self.write.path, answer, self._get)
        for field in sent.keys() - STEERING:
            given = parse_object(body_of({}, {field: sent[field]}))
            wanted, found = (plain(self.write.inputs[field], value_of(field, each)) for each in (given, shown))
            if wanted in (None, "") and (issubclass(self.write.body, VerbBody) or field == "secret"):
                continue  # left out
            assert not isinstance(self.write.inputs[field], LineField) or len((wanted or "").splitlines()) < 2, field
            assert found == wanted, f"{field}: sent {wanted!r}, found {found!r}"

    def _get(self, path: str) -> Values:
        answer = self.client.get(f"/{API}{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()


def named(field: str) -> str:
    """As `errors` names it."""
    return field.removesuffix("[]")


def body_of(parts: Sent, sent: Sent) -> bytes:
    custom = {}
    for field, value in sent.items():
        if "." in field:
            custom[field.partition(".")[2]] = value
        else:
            parts[named(field)] = b"[%s]" % value if field.endswith("[]") else value
    if custom:
        parts["custom"] = _object(custom)
    return _object(parts)


def _object(parts: Sent) -> bytes:
    return b"{%s}" % b", ".join(b"%s: %s" % (json.dumps(key).encode(), value) for key, value in parts.items())


def value_of(field: str, values: Values) -> Any:
    return reduce(lambda found, key: found.get(key) if found else None, named(field).split("."), values)


def plain(kind: Any, value: Any) -> Any:
    """A value as sent or as shown, without what may differ: spaces around a line, the way a number or an id is
    written, a record for its id or code, a word for its code.
    """
    if isinstance(value, list):
        return sorted(str(plain(None, each)).lower() for each in value)
    if isinstance(value, dict) and value:
        return value["id"] if "id" in value else value["code"]
    if value and (isinstance(kind, MoneyField) or getattr(kind, "type", "") == "decimal"):
        return Decimal(value) if str(value).strip() else ""
    if isinstance(kind, LineField | CloseField) and isinstance(value, str):
        return value.strip()
    if isinstance(kind, WordField) and isinstance(value, str):
        return kind.members[value]
    return value.lower() if isinstance(kind, IdField) and value else value


def has_shape(kind: Any, field: str, value: bytes) -> bool:
    """Whether the field itself lets it through to the rules; what is no JSON comes to none."""
    if not isinstance(kind, serializers.Field):
        return True
    try:
        kind.run_validation(value_of(field, parse_object(body_of({}, {field: value}))))
    except serializers.ValidationError:
        return False
    except (Refusal, serializers.SkipField):
        return True
    return True
