import pytest

from crm.models import Role
from opportunities.models import StatusReason
from tests.expect import check_deferred
from tests.factories import make_opportunity, make_quote


@pytest.mark.parametrize("state", ["open", "won", "lost"])
def test_opportunities_in_every_state(rep, state):
    opportunity = make_opportunity(rep, state=state)
    check_deferred()
    assert opportunity.facts()["state"] == state


@pytest.mark.parametrize("state", ["draft", "active", "won", "lost", "canceled", "revised"])
def test_quotes_in_every_state(rep, state):
    quote = make_quote(make_opportunity(rep), state)
    check_deferred()
    assert quote.get_state_display().lower() == state or quote.get_status_reason_display().lower() == state


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_flush_leaves_roles_and_status_reasons(turn):
    """Twice: the second turn runs after the first one's flush, which truncates every table."""
    assert Role.objects.count() == 5
    assert StatusReason.objects.count() == 5
