"""Django's administration for administrators: what they set, through its actions, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from crm.errors import Invalid, Refusal
from crm.models import BusinessUnit, Role, User
from crm.preferences import set_preferences
from opportunities.actions import change_close_field, change_settings, change_status_reason
from opportunities.models import CloseField, Settings, State, StatusReason
from tests.commands.test_admin import MODELS
from tests.factories import close_lost, close_won, make_close_field, make_opportunity, make_user
from tests.pages.html import elements
from tests.pages.reading import text_of

pytestmark = pytest.mark.django_db

LIST = reverse("admin:opportunities_statusreason_changelist")
ADD = reverse("admin:opportunities_statusreason_add")
SETTINGS = reverse("admin:opportunities_settings_change", args=[1])
NEW = {"state": State.LOST.value, "label_en": "Budget cut", "label_da": "Sparet væk", "order": "", "active": "on"}


@pytest.fixture
def client(admin: User, browse: Callable[[User], Client]) -> Client:
    return browse(admin)


def page_of(code: int, view: str = "change") -> str:
    return reverse(f"admin:opportunities_statusreason_{view}", args=[code])


def form_of(reason: StatusReason, **changes: Any) -> dict[str, Any]:
    fields = ("label_en", "label_da", "order", "active", "is_default", "requires_competitor", "requires_description")
    values = {field: getattr(reason, field) for field in fields} | changes
    return {field: value for field, value in values.items() if value is not False}


def change(client: Client, pk: int, /, **changes: Any) -> HttpResponse:
    return client.post(page_of(pk), form_of(StatusReason.objects.get(pk=pk), **changes))


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


class TestWhoMay:
    @pytest.mark.parametrize("name", ["rep", "member", "manager", "vp", "nobody"])
    @pytest.mark.parametrize("is_staff", [False, True])
    def test_others_are_refused_in_the_products_own_way(
        self, people: dict[str, User], browse: Callable[[User], Client], name: str, is_staff: bool
    ) -> None:
        User.objects.filter(username=name).update(is_staff=is_staff)
        client = browse(people[name])
        for address in (reverse("admin:index"), LIST, ADD, SETTINGS, reverse("admin:password_change")):
            response = client.get(address)
            assert response.status_code == 403
            assert "Your role does not allow this." in text_of(response)
        assert client.post(ADD, NEW).status_code == 403
        assert not StatusReason.objects.filter(label_en="Budget cut").exists()
        assert 'href="/admin/"' not in client.get("/preferences/").content.decode()

    def test_the_users_menu_leads_administrators_there(self, client: Client) -> None:
        assert 'href="/admin/"' in client.get("/preferences/").content.decode()
        assert client.get("/admin/").status_code == 200

    def test_it_is_the_roles_to_give(self, rep: User, browse: Callable[[User], Client]) -> None:
        Role.objects.filter(code="salesperson").update(administer=True)
        assert browse(rep).get(LIST).status_code == 200

    def test_strangers_sign_in_on_the_products_page(self) -> None:
        assert Client().get(LIST).url == f"/sign-in/?next={LIST}"
        assert Client().get(reverse("admin:login")).url == "/sign-in/?next=/admin/"

    def test_administrators_see_nothing_else(self, client: Client) -> None:
        for model in MODELS:
            if model in (User, BusinessUnit, Role, StatusReason, CloseField, Settings):
                continue
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            for address in (reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add")):
                assert client.get(address).status_code == 403
                assert client.post(address, {"post": "yes"}).status_code == 403
        shown = [model["model"] for app in client.get("/admin/").context["app_list"] for model in app["models"]]
        assert shown == [CloseField, Settings, StatusReason, BusinessUnit, Role, User]

    def test_administrators_give_roles_but_never_touch_superusers(self, client: Client, rep: User) -> None:
        page = reverse("admin:crm_user_change", args=[rep.pk])
        assert 'name="is_superuser"' not in client.get(page).content.decode()
        values = {"username": "rep", "role": "sales_manager", "business_unit": rep.business_unit_id, "is_active": "on"}
        assert client.post(page, values | {"is_superuser": "on"}).status_code == 302
        rep.refresh_from_db()
        assert (rep.role_id, rep.is_superuser) == ("sales_manager", False)
        User.objects.filter(pk=rep.pk).update(is_superuser=True)
        shown = client.get(page).content
        assert b'name="_save"' not in shown
        assert b"opened_with" not in shown
        assert client.post(page, values).status_code == 403
        password = reverse("admin:auth_user_password_change", args=[rep.pk])
        assert client.post(password, {"password1": "x", "password2": "x"}).status_code == 403

    def test_nobody_takes_his_own_right_away(self, client: Client, admin: User) -> None:
        role = reverse("admin:crm_role_change", args=["system_administrator"])
        assert 'name="administer"' not in client.get(role).content.decode()
        own = client.get(reverse("admin:crm_user_change", args=[admin.pk])).content.decode()
        assert not any(f'name="{field}"' in own for field in ("role", "is_active", "is_superuser"))

    def test_superusers_without_a_role_do_the_same(
        self, units: SimpleNamespace, browse: Callable[[User], Client]
    ) -> None:
        client = browse(make_user("root", None, None, is_superuser=True))
        client.post(ADD, NEW)
        assert StatusReason.objects.filter(label_en="Budget cut").exists()


class TestStatusReasons:
    def test_one_is_added_with_the_next_code(self, client: Client) -> None:
        assert 'name="code"' not in client.get(ADD).content.decode()
        assert client.post(ADD, NEW | {"code": 7}).url == LIST
        reason = StatusReason.objects.get(label_en="Budget cut")
        assert (reason.code, reason.state, reason.order) == (100_000_000, State.LOST, 3)

    @pytest.mark.parametrize("button", ["_addanother", "_continue", "_saveasnew"])
    def test_every_way_to_save_leads_on(self, client: Client, button: str) -> None:
        assert client.post(ADD, NEW | {button: "Save"}, follow=True).status_code == 200
        assert LogEntry.objects.count() == StatusReason.objects.filter(code__gte=100_000_000).count() == 1

    def test_it_is_renamed_placed_and_retired(self, client: Client) -> None:
        assert change(client, 5, label_en="Outbid", order=9, active=False, requires_competitor=True).url == LIST
        reason = StatusReason.objects.get(pk=5)
        assert (reason.label_en, reason.order, reason.active, reason.requires_competitor) == ("Outbid", 9, False, True)

    def test_code_and_state_stay(self, client: Client) -> None:
        change(client, 5, state=State.WON.value, code=77)
        assert StatusReason.objects.get(pk=5).state == State.LOST
        assert not StatusReason.objects.filter(pk=77).exists()

    def test_the_default_is_taken_over(self, client: Client) -> None:
        change(client, 5, is_default="on")
        assert StatusReason.objects.default_for(State.LOST).code == 5

    def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(self, client: Client) -> None:
        response = change(client, 4, label_en="Called off", active=False)
        sentence = "The default of a state cannot be retired. Make another one the default first."
        assert errors(response) == {"active": [sentence]}
        assert 'value="Called off"' in response.content.decode()
        assert StatusReason.objects.get(pk=4).label_en == "Canceled"
        assert not LogEntry.objects.exists()

    def test_what_the_form_sees_itself_is_told_too(self, client: Client) -> None:
        assert set(errors(client.post(ADD, {"order": "x"}))) == {"state", "label_en", "label_da", "order"}

    @pytest.mark.parametrize(
        "refusal",
        [Refusal("unavailable"), Refusal("in_use"), Invalid({"label_en": ["No."]}), Invalid({"elsewhere": ["No."]})],
        ids=["busy", "conflict", "field", "no field of the form"],
    )
    def test_any_refusal_of_the_action_keeps_the_form(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
    ) -> None:
        def refuse(*args: Any, **kwargs: Any) -> None:
            StatusReason.objects.filter(pk=1).update(label_en="Written before it was refused")
            raise refusal

        monkeypatch.setattr("opportunities.admin.setup.StatusReasonAdmin.create_action", staticmethod(refuse))
        response = client.post(ADD, NEW)
        assert len(errors(response)) == 1
        assert 'value="Budget cut"' in response.content.decode()
        assert StatusReason.objects.get(pk=1).label_en == "In Progress"

    def test_the_list_takes_the_same_for_any_number(self, client: Client, count_statements: Any) -> None:
        with count_statements(10) as captured:
            client.get(LIST)
        few = len(captured)
        for __ in range(3):
            client.post(ADD, NEW)
        with count_statements(few, least=few):
            client.get(LIST)


class TestTwoAdministrators:
    """Each opened the form of a record; one saves before the other."""

    @pytest.fixture
    def colleague(self, units: SimpleNamespace) -> User:
        return make_user("karen", "system_administrator", units.root)

    @staticmethod
    def opened(client: Client, address: str) -> str:
        (field,) = elements(client.get(address), "input", name="opened_with", type="hidden")
        return field["value"]

    def test_a_rename_is_not_undone_unseen(self, client: Client, colleague: User) -> None:
        typed = form_of(StatusReason.objects.get(pk=5), order=9)
        typed["opened_with"] = self.opened(client, page_of(5))
        change_status_reason(5, {"label_en": "Outbid"}, actor=colleague)
        response = client.post(page_of(5), typed)
        assert response.status_code == 200
        (sentence,) = errors(response)["__all__"]
        assert sentence.startswith("Karen changed this after you opened it (")
        assert sentence.endswith("): Label (English): Out-Sold → Outbid")
        assert elements(response, "input", name="order", value="9")
        assert StatusReason.objects.get(pk=5).label_en == "Outbid"
        (field,) = elements(response, "input", name="opened_with")
        assert client.post(page_of(5), typed | {"opened_with": field["value"]}).url == LIST
        assert StatusReason.objects.get(pk=5).order == 9

    def test_the_default_of_a_state_is_not_taken_back(self, client: Client, colleague: User) -> None:
        typed = form_of(StatusReason.objects.get(pk=4)) | {"opened_with": self.opened(client, page_of(4))}
        change_status_reason(5, {"is_default": True}, actor=colleague)
        assert "Default" in errors(client.post(page_of(4), typed))["__all__"][0]
        assert StatusReason.objects.default_for(State.LOST).code == 5

    def test_nor_is_a_close_field_or_a_setting(self, client: Client, colleague: User) -> None:
        field = make_close_field("budget")
        for address, deed in (
            (reverse("admin:opportunities_closefield_change", args=[field.pk]),
             lambda: change_close_field(field.pk, {"label_en": "Means"}, actor=colleague)),
            (SETTINGS, lambda: change_settings({"reopen_reason_required": True}, actor=colleague)),
        ):  # fmt: skip
            form = client.get(address).context["adminform"].form
            values = {name: form[name].value() for name in form.fields}
            typed = {name: value for name, value in values.items() if value is not None and value is not False}
            deed()
            assert "Karen changed this" in errors(client.post(address, typed))["__all__"][0]
        assert CloseField.objects.get().label_en == "Means"
        assert Settings.objects.get().reopen_reason_required

    @pytest.mark.parametrize(
        ("model", "before", "after"),
        [
            (User, {"role": "sales_manager"}, "Role: Salesperson → Sales Manager"),
            (Role, {"reopen": 0}, "Reopen: Business unit → None"),
            (BusinessUnit, {"name": "Far north"}, "Name: North → Far north"),
        ],
        ids=["user", "role", "unit"],
    )
    def test_nor_is_a_user_a_role_or_a_unit(
        self,
        client: Client,
        colleague: User,
        rep: User,
        browse: Callable[[User], Client],
        model: Any,
        before: dict[str, Any],
        after: str,
    ) -> None:
        record = {User: rep, Role: rep.role, BusinessUnit: rep.business_unit}[model]
        address = reverse(f"admin:crm_{model._meta.model_name}_change", args=[record.pk])
        typed = self.typed(client.get(address))
        assert browse(colleague).post(address, typed | before).status_code == 302
        response = client.post(address, typed)
        (sentence,) = errors(response)["__all__"]
        assert sentence.startswith("Karen changed this after you opened it (")
        assert sentence.endswith(f"): {after}")
        (field,) = elements(response, "input", name="opened_with")
        assert client.post(address, typed | {"opened_with": field["value"]}).status_code == 302
        history = text_of(client.get(reverse(f"admin:crm_{model._meta.model_name}_history", args=[record.pk])))
        assert after in history

    @staticmethod
    def typed(page: HttpResponse) -> dict[str, Any]:
        form = page.context["adminform"].form
        values = {name: form[name].value() for name in form.fields if name != "password"}
        return {name: value for name, value in values.items() if value is not None and value is not False}

    def test_who_signs_in_or_gets_a_password_meanwhile_is_the_same_user(
        self, client: Client, colleague: User, rep: User, browse: Callable[[User], Client]
    ) -> None:
        address = reverse("admin:crm_user_change", args=[rep.pk])
        typed = self.typed(client.get(address))
        password = reverse("admin:auth_user_password_change", args=[rep.pk])
        new = {"password1": "a long sentence", "password2": "a long sentence", "usable_password": "true"}
        assert browse(colleague).post(password, new).status_code == 302
        assert Client().post("/sign-in/", {"username": "rep", "password": "a long sentence"}).status_code == 302
        assert User.objects.get(pk=rep.pk).last_login
        assert client.post(address, typed | {"first_name": "Rita"}).status_code == 302
        rep.refresh_from_db()
        assert (rep.first_name, bool(rep.last_login), rep.check_password("a long sentence")) == ("Rita", True, True)

    def test_what_a_user_set_for_himself_is_not_undone_unseen(self, client: Client, rep: User) -> None:
        address = reverse("admin:crm_user_change", args=[rep.pk])
        typed = self.typed(client.get(address))
        set_preferences({"language": "da"}, actor=rep)
        (sentence,) = errors(client.post(address, typed))["__all__"]
        assert sentence.startswith("Rep changed this after you opened it (")
        assert sentence.endswith("): Language: – → Dansk")

    @pytest.mark.parametrize("forged", ["[]", '{"code": 5}', '"x"', "{"])
    def test_what_no_form_was_opened_with_is_refused(self, client: Client, forged: str) -> None:
        assert errors(change(client, 5, opened_with=forged, label_en="Outbid"))
        assert StatusReason.objects.get(pk=5).label_en == "Out-Sold"


class TestDeleting:
    def test_one_that_nobody_chose_goes(self, client: Client) -> None:
        client.post(ADD, NEW)
        assert "Are you sure" in text_of(client.get(page_of(100_000_000, "delete")))
        assert client.post(page_of(100_000_000, "delete"), {"post": "yes"}).url == LIST
        assert not StatusReason.objects.filter(pk=100_000_000).exists()

    def test_one_in_use_stays_and_says_why(self, client: Client, rep: User) -> None:
        client.post(ADD, NEW)
        close_lost(make_opportunity(rep), status_reason=100_000_000)
        response = client.post(page_of(100_000_000, "delete"), {"post": "yes"}, follow=True)
        assert response.redirect_chain == [(page_of(100_000_000), 302)]
        assert "This status reason was used, and records tell of it. Retire it instead." in text_of(response)

    def test_built_in_ones_offer_no_deleting(self, client: Client) -> None:
        assert page_of(5, "delete") not in client.get(page_of(5)).content.decode()
        assert client.post(page_of(5, "delete"), {"post": "yes"}).status_code == 403

    def test_none_is_deleted_from_the_list(self, client: Client) -> None:
        client.post(ADD, NEW)
        client.post(LIST, {"action": "delete_selected", "_selected_action": [100_000_000], "post": "yes"})
        assert StatusReason.objects.filter(pk=100_000_000).exists()


class TestHistory:
    def test_it_tells_each_value_before_and_after(self, client: Client) -> None:
        change(client, 5, label_en="Outbid", active=False)
        assert LogEntry.objects.count() == 1
        page = text_of(client.get(page_of(5, "history")))
        assert "admin (Admin)" in page
        assert "Label (English): Out-Sold → Outbid; Active: Yes → No" in page

    def test_in_the_readers_language(self, client: Client, admin: User) -> None:
        change(client, 5, active=False)
        User.objects.filter(pk=admin.pk).update(language="da")
        assert "Aktiv: Ja → Nej" in text_of(client.get(page_of(5, "history")))

    def test_of_what_is_not_there(self, client: Client) -> None:
        assert client.get(page_of(99, "history")).url == "/admin/"


class TestSettings:
    def test_their_list_is_their_page(self, client: Client) -> None:
        assert client.get(reverse("admin:opportunities_settings_changelist")).url == SETTINGS

    def test_they_are_changed(self, client: Client) -> None:
        response = client.post(SETTINGS, {"reopen_reason_required": "on"}, follow=True)
        assert "changed successfully" in text_of(response)
        assert Settings.objects.get().reopen_reason_required
        history = reverse("admin:opportunities_settings_history", args=[1])
        assert "Reopening asks for a reason: No → Yes" in text_of(client.get(history))

    def test_none_is_added_or_deleted(self, client: Client) -> None:
        assert client.post(reverse("admin:opportunities_settings_add"), {}).status_code == 403
        delete = reverse("admin:opportunities_settings_delete", args=[1])
        assert client.post(delete, {"post": "yes"}).status_code == 403


class TestTheFrame:
    @pytest.mark.parametrize("address", ["/admin/nothing/", "/admin/opportunities/nothing/", "/admin/a/b/c/"])
    def test_unknown_addresses_show_the_products_page(self, client: Client, address: str) -> None:
        for visitor in (client, Client()):
            response = visitor.get(address)
            assert response.status_code == 404
            assert "There is no such page, or you may not see it." in text_of(response)

    def test_a_slash_that_was_forgotten_is_added(self, client: Client) -> None:
        assert client.get("/admin").url == "/admin/"
        assert client.get(LIST.rstrip("/")).url == LIST

    def test_it_bears_the_products_sign(self, client: Client) -> None:
        for address in ("/admin/", ADD):
            assert "crm/favicon.svg" in client.get(address).content.decode()

    def test_it_speaks_danish(self, client: Client, admin: User) -> None:
        User.objects.filter(pk=admin.pk).update(language="da")
        page = text_of(client.get(ADD))
        for text in ("Statusårsag", "Navn (engelsk)", "kræver en konkurrent"):
            assert text.lower() in page.lower()


def test_an_answer_of_the_api_and_the_dialogs_is_new_at_once(client: Client, admin: User, api: Any) -> None:
    codes = {each["code"]: each["label"] for each in api(admin).get("status-reasons/").json()["results"]}
    change(client, 5, label_en="Outbid")
    client.post(ADD, NEW)
    now = {each["code"]: each["label"] for each in api(admin).get("status-reasons/").json()["results"]}
    assert now == codes | {5: "Outbid", 100_000_000: "Budget cut"}


FIELDS = reverse("admin:opportunities_closefield_changelist")
ADD_FIELD = reverse("admin:opportunities_closefield_add")
FIELD = {
    "name": "why",
    "type": "choice",
    "label_en": "Why",
    "label_da": "Hvorfor",
    "choices": "price | Price | Pris\n\nquality\ntime|Time",
    "shown_on": 0,
    "order": 1,
    "active": "on",
}


class TestCloseFields:
    def field(self, view: str = "change") -> str:
        return reverse(f"admin:opportunities_closefield_{view}", args=["why"])

    def test_one_is_added_and_shown_at_once(self, client: Client, rep: User, browse: Callable[[User], Client]) -> None:
        assert client.post(ADD_FIELD, FIELD).url == FIELDS
        assert CloseField.objects.get().choices == [
            {"value": "price", "label_en": "Price", "label_da": "Pris"},
            {"value": "quality", "label_en": "quality", "label_da": ""},
            {"value": "time", "label_en": "Time", "label_da": ""},
        ]
        dialog = reverse("opportunity-close-as-won", args=[make_opportunity(rep).pk])
        assert 'name="custom.why"' in browse(rep).get(dialog).content.decode()

    def test_what_is_wrong_stands_beside_its_field_with_everything_typed(self, client: Client) -> None:
        response = client.post(ADD_FIELD, FIELD | {"choices": "a | b | c | d", "label_da": ""})
        assert set(errors(response)) == {"choices", "label_da"}
        assert "Line 1" in errors(response)["choices"][0]
        assert "a | b | c | d" in response.content.decode()
        response = client.post(ADD_FIELD, FIELD | {"choices": "price\nprice"})
        assert "twice: price" in errors(response)["choices"][0]
        response = client.post(ADD_FIELD, FIELD | {"choices": "fit\nprice, Price, Pris"})
        assert "Line 2" in errors(response)["choices"][0]
        assert not CloseField.objects.exists()

    def test_it_is_changed_as_it_is_shown(self, client: Client) -> None:
        client.post(ADD_FIELD, FIELD)
        shown = client.get(self.field()).content.decode()
        assert "price | Price | Pris\nquality | quality | \ntime | Time | </textarea>" in shown
        assert 'name="name"' not in shown
        changes = {**FIELD, "label_en": "Main reason", "choices": "price | Price | Pris"}
        assert client.post(self.field(), changes).url == FIELDS
        assert (CloseField.objects.get().label_en, len(CloseField.objects.get().choices)) == ("Main reason", 1)
        history = text_of(client.get(self.field("history")))
        assert "Why → Main reason" in history
        assert "price | Price | Pris, quality | quality | , time | Time | → price | Price | Pris" in history

    def test_one_with_values_is_not_deleted(self, client: Client, rep: User) -> None:
        make_close_field("why")
        close_won(make_opportunity(rep), custom={"why": "x"})
        response = client.post(self.field("delete"), {"post": "yes"}, follow=True)
        assert "Retire it instead." in text_of(response)
        assert CloseField.objects.exists()
