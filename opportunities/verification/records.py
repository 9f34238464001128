"""Opportunities and their close records."""

from django.utils.translation import gettext_lazy as _

from opportunities.verification.check import Check

RECORD_CHECKS = (
    Check(
        "closed-without-open-quotes",
        _("A closed opportunity has no draft or active quote."),
        """
        SELECT quote.id FROM quotes_quote quote
        LEFT JOIN opportunities_opportunity opportunity ON opportunity.id = quote.opportunity_id
        WHERE quote.state IN %(open_quote_states)s AND opportunity.state IS DISTINCT FROM %(open)s
        """,
    ),
    Check(
        "closed-by-one-close",
        _("An opportunity is closed exactly when it has one Completed Opportunity Close."),
        """
        SELECT opportunity.id FROM opportunities_opportunity opportunity
        LEFT JOIN opportunities_opportunityclose close
            ON close.opportunity_id = opportunity.id AND close.activity_status = %(completed)s
        GROUP BY opportunity.id
        HAVING count(close.id) <> CASE WHEN opportunity.state = %(open)s THEN 0 ELSE 1 END
        """,
    ),
    Check(
        "points-at-its-close",
        _("A closed opportunity points at its Completed Opportunity Close, an open one at none."),
        """
        SELECT opportunity.id FROM opportunities_opportunity opportunity
        LEFT JOIN opportunities_opportunityclose close
            ON close.opportunity_id = opportunity.id AND close.activity_status = %(completed)s
        WHERE opportunity.close_id IS DISTINCT FROM close.id
        """,
    ),
    Check(
        "close-agrees",
        _("Opportunity and Opportunity Close agree in outcome, status reason, revenue, currency and date."),
        """
        SELECT opportunity.id FROM opportunities_opportunity opportunity
        JOIN opportunities_opportunityclose close
            ON close.opportunity_id = opportunity.id AND close.activity_status = %(completed)s
        WHERE (close.outcome, close.status_reason_id, close.actual_revenue, close.currency, close.close_date)
            IS DISTINCT FROM (opportunity.state, opportunity.status_reason_id, opportunity.actual_revenue,
                opportunity.currency, opportunity.actual_close_date)
        """,
    ),
    Check(
        "close-competitor-listed",
        _("The competitor of a Completed Opportunity Close is among the opportunity's competitors."),
        """
        SELECT close.id FROM opportunities_opportunityclose close
        WHERE close.activity_status = %(completed)s AND close.competitor_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM opportunities_opportunitycompetitor link
            WHERE link.opportunity_id = close.opportunity_id AND link.competitor_id = close.competitor_id)
        """,
    ),
    Check(
        "reason-fits-state",
        _("The status reason of an opportunity belongs to its state."),
        """
        SELECT opportunity.id FROM opportunities_opportunity opportunity
        LEFT JOIN opportunities_statusreason reason ON reason.code = opportunity.status_reason_id
        WHERE reason.state IS DISTINCT FROM opportunity.state
        """,
    ),
    Check(
        "close-reason-fits-outcome",
        _("The status reason of an Opportunity Close belongs to its outcome."),
        """
        SELECT close.id FROM opportunities_opportunityclose close
        LEFT JOIN opportunities_statusreason reason ON reason.code = close.status_reason_id
        WHERE reason.state IS DISTINCT FROM close.outcome
        """,
    ),
    Check(
        "facts-fit-state",
        _("Forecast category, probability, actual revenue and actual close date fit the state."),
        """
        SELECT id FROM opportunities_opportunity
        WHERE CASE WHEN state = %(open)s
            THEN forecast_category > %(last_open_forecast)s
                OR actual_revenue IS NOT NULL OR actual_close_date IS NOT NULL
            ELSE forecast_category IS DISTINCT FROM (%(forecasts)s ->> state::text)::int
                OR probability IS DISTINCT FROM (%(probabilities)s ->> state::text)::int
                OR actual_close_date IS NULL OR state = %(won)s AND actual_revenue IS NULL
            END
        """,
    ),
    Check(
        "probability-in-range",
        _("A probability is a percentage from 0 to 100."),
        "SELECT id FROM opportunities_opportunity WHERE probability NOT BETWEEN 0 AND 100",
    ),
    Check(
        "canceled-by-a-reopening",
        _("An Opportunity Close is Canceled exactly when it says who reopened the opportunity, and when."),
        """
        SELECT id FROM opportunities_opportunityclose
        WHERE (activity_status = %(canceled)s) <> (reopened_at IS NOT NULL)
            OR (activity_status = %(canceled)s) <> (reopened_by_id IS NOT NULL)
        """,
    ),
    Check(
        "custom-values-are-whole",
        _("An Opportunity Close keeps each custom value with its type, its labels and its place."),
        """
        SELECT DISTINCT close.id
        FROM opportunities_opportunityclose close, jsonb_each(close.custom) entry
        WHERE NOT entry.value ?& ARRAY['type', 'label_en', 'label_da', 'value', 'place']
            OR entry.value ->> 'type' = 'choice' AND NOT entry.value ?& ARRAY['value_en', 'value_da']
        """,
    ),
    Check(
        "close-remembers",
        _("An Opportunity Close keeps what closing overwrote on the opportunity."),
        """
        SELECT id FROM opportunities_opportunityclose
        WHERE NOT overwritten ?& ARRAY['status_reason', 'forecast_category', 'probability']
        """,
    ),
    Check(
        "close-date-had-come",
        _("A close date lies from 1900-01-01 to the day of the closing."),
        # The day of the closing where it was latest: clocks are at most 14 hours ahead of UTC.
        """
        SELECT id FROM opportunities_opportunityclose
        WHERE close_date NOT BETWEEN '1900-01-01' AND ((closed_at + interval '14 hours') AT TIME ZONE 'UTC')::date
        UNION ALL
        SELECT id FROM quotes_quoteclose
        WHERE close_date NOT BETWEEN '1900-01-01' AND ((closed_at + interval '14 hours') AT TIME ZONE 'UTC')::date
        """,
    ),
    Check(
        "money-in-its-currency",
        _("An amount lies from 0 to 1 000 000 000 000 and has no more decimals than its currency."),
        """
        WITH money (id, amount, currency) AS (
            SELECT id, estimated_revenue, currency FROM opportunities_opportunity
            UNION ALL SELECT id, actual_revenue, currency FROM opportunities_opportunity
            UNION ALL SELECT id, actual_revenue, currency FROM opportunities_opportunityclose
            UNION ALL SELECT id, total_amount, currency FROM quotes_quote
            UNION ALL SELECT id, total_amount, currency FROM quotes_quoteclose
        )
        SELECT id FROM money
        WHERE amount NOT BETWEEN 0 AND %(max_amount)s OR amount <> round(amount, (%(decimals)s ->> currency)::int)
        """,
    ),
    Check(
        "currency-known",
        _("A currency is one of ISO 4217."),
        """
        SELECT id FROM opportunities_opportunity WHERE NOT %(decimals)s ? currency
        UNION ALL SELECT id FROM opportunities_opportunityclose WHERE NOT %(decimals)s ? currency
        UNION ALL SELECT id FROM quotes_quote WHERE NOT %(decimals)s ? currency
        UNION ALL SELECT id FROM quotes_quoteclose WHERE NOT %(decimals)s ? currency
        """,
    ),
)
