from rest_framework.routers import SimpleRouter

from quotes.api.views import QuoteCloseViewSet, QuoteViewSet

router = SimpleRouter()
router.register("quotes", QuoteViewSet, basename="api-quote")
router.register("quote-closes", QuoteCloseViewSet, basename="api-quote-close")

urlpatterns = router.urls
