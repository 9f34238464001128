"""Webhooks through the API: for administrators, with secrets that are shown once."""

import json
import logging
from unittest.mock import Mock

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection

from crm import audit
from crm.errors import Refusal
from crm.event_types import event_types
from crm.models import Delivery, DeliveryState, Depth, Role, Webhook
from crm.webhooks import actions
from crm.webhooks.sign import is_secret
from crm.webhooks.worker import run_once
from tests.conftest import ApiClient
from tests.core.racing import racers
from tests.factories import close_won, make_opportunity, make_user

pytestmark = pytest.mark.django_db

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FORM = ["id", "url", "event_types", "active", "secret_set_at", "created_at"]
BODY = {"url": "https://93.184.216.34/events", "event_types": ["opportunity.won", "quote.created"]}


def test_the_event_types_are_those_of_the_contract():
    opportunity = ("created", "updated", "assigned", "deleted", "won", "lost", "reopened")
    quote = ("created", "updated", "deleted", "activated", "won", "closed", "revised")
    assert event_types() == [f"opportunity.{verb}" for verb in opportunity] + [f"quote.{verb}" for verb in quote]


class TestLife:
    def test_its_secret_is_shown_once(self, admin, api):
        client = api(admin)
        created = client.post("webhooks/", BODY)
        assert created.status_code == 201
        answer = created.json()
        assert list(answer) == [*FORM, "secret"]
        assert answer | BODY | {"active": True} == answer
        assert is_secret(answer["secret"])
        assert created["Location"].endswith(f"/api/v1/webhooks/{answer['id']}/")
        secret = answer.pop("secret")
        path = f"webhooks/{answer['id']}/"
        assert client.get(path).json() == answer
        assert client.get("webhooks/").json()["results"] == [answer]
        assert client.patch(path, {"active": False}).json() == answer | {"active": False}
        everything = json.dumps([client.get(path).json(), list(LogEntry.objects.values("change_message"))], default=str)
        assert secret not in everything
        assert client.delete(path).status_code == 204
        assert client.get(path).status_code == 404

    def test_a_secret_can_be_given(self, admin, api):
        assert api(admin).post("webhooks/", BODY | {"secret": SECRET}).json()["secret"] == SECRET

    def test_null_and_left_out_are_made(self, admin, api):
        made = {api(admin).post("webhooks/", BODY | {"secret": None}).json()["secret"] for __ in range(2)}
        assert len(made) == 2

    def test_rotation_shows_the_new_one_and_keeps_the_old_one_valid(self, admin, api):
        client = api(admin)
        first = client.post("webhooks/", BODY).json()
        rotated = client.post(f"webhooks/{first['id']}/rotate-secret/").json()
        assert rotated["secret"] != first["secret"]
        webhook = Webhook.objects.get()
        assert (webhook.secret, webhook.old_secret) == (rotated["secret"], first["secret"])
        assert client.post(f"webhooks/{first['id']}/rotate-secret/", {"secret": SECRET}).json()["secret"] == SECRET
        answer = client.patch(f"webhooks/{first['id']}/", {"secret": rotated["secret"]})
        assert "secret" not in answer.json()
        assert Webhook.objects.get().secrets_at(webhook.secret_set_at) == [rotated["secret"], SECRET]

    def test_every_deed_is_in_the_log_of_the_administration(self, admin, api):
        client = api(admin)
        path = f"webhooks/{client.post('webhooks/', BODY).json()['id']}/"
        client.patch(path, {"event_types": ["opportunity.lost"], "active": False})
        client.post(f"{path}rotate-secret/")
        client.delete(path)
        entries = [json.loads(entry.change_message) for entry in LogEntry.objects.order_by("pk")]
        assert [entry.action_flag for entry in LogEntry.objects.order_by("pk")] == [1, 2, 2, 3]
        assert entries[0]["url"] == [None, BODY["url"]]
        assert entries[1] == {
            "event_types": ["opportunity.won, quote.created", "opportunity.lost"],
            "active": [True, False],
        }
        assert set(entries[2]) == {"secret_set_at", "old_secret_until"}
        assert {entry.user_id for entry in LogEntry.objects.all()} == {admin.pk}

    def test_a_change_of_nothing_is_no_entry(self, admin, api):
        client = api(admin)
        path = f"webhooks/{client.post('webhooks/', BODY).json()['id']}/"
        assert client.patch(path, BODY).status_code == 200
        assert LogEntry.objects.count() == 1


