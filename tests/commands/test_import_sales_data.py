"""The whole of a public data set of deals, where it lies beside the project or IMPORT_SAMPLE says where."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Count, F, Q, Sum

from crm.models import User
from opportunities.models import Account, ActivityStatus, Opportunity, OpportunityClose, State
from opportunities.verification import CHECKS, find_breaches
from tests.commands.importing import run_import
from tests.expect import check_deferred, nothing_changes

SAMPLE = Path(
    os.environ.get("IMPORT_SAMPLE", "") or settings.BASE_DIR.parent / "shared" / "data" / "crm-sales-opportunities"
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (SAMPLE / "sales_pipeline.csv").exists(), reason="The data set is not here."),
]


def test_it_adds_up_and_a_second_run_changes_nothing():
    told = run_import(SAMPLE)
    assert (told.bad, told.error) == ([], "")
    _expect_the_sums()
    check_deferred()
    assert find_breaches(CHECKS) == []
    with nothing_changes():
        told = run_import(SAMPLE)
    assert (told.bad, told.error) == ([], "")


def _expect_the_sums() -> None:
    states = Opportunity.objects.values_list("state").annotate(count=Count("pk"))
    assert dict(states) == {State.WON: 4238, State.LOST: 2473, State.OPEN: 2089}
    won = OpportunityClose.objects.filter(outcome=State.WON)
    assert won.aggregate(total=Sum("actual_revenue"))["total"] == Decimal("10005534.00")
    assert not OpportunityClose.objects.filter(outcome=State.LOST).exclude(actual_revenue=0).exists()
    assert Account.objects.count() == 85
    assert User.objects.filter(role="salesperson").count() == 35
    assert User.objects.filter(role="sales_manager").count() == 6
    one_completed = Opportunity.objects.closed().annotate(
        completed=Count(
            "closes",
            filter=Q(closes__activity_status=ActivityStatus.COMPLETED, closes__close_date=F("actual_close_date")),
        )
    )
    assert set(one_completed.values_list("completed", flat=True)) == {1}
    assert Opportunity.objects.filter(topic="GTX Pro").count() == 1480
