"""The addresses of the pages; those of each subject stand with it."""

from django.contrib.auth.views import LogoutView
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from crm.account_views import PasswordChangePage, PreferencesPage, SignInPage
from crm.shell_views import SearchPage, ShortcutsPage
from crm.token_views import NewTokenPage, RevokeTokenPage, TokensPage
from crm.views import page_not_found

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="home")),
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("crm/favicon.svg"))),
    path("sign-in/", SignInPage.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("password/", PasswordChangePage.as_view(), name="change-password"),
    path("preferences/", PreferencesPage.as_view(), name="preferences"),
    path("tokens/", TokensPage.as_view(), name="tokens"),
    path("tokens/new/", NewTokenPage.as_view(), name="token-new"),
    path("tokens/<uuid:pk>/revoke/", RevokeTokenPage.as_view(), name="token-revoke"),
    path("search/", SearchPage.as_view(), name="search"),
    path("shortcuts/", ShortcutsPage.as_view(), name="shortcuts"),
    path("", include("crm.webhooks.urls")),
    path("", include("opportunities.record_urls")),
    path("", include("opportunities.urls")),
    path("", include("quotes.list_urls")),
    path("", include("quotes.urls")),
    # All else. With a slash at its end, so that one that was forgotten is still added.
    re_path(r".*/$", page_not_found),
]
