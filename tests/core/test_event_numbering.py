"""Positions: handed out after the commit, so that no reader finds a gap filled later, nor anything twice."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from crm import clock
from crm.feed import read_feed
from crm.ids import uuid7
from crm.models import Event
from crm.numbering import _WAITING, number_events
from opportunities.actions import edit_opportunity
from tests.core.racing import PATIENCE, ROUNDS
from tests.factories import make_opportunity

WRITERS, READERS = 6, 3


def make_event(record=None, version=1, **values):
    record = record or uuid4()
    return Event.objects.create(
        type="opportunity.updated",
        record_type="opportunity",
        record_id=record,
        version=version,
        actor_id=uuid4(),
        origin="command",
        **{"group_id": record} | values,
    )


def positions():
    return dict(Event.objects.values_list("pk", "position"))


@pytest.mark.django_db
class TestOrder:
    def test_positions_follow_the_writing_without_gaps(self):
        events = [make_event() for __ in range(3)]
        assert number_events() == 3
        assert positions() == {event.pk: number for number, event in enumerate(events, 1)}
        later = make_event()
        assert number_events() == 4
        assert positions()[later.pk] == 4

    def test_none_is_zero(self):
        assert number_events() == 0

    def test_the_deeds_on_one_opportunity_go_before_the_clocks(self):
        """The second was written on a server whose clock is behind; or told of a time long ago, as imports are."""
        group, now = uuid4(), clock.now()
        first = make_event(group, 1)
        with clock.at(now - timedelta(days=300)):
            second, of_its_quote = make_event(group, 2), make_event(group_id=group)
        third = make_event(group, 3)
        assert of_its_quote.pk < first.pk
        number_events()
        order = sorted(positions(), key=positions().get)
        assert order == [first.pk, second.pk, of_its_quote.pk, third.pk]

    def test_what_was_rolled_back_leaves_no_gap(self):
        with transaction.atomic():
            make_event()
            transaction.set_rollback(True)
        make_event(), number_events()
        assert list(positions().values()) == [1]

    def test_two_events_of_one_version_follow_their_ids(self, rep, teammate, manager):
        opportunity = make_opportunity(rep)
        edit_opportunity(opportunity.pk, {"topic": "Other", "owner": teammate.pk}, actor=manager)
        number_events()
        told = Event.objects.order_by("position").values_list("type", flat=True)
        assert list(told) == ["opportunity.created", "opportunity.updated", "opportunity.assigned"]

    def test_looking_takes_one_statement_and_an_index(self, count_statements):
        make_event(), number_events()
        with count_statements(1):
            assert number_events() == 1
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {_WAITING}")
            # One key tells the highest position and what has none.
            assert str(cursor.fetchall()).count("crm_event_position_key") == 2


class Writer:
    """Commits early or late, or not at all; holds its transaction open meanwhile."""

    def __init__(self, record, seed):
        self.record, self.random = record, random.Random(seed)
        self.committed = []

    def run(self, rounds):
        for version in range(1, rounds + 1):
            self._deed(version)
        connection.close()

    def _deed(self, version):
        keeps = self.random.random() > 0.2
        with transaction.atomic():
            event = make_event(self.record, version)
            # Of the same moment as others', and committed in another order than made.
            threading.Event().wait(self.random.choice([0, 0, 0.002, 0.01]))
            transaction.set_rollback(not keeps)
        if keeps:
            self.committed.append(event.pk)


class Reader:
    """Follows the feed as an integrator does: by the last position that it was told."""

    def __init__(self, user, limit):
        self.user, self.limit = user, limit
        self.seen = []
        self.position = 0

    def run(self, over):
        while not over.is_set():
            self.read()
        while self.read():
            pass
        connection.close()

    def read(self):
        found = read_feed(self.user, after=self.position, limit=self.limit)
        self.seen += [(event.position, event.pk) for event in found.events]
        self.position = found.position
        return found.events


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_readers_see_all_once_and_in_order_while_writers_commit_as_they_like(self, rep):
        writers = [Writer(uuid4(), seed) for seed in range(WRITERS)]
        readers = [Reader(rep, limit) for limit in (1, 5, 1000)]
        over = threading.Event()
        with ThreadPoolExecutor(WRITERS + READERS) as pool:
            writing = [pool.submit(writer.run, ROUNDS) for writer in writers]
            reading = [pool.submit(reader.run, over) for reader in readers]
            try:
                for future in writing:
                    future.result(PATIENCE * 4)
            finally:
                over.set()
            for future in reading:
                future.result(PATIENCE * 4)
        committed = {pk for writer in writers for pk in writer.committed}
        assert committed
        for reader in readers:
            assert [position for position, pk in reader.seen] == list(range(1, len(committed) + 1))
            assert {pk for position, pk in reader.seen} == committed
            order = [pk for position, pk in reader.seen]
            for writer in writers:
                assert [pk for pk in order if pk in writer.committed] == writer.committed

    def test_what_commits_late_comes_after_what_was_read(self, rep):
        early = uuid7()
        began, go_on = threading.Event(), threading.Event()

        def hold_open():
            with transaction.atomic():
                make_event(id=early)
                began.set()
                go_on.wait(PATIENCE)
            connection.close()

        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(hold_open)
            began.wait(PATIENCE)
            quick = make_event().pk
            assert early < quick
            first = read_feed(rep, after=0)
            assert [event.pk for event in first.events] == [quick]
            go_on.set()
            late.result(PATIENCE)
        assert [event.pk for event in read_feed(rep, after=first.position).events] == [early]

    def test_a_numberer_that_fails_leaves_no_gap(self):
        make_event()
        with transaction.atomic():
            assert number_events() == 1
            transaction.set_rollback(True)
        make_event()
        assert number_events() == 2
        assert sorted(positions().values()) == [1, 2]

    def test_one_who_waits_for_the_numberer_goes_on_after_it(self):
        make_event()
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                number_events()
                waiting = pool.submit(self._write_and_number)
                with pytest.raises(TimeoutError):
                    waiting.result(0.3)
            assert waiting.result(PATIENCE) == 2
        assert sorted(positions().values()) == [1, 2]

    @staticmethod
    def _write_and_number():
        try:
            make_event()
            return number_events()
        finally:
            connection.close()
