from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from pytest_django import Settings

from crm import clock
from crm.models import BusinessUnit, Event, User
from crm.models.event import Origin
from opportunities.demo import plan
from opportunities.demo.stage import Stage
from opportunities.management.commands.seed_demo import require_safe_place
from opportunities.models import Account, ActivityStatus, Competitor, Opportunity, OpportunityClose, State
from opportunities.verification import CHECKS, find_breaches
from quotes.models import Quote
from quotes.states import QuoteStatusReason
from tests.expect import check_deferred

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedded(settings: Settings) -> None:
    """What `dev.py run` starts with."""
    settings.DEBUG = True
    settings.EMBEDDED_DATABASE = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


@pytest.fixture
def few_deals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "DEALS", 12)


def seed(*arguments: str) -> str:
    output = StringIO()
    call_command("seed_demo", *arguments, stdout=output)
    return output.getvalue()


def test_it_tells_two_years_and_every_rule_holds() -> None:
    seed()
    check_deferred()
    assert find_breaches(CHECKS) == []
    _expect_all_kinds_of_records()
    _expect_times_of_the_tale()
    _expect_plausible_figures()


def _expect_all_kinds_of_records() -> None:
    assert 385 <= Opportunity.objects.count() <= 400
    assert BusinessUnit.objects.filter(parent__name="Sales Hub").count() == 3
    assert (User.objects.count(), Competitor.objects.count()) == (12, 8)
    assert 50 <= Account.objects.count() <= 60
    assert set(Quote.objects.values_list("status_reason", flat=True)) == {
        reason for reason in QuoteStatusReason if reason != QuoteStatusReason.OPEN
    }
    again = Opportunity.objects.closed().filter(closes__activity_status=ActivityStatus.CANCELED)
    assert again.exists()
    assert Opportunity.objects.open().filter(estimated_close_date__lt=clock.today()).count() >= 5
    assert set(Opportunity.objects.values_list("state", flat=True)) == set(State)


def _expect_times_of_the_tale() -> None:
    now = clock.now()
    assert set(Event.objects.values_list("origin", flat=True)) == {Origin.COMMAND}
    assert not Event.objects.filter(occurred_at__gt=now).exists()
    assert Event.objects.filter(occurred_at__lt=now - timedelta(days=365)).count() > 200
    created = Event.objects.filter(type="opportunity.created").in_bulk(field_name="id")
    first = {event.record_id: event.occurred_at for event in created.values()}
    for opportunity in Opportunity.objects.all():
        assert opportunity.created_at == first[opportunity.pk] <= opportunity.modified_at
    assert not OpportunityClose.objects.filter(closed_at__lt=F("opportunity__created_at")).exists()
    assert not OpportunityClose.objects.filter(reopened_at__lte=F("closed_at")).exists()
    numbers = Quote.objects.filter(revision=0).order_by("created_at").values_list("number", flat=True)
    assert list(numbers) == sorted(numbers)


def _expect_plausible_figures() -> None:
    won = Count("pk", filter=Q(outcome=State.WON))
    closes = OpportunityClose.objects.completed()
    owners = closes.values("opportunity__owner").annotate(closed=Count("pk"), won=won).filter(closed__gte=10)
    rates = [row["won"] / row["closed"] for row in owners]
    assert all(0.15 < rate < 0.85 for rate in rates)
    assert max(rates) - min(rates) > 0.1
    rivals = closes.filter(competitor__isnull=False).values("competitor").annotate(closed=Count("pk"), won=won)
    assert sum(row["won"] for row in rivals) > 10
    assert len(rivals) == 8


def test_it_prints_the_sign_ins_and_they_work(few_deals: None) -> None:
    output = seed()
    assert "demo-only" in output
    for username in ("rep", "teammate", "member", "manager", "stranger", "vp", "admin"):
        assert username in output
        assert User.objects.get(username=username).password == User.objects.get(username="rep").password
    assert User.objects.get(username="rep").check_password("demo-only")


def test_only_the_admin_opens_the_administration(few_deals: None) -> None:
    seed()
    assert [user.username for user in User.objects.filter(is_staff=True, is_superuser=True)] == ["admin"]
    assert not User.objects.exclude(username="admin").filter(Q(is_staff=True) | Q(is_superuser=True)).exists()


def test_it_refuses_a_second_time_and_changes_nothing(few_deals: None) -> None:
    seed()
    events = Event.objects.count()
    with pytest.raises(CommandError, match="only into an empty one"):
        seed()
    assert Event.objects.count() == events


def test_it_refuses_a_database_with_anything_in_it(few_deals: None) -> None:
    Account.objects.create(name="Somebody's customer")
    with pytest.raises(CommandError, match="only into an empty one"):
        seed()


def test_if_empty_does_nothing_where_there_are_users(rep: User, settings: Settings) -> None:
    settings.DEBUG = False  # the question of safety does not arise where nothing is done
    assert seed("--if-empty") == ""
    assert list(User.objects.all()) == [rep]


def test_if_empty_fills_an_empty_database(few_deals: None) -> None:
    assert "demo-only" in seed("--if-empty")
    assert User.objects.count() == 12


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("DEBUG", False, "DEBUG"),
        ("EMBEDDED_DATABASE", False, "embedded database"),
        ("ALLOWED_HOSTS", ["localhost", "crm.example.com"], r"ALLOWED_HOSTS has crm\.example\.com"),
        ("ALLOWED_HOSTS", ["*"], r"ALLOWED_HOSTS has \*"),
        ("ALLOWED_HOSTS", ["192.168.1.7"], "192"),
        ("ALLOWED_HOSTS", ["127.example.com"], "127.example"),
        ("ALLOWED_HOSTS", [".localhost.example.com"], "loopback"),
    ],
)
def test_it_is_refused_off_the_loopback(
    settings: Settings, few_deals: None, setting: str, value: object, reason: str
) -> None:
    setattr(settings, setting, value)
    with pytest.raises(CommandError, match=reason):
        seed()
    assert not User.objects.exists()


@pytest.mark.parametrize("hosts", [[], [".localhost"], ["127.0.0.2", "::1"]])
def test_it_knows_the_loopback_by_all_its_names(settings: Settings, hosts: list[str]) -> None:
    settings.ALLOWED_HOSTS = hosts
    require_safe_place()


def test_an_interrupted_seed_leaves_nothing(few_deals: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Stage, "close", interrupt)
    with pytest.raises(KeyboardInterrupt):
        seed()
    for model in (User, BusinessUnit, Account, Competitor, Opportunity, Event):
        assert not model.objects.exists()
