from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from crm import origin
from crm.models.event import Origin

Handler = Callable[[HttpRequest], HttpResponse]


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
