"""Every check is seen to name what it is for: the database is really broken, with its own guards switched off."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm import clock
from crm.models import User
from opportunities.actions import edit_opportunity
from opportunities.models import Opportunity
from opportunities.verification import CHECKS, Check, find_breaches
from quotes.actions import activate_quote
from quotes.models import Quote
from tests.factories import close_lost, close_won, make_competitor, make_opportunity, make_quote, reopen

pytestmark = pytest.mark.django_db

OPPORTUNITY, CLOSE, COMPETITOR = (
    "opportunities_opportunity",
    "opportunities_opportunityclose",
    "opportunities_opportunitycompetitor",
)
QUOTE, QUOTE_CLOSE, EVENT, UNIT = "quotes_quote", "quotes_quoteclose", "crm_event", "crm_businessunit"


@pytest.fixture(autouse=True)
def records(rep: User, manager: User) -> None:
    """One of each: open with a draft and an active quote, revised, won with a competitor, lost, twice closed."""
    rival = make_competitor("Kestrel")
    opened = make_opportunity(rep, topic="open", estimated_revenue=Decimal("1234.50"), competitors=[rival])
    make_quote(opened, name="draft")
    make_quote(opened, "active", name="active")
    make_quote(opened, "revised", name="revised")
    won = make_opportunity(rep, topic="won")
    make_quote(won, "won", name="won")
    make_quote(won, "draft", name="along")
    close_won(won, competitor=rival, close_quotes=6)
    make_opportunity(rep, topic="lost", state="lost")
    twice = make_opportunity(rep, topic="twice", state="won")
    reopen(twice, actor=manager)
    close_lost(twice)
    make_opportunity(rep, topic="bare")


@dataclass(frozen=True)
class Breakage:
    """`sql` breaks the check of this name and returns the ids that must be named; `without` are dropped before."""

    check: str
    sql: str
    without: tuple[str, ...] = ()


def of(topic: str) -> str:
    return f"(SELECT id FROM {OPPORTUNITY} WHERE topic = '{topic}')"


BREAKAGES = [
    *(
        Breakage(
            "custom-values-are-whole",
            f"UPDATE {CLOSE} SET custom = '{{\"why\": {entry}}}' WHERE opportunity_id = {of('won')} RETURNING id",
        )
        for entry in (
            '{"type": "text", "label_en": "Why", "label_da": "", "place": 0}',
            '{"type": "choice", "label_en": "Why", "label_da": "", "place": 0, "value": "x"}',
        )
    ),
    Breakage(
        "closed-without-open-quotes",
        f"UPDATE {QUOTE} SET state = 1, status_reason = 2, closed_on = NULL WHERE name = 'along' RETURNING id",
    ),
    Breakage(
        "closed-by-one-close",
        f"UPDATE {CLOSE} SET activity_status = 2, reopened_at = now(), reopened_by_id = closed_by_id"
        f" WHERE opportunity_id = {of('won')} RETURNING opportunity_id",
    ),
    Breakage(
        "closed-by-one-close",
        f"UPDATE {CLOSE} SET activity_status = 1, reopened_at = NULL, reopened_by_id = NULL"
        " WHERE activity_status = 2 RETURNING opportunity_id",
        ("DROP INDEX opportunity_close_one_completed",),
    ),
    Breakage(
        "closed-by-one-close",
        f"UPDATE {OPPORTUNITY} SET state = 0, close_id = NULL, status_reason_id = 1, forecast_category = 1,"
        " actual_revenue = NULL, actual_close_date = NULL WHERE topic = 'won' RETURNING id",
    ),
    Breakage(
        "points-at-its-close",
        f"UPDATE {OPPORTUNITY} SET close_id = (SELECT close_id FROM {OPPORTUNITY} WHERE topic = 'lost')"
        " WHERE topic = 'won' RETURNING id",
    ),
    *(
        Breakage("close-agrees", f"UPDATE {OPPORTUNITY} SET {change} WHERE topic = 'won' RETURNING id")
        for change in ("actual_revenue = 1", "actual_close_date = '2020-02-02'", "currency = 'EUR'")
    ),
    Breakage(
        "close-agrees", f"UPDATE {CLOSE} SET actual_revenue = NULL WHERE completed_outcome = 1 RETURNING opportunity_id"
    ),
    Breakage("close-agrees", f"UPDATE {OPPORTUNITY} SET status_reason_id = 5 WHERE topic = 'lost' RETURNING id"),
    Breakage(
        "close-competitor-listed",
        f"DELETE FROM {COMPETITOR} link WHERE opportunity_id = {of('won')} RETURNING"
        f" (SELECT close_id FROM {OPPORTUNITY} WHERE id = link.opportunity_id)",
    ),
    Breakage("reason-fits-state", f"UPDATE {OPPORTUNITY} SET status_reason_id = 4 WHERE topic = 'open' RETURNING id"),
    Breakage("close-reason-fits-outcome", f"UPDATE {CLOSE} SET status_reason_id = 4 WHERE outcome = 1 RETURNING id"),
    *(
        Breakage(
            "facts-fit-state",
            f"UPDATE {OPPORTUNITY} SET {change} RETURNING id",
            (f"ALTER TABLE {OPPORTUNITY} DROP CONSTRAINT opportunity_facts_fit_state",),
        )
        for change in (
            "forecast_category = 1 WHERE topic = 'won'",
            "probability = 50 WHERE topic = 'won'",
            "probability = NULL WHERE topic = 'lost'",
            "actual_revenue = NULL WHERE topic = 'won'",
            "actual_close_date = NULL WHERE topic = 'lost'",
            "actual_revenue = 5 WHERE topic = 'open'",
            "actual_close_date = '2020-02-02' WHERE topic = 'open'",
            "forecast_category = 5 WHERE topic = 'open'",
        )
    ),
    Breakage(
        "probability-in-range",
        f"UPDATE {OPPORTUNITY} SET probability = 101 WHERE topic = 'open' RETURNING id",
        (f"ALTER TABLE {OPPORTUNITY} DROP CONSTRAINT opportunity_probability_range",),
    ),
    *(
        Breakage(
            "canceled-by-a-reopening",
            f"UPDATE {CLOSE} SET {change} RETURNING id",
            (f"ALTER TABLE {CLOSE} DROP CONSTRAINT opportunity_close_canceled_by_someone",),
        )
        for change in (
            "reopened_by_id = NULL WHERE activity_status = 2",
            "reopened_at = NULL WHERE activity_status = 2",
            "reopened_at = now() WHERE activity_status = 1",
        )
    ),
    Breakage("close-remembers", f"UPDATE {CLOSE} SET overwritten = overwritten - 'probability' RETURNING id"),
    Breakage("close-date-had-come", f"UPDATE {CLOSE} SET close_date = close_date + 3 RETURNING id"),
    Breakage("close-date-had-come", f"UPDATE {QUOTE_CLOSE} SET close_date = '1899-12-31' RETURNING id"),
    *(
        Breakage("money-in-its-currency", f"UPDATE {change} RETURNING id", without)
        for change, without in (
            (f"{OPPORTUNITY} SET estimated_revenue = 1.001", ()),
            (f"{OPPORTUNITY} SET currency = 'JPY' WHERE topic = 'open'", ()),
            (f"{OPPORTUNITY} SET actual_revenue = 1.0001 WHERE topic = 'won'", ()),
            (f"{CLOSE} SET actual_revenue = 0.005", ()),
            (f"{QUOTE} SET total_amount = 99.999", ()),
            (f"{QUOTE_CLOSE} SET total_amount = -1", ()),
            (
                f"{QUOTE} SET total_amount = 1000000000001",
                (f"ALTER TABLE {QUOTE} DROP CONSTRAINT quote_total_amount_range",),
            ),
        )
    ),
    *(
        Breakage("currency-known", f"UPDATE {table} SET currency = 'QQQ' RETURNING id")
        for table in (OPPORTUNITY, CLOSE, QUOTE, QUOTE_CLOSE)
    ),
    Breakage(
        "one-open-revision",
        f"UPDATE {QUOTE} SET state = 1, status_reason = 2, closed_on = NULL WHERE status_reason = 7 RETURNING id",
        ("DROP INDEX quote_one_open_revision",),
    ),
    Breakage(
        "revisions-on-one-opportunity",
        f"UPDATE {QUOTE} SET opportunity_id = {of('bare')} WHERE revision = 1 RETURNING id",
    ),
    Breakage("revisions-follow", f"UPDATE {QUOTE} SET revision = 2 WHERE revision = 1 RETURNING id"),
    Breakage("revisions-follow", f"UPDATE {QUOTE} SET status_reason = 5 WHERE status_reason = 7 RETURNING id"),
    *(
        Breakage(
            "quote-reason-fits-state",
            f"UPDATE {QUOTE} SET {change} RETURNING id",
            (f"ALTER TABLE {QUOTE} DROP CONSTRAINT quote_reason_fits_state",),
        )
        for change in (
            "status_reason = 5 WHERE name = 'draft'",
            "status_reason = 7 WHERE name = 'won'",
            "closed_on = NULL WHERE name = 'won'",
            "closed_on = now() WHERE name = 'active'",
        )
    ),
    Breakage("ended-quote-has-close", f"DELETE FROM {QUOTE_CLOSE} RETURNING quote_id"),
    Breakage(
        "ended-quote-has-close",
        f"UPDATE {QUOTE} SET state = 0, status_reason = 1, closed_on = NULL WHERE name = 'won' RETURNING id",
    ),
    *(
        Breakage("quote-close-agrees", f"UPDATE {QUOTE_CLOSE} SET {change} RETURNING id")
        for change in ("total_amount = 1", "number = 'QUO-9'", "revision = 9", "outcome = 5 WHERE outcome = 4")
    ),
    Breakage(
        "quote-close-agrees",
        f"DELETE FROM {QUOTE} WHERE name = 'won' RETURNING (SELECT id FROM {QUOTE_CLOSE} WHERE quote_id = {QUOTE}.id)",
    ),
    Breakage("quote-currency", f"UPDATE {QUOTE} SET currency = 'EUR' WHERE name = 'draft' RETURNING id"),
    Breakage("unit-paths", f"UPDATE {UNIT} SET path = '/x/' WHERE name = 'North' RETURNING id"),
    Breakage("unit-paths", f"UPDATE {UNIT} SET parent_id = NULL WHERE name = 'North' RETURNING id"),
    Breakage("unit-paths", f"UPDATE {UNIT} SET parent_id = id WHERE name = 'South' RETURNING id"),
    Breakage(
        "default-reasons",
        "UPDATE opportunities_statusreason SET is_default = false WHERE code = 4 RETURNING state",
    ),
    Breakage(
        "default-reasons",
        "UPDATE opportunities_statusreason SET active = false WHERE code = 3 RETURNING state",
        ("ALTER TABLE opportunities_statusreason DROP CONSTRAINT status_reason_default_not_retired",),
    ),
    Breakage("event-keys", f"UPDATE {EVENT} SET after = after - 'state' WHERE type = 'quote.won' RETURNING id"),
    Breakage("event-keys", f"UPDATE {EVENT} SET before = '[]' WHERE type = 'quote.won' RETURNING id"),
    *(
        Breakage("event-placed", f"UPDATE {EVENT} SET {change} RETURNING id")
        for change in (
            "actor_id = gen_random_uuid()",
            "group_id = gen_random_uuid() WHERE type = 'quote.activated'",
            "group_id = gen_random_uuid() WHERE type = 'opportunity.won'",
            "record_type = 'quote' WHERE type = 'opportunity.won'",
        )
    ),
    Breakage("life-in-events", f"DELETE FROM {EVENT} WHERE type = 'quote.created' RETURNING record_id"),
    Breakage("life-in-events", f"DELETE FROM {OPPORTUNITY} WHERE topic = 'bare' RETURNING id"),
    Breakage(
        "life-in-events",
        f"UPDATE {EVENT} SET type = 'opportunity.deleted' WHERE type = 'opportunity.reopened' RETURNING record_id",
    ),
    Breakage("life-in-events", f"DELETE FROM {EVENT} WHERE record_id = {of('bare')} RETURNING record_id"),
    Breakage(
        "closing-event",
        f"DELETE FROM {EVENT} WHERE type = 'opportunity.won' RETURNING data ->> 'opportunity_close'",
    ),
    Breakage(
        "closing-event",
        f"UPDATE {EVENT} SET type = 'opportunity.lost' WHERE type = 'opportunity.won'"
        " RETURNING data ->> 'opportunity_close'",
    ),
    Breakage(
        "closing-event",
        f"UPDATE {EVENT} SET actor_id = (SELECT id FROM crm_user WHERE username = 'manager')"
        " WHERE type = 'opportunity.won' RETURNING data ->> 'opportunity_close'",
    ),
    Breakage(
        "reopening-event",
        f"DELETE FROM {EVENT} WHERE type = 'opportunity.reopened' RETURNING data ->> 'opportunity_close'",
    ),
    Breakage(
        "reopening-event",
        f"UPDATE {EVENT} SET actor_id = (SELECT id FROM crm_user WHERE username = 'rep')"
        " WHERE type = 'opportunity.reopened' RETURNING data ->> 'opportunity_close'",
    ),
    *(
        Breakage("quote-closing-event", f"DELETE FROM {EVENT} WHERE type = '{verb}' RETURNING data ->> 'quote_close'")
        for verb in ("quote.won", "quote.closed", "quote.revised")
    ),
    Breakage(
        "quote-closing-event",
        f"UPDATE {EVENT} SET type = 'quote.closed' WHERE type = 'quote.won' RETURNING data ->> 'quote_close'",
    ),
    *(
        Breakage("event-of-a-closing", f"UPDATE {EVENT} SET data = '{{}}' WHERE type = '{type_}' RETURNING id")
        for type_ in ("opportunity.won", "opportunity.reopened", "quote.won")
    ),
    Breakage("quote-versions", f"UPDATE {QUOTE} SET version = version + 1 RETURNING id"),
    Breakage("quote-versions", f"DELETE FROM {EVENT} WHERE type = 'quote.activated' RETURNING record_id"),
    Breakage(
        "quote-versions",
        f"UPDATE {EVENT} SET version = version + 1 WHERE type = 'quote.created' AND record_id ="
        f" (SELECT id FROM {QUOTE} WHERE name = 'active') RETURNING record_id",
    ),
    *(
        Breakage(
            "opportunity-versions",
            f"UPDATE {OPPORTUNITY} SET version = version {change} WHERE topic = '{topic}' RETURNING id",
        )
        for change in ("+ 1", "- 1")
        for topic in ("open", "won", "lost", "twice", "bare")
    ),
    Breakage(
        "opportunity-versions",
        f"DELETE FROM {EVENT} WHERE type = 'opportunity.reopened' RETURNING record_id",
    ),
    *(
        Breakage(
            "opportunity-versions",
            f"DELETE FROM {EVENT} WHERE type = '{type_}' AND group_id = {of('open')} RETURNING group_id",
        )
        for type_ in ("quote.created", "quote.activated")
    ),
    Breakage(
        "event-chain",
        f"""UPDATE {EVENT} SET before = before || '{{"state": "lost"}}' WHERE type = 'opportunity.won' RETURNING id""",
    ),
    *(
        Breakage("opportunity-as-told", f"UPDATE {OPPORTUNITY} SET {change} WHERE topic = 'open' RETURNING id")
        for change in (
            "topic = 'other'",
            "description = 'other'",
            "probability = 7",
            "estimated_revenue = 1234.40",
            "rating = 1",
            "owner_id = (SELECT id FROM crm_user WHERE username = 'manager')",
        )
    ),
    Breakage("opportunity-as-told", f"DELETE FROM {COMPETITOR} RETURNING opportunity_id"),
    *(
        Breakage("quote-as-told", f"UPDATE {QUOTE} SET {change} RETURNING id")
        for change in ("name = 'other'", "total_amount = 2", "effective_from = '2020-02-02'")
    ),
]


def break_database(breakage: Breakage) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in breakage.without:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(breakage.sql)
        ids = {str(row[0]) for row in cursor.fetchall()}
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert ids, "The breakage broke nothing."
    return ids


def verify(*arguments: str) -> str:
    output = StringIO()
    call_command("verify", *arguments, stdout=output)
    return output.getvalue()


def test_it_says_how_much_keeps_the_rules() -> None:
    output = verify()
    assert f"All {len(CHECKS)} rules hold" in output
    assert f"{Opportunity.objects.count()} opportunities" in output
    assert f"{Quote.objects.count()} quotes" in output


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_it_names_the_breach(check: Check) -> None:
    assert find_breaches([check]) == []
    for breakage in (breakage for breakage in BREAKAGES if breakage.check == check.name):
        with transaction.atomic():
            expected = break_database(breakage)
            found = {record for breach in find_breaches([check]) for record in breach.ids}
            assert expected <= found, breakage.sql
            transaction.set_rollback(True)


def test_every_check_is_seen_to_work() -> None:
    assert {breakage.check for breakage in BREAKAGES} == {check.name for check in CHECKS}


def test_it_names_rule_and_records_and_fails() -> None:
    ids = break_database(
        Breakage(
            "",
            f"UPDATE {OPPORTUNITY} SET close_id = NULL, state = 0, status_reason_id = 1,"
            " forecast_category = 1, actual_revenue = NULL, actual_close_date = NULL"
            " WHERE topic = 'won' RETURNING id",
        )
    )
    output = StringIO()
    with pytest.raises(CommandError, match="rules are broken") as caught:
        call_command("verify", stdout=output)
    assert caught.value.returncode == 1
    line = next(line for line in output.getvalue().splitlines() if line.startswith("closed-by-one-close"))
    assert "exactly when it has one Completed Opportunity Close" in line
    assert ids.pop() in line


def test_it_names_the_first_ones_and_counts_the_rest() -> None:
    ids = sorted(break_database(Breakage("", f"UPDATE {OPPORTUNITY} SET description = 'other' RETURNING id")))
    output = StringIO()
    with pytest.raises(CommandError, match="1 rule is broken"):
        call_command("verify", "--limit", "2", stdout=output)
    assert f"[5] {ids[0]}, {ids[1]} and 3 more" in output.getvalue()


def test_the_replay_knows_every_fact() -> None:
    """A field that is added to the facts must be replayed too."""
    replays = {check.name: check.sql for check in CHECKS}
    records: list[tuple[str, Callable[[], dict[str, object]]]] = [
        ("opportunity-as-told", Opportunity.objects.for_record().filter(topic="open")[0].facts),
        ("quote-as-told", Quote.objects.all()[0].facts),
    ]
    for name, facts in records:
        assert all(f"('{key}', " in replays[name] for key in facts())


def test_servers_of_unlike_clocks_break_no_rule(rep: User) -> None:
    with clock.at(clock.now() + timedelta(days=1)):
        opportunity = make_opportunity(rep)
        quotes = [make_quote(opportunity), make_quote(opportunity)]
    edit_opportunity(opportunity.pk, {"topic": "Between two deeds on its quotes", "owner": rep.pk}, actor=rep)
    with clock.at(clock.now() - timedelta(days=1)):
        for quote in quotes:
            activate_quote(quote.pk, actor=rep)
    edit_opportunity(opportunity.pk, {"topic": "After them"}, actor=rep)
    assert find_breaches([check for check in CHECKS if check.name in ("opportunity-versions", "event-chain")]) == []


@pytest.mark.django_db(transaction=True)
def test_it_looks_at_one_snapshot_and_writes_nothing() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert find_breaches(CHECKS) == []
    statements = [query["sql"] for query in captured.captured_queries if query["sql"] != "BEGIN"]
    assert statements[0] == "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
