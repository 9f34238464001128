"""The description as JSON or YAML, and a page to browse and try it."""

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.views import ApiView


@extend_schema(exclude=True)
class SchemaView(ApiView):
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

    def get(self, request: Request) -> Response:
        return Response(SchemaGenerator().get_schema(request=request, public=True))  # type: ignore[no-untyped-call]


class DocsView(ApiView, SpectacularSwaggerSplitView):
    """Swagger UI with scripts and styles in files of our own: the content security policy has no exceptions."""

    permission_classes = [IsAuthenticated]
    template_name = "api/docs.html"
