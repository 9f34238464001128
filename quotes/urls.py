from django.urls import path

from quotes import views, views_dialogs

urlpatterns = [
    path("opportunities/<uuid:pk>/quotes/new/", views_dialogs.QuoteCreateDialog.as_view(), name="quote-new"),
    path("quotes/<uuid:pk>/", views.QuotePage.as_view(), name="quote"),
    path("quote-closes/<uuid:pk>/", views.QuoteClosePage.as_view(), name="quote-close-record"),
    path("quotes/<uuid:pk>/edit/", views_dialogs.QuoteEditDialog.as_view(), name="quote-edit"),
    path("quotes/<uuid:pk>/activate/", views_dialogs.QuoteActivateDialog.as_view(), name="quote-activate"),
    path("quotes/<uuid:pk>/win/", views_dialogs.QuoteWinDialog.as_view(), name="quote-win"),
    path("quotes/<uuid:pk>/close/", views_dialogs.QuoteCloseDialog.as_view(), name="quote-close"),
    path("quotes/<uuid:pk>/revise/", views_dialogs.QuoteReviseDialog.as_view(), name="quote-revise"),
    path("quotes/<uuid:pk>/delete/", views_dialogs.QuoteDeleteDialog.as_view(), name="quote-delete"),
]
