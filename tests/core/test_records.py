"""Accounts and competitors: the records of the organization."""

from uuid import uuid4

import pytest

from opportunities.actions import create_record, delete_record, edit_record
from opportunities.models import Account, Competitor, StatusReason
from tests.expect import invalid, nothing_changes, refused, refused_by
from tests.factories import close_lost, make_account, make_competitor, make_opportunity


@pytest.mark.parametrize("model", [Account, Competitor])
def test_create_edit_delete(admin, model):
    record = create_record(model, {"name": "Ægir"}, actor=admin)
    assert (record.version, str(record)) == (1, "Ægir")
    record = edit_record(model, record.pk, {"name": "Ran"}, actor=admin, expected=frozenset({1}))
    assert record.version == model.objects.get().version == 2
    with nothing_changes():
        assert edit_record(model, record.pk, {"name": "Ran"}, actor=admin).version == 2
    with refused("stale") as caught:
        edit_record(model, record.pk, {"name": "Ægir"}, actor=admin, expected=frozenset({1}))
    assert caught.value.facts == {"version": 2}
    with refused("stale"):
        delete_record(model, record.pk, actor=admin, expected=frozenset({1}))
    delete_record(model, record.pk, actor=admin, expected=frozenset({1, 2}))
    with refused("not_found"):
        delete_record(model, record.pk, actor=admin)


@pytest.mark.parametrize("model", [Account, Competitor])
@pytest.mark.parametrize("name", ["", "x" * 301])
def test_a_name_is_required_and_limited(admin, model, name):
    with invalid(name=1):
        create_record(model, {"name": name}, actor=admin)


def test_a_competitors_name_is_unique_ignoring_case(admin):
    make_competitor("Contoso")
    with invalid(name="already a competitor"):
        create_record(Competitor, {"name": "CONTOSO"}, actor=admin)
    other = make_competitor("Fabrikam")
    with invalid(name="already a competitor"):
        edit_record(Competitor, other.pk, {"name": "contoso"}, actor=admin)


def test_an_accounts_external_id_is_unique(admin):
    make_account(external_id="A-1")
    with invalid(external_id="already an account"):
        create_record(Account, {"name": "Other", "external_id": "A-1"}, actor=admin)


def test_a_website_is_an_address(admin):
    with invalid(website=1):
        create_record(Competitor, {"name": "Contoso", "website": "not an address"}, actor=admin)


class TestInUse:
    def test_an_account_with_opportunities(self, rep, admin):
        account = make_account()
        make_opportunity(rep, account=account)
        with refused("in_use"):
            delete_record(Account, account.pk, actor=admin)

    def test_a_competitor_of_an_opportunity(self, rep, admin):
        rival = make_competitor()
        make_opportunity(rep, competitors=[rival])
        with refused("in_use"):
            delete_record(Competitor, rival.pk, actor=admin)

    def test_a_competitor_of_a_close_record_alone(self, rep, admin):
        rival = make_competitor()
        opportunity = make_opportunity(rep)
        close_lost(opportunity, competitor=rival)
        opportunity.competitors.clear()
        with refused("in_use"):
            delete_record(Competitor, rival.pk, actor=admin)

    def test_a_status_reason_is_kept_by_the_database(self, rep):
        make_opportunity(rep, state="lost")
        with refused_by("opportunity_reason_fits_state"):
            StatusReason.objects.filter(code=4)._raw_delete("default")

    def test_the_default_of_a_state_cannot_be_retired(self, db):
        with refused_by("status_reason_default_not_retired"):
            StatusReason.objects.filter(code=4).update(active=False)


def test_who_may_not_read_finds_nothing(nobody, admin):
    account = make_account()
    with refused("not_found"):
        edit_record(Account, account.pk, {"name": "Other"}, actor=nobody)
    with refused("not_found"):
        edit_record(Account, uuid4(), {"name": "Other"}, actor=admin)
