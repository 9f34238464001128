"""The addresses of the page "My work", of the opportunities and of their close records."""

from django.urls import path

from opportunities import (
    bulk_views,
    freshness_views,
    home_views,
    list_views,
    views,
    views_closes,
    views_dialogs,
    views_edit,
    views_undo,
    win_loss_views,
)

urlpatterns = [
    path("home/", home_views.HomePage.as_view(), name="home"),
    path("reports/win-loss/", win_loss_views.WinLossPage.as_view(), name="win-loss"),
    path("opportunities/", list_views.OpportunityListPage.as_view(), name="opportunities"),
    path("opportunities/freshness/", freshness_views.OpportunityFreshness.as_view(), name="opportunity-freshness"),
    path("opportunities/new/", views_edit.OpportunityCreatePage.as_view(), name="opportunity-new"),
    path("opportunities/<uuid:pk>/", views.OpportunityPage.as_view(), name="opportunity"),
    path("opportunities/<uuid:pk>/edit/", views_edit.OpportunityEditPage.as_view(), name="opportunity-edit"),
    path(
        "opportunities/<uuid:pk>/edit/<slug:section>/",
        views_edit.SectionEditPage.as_view(),
        name="opportunity-edit-section",
    ),
    path(
        "opportunities/<uuid:pk>/close-as-won/",
        views_dialogs.CloseAsWonDialog.as_view(),
        name="opportunity-close-as-won",
    ),
    path(
        "opportunities/<uuid:pk>/close-as-lost/",
        views_dialogs.CloseAsLostDialog.as_view(),
        name="opportunity-close-as-lost",
    ),
    path("opportunities/<uuid:pk>/reopen/", views_dialogs.ReopenDialog.as_view(), name="opportunity-reopen"),
    path(
        "opportunities/<uuid:pk>/undo-closing/<str:token>/",
        views_undo.UndoClosingPage.as_view(),
        name="opportunity-undo-closing",
    ),
    path(
        "opportunities/<uuid:pk>/close-quotes/",
        views_dialogs.CloseQuotesDialog.as_view(),
        name="opportunity-close-quotes",
    ),
    path("opportunities/<uuid:pk>/assign/", views_dialogs.AssignDialog.as_view(), name="opportunity-assign"),
    path("opportunity-closes/<uuid:pk>/", views_closes.OpportunityClosePage.as_view(), name="opportunity-close-record"),
    path("opportunities/<uuid:pk>/delete/", views_dialogs.DeleteDialog.as_view(), name="opportunity-delete"),
    *(
        path(f"opportunities/bulk/{page.command}/", page.as_view(), name=f"opportunities-bulk-{page.command}")
        for page in bulk_views.PAGES
    ),
]
