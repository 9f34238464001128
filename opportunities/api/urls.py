from django.urls import path
from rest_framework.routers import SimpleRouter

from opportunities.api.bulk import OpportunityBulkViewSet
from opportunities.api.events import EventFeedViewSet
from opportunities.api.records import AccountViewSet, CompetitorViewSet
from opportunities.api.reports import ReportViewSet
from opportunities.api.setup import CloseFieldViewSet, StatusReasonViewSet
from opportunities.api.users import UserViewSet
from opportunities.api.views import OpportunityCloseViewSet, OpportunityViewSet

router = SimpleRouter()
# First, because the address of a record takes any word.
router.register("opportunities", OpportunityBulkViewSet, basename="api-opportunity-bulk")
router.register("opportunities", OpportunityViewSet, basename="api-opportunity")
router.register("opportunity-closes", OpportunityCloseViewSet, basename="api-opportunity-close")
router.register("status-reasons", StatusReasonViewSet, basename="api-status-reason")
router.register("close-fields", CloseFieldViewSet, basename="api-close-field")
router.register("competitors", CompetitorViewSet, basename="api-competitor")
router.register("accounts", AccountViewSet, basename="api-account")
router.register("users", UserViewSet, basename="api-user")
router.register("reports", ReportViewSet, basename="api-report")

urlpatterns = [
    path("events/", EventFeedViewSet.as_view({"get": "read_events"}), name="api-events"),
    *router.urls,
]
