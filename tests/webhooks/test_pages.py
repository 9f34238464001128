"""The pages of webhooks: the same deeds as through the API, without JavaScript."""

import re

import pytest

from crm.models import Delivery, DeliveryState, Webhook
from crm.webhooks.worker import run_once
from tests.factories import close_won, make_opportunity
from tests.pages.reading import HTMX, commands_on, errors_of, send, text_of

pytestmark = pytest.mark.django_db

TYPED = {"url": "https://93.184.216.34/events", "event_types": ["opportunity.won"], "active": "on"}


def secret_on(response):
    return re.search(r'value="(whsec_[^"]+)"', response.content.decode())[1].replace("&#x2B;", "+")


def test_the_menu_leads_administrators_to_them(admin, rep, browse):
    assert b'href="/webhooks/"' in browse(admin).get("/preferences/").content
    assert b'href="/webhooks/"' not in browse(rep).get("/preferences/").content


def test_one_is_made_and_its_secret_shown_once(admin, browse):
    client = browse(admin)
    page = client.post("/webhooks/new/", TYPED)
    webhook = Webhook.objects.get()
    assert (page.status_code, secret_on(page)) == (200, webhook.secret)
    assert "not shown again" in text_of(page)
    record = client.get(f"/webhooks/{webhook.pk}/")
    assert webhook.secret not in record.content.decode()
    assert list(commands_on(record)) == ["edit", "test", "rotate", "delete", "webhooks"]
    listed = client.get("/webhooks/")
    assert "https://93.184.216.34/events" in text_of(listed)
    assert "opportunity.won" in text_of(listed)


def test_what_is_refused_stands_beside_what_was_typed(admin, browse):
    page = browse(admin).post("/webhooks/new/", TYPED | {"url": "https://127.0.0.1/x"})
    assert page.status_code == 400
    assert "private network" in errors_of(page)["url"]
    assert b'value="https://127.0.0.1/x"' in page.content
    assert not Webhook.objects.exists()


def test_one_is_changed_and_paused(admin, browse, hook, receiver):
    webhook, client = hook(), browse(admin)
    typed = {"event_types": ["quote.won"], "active": None}
    assert send(client, f"/webhooks/{webhook.pk}/edit/", **typed).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.event_types, webhook.active) == (["quote.won"], False)
    assert "Paused" in text_of(client.get(f"/webhooks/{webhook.pk}/"))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "dialog"])
def test_a_new_secret_is_shown_once(admin, browse, hook, headers):
    webhook, client = hook(), browse(admin)
    page = client.post(f"/webhooks/{webhook.pk}/rotate-secret/", headers=headers)
    assert secret_on(page) == Webhook.objects.get().secret != webhook.secret
    assert (b"<html" in page.content) == (not headers)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "dialog"])
def test_a_test_tells_what_came_back(admin, browse, hook, receiver, headers):
    webhook, client = hook(), browse(admin)
    page = client.post(f"/webhooks/{webhook.pk}/test/", headers=headers)
    assert "The receiver took it." in text_of(page)
    assert "204" in text_of(page)
    receiver.usual = 500
    assert "did not take it" in text_of(client.post(f"/webhooks/{webhook.pk}/test/", headers=headers))
    assert receiver.types == ["webhook.test"] * 2


def test_deliveries_are_listed_shown_and_sent_again(rep, admin, browse, hook, receiver, count_statements):
    webhook, client = hook(), browse(admin)
    receiver.reactions = [500]
    close_won(make_opportunity(rep))
    run_once()
    listed = text_of(client.get(f"/webhook-deliveries/?webhook={webhook.pk}&view=pending"))
    assert "opportunity.created" in listed
    delivery = Delivery.objects.earliest("position")
    page = client.get(f"/webhook-deliveries/{delivery.pk}/")
    assert "500" in text_of(page)
    assert str(delivery.event_id) in text_of(page)
    assert "<" not in text_of(page).replace("<code>", "")
    Delivery.objects.update(state=DeliveryState.PARKED)
    assert client.post(f"/webhook-deliveries/{delivery.pk}/redeliver/").status_code == 302
    run_once()
    assert len(receiver.messages) == 2
    with count_statements(11):
        client.get("/webhook-deliveries/")
    file = client.get("/webhook-deliveries/?export=raw").getvalue().decode("utf-8-sig").splitlines()
    assert file[0] == "id,event,state,webhook,created_at,due_at"
    assert client.get("/webhook-deliveries/?edit=filters").status_code == 200


def test_what_a_receiver_answers_is_text_and_no_markup(rep, admin, browse, hook, receiver):
    def answer(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"<script>alert(1)</script>")

    hook()
    receiver.usual = answer
    make_opportunity(rep)
    run_once()
    page = browse(admin).get(f"/webhook-deliveries/{Delivery.objects.get().pk}/").content
    assert b"&lt;script&gt;alert(1)" in page
    assert b"<script>alert" not in page


def test_one_is_deleted_after_a_question(admin, browse, hook):
    webhook, client = hook(), browse(admin)
    assert "cannot be undone" in text_of(client.get(f"/webhooks/{webhook.pk}/delete/"))
    assert client.post(f"/webhooks/{webhook.pk}/delete/")["Location"] == "/webhooks/"
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("name", ["rep", "vp", "nobody"])
def test_only_administrators(people, browse, rep, hook, name, receiver):
    webhook, client = hook(), browse(people[name])
    make_opportunity(rep)
    run_once()
    delivery = Delivery.objects.get()
    paths = ["/webhooks/", "/webhooks/new/", "/webhook-deliveries/", f"/webhook-deliveries/{delivery.pk}/"]
    paths += [f"/webhooks/{webhook.pk}/{deed}" for deed in ("", "edit/", "rotate-secret/", "test/", "delete/")]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)
    posted = [path for path in paths[4:] if path.count("/") == 4] + ["/webhooks/new/"]
    assert {client.post(path, TYPED).status_code for path in posted} == {403}
    assert len(receiver.messages) == 1
