"""Bodies: one JSON object in UTF-8, read strictly; numbers from their decimal text, never through a float."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser

from crm.errors import Refusal
from crm.rules import UNSTORABLE
from crm.types import Text

# No amount, count or code comes near these; beyond them reading a number costs more than it can mean.
MAX_DIGITS = 100
_LONG_EXPONENT = re.compile(r"[eE][+-]?\d{4}")


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Raises: Refusal `malformed`."""
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            _malformed(_("The body is too large."))
        if parser_context and len(body) < int(parser_context["request"].META["CONTENT_LENGTH"]):
            _malformed(_("The body broke off."))
        return parse_object(body)


def parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=lambda constant: _malformed(_("NaN and Infinity are not JSON.")),
        )
    except UnicodeDecodeError:
        _malformed(_("The body is not UTF-8."))
    except RecursionError:
        _malformed(_("The body is nested too deeply."))
    except json.JSONDecodeError as error:
        text = _("The body is not JSON: line %(line)d, column %(column)d.")
        _malformed(text % {"line": error.lineno, "column": error.colno})
    if not isinstance(value, dict):
        _malformed(_("The body is not a JSON object."))
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        _malformed(_("An object names the same key twice."))
    if any(UNSTORABLE.search(key) for key in values):
        _malformed(_("A key holds characters that no text can hold."))
    return values


def _integer(text: str) -> int:
    _require_sane_number(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    _require_sane_number(text)
    return Decimal(text)


def _require_sane_number(text: str) -> None:
    if len(text) > MAX_DIGITS or _LONG_EXPONENT.search(text):
        _malformed(_("A number has too many digits."))


def _malformed(detail: Text) -> NoReturn:
    raise Refusal("malformed", detail)
