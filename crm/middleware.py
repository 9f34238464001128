from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from crm import origin
from crm.models.event import Origin

Handler = Callable[[HttpRequest], HttpResponse]


class UserMiddleware(AuthenticationMiddleware):
    """The signed-in user, read at once: the middleware below asks for him on every page, and what is lazy is slow to
    ask hundreds of times. Without a session it costs nothing.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = get_user(request)


class OriginMiddleware:
    """Marks what is done within the request as done through a page or the API."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with origin.through(Origin.API if request.path.startswith("/api/") else Origin.PAGE):
            return self.get_response(request)


class PreferencesMiddleware:
    """The signed-in user's language and time zone, for pages. The API sees to the language itself."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        user = request.user
        with timezone.override(ZoneInfo(getattr(user, "time_zone", "")) if getattr(user, "time_zone", "") else None):
            language = getattr(user, "language", "")
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = language
            return self.get_response(request)
