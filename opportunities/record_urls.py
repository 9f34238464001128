"""The addresses of accounts and competitors, and of choosing them."""

from django.urls import path

from opportunities import choice_views, freshness_views, list_views, record_views

urlpatterns = [
    path("accounts/", list_views.AccountListPage.as_view(), name="accounts"),
    path("accounts/freshness/", freshness_views.AccountFreshness.as_view(), name="account-freshness"),
    path("accounts/new/", record_views.AccountCreatePage.as_view(), name="account-new"),
    path("accounts/<uuid:pk>/", record_views.AccountPage.as_view(), name="account"),
    path("accounts/<uuid:pk>/edit/", record_views.AccountEditPage.as_view(), name="account-edit"),
    path("accounts/<uuid:pk>/delete/", record_views.AccountDeletePage.as_view(), name="account-delete"),
    path("choices/accounts/", choice_views.AccountChoices.as_view(), name="choices-accounts"),
    path("choices/competitors/", choice_views.CompetitorChoices.as_view(), name="choices-competitors"),
    path("competitors/", list_views.CompetitorListPage.as_view(), name="competitors"),
    path("competitors/freshness/", freshness_views.CompetitorFreshness.as_view(), name="competitor-freshness"),
    path("competitors/new/", record_views.CompetitorCreatePage.as_view(), name="competitor-new"),
    path("competitors/<uuid:pk>/", record_views.CompetitorPage.as_view(), name="competitor"),
    path("competitors/<uuid:pk>/edit/", record_views.CompetitorEditPage.as_view(), name="competitor-edit"),
    path("competitors/<uuid:pk>/delete/", record_views.CompetitorDeletePage.as_view(), name="competitor-delete"),
]
