"""The addresses of the API that belong to no record, at last the ones that nothing else answers."""

from django.urls import include, path, re_path

from crm.api.docs import DocsView, SchemaView
from crm.api.handlers import unknown_path
from crm.api.webhooks import router as webhooks

urlpatterns = [
    path("v1/", include(webhooks.urls)),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    re_path("", unknown_path),
]
