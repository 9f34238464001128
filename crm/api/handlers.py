"""What answers where no view does: unknown paths, and errors of the middleware. Pages keep Django's own."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from crm.api import problems
from crm.errors import NotFound, Refusal


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    return problems.respond(NotFound(), request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem("malformed", request) or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem("permission_denied", request) or defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem("not_found", request) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return _problem("error", request) or defaults.server_error(request)


def _problem(code: str, request: HttpRequest) -> HttpResponse | None:
    return problems.respond(Refusal(code), request) if request.path.startswith("/api/") else None
