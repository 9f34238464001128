"""Quotes, their revisions and their close records."""

from django.utils.translation import gettext_lazy as _

from opportunities.verification.check import Check

QUOTE_CHECKS = (
    Check(
        "one-open-revision",
        _("At most one revision of a quote number is draft or active."),
        """
        SELECT id FROM (
            SELECT id, count(*) OVER (PARTITION BY number) AS open_revisions
            FROM quotes_quote WHERE state IN %(open_quote_states)s
        ) AS quote WHERE open_revisions > 1
        """,
    ),
    Check(
        "revisions-on-one-opportunity",
        _("All revisions of a quote number belong to one opportunity."),
        """
        SELECT id FROM quotes_quote WHERE number IN (
            SELECT number FROM quotes_quote GROUP BY number HAVING count(DISTINCT opportunity_id) > 1)
        """,
    ),
    Check(
        "revisions-follow",
        _("The revisions of a quote number count 0, 1, 2 …, and all but the last are Revised."),
        # A last revision may be missing behind a Revised one: drafts can be deleted.
        """
        SELECT id FROM (
            SELECT id, revision, status_reason,
                row_number() OVER revisions - 1 AS place,
                lead(id) OVER revisions IS NULL AS is_last
            FROM quotes_quote WINDOW revisions AS (PARTITION BY number ORDER BY revision)
        ) AS quote
        WHERE revision <> place OR NOT is_last AND status_reason <> %(revised)s
        """,
    ),
    Check(
        "quote-reason-fits-state",
        _("The status reason of a quote belongs to its state, and it has a closing date exactly when it has ended."),
        """
        SELECT id FROM quotes_quote
        WHERE NOT COALESCE(%(quote_reasons)s -> state::text @> to_jsonb(status_reason), false)
            OR (state IN %(open_quote_states)s) <> (closed_on IS NULL)
        """,
    ),
    Check(
        "ended-quote-has-close",
        _("A quote that has ended has exactly one Quote Close, and an open one has none."),
        """
        SELECT quote.id FROM quotes_quote quote
        LEFT JOIN quotes_quoteclose close ON close.quote_id = quote.id
        GROUP BY quote.id
        HAVING count(close.id) <> CASE WHEN quote.state IN %(open_quote_states)s THEN 0 ELSE 1 END
        """,
    ),
    Check(
        "quote-close-agrees",
        _("Quote and Quote Close agree in everything that both hold."),
        """
        SELECT close.id FROM quotes_quoteclose close
        LEFT JOIN quotes_quote quote ON quote.id = close.quote_id
        WHERE (close.opportunity_id, close.number, close.revision, close.outcome, close.currency,
                close.total_amount, close.close_date)
            IS DISTINCT FROM (quote.opportunity_id, quote.number, quote.revision, quote.status_reason::int,
                quote.currency, quote.total_amount, quote.closed_on)
        """,
    ),
    Check(
        "quote-currency",
        _("A quote has the currency of its opportunity."),
        """
        SELECT quote.id FROM quotes_quote quote
        LEFT JOIN opportunities_opportunity opportunity ON opportunity.id = quote.opportunity_id
        WHERE quote.currency IS DISTINCT FROM opportunity.currency
        """,
    ),
)
