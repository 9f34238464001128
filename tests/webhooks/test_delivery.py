"""What is sent, when, and what becomes of it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from standardwebhooks.webhooks import WebhookVerificationError

from crm import clock
from crm.maintenance import maintenance
from crm.models import Attempt, Delivery, DeliveryState, Event, Webhook
from crm.webhooks import outbox
from crm.webhooks.actions import change_webhook, redeliver, rotate_secret
from crm.webhooks.deliver import LONGEST_DELAY, delay
from crm.webhooks.worker import run_once
from tests.factories import close_won, make_opportunity, make_quote

pytestmark = pytest.mark.django_db


def later(**duration):
    return time_machine.travel(clock.now() + timedelta(**duration), tick=True)


def states():
    return [
        DeliveryState(state).name for state in Delivery.objects.order_by("position").values_list("state", flat=True)
    ]


class TestWhatIsSent:
    def test_it_is_the_event_as_in_the_feed_signed_as_the_standard_says(self, rep, api, receiver, hook):
        webhook = hook()
        close_won(make_opportunity(rep))
        call_command("deliver_webhooks", once=True)
        feed = api(rep).get("events/").json()["results"]
        assert [message.event for message in receiver.messages] == feed
        assert receiver.types == ["opportunity.created", "opportunity.won"]
        for message, event in zip(receiver.messages, feed, strict=True):
            assert message.verify(webhook.secret) == event
            assert message.headers["webhook-id"] == event["id"]
            assert message.headers["content-type"] == "application/json"
            assert message.path == "/hook?x=1"
            with pytest.raises(WebhookVerificationError):
                message.verify("whsec_" + "A" * 43 + "=")

    def test_only_the_types_that_were_chosen_and_only_what_came_after(self, rep, receiver, hook):
        make_opportunity(rep)
        hook("opportunity.won", "quote.created")
        opportunity = make_opportunity(rep)
        make_quote(opportunity, "won")
        close_won(opportunity)
        run_once()
        assert receiver.types == ["quote.created", "opportunity.won"]

    def test_each_webhook_has_its_own_secret_and_place(self, rep, receiver, hook):
        first = hook()
        make_opportunity(rep)
        second = hook()
        make_opportunity(rep)
        run_once()
        assert Delivery.objects.filter(webhook=first).count() == 2
        assert Delivery.objects.filter(webhook=second).count() == 1
        run_once()
        assert len(receiver.messages) == 3

    def test_a_rotated_secret_is_valid_beside_the_old_one_for_a_day(self, rep, admin, receiver, hook):
        webhook = hook()
        old, new = webhook.secret, rotate_secret(webhook.pk, actor=admin).secret
        assert old != new
        make_opportunity(rep)
        run_once()
        message = receiver.messages[0]
        assert len(message.headers["webhook-signature"].split()) == 2
        assert message.verify(old) == message.verify(new)
        make_opportunity(rep)
        with later(hours=24, seconds=1):
            run_once()
            assert receiver.messages[1].verify(new)
            with pytest.raises(WebhookVerificationError):
                receiver.messages[1].verify(old)

    def test_what_was_sent_and_answered_is_kept(self, rep, receiver, hook):
        def answer(handler):
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(b"Gr\xc3\xb8nt \0 \xff")

        hook()
        receiver.usual = answer
        make_opportunity(rep)
        run_once()
        attempt = Attempt.objects.get()
        assert (attempt.status, attempt.error, attempt.answer) == (200, "", "Grønt \ufffd \ufffd")
        assert attempt.body.encode() == receiver.messages[0].body
        assert attempt.headers["webhook-signature"] == receiver.messages[0].headers["webhook-signature"]
        assert attempt.milliseconds < 5000

    def test_who_does_not_speak_http_is_a_failed_attempt(self, rep, receiver, hook):
        hook()
        receiver.usual = lambda handler: handler.wfile.write(b"\0\0\x12\x04 \xff no status line\r\n")
        make_opportunity(rep)
        run_once()
        attempt = Attempt.objects.get()
        assert (attempt.status, attempt.answer) == (None, "")
        assert attempt.error.startswith("BadStatusLine")
        assert "\0" not in attempt.error

    def test_a_rolled_back_change_is_sent_to_nobody(self, rep, receiver, hook):
        hook()
        with transaction.atomic():
            make_opportunity(rep)
            transaction.set_rollback(True)
        run_once()
        assert not receiver.messages


class TestPausing:
    def test_a_paused_webhook_keeps_its_place(self, rep, admin, receiver, hook):
        webhook = hook()
        make_opportunity(rep)
        outbox.make_deliveries()
        change_webhook(webhook.pk, {"active": False}, actor=admin)
        make_opportunity(rep)
        run_once()
        assert not receiver.messages
        change_webhook(webhook.pk, {"active": True}, actor=admin)
        run_once()
        assert len(receiver.messages) == 2


class TestRetries:
    @pytest.mark.parametrize("reaction", [500, 404, 301, 302, 199 + 101])
    def test_anything_but_2xx_is_tried_again_within_ten_seconds(self, rep, receiver, hook, reaction):
        hook()
        receiver.reactions = [reaction]
        make_opportunity(rep)
        run_once()
        assert (len(receiver.messages), states()) == (1, ["PENDING"])
        assert Delivery.objects.get().due_at < clock.now() + timedelta(seconds=8)
        run_once()
        assert len(receiver.messages) == 1
        with later(seconds=6):
            run_once()
        assert (len(receiver.messages), states()) == (2, ["DELIVERED"])
        assert receiver.ids[0] == receiver.ids[1]
        assert list(Attempt.objects.order_by("at").values_list("status", flat=True)) == [reaction, 204]

    def test_it_waits_longer_each_time_up_to_a_limit(self):
        ranges = [(delay(failures), delay(failures)) for failures in range(1, 60)]
        seconds = [[part.total_seconds() for part in pair] for pair in ranges]
        for number, pair in enumerate(seconds):
            longest = min(5 * 4**number, LONGEST_DELAY.total_seconds())
            assert all(longest / 2 <= part <= longest for part in pair)
        assert any(one != other for one, other in seconds), "there is jitter"

    def test_after_a_day_it_is_parked(self, rep, admin, receiver, hook):
        hook()
        receiver.usual = 503
        make_opportunity(rep)
        run_once()
        with later(hours=23, minutes=59):
            run_once()
            assert states() == ["PENDING"]
            assert Delivery.objects.get().due_at <= Attempt.objects.earliest("at").at + timedelta(hours=24, seconds=5)
        with later(hours=24, seconds=30):
            run_once()
            assert (len(receiver.messages), states()) == (3, ["PARKED"])
            run_once()
            assert len(receiver.messages) == 3
            receiver.usual = 200
            redeliver(Delivery.objects.get().pk, actor=admin)
            run_once()
        assert (len(receiver.messages), states()) == (4, ["DELIVERED"])
        assert len(set(receiver.ids)) == 1

    def test_a_redelivery_that_fails_is_tried_for_a_day_of_its_own(self, rep, admin, receiver, hook):
        hook()
        make_opportunity(rep)
        run_once()
        receiver.usual = 500
        with later(days=3):
            redeliver(Delivery.objects.get().pk, actor=admin)
            run_once()
            assert states() == ["PENDING"]


class TestOrder:
    def test_a_later_event_of_the_same_opportunity_waits_for_the_earlier_one(self, rep, receiver, hook):
        hook()
        failing, fine = make_opportunity(rep), make_opportunity(rep)
        receiver.refused = lambda event: event["opportunity"] == str(failing.pk)
        make_quote(failing), close_won(fine)
        run_once()
        told = [(message.event["opportunity"], message.event["type"]) for message in receiver.messages]
        assert told == [
            (str(failing.pk), "opportunity.created"),
            (str(fine.pk), "opportunity.created"),
            (str(fine.pk), "opportunity.won"),
        ]
        receiver.refused = lambda event: False
        with later(seconds=6):
            run_once()
        assert receiver.types[3:] == ["opportunity.created", "quote.created"]

    def test_what_is_parked_holds_up_nobody(self, rep, receiver, hook):
        hook()
        opportunity = make_opportunity(rep)
        run_once()
        Delivery.objects.update(state=DeliveryState.PARKED)
        close_won(opportunity)
        run_once()
        assert receiver.types == ["opportunity.created", "opportunity.won"]

    def test_one_webhook_does_not_wait_for_another(self, rep, receiver, hook):
        failing, fine = hook(), hook(url=receiver.url + "&fine")
        opportunity = make_opportunity(rep)
        outbox.make_deliveries()
        Delivery.objects.filter(webhook=failing).update(due_at=clock.now() + timedelta(hours=1))
        close_won(opportunity)
        run_once()
        assert {message.path for message in receiver.messages} == {"/hook?x=1&fine"}
        assert receiver.types == ["opportunity.created", "opportunity.won"]
        assert Delivery.objects.filter(webhook=fine, state=DeliveryState.DELIVERED).count() == 2


class TestStatements:
    def test_nothing_to_do_takes_two(self, rep, receiver, hook, count_statements):
        hook(), make_opportunity(rep)
        run_once()
        with count_statements(2, least=2):
            outbox.make_deliveries()

    @pytest.mark.parametrize("number", [1, 30])
    def test_any_number_of_deliveries_is_made_by_as_many(self, rep, receiver, hook, count_statements, number):
        hook()
        for __ in range(number):
            make_opportunity(rep)
        # Numbering: look, savepoint, lock, number, look, release. Then: who is behind, savepoint, lock, events,
        # deliveries (in a savepoint), position, release.
        with count_statements(15, least=12):
            outbox.make_deliveries()
        assert Delivery.objects.count() == number

    def test_batches_follow_each_other(self, rep, receiver, hook, monkeypatch):
        monkeypatch.setattr(outbox, "BATCH", 2)
        webhook = hook("opportunity.created")
        for __ in range(5):
            close_won(make_opportunity(rep))
        outbox.make_deliveries()
        assert Delivery.objects.count() == 5
        assert Webhook.objects.get().position == Event.objects.latest("position").position > webhook.position


def test_old_deliveries_are_cleared_away_but_none_that_is_pending(rep, receiver, hook):
    hook()
    make_opportunity(rep)
    run_once()
    receiver.usual = 500
    make_opportunity(rep)
    run_once()
    Delivery.objects.update(created_at=clock.now() - timedelta(days=29))
    maintenance()
    assert states() == ["DELIVERED", "PENDING"]
    Delivery.objects.update(created_at=clock.now() - timedelta(days=31))
    run_once()
    assert states() == ["PENDING"]
