"""Bodies of writes. They judge the shape only: keys and JSON types. The rules are the actions' business."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.db.models import CharField, Model, TextField
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from crm.api.problems import field_errors
from crm.errors import Invalid, Refusal
from crm.rules import LINE, REQUIRED_LINE
from crm.types import Values


class Body(serializers.Serializer[Any]):
    """What creates or changes a record: null clears what may be empty.

    Attributes:
        missing_is_judged_later: required fields whose absence the action reports along with its other rules.
        limits: what else the action demands of the values, by their names, for the description.
    """

    missing_is_judged_later: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[Mapping[str, Values]] = {}

    def to_internal_value(self, data: Mapping[str, Any]) -> Values:
        errors: dict[str, Any] = {
            key: [_("This field is unknown or cannot be written.")] for key in data if key not in self.fields
        }
        values: Values = {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors.update(cast("dict[str, Any]", error.detail))
        missing = self._missing(data)
        if errors or missing.keys() - set(self.missing_is_judged_later):
            raise serializers.ValidationError(errors | missing)
        return values

    def _missing(self, data: Mapping[str, Any]) -> dict[str, Any]:
        if not self.context["complete"]:
            return {}
        required = [name for name, field in self.fields.items() if field.required]
        return {name: [_("This field is required.")] for name in required if name not in data}


class VerbBody(Body):
    """What goes with a verb: null means left out."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.allow_null = not field.required
        return fields

    def to_internal_value(self, data: Mapping[str, Any]) -> Values:
        left_out = [key for key, value in data.items() if value is None and key in self.fields]
        return super().to_internal_value({key: value for key, value in data.items() if key not in left_out})


def limits_of(model: type[Model]) -> dict[str, Values]:
    """How long the texts of a record may be, which are of one line, and which of these may not be empty. A currency is
    one of a set.
    """
    texts = (column for column in model._meta.concrete_fields if isinstance(column, CharField | TextField))
    return {
        column.name: {"maxLength": column.max_length} | _pattern_of(column)
        for column in texts
        if column.max_length and column.name != "currency"
    }


def _pattern_of(column: CharField | TextField) -> Values:
    if isinstance(column, TextField):
        return {}
    return {"pattern": LINE if column.blank else REQUIRED_LINE}


def read_body(request: Request, body: type[Body], *, partial: bool = False) -> Values:
    """The parsed values; no body at all counts as an empty object.

    Raises:
        Refusal: malformed.
        Invalid: all fields of the wrong shape, unknown and read-only ones among them.
    """
    # The framework would judge what is missing before the rest; `Body` judges it with the rest.
    context = {"complete": not partial}
    serializer = body(data=read_json(request), partial=True, context=context)
    if not serializer.is_valid():
        raise Invalid(field_errors(serializer.errors))
    return serializer.validated_data


def read_json(request: Request) -> Values:
    """The object that was sent; no body at all counts as an empty one.

    Raises: Refusal `malformed`.
    """
    if request.headers.get("Transfer-Encoding") and not request.headers.get("Content-Length"):
        raise Refusal("malformed", _("Send the body with its Content-Length, not in chunks."))
    return {} if isinstance(request.data, QueryDict) else cast("Values", request.data)