REFUSED = [
    ({"url": "http://93.184.216.34/"}, "url"),
    ({"url": "https://127.0.0.1/"}, "url"),
    ({"url": "https://localhost/"}, "url"),
    ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
    ({"url": "https://169.254.169.254/latest/meta-data/"}, "url"),
    ({"url": "nonsense"}, "url"),
    ({"url": ""}, "url"),
    ({"url": 1}, "url"),
    ({"url": "https://93.184.216.34/" + "x" * 2000}, "url"),
    ({"event_types": []}, "event_types"),
    ({"event_types": ["opportunity.exploded"]}, "event_types"),
    ({"event_types": ["webhook.test"]}, "event_types"),
    ({"event_types": "opportunity.won"}, "event_types"),
    ({"event_types": [1]}, "event_types"),
    ({"event_types": None}, "event_types"),
    ({"active": "yes"}, "active"),
    ({"secret": "whsec_"}, "secret"),
    ({"secret": "whsec_c2hvcnQ="}, "secret"),
    ({"secret": SECRET.removeprefix("whsec_")}, "secret"),
    ({"secret": SECRET + "!"}, "secret"),
    ({"secret": "whsec_" + "A" * 400}, "secret"),
    ({"id": "x"}, "id"),
    ({"position": 0}, "position"),
    ({"old_secret": SECRET}, "old_secret"),
]


@pytest.mark.parametrize(("change", "field"), REFUSED)
def test_what_does_not_fit_is_refused(admin, api, change, field):
    client = api(admin)
    answer = client.post("webhooks/", BODY | change)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (400, "invalid", [field])
    assert not Webhook.objects.exists()
    path = f"webhooks/{client.post('webhooks/', BODY).json()['id']}/"
    before = Webhook.objects.values().get()
    assert list(client.patch(path, change).json()["errors"]) == [field]
    assert Webhook.objects.values().get() == before


def test_what_is_missing_is_named(admin, api):
    assert set(api(admin).post("webhooks/", {}).json()["errors"]) == {"url", "event_types"}


def test_an_event_type_named_twice_is_there_once(admin, api):
    body = BODY | {"event_types": ["quote.won", "opportunity.won", "quote.won"]}
    assert api(admin).post("webhooks/", body).json()["event_types"] == ["quote.won", "opportunity.won"]


@pytest.mark.parametrize("name", ["rep", "manager", "vp", "member", "nobody"])
def test_only_administrators(people, api, hook, name, receiver):
    webhook, client = hook(), api(people[name])
    make_opportunity(people["rep"])
    run_once()
    delivery = Delivery.objects.get()
    path, deliveries = f"webhooks/{webhook.pk}/", "webhook-deliveries/"
    answers = [client.get(each) for each in ("webhooks/", path, deliveries, f"{deliveries}{delivery.pk}/")]
    answers += [client.post(each) for each in (f"{path}test/", f"{path}rotate-secret/")]
    answers += [client.post(f"{deliveries}{delivery.pk}/redeliver/")]
    answers += [client.post("webhooks/", BODY), client.patch(path, {"active": False}), client.delete(path)]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "permission_denied")}
    assert len(receiver.messages) == 1


@pytest.mark.parametrize(("role", "is_superuser"), [(None, True), ("warden", False)])
def test_only_who_may_read_all_that_they_carry(units, api, browse, hook, role, is_superuser):
    Role.objects.create(code="warden", label_en="", label_da="", administer=True, read=Depth.OWN)
    user = make_user("root", role, units.root, is_superuser=is_superuser)
    path = f"webhooks/{hook().pk}/"
    answers = [api(user).get(path), api(user).post("webhooks/", BODY), api(user).post(f"{path}test/")]
    assert {answer.status_code for answer in answers} == {403}
    assert all("everyone's records" in answer.json()["detail"] for answer in answers)
    assert browse(user).get("/webhooks/").status_code == 403
    menu = browse(user).get("/preferences/").content
    assert b'href="/admin/"' in menu
    assert b'href="/webhooks/"' not in menu


def test_nobody_signs_in_first(api):
    assert api(None).get("webhooks/").status_code == 401


class TestDeliveries:
    def test_they_can_be_read_with_what_was_sent_and_answered(self, rep, admin, api, hook, receiver):
        webhook, client = hook(), api(admin)
        receiver.reactions = [500]
        close_won(make_opportunity(rep))
        run_once()
        rows = client.get(f"webhook-deliveries/?webhook={webhook.pk}").json()["results"]
        assert [(row["event"]["type"], row["state"]) for row in rows] == [
            ("opportunity.won", "pending"),
            ("opportunity.created", "pending"),
        ]
        assert list(rows[0]) == ["id", "webhook", "event", "state", "created_at", "next_attempt_at"]
        record = client.get(f"webhook-deliveries/{rows[1]['id']}/").json()
        assert list(record) == [*rows[0], "attempts"]
        (attempt,) = record["attempts"]
        assert (attempt["status"], attempt["error"], attempt["answer"]) == (500, "", "")
        assert json.loads(attempt["body"]) == receiver.messages[0].event
        assert attempt["headers"]["webhook-id"] == record["event"]["id"]

    def test_they_are_filtered_and_counted_in_few_statements(self, rep, admin, api, hook, receiver, count_statements):
        hook(), hook("quote.won")
        close_won(make_opportunity(rep))
        run_once()
        client = api(admin)
        assert len(client.get("webhook-deliveries/?state=delivered").json()["results"]) == 2
        assert client.get("webhook-deliveries/?state=parked").json()["results"] == []
        assert client.get("webhook-deliveries/?state=lost").status_code == 400
        with count_statements(2):
            client.get("webhook-deliveries/")

    def test_one_is_sent_again(self, rep, admin, api, hook, receiver):
        hook()
        make_opportunity(rep)
        run_once()
        Delivery.objects.update(state=DeliveryState.PARKED)
        answer = api(admin).post(f"webhook-deliveries/{Delivery.objects.get().pk}/redeliver/").json()
        assert answer["state"] == "pending"
        run_once()
        assert len(receiver.messages) == 2
        assert receiver.ids[0] == receiver.ids[1]
        assert LogEntry.objects.filter(content_type__model="delivery", user=admin).count() == 1

    def test_those_of_a_deleted_webhook_are_gone(self, rep, admin, api, hook, receiver):
        webhook = hook()
        make_opportunity(rep)
        run_once()
        assert api(admin).delete(f"webhooks/{webhook.pk}/").status_code == 204
        assert not Delivery.objects.exists()


