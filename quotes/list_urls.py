from django.urls import path

from quotes.list_views import QuoteListPage

urlpatterns = [path("quotes/", QuoteListPage.as_view(), name="quotes")]
