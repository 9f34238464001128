"""Django's administration for superusers: people and units to edit, business records to look at."""

import re
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from crm.admin import PasswordForm
from crm.business_units import create_unit
from crm.models import (
    BadTokens,
    BusinessUnit,
    Delivery,
    Event,
    KeptForm,
    ListLayout,
    Role,
    SavedView,
    StoredAnswer,
    Token,
    User,
    Webhook,
)
from opportunities.actions import change_status_reason, create_status_reason, delete_status_reason
from opportunities.models import Account, Competitor, Opportunity, OpportunityClose, OpportunityCompetitor
from quotes.models import Quote, QuoteClose
from tests.expect import nothing_changes
from tests.factories import (
    close_lost,
    close_won,
    make_account,
    make_close_field,
    make_competitor,
    make_opportunity,
    make_quote,
    make_token,
    make_user,
    reopen,
)
from tests.pages.reading import text_of

pytestmark = pytest.mark.django_db

EDITABLE = {"user", "businessunit", "role", "statusreason", "closefield", "settings"}
# What the API keeps for a while for itself is nobody's record.
KEPT_FOR_A_WHILE = (BadTokens, KeptForm, StoredAnswer)
MODELS = [
    model
    for label in ("crm", "opportunities", "quotes")
    for model in apps.get_app_config(label).get_models()
    if model not in KEPT_FOR_A_WHILE
]
READ_ONLY = [model for model in MODELS if model._meta.model_name not in EDITABLE]

PAGES: dict[Any, Callable[[Any], str]] = {
    Opportunity: lambda record: f"/opportunities/{record.pk}/",
    OpportunityCompetitor: lambda record: f"/opportunities/{record.opportunity_id}/",
    OpportunityClose: lambda record: f"/opportunity-closes/{record.pk}/",
    Account: lambda record: f"/accounts/{record.pk}/",
    Competitor: lambda record: f"/competitors/{record.pk}/",
    Quote: lambda record: f"/quotes/{record.pk}/",
    QuoteClose: lambda record: f"/quote-closes/{record.pk}/",
    Webhook: lambda record: f"/webhooks/{record.pk}/",
    Delivery: lambda record: f"/webhook-deliveries/{record.pk}/",
}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def superuser(units: SimpleNamespace) -> User:
    return make_user("root", "system_administrator", units.root, is_staff=True, is_superuser=True)


@pytest.fixture
def client(superuser: User, browse: Callable[[User], Client]) -> Client:
    return browse(superuser)


@pytest.fixture
def records(rep: User) -> SimpleNamespace:
    """One of every kind."""
    opportunity = make_opportunity(rep, topic="Crane", account=make_account(), competitors=[make_competitor()])
    quote = make_quote(opportunity, "won")
    close_won(opportunity)
    reopen(opportunity)
    make_token(rep, name="test")
    make_close_field("why")
    ListLayout.objects.create(user=rep, list_name="opportunities", view="all", columns=["topic"])
    SavedView.objects.create(user=rep, list_name="opportunities", name="Mine", query="view=all")
    webhook = Webhook.objects.create(url="https://example.com/", event_types=["quote.won"], secret=SECRET)
    event = Event.objects.latest("id")
    delivery = webhook.deliveries.create(event=event, group_id=event.group_id, position=1)
    delivery.attempts.create(status=500)
    return SimpleNamespace(opportunity=opportunity, quote=quote)


def url(model: Any, view: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=arguments)


def errors(response: HttpResponse) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def test_every_model_is_registered() -> None:
    assert [model for model in MODELS if not django_admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.model_name)
def test_business_records_can_only_be_looked_at(client: Client, records: SimpleNamespace, model: Any) -> None:
    record = model.objects.first()
    assert client.get(url(model, "changelist")).status_code == 200
    page = client.get(url(model, "change", record.pk))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert SECRET.encode() not in page.content
    assert b">Close<" not in page.content  # Django's word for leaving the page
    with nothing_changes():
        assert client.get(url(model, "add")).status_code == 403
        assert client.post(url(model, "change", record.pk), {"topic": "Other"}).status_code == 403
        if model is not Token:
            assert client.post(url(model, "delete", record.pk), {"post": "yes"}).status_code == 403
            chosen = {"_selected_action": [record.pk], "post": "yes"}
            client.post(url(model, "changelist"), {"action": "delete_selected", **chosen})
        client.post(url(model, "changelist"), {"_save": "Save", "form-TOTAL_FORMS": 1, "form-0-topic": "Other"})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_searching_and_filtering_answers(client: Client, records: SimpleNamespace, model: Any) -> None:
    assert client.get(url(model, "changelist"), {"q": "crane"}, follow=True).status_code == 200