class TestTesting:
    def test_it_is_sent_at_once_and_signed(self, admin, api, hook, receiver):
        webhook = hook()
        answer = api(admin).post(f"webhooks/{webhook.pk}/test/").json()
        assert (answer["status"], answer["error"]) == (204, "")
        (message,) = receiver.messages
        event = message.verify(webhook.secret)
        assert (event["type"], event["position"]) == ("webhook.test", None)
        assert event["actor"]["username"] == "admin"
        assert not Delivery.objects.exists()

    def test_what_goes_wrong_is_told(self, admin, api, hook, receiver):
        webhook = hook(url="http://127.0.0.1:1/")
        answer = api(admin).post(f"webhooks/{webhook.pk}/test/").json()
        assert answer["status"] is None
        assert "ConnectionRefusedError" in answer["error"]

    @pytest.mark.parametrize(("reaction", "noted"), [(204, 204), (500, 500), (None, "ConnectionRefusedError")])
    def test_that_it_was_done_is_in_the_log_of_the_administration(self, admin, api, hook, receiver, reaction, noted):
        webhook = hook() if reaction else hook(url="http://127.0.0.1:1/")
        receiver.usual = reaction or 204
        api(admin).post(f"webhooks/{webhook.pk}/test/")
        entry = LogEntry.objects.latest("pk")
        assert (entry.user, entry.object_id, entry.action_flag) == (admin, str(webhook.pk), CHANGE)
        before, after = json.loads(entry.change_message)["webhook.test"]
        assert before is None
        assert str(after).startswith(str(noted))
        assert f"webhook.test: – → {noted}" in audit.told(entry)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestWaiting:
    """For other servers: what would be locked meanwhile, others would wait for."""

    def test_no_transaction_is_open_meanwhile(self, admin, api, hook, receiver, monkeypatch):
        client, path = api(admin), f"webhooks/{hook().pk}/test/"
        was_open = []

        def noting(wait):
            def note(*args):
                was_open.append(connection.in_atomic_block)
                return wait(*args)

            return note

        for name in ("address_errors", "send"):
            monkeypatch.setattr(actions, name, noting(getattr(actions, name)))
        for answer in (
            client.post("webhooks/", BODY),
            client.post("webhooks/", BODY, idempotency_key="create"),
            client.post(path),
            client.post(path, idempotency_key="test"),
        ):
            assert answer.status_code in (200, 201)
        assert was_open == [False] * 4

    def test_what_is_retried_waits_and_is_sent_once(self, admin, token, hook, receiver, monkeypatch):
        secret, path, send = token(admin), f"webhooks/{hook().pk}/test/", actions.send
        meanwhile = []

        def post():
            return ApiClient(secret).post(path, idempotency_key="test")

        def send_slowly(*args):
            with racers(1) as race:
                meanwhile.extend(race(post))
            return send(*args)

        monkeypatch.setattr(actions, "send", send_slowly)
        first, again = post(), post()
        assert [answer.json()["code"] for answer in meanwhile] == ["idempotency_in_progress"]
        assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
        assert len(receiver.messages) == 1

    def test_a_refusal_gives_the_key_free(self, admin, token, hook, receiver, monkeypatch):
        secret, webhook = token(admin), hook()
        path = f"webhooks/{webhook.pk}/test/"
        with monkeypatch.context() as patched:
            patched.setattr(actions, "send", Mock(side_effect=Refusal("unavailable")))
            assert ApiClient(secret).post(path, idempotency_key="test").status_code == 503
        with racers(1) as race:
            (answer,) = race(lambda: ApiClient(secret).post(path, idempotency_key="test"))
        assert answer.status_code == 200


def test_no_secret_is_logged(rep, admin, api, hook, receiver, caplog):
    caplog.set_level(logging.DEBUG)
    webhook = hook()
    receiver.usual = 500
    make_opportunity(rep)
    run_once()
    api(admin).post(f"webhooks/{webhook.pk}/test/")
    lines = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    assert webhook.secret not in lines
    assert webhook.secret not in repr(webhook) + str(webhook)
