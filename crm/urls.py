"""All addresses; the only module beside the settings that knows every application."""

from django.contrib import admin
from django.urls import include, path

from crm.help_pages import ArticlePage, HelpPage
from crm.problem_pages import ProblemPage, ProblemsPage
from opportunities.help_views import CommandsHelpPage

urlpatterns = [
    path("api/v1/", include("opportunities.api.urls")),
    path("api/v1/", include("quotes.api.urls")),
    path("api/", include("crm.api.urls")),
    path("problems/", ProblemsPage.as_view(), name="problems"),
    path("problems/<slug:code>/", ProblemPage.as_view(), name="problem"),
    path("help/", HelpPage.as_view(), name="help"),
    path("help/commands/", CommandsHelpPage.as_view(), name="help-commands"),
    path("help/<slug:slug>/", ArticlePage.as_view(), name="help-article"),
    path("admin/", admin.site.urls),
    path("", include("crm.page_urls")),
]

handler400 = "crm.api.handlers.bad_request"
handler403 = "crm.api.handlers.permission_denied"
handler404 = "crm.api.handlers.page_not_found"
handler500 = "crm.api.handlers.server_error"
