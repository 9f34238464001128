"""A company at volume, written by set-based SQL that honours every constraint: what pages are measured on."""

from __future__ import annotations

from django.db import connection, transaction

from crm.models import BusinessUnit, User

OWNERS, UNITS, ACCOUNTS, COMPETITORS = 100, 10, 2_000, 20

# Six deals of ten are closed; a date of closing lies within three years, an estimated one from half a year before
# today to half a year after it. Nothing by chance: each run is alike.
_DEALS = """
CREATE TEMP TABLE deal ON COMMIT DROP AS
SELECT n, gen_random_uuid() AS id, CASE WHEN n / 100 %% 10 < 6 THEN gen_random_uuid() END AS close_id,
    CASE WHEN n / 100 %% 10 >= 6 THEN 0 WHEN n / 100 %% 10 < 3 THEN 1 ELSE 2 END AS state,
    (ARRAY['USD', 'EUR', 'DKK', 'JPY'])[1 + n / 7 %% 4] AS currency,
    1000 + n * 37 %% 90000 AS revenue, now() - n * 7 %% 1095 * interval '1 day' AS closed_at,
    current_date - 180 + n / 7 %% 360 AS expected, n / 1000 %% 4 AS stage
FROM generate_series(1, %(deals)s) AS n;
"""
_OPPORTUNITIES = """
INSERT INTO opportunities_opportunity (id, topic, account_id, owner_id, currency, estimated_revenue,
    estimated_close_date, probability, rating, sales_stage, description, state, status_reason_id, forecast_category,
    actual_revenue, actual_close_date, close_id, version, created_at, modified_at)
SELECT deal.id, 'Delivery of machines, number ' || n, account.id, owner.id, currency, revenue,
    expected, CASE state WHEN 0 THEN 20 * stage WHEN 1 THEN 100 ELSE 0 END, 1 + n %% 3, stage, repeat('Words. ', 20),
    state, CASE state WHEN 0 THEN 1 WHEN 1 THEN 3 ELSE 4 END, CASE state WHEN 0 THEN 1 WHEN 1 THEN 5 ELSE 6 END,
    CASE WHEN state = 1 THEN revenue END, CASE WHEN state > 0 THEN closed_at::date END, close_id, 1,
    closed_at - interval '90 days', closed_at
FROM deal
JOIN (SELECT id, row_number() OVER (ORDER BY name) AS at FROM opportunities_account) AS account
    ON account.at = 1 + n %% %(accounts)s
JOIN (SELECT id, row_number() OVER (ORDER BY username) AS at FROM crm_user WHERE username LIKE 'person-%%') AS owner
    ON owner.at = 1 + n %% %(owners)s;
"""
_COMPETITORS = """
INSERT INTO opportunities_opportunitycompetitor (opportunity_id, competitor_id)
SELECT contested.id, competitor.id
FROM (SELECT id, row_number() OVER (ORDER BY topic) AS n FROM opportunities_opportunity) AS contested
JOIN (SELECT id, row_number() OVER (ORDER BY name) AS at FROM opportunities_competitor) AS competitor
    ON competitor.at = 1 + n %% (2 * %(competitors)s);
"""
_CLOSES = """
INSERT INTO opportunities_opportunityclose (id, opportunity_id, subject, outcome, status_reason_id, status_reason_en,
    status_reason_da, actual_revenue, currency, close_date, competitor_id, competitor_name, description, custom,
    overwritten, activity_status, closed_by_id, closed_at, reopen_reason)
SELECT close_id, closed.id, topic, state, status_reason_id, 'Closed', 'Lukket', actual_revenue, currency,
    actual_close_date, competitor.id, coalesce(competitor.name, ''), '', '{}', '{}', 1, owner_id, closed.modified_at, ''
FROM opportunities_opportunity AS closed
LEFT JOIN opportunities_opportunitycompetitor AS link ON link.opportunity_id = closed.id
LEFT JOIN opportunities_competitor AS competitor ON competitor.id = link.competitor_id
WHERE state > 0;
"""
_QUOTES = """
INSERT INTO quotes_quote (id, number, revision, name, opportunity_id, currency, total_amount, effective_to, state,
    status_reason, closed_on, version, created_at, modified_at)
SELECT gen_random_uuid(), 'QUO-' || lpad(nextval('quotes_quote_number')::text, 6, '0'), 0, 'Offer', id, currency,
    estimated_revenue, estimated_close_date, CASE state WHEN 0 THEN 1 WHEN 1 THEN 2 ELSE 3 END,
    CASE state WHEN 0 THEN 2 WHEN 1 THEN 4 ELSE 5 END, actual_close_date, 1, created_at, modified_at
FROM opportunities_opportunity;
"""


def fill(deals: int) -> User:
    """So many opportunities with a quote each, six of ten closed. Answers one of a hundred owners, a manager."""
    people = _people()
    numbers = {"deals": deals, "accounts": ACCOUNTS, "owners": OWNERS, "competitors": COMPETITORS}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO opportunities_account (id, name, version, created_at, modified_at) "
            "SELECT gen_random_uuid(), 'Account ' || n, 1, now(), now() FROM generate_series(1, %(accounts)s) AS n",
            numbers,
        )
        cursor.execute(
            "INSERT INTO opportunities_competitor (id, name, website, key_product, strengths, weaknesses, "
            "opportunities, threats, version, created_at, modified_at) SELECT gen_random_uuid(), 'Competitor ' || n, "
            "'', '', '', '', '', '', 1, now(), now() FROM generate_series(1, %(competitors)s) AS n",
            numbers,
        )
        for statement in (_DEALS, _OPPORTUNITIES, _COMPETITORS, _CLOSES, _QUOTES):
            cursor.execute(statement, numbers)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return people


def _people() -> User:
    root = BusinessUnit.objects.create_unit("Benchmark")
    units = [BusinessUnit.objects.create_unit(f"Unit {number}", parent=root) for number in range(UNITS)]
    User.objects.bulk_create(
        [
            User(
                username=f"person-{number:03}",
                first_name="Person",
                last_name=str(number),
                role_id="sales_manager",
                business_unit=units[number % UNITS],
            )
            for number in range(OWNERS)
        ]
    )
    return User.objects.with_rights().get(username="person-000")
