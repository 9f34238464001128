from django.conf import settings
from django.http import HttpRequest


def organization(request: HttpRequest) -> dict[str, object]:
    return {"organization_name": settings.ORGANIZATION_NAME}
