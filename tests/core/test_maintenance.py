"""What is over its time is cleared away: some at once, never more in one go than an hour brings."""

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client

from crm import clock, maintenance
from crm.models import KeptForm
from crm.webhooks.worker import Worker
from tests.core.racing import racers

pytestmark = pytest.mark.django_db


def make_sessions(number, *, days):
    until = clock.now() + timedelta(days=days)
    Session.objects.bulk_create(Session(session_key=f"{days} {each}", expire_date=until) for each in range(number))


def test_sessions_that_are_over_go_and_the_others_stay(rep, browse):
    client = browse(rep)
    make_sessions(3, days=-1)
    maintenance.maintenance()
    assert Session.objects.count() == 1
    assert client.get("/home/").status_code == 200


def test_the_log_of_sign_ins_goes_after_ninety_days(rep):
    rep.set_password("opensesame")
    rep.save()
    for __ in range(2):
        assert Client().post("/sign-in/", {"username": "rep", "password": "opensesame"}).status_code == 302
    first, second = AccessLog.objects.order_by("pk")
    AccessLog.objects.filter(pk=first.pk).update(attempt_time=clock.now() - timedelta(days=90, minutes=1))
    AccessLog.objects.filter(pk=second.pk).update(attempt_time=clock.now() - timedelta(days=89))
    maintenance.maintenance()
    assert AccessLog.objects.get() == second


def test_it_goes_on_until_all_are_gone_but_not_for_ever(monkeypatch):
    monkeypatch.setattr(maintenance, "AT_ONCE", 2)
    monkeypatch.setattr(maintenance, "IN_ONE_GO", 6)
    make_sessions(7, days=-1)
    maintenance.maintenance()
    assert Session.objects.count() == 1
    maintenance.maintenance()
    assert not Session.objects.exists()


def test_of_the_sessions_it_reads_the_old_end_of_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    plan = Session.objects.filter(expire_date__lt=clock.now()).order_by("expire_date")[:5].explain()
    assert "django_session_expire_date" in plan


@pytest.mark.django_db(transaction=True)
def test_what_another_has_locked_is_passed_by(rep):
    make_sessions(2, days=-1)
    with racers(1) as race, transaction.atomic():
        Session.objects.select_for_update().get(session_key="-1 0")
        race(maintenance.maintenance)
    assert [session.session_key for session in Session.objects.all()] == ["-1 0"]


def test_clearing_away_that_fails_holds_up_no_delivery(monkeypatch):
    def fail():
        raise RuntimeError

    monkeypatch.setattr("crm.webhooks.worker.maintenance", fail)
    worker = Worker()
    with pytest.raises(RuntimeError):
        worker._look()
    worker._look()


def test_a_request_takes_few_along_by_the_way(rep):
    old = clock.now() - timedelta(days=2)
    KeptForm.objects.bulk_create(KeptForm(user=rep, sent="", created_at=old) for __ in range(maintenance.FEW + 1))
    KeptForm.objects.keep(QueryDict("a=1"), user=rep)
    assert KeptForm.objects.filter(created_at=old).count() == 1