@pytest.mark.parametrize("model", [*PAGES], ids=lambda model: model._meta.model_name)
def test_the_page_in_the_product_is_a_link_away(client: Client, records: SimpleNamespace, model: Any) -> None:
    record = model.objects.first()
    address = PAGES[model](record)
    assert f'<a href="{address}">Open</a>' in client.get(url(model, "changelist")).content.decode()
    assert f'<a href="{address}" class="viewsitelink">Open</a>' in shown(client, record)
    assert client.get(address).status_code in (200, 404)  # a superuser without a role reads nothing


def shown(client: Client, record: Any) -> str:
    return client.get(url(type(record), "change", record.pk)).content.decode()


def test_amounts_have_the_decimals_of_their_currency(client: Client, rep: User) -> None:
    revenue = {"USD": Decimal("14180.40"), "JPY": Decimal(14180), "KWD": Decimal("14180.4")}
    expected = {"USD": "14,180.40 USD", "JPY": "14,180 JPY", "KWD": "14,180.400 KWD"}
    for currency, amount in revenue.items():
        opportunity = make_opportunity(rep, currency=currency, estimated_revenue=amount)
        quote = make_quote(opportunity, "won", total_amount=amount)
        closing = close_won(opportunity)
        records = (closing.opportunity, closing.opportunity_close, quote, quote.quote_close)
        for record in records:
            page = shown(client, record).replace("\xa0", " ")
            assert expected[currency] in page
            assert not re.search(r"180[.,]\d{4}", page.replace(expected[currency], ""))


def test_the_log_tells_also_of_what_was_deleted(client: Client, admin: User) -> None:
    names = {"label_en": "Budget cut", "label_da": "Sparet væk"}
    reason = create_status_reason({"state": 2, **names}, actor=admin)
    delete_status_reason(reason.code, actor=admin)
    log = text_of(client.get(url(LogEntry, "changelist")))
    assert "Budget cut Deletion Code: 100000000; State: Lost; Label (English): Budget cut" in log
    assert client.post(url(LogEntry, "delete", LogEntry.objects.first().pk), {"post": "yes"}).status_code == 403


def test_a_close_record_tells_how_things_were_called(client: Client, rep: User, admin: User) -> None:
    rival = make_competitor("Apex")
    close = close_lost(make_opportunity(rep), competitor=rival).opportunity_close
    change_status_reason(4, {"label_en": "Called off", "label_da": "Aflyst"}, actor=admin)
    page = shown(client, close)
    for text in ("Canceled / Annulleret", "Apex", "Called off"):
        assert text in page


def test_custom_values_stand_under_the_labels_that_they_had() -> None:
    labels = {"label_en": "Their budget", "label_da": "Deres budget"}
    custom = {
        "budget": {"type": "text", "value": "<1500>", "place": 0, **labels},
        "met": {"type": "yes_no", "value": True, "label_en": "Met", "label_da": "", "place": 1},
    }
    shown = django_admin.site.get_model_admin(OpportunityClose).custom_values
    close = OpportunityClose(custom=custom)
    assert shown(close) == "Their budget: &lt;1500&gt;<br>Met: Yes"
    with translation.override("da"):
        assert shown(close).endswith("Met: Ja")
    assert shown(OpportunityClose()) is None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_a_list_asks_the_same_however_long_it_is(
    client: Client, records: SimpleNamespace, rep: User, teammate: User, model: Any
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(model, "changelist"), follow=True).status_code == 200
        return len(captured)

    statements()  # content types are remembered from the first time on
    few = statements()
    for owner in (rep, teammate):
        opportunity = make_opportunity(owner, account=make_account(), competitors=[make_competitor()])
        make_quote(opportunity, "won")
        close_won(opportunity)
        reopen(opportunity)
        make_token(owner, name="another")
        unit = create_unit(f"Unit of {owner.username}", parent=owner.business_unit_id)
        make_user(f"colleague of {owner.username}", "salesperson", unit)
    assert statements() == few


def test_no_part_of_a_token_is_shown(client: Client, records: SimpleNamespace) -> None:
    token = Token.objects.get()
    page = shown(client, token)
    assert "field-created_at" in page
    assert "field-digest" not in page
    assert bytes(token.digest).hex() not in page


def test_revoking_a_token_is_deleting_it(client: Client, records: SimpleNamespace) -> None:
    token = Token.objects.get()
    assert f'href="{url(Token, "delete", token.pk)}"' in shown(client, token)
    client.post(url(Token, "delete", token.pk), {"post": "yes"})
    assert not Token.objects.exists()


INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=|\son(?:click|load|change|submit)=|javascript:"
)


def test_no_page_holds_what_the_security_policy_forbids(client: Client, records: SimpleNamespace) -> None:
    addresses = [reverse("admin:index"), reverse("admin:logout"), url(User, "add"), url(BusinessUnit, "add")]
    for model in MODELS:
        addresses += [url(model, "changelist"), url(model, "change", model.objects.first().pk)]
    addresses.append(url(Token, "delete", Token.objects.get().pk))
    addresses.append(reverse("admin:auth_user_password_change", args=[records.opportunity.owner_id]))
    for address in addresses:
        response = client.get(address)
        assert "script-src 'self'" in response.headers["Content-Security-Policy"], address
        assert INLINE.findall(response.content.decode()) == [], address


class TestUsers:
    def form(self, user: User, **changes: Any) -> dict[str, Any]:
        values = {
            "username": user.username,
            "role": user.role_id,
            "business_unit": user.business_unit_id,
            "language": user.language,
            "time_zone": user.time_zone,
            "is_active": user.is_active,
        }
        return {key: value for key, value in (values | changes).items() if value not in (False, None)}

    def test_they_are_edited(self, client: Client, rep: User, units: SimpleNamespace) -> None:
        changes = {"role": "sales_manager", "business_unit": units.south.pk, "language": "da"}
        form = self.form(rep, **changes, time_zone="Europe/Copenhagen", is_active=False)
        assert client.post(url(User, "change", rep.pk), form).status_code == 302
        rep.refresh_from_db()
        assert (rep.role_id, rep.business_unit, rep.language) == ("sales_manager", units.south, "da")
        assert (rep.time_zone, rep.is_active) == ("Europe/Copenhagen", False)

    def test_a_time_zone_must_exist(self, client: Client, rep: User) -> None:
        response = client.post(url(User, "change", rep.pk), self.form(rep, time_zone="Europe/Atlantis"))
        assert "time_zone" in errors(response)

    def test_they_are_added_with_a_password(self, client: Client, units: SimpleNamespace) -> None:
        form = {"username": "new", "password1": "a long sentence", "password2": "a long sentence"}
        client.post(url(User, "add"), form | {"role": "salesperson", "business_unit": units.north.pk})
        user = User.objects.get(username="new")
        assert user.check_password("a long sentence")
        assert (user.role_id, user.business_unit) == ("salesperson", units.north)

    def test_a_password_is_set_anew(self, client: Client, rep: User) -> None:
        form = {"password1": "a long sentence", "password2": "a long sentence", "usable_password": "true"}
        client.post(reverse("admin:auth_user_password_change", args=[rep.pk]), form)
        rep.refresh_from_db()
        assert rep.check_password("a long sentence")
        history = text_of(client.get(url(User, "history", rep.pk)))
        assert "Changed password." in history
        assert rep.password not in history

    def test_a_new_password_undoes_nothing_else(self, rep: User) -> None:
        form = PasswordForm(
            User.objects.get(pk=rep.pk), {"password1": "a long sentence", "password2": "a long sentence"}
        )
        assert form.is_valid()
        User.objects.filter(pk=rep.pk).update(is_active=False)
        form.save()
        rep.refresh_from_db()
        assert (rep.is_active, rep.check_password("a long sentence")) == (False, True)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"password2": "another sentence"}, "password2"),
            ({"password1": "password", "password2": "password"}, "password2"),
            ({"username": "REP"}, "username"),
            ({"username": "two words"}, "username"),
        ],
        ids=["not the same", "too common", "taken", "not a username"],
    )
    def test_what_is_wrong_with_a_new_one_stands_beside_its_field(
        self, client: Client, rep: User, changes: dict[str, str], field: str
    ) -> None:
        form = {"username": "new", "password1": "a long sentence", "password2": "a long sentence"} | changes
        assert set(errors(client.post(url(User, "add"), form))) == {field}
        assert not User.objects.filter(username__in=("new", "two words")).exists()

    def test_a_username_is_taken_once(self, client: Client, rep: User, teammate: User) -> None:
        response = client.post(url(User, "change", rep.pk), self.form(rep, username="teammate", first_name="Rita"))
        assert errors(response) == {"username": ["A user with that username already exists."]}
        assert 'value="Rita"' in response.content.decode()

    def test_they_are_never_deleted(self, client: Client, rep: User) -> None:
        assert client.post(url(User, "delete", rep.pk), {"post": "yes"}).status_code == 403
        actions = {"action": "delete_selected", "_selected_action": [rep.pk], "post": "yes"}
        client.post(url(User, "changelist"), actions)
        assert User.objects.filter(pk=rep.pk).exists()

    def test_nobody_locks_himself_out(self, client: Client, superuser: User) -> None:
        client.post(url(User, "change", superuser.pk), self.form(superuser, is_active=False, first_name="Root"))
        superuser.refresh_from_db()
        assert (superuser.first_name, superuser.is_active, superuser.is_superuser) == ("Root", True, True)

    def test_no_password_hash_is_shown_or_kept(self, client: Client, rep: User, units: SimpleNamespace) -> None:
        rep.set_password("a long sentence")
        rep.save(update_fields=["password"])
        client.post(url(User, "change", rep.pk), self.form(rep, role="sales_manager"))
        form = {"username": "new", "password1": "a long sentence", "password2": "a long sentence"}
        client.post(url(User, "add"), form)
        rep.refresh_from_db()
        assert rep.check_password("a long sentence")
        for user in (rep, User.objects.get(username="new")):
            hashed = user.password.rpartition("$")[2]
            pages = [client.get(url(User, view, user.pk)).content.decode() for view in ("change", "history")]
            pages.append(client.get(url(LogEntry, "changelist")).content.decode())
            told = [entry.change_message for entry in LogEntry.objects.filter(object_id=str(user.pk))]
            assert told
            assert not any(hashed in text for text in (*pages, *told))
            assert not any("password" in message for message in told)


