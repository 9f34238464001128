from django.urls import path

from opportunities import bulk_views, views, views_dialogs, views_edit, views_undo

urlpatterns = [
    path("opportunities/new/", views_edit.OpportunityCreatePage.as_view(), name="opportunity-new"),
    path("opportunities/<uuid:pk>/", views.OpportunityPage.as_view(), name="opportunity"),
    path("opportunities/<uuid:pk>/edit/", views_edit.OpportunityEditPage.as_view(), name="opportunity-edit"),
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
    path("opportunities/<uuid:pk>/delete/", views_dialogs.DeleteDialog.as_view(), name="opportunity-delete"),
    path(
        "opportunities/bulk/close-as-won/",
        bulk_views.BulkCloseAsWonPage.as_view(),
        name="opportunities-bulk-close-as-won",
    ),
    path(
        "opportunities/bulk/close-as-lost/",
        bulk_views.BulkCloseAsLostPage.as_view(),
        name="opportunities-bulk-close-as-lost",
    ),
    path(
        "opportunities/bulk/reopen/",
        bulk_views.BulkReopenPage.as_view(),
        name="opportunities-bulk-reopen",
    ),
    path(
        "opportunities/bulk/close-quotes/",
        bulk_views.BulkCloseQuotesPage.as_view(),
        name="opportunities-bulk-close-quotes",
    ),
    path(
        "opportunities/bulk/assign/",
        bulk_views.BulkAssignPage.as_view(),
        name="opportunities-bulk-assign",
    ),
]
