"""The events feed of the API. How an event is shown, the application that logs it says."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.views import ApiViewSet
from crm.errors import Invalid
from crm.event_types import event_values
from crm.feed import LIMIT, MAX_WAIT, Read, latest, read_feed
from crm.types import Text

MAX_POSITION = 2**63 - 1
LATEST = "latest"


@dataclass(frozen=True)
class Number:
    """A parameter that is a whole number."""

    least: int
    most: int
    default: int


NUMBERS = {"after": Number(0, MAX_POSITION, 0), "limit": Number(1, LIMIT, LIMIT), "wait": Number(0, MAX_WAIT, 0)}


def _parameter(name: str, number: Number) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": number.least, "maximum": number.most}
    if name != "after":
        return OpenApiParameter(name, schema | {"default": number.default})
    text = "The position to go on from, or `latest` for the present one alone."
    return OpenApiParameter(name, {"anyOf": [schema, {"const": LATEST}], "default": number.default}, description=text)


class FeedViewSet(ApiViewSet):
    versioned = False

    @extend_schema(parameters=[_parameter(*each) for each in NUMBERS.items()])
    def read_events(self, request: Request) -> Response:
        """What happened after a position, in an order in which nothing is added before what was read.

        Store `position` of the answer and go on from it. `wait` waits so many seconds for an event, at most.
        """
        asked = read_numbers(request.query_params)
        read = latest() if asked["after"] is None else read_feed(self.actor, **asked)  # type: ignore[arg-type]
        return Response(feed_values(read))


def feed_values(read: Read) -> dict[str, object]:
    return {"results": event_values(read.events), "position": read.position}


def read_numbers(given: QueryDict, numbers: Mapping[str, Number] = NUMBERS) -> dict[str, int | None]:
    """The parameters; `after` is None for "latest".

    Raises: Invalid, for all that are unknown, repeated or no such number.
    """
    asked: dict[str, int | None] = {name: number.default for name, number in numbers.items()}
    errors: dict[str, list[Text]] = {}
    for name, values in given.lists():
        if name not in numbers:
            errors[name] = [_("There is no such parameter.")]
        elif name == "after" and values == [LATEST]:
            asked[name] = None
        elif len(values) > 1 or not _is_within(values[0], numbers[name]):
            limits = {"least": numbers[name].least, "most": numbers[name].most}
            errors[name] = [_("Enter a whole number from %(least)d to %(most)d.") % limits]
        else:
            asked[name] = int(values[0])
    if errors:
        raise Invalid(errors)
    return asked


def _is_within(text: str, number: Number) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and number.least <= int(text) <= number.most
