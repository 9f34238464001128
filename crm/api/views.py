"""What every view of the API shares, and the parts that viewsets of records are put together from."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from crm.api import idempotency
from crm.api.answers import Answer
from crm.api.bodies import Body, read_body
from crm.api.deprecation import Deprecation
from crm.api.etag import etag, expected_versions, is_known
from crm.api.fields import read_id
from crm.api.limits import count_request, count_stranger
from crm.api.problems import VARY
from crm.api.scopes import require_scope
from crm.errors import Invalid, NotFound
from crm.lists import ListDefinition, ListResult, read_list
from crm.models import Scope, User
from crm.types import Text, Values


class ApiView(APIView):
    """Attributes: scope: what a token needs to change anything here; reading takes `read`."""

    http_method_names = ["get", "head", "post", "patch", "delete"]
    scope: ClassVar[Scope] = Scope.WRITE
    post: Callable[..., Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Who asks comes before how he wants to be answered.
        self._admit(request)
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and idempotency.HEADER in request.headers and self._offers(request):
            # The framework looks the handler up after this.
            self.post = idempotency.once(self.post, user=self.actor, ahead=self.ahead)

    def _admit(self, request: Request) -> None:
        """Raises: NotAuthenticated, AuthenticationFailed, Throttled, Denied."""
        try:
            self.perform_authentication(request)
            self.check_permissions(request)
        except (exceptions.NotAuthenticated, exceptions.AuthenticationFailed) as error:
            count_stranger(request, has_token=isinstance(error, exceptions.AuthenticationFailed))
            raise
        if not request.headers.get("Accept-Language") and self.actor.language:
            translation.activate(self.actor.language)
        count_request(str(request.auth.pk if request.auth else self.actor.pk))
        if self._offers(request):
            require_scope(request, self.needed_scope())

    def _offers(self, request: Request) -> bool:
        method = (request.method or "").lower()
        return method in self.http_method_names and hasattr(self, method)

    def needed_scope(self) -> Scope:
        return Scope.READ if self.request.method in ("GET", "HEAD") else self.scope

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Vary"] = VARY
        return response

    @property
    def ahead(self) -> Callable[[], object] | None:
        """What is done before the transaction of a POST, where there is such a thing."""
        return None

    @property
    def actor(self) -> User:
        assert isinstance(self.request.user, User)  # the permission classes let no one else in
        return self.request.user


class ApiViewSet(ViewSetMixin, ApiView):
    """Thin doors: parse the body, call the action, serialize what it returns.

    A method reads its body before `record_id`, because a body of the wrong shape is refused before an address
    that names no record.

    Attributes:
        serializer_class: how a record is shown.
        bodies: what the methods take, by their names; one that is not named takes nothing.
        answers: what they answer where that is not the record.
        waits: of the methods that wait for other servers, the property that holds what these say, by their names.
        scopes: of the methods that need another than `scope`, by their names.
        deprecations: of the methods that go, by their names.
        refusals: the codes of the refusals that are their own, by their names; the description adds those of all.
        versioned: whether single records carry their version as an entity tag.
    """

    lookup_value_regex = "[^/]+"
    serializer_class: ClassVar[type[Answer]]
    bodies: ClassVar[Mapping[str, type[Body]]] = {}
    answers: ClassVar[Mapping[str, type[Answer]]] = {}
    waits: ClassVar[Mapping[str, str]] = {}
    scopes: ClassVar[Mapping[str, Scope]] = {}
    deprecations: ClassVar[Mapping[str, Deprecation]] = {}
    refusals: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    versioned: ClassVar[bool] = True
    id_type: ClassVar[Any] = OpenApiTypes.UUID

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.action in self.deprecations:
            for name, value in self.deprecations[self.action].headers().items():
                response[name] = value
        return response

    def needed_scope(self) -> Scope:
        return self.scopes.get(self.action) or super().needed_scope()

    @property
    def ahead(self) -> Callable[[], object] | None:
        return partial(getattr, self, self.waits[self.action]) if self.action in self.waits else None

    @property
    def record_id(self) -> Any:
        """Raises: NotFound, where the address holds no id."""
        return found(read_id(self.kwargs["pk"]))

    @property
    def expected(self) -> frozenset[int] | None:
        return expected_versions(self.request)

    def read(self) -> Values:
        """The parsed body. Raises: Refusal `malformed`, Invalid."""
        body = self.bodies.get(self.action, Body)
        return read_body(self.request, body, partial=self.action == "partial_update")

    def answer(self, instance: Any, *, version: int | None = None) -> Response:
        """Args: version: of the record that the answer is about; its own unless given."""
        serializer = self.answers.get(self.action, self.serializer_class)
        if version is None and self.versioned:
            version = instance.version
        headers = {} if version is None else {"ETag": etag(version)}
        return Response(serializer(instance, context=self.context).data, headers=headers)

    def created(self, pk: UUID, response: Response) -> Response:
        response.status_code = 201
        collection = self.request.path.partition(self.kwargs["pk"])[0] if "pk" in self.kwargs else self.request.path
        response["Location"] = self.request.build_absolute_uri(f"{collection}{pk}/")
        return response

    @property
    def context(self) -> dict[str, Any]:
        return {"request": self.request}


class ReadViewSet(ApiViewSet):
    """The list and the single record of what the definition says that the user may read."""

    definition: ClassVar[ListDefinition]

    def list(self, request: Request) -> Response:
        result = read_list(self.definition, request.query_params, self.actor)
        values: Values = {
            "next": self._link(result.next_cursor),
            "previous": self._link(result.previous_cursor),
            "results": self.serializer_class(result.rows, many=True, context=self.context).data,
        }
        return Response(values | _count(result))

    def retrieve(self, request: Request, pk: str) -> Response:
        record = self.find()
        if self.versioned and is_known(record.version, request):
            return Response(status=304, headers={"ETag": etag(record.version)})
        return self.answer(record)

    def find(self) -> Any:
        """Raises: NotFound."""
        return found(self.definition.rows(self.actor).filter(pk=self.record_id).first())

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        parameters = self.request.query_params.copy()
        parameters["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{parameters.urlencode()}")


def _count(result: ListResult) -> Values:
    return {"count": result.count} if result.wants_count else {}


def found(record: Any) -> Any:
    """Raises: NotFound, where there is no record."""
    if record is None:
        raise NotFound
    return record


def read_parameters(
    given: QueryDict, words: Mapping[str, Sequence[str]], *, required: Sequence[str] = ()
) -> dict[str, str]:
    """Query parameters that each take one of a few words.

    Raises: Invalid, for all that are unknown, repeated, missing or of other words.
    """
    errors: dict[str, list[Text]] = {name: [_("This parameter is required.")] for name in required if name not in given}
    for name, values in given.lists():
        if name not in words:
            errors[name] = [_("There is no such parameter.")]
        elif len(values) > 1 or values[0] not in words[name]:
            errors[name] = [_("Choose one of: %(words)s.") % {"words": ", ".join(words[name])}]
    if errors:
        raise Invalid(errors)
    return {name: str(given[name]) for name in given}