class TestBusinessUnits:
    def test_they_are_created(self, client: Client, units: SimpleNamespace) -> None:
        client.post(url(BusinessUnit, "add"), {"name": "Aarhus", "parent": units.north.pk})
        assert BusinessUnit.objects.get(name="Aarhus").path.startswith(units.north.path)

    def test_they_are_moved_and_renamed(self, client: Client, units: SimpleNamespace) -> None:
        below = create_unit("Aarhus", parent=units.north.pk)
        client.post(url(BusinessUnit, "change", units.north.pk), {"name": "Far north", "parent": units.south.pk})
        below.refresh_from_db()
        moved = BusinessUnit.objects.get(name="Far north")
        assert moved.path == f"{units.south.path}{units.north.pk.hex}/"
        assert below.path == f"{moved.path}{below.pk.hex}/"

    def test_what_is_refused_stands_beside_what_was_typed(self, client: Client, units: SimpleNamespace) -> None:
        below = create_unit("Aarhus", parent=units.north.pk)
        address = url(BusinessUnit, "change", units.north.pk)
        response = client.post(address, {"name": "Far north", "parent": below.pk})
        assert errors(response) == {"parent": ["A business unit cannot be placed below itself."]}
        assert 'value="Far north"' in response.content.decode()
        assert BusinessUnit.objects.get(name="North").parent == units.root

    def test_a_name_is_taken_once(self, client: Client, units: SimpleNamespace) -> None:
        response = client.post(url(BusinessUnit, "add"), {"name": "North", "parent": units.root.pk})
        assert errors(response) == {"name": ["There is already a business unit with this name."]}

    def test_they_are_never_deleted(self, client: Client, units: SimpleNamespace) -> None:
        assert client.post(url(BusinessUnit, "delete", units.south.pk), {"post": "yes"}).status_code == 403


class TestRoles:
    def test_rights_are_given_and_taken(self, client: Client) -> None:
        role = Role.objects.get(code="salesperson")
        form = {field.name: getattr(role, field.name) for field in Role._meta.fields if field.name != "administer"}
        client.post(url(Role, "change", "salesperson"), form | {"reopen": 0, "code": "other"})
        role.refresh_from_db()
        assert role.reopen == 0
        assert not Role.objects.filter(code="other").exists()
        history = text_of(client.get(url(Role, "history", "salesperson")))
        assert "Reopen: Business unit → None" in history

    def test_one_is_added(self, client: Client) -> None:
        form = {"code": "partner", "label_en": "Partner", "label_da": "Partner", "order": 9}
        form |= dict.fromkeys(("read", "create", "edit", "reopen", "accounts", "competitors"), 1)
        assert client.post(url(Role, "add"), form).status_code == 302
        assert (Role.objects.get(code="partner").edit, Role.objects.get(code="partner").administer) == (1, False)
        response = client.post(url(Role, "add"), form)
        assert errors(response) == {"code": ["There is already a role with this code."]}

    def test_they_are_never_deleted(self, client: Client) -> None:
        assert client.post(url(Role, "delete", "salesperson"), {"post": "yes"}).status_code == 403
