"""The addresses of the pages; those of each subject stand with it."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from crm.account_views import PasswordChangePage, PreferencesPage, SignInPage

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="opportunities"), name="home"),
    path("sign-in/", SignInPage.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("password/", PasswordChangePage.as_view(), name="change-password"),
    path("preferences/", PreferencesPage.as_view(), name="preferences"),
    path("", include("opportunities.record_urls")),
    path("", include("opportunities.urls")),
    path("", include("quotes.list_urls")),
    path("", include("quotes.urls")),
]
