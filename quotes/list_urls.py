from django.urls import path

from quotes.freshness_views import QuoteFreshness
from quotes.list_views import QuoteListPage

urlpatterns = [
    path("quotes/", QuoteListPage.as_view(), name="quotes"),
    path("quotes/freshness/", QuoteFreshness.as_view(), name="quote-freshness"),
]
