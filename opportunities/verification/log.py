"""The log: nothing without its event, no event without its deed, and all of them add up to the record."""

from django.utils.translation import gettext_lazy as _

from opportunities.verification.check import Check

LOG_CHECKS = (
    Check(
        "event-keys",
        _("Before and after of an event hold the same keys."),
        """
        SELECT id FROM crm_event
        WHERE CASE WHEN jsonb_typeof(before) = 'object' AND jsonb_typeof(after) = 'object'
            THEN ARRAY(SELECT jsonb_object_keys(before) ORDER BY 1) <> ARRAY(SELECT jsonb_object_keys(after) ORDER BY 1)
            ELSE true END
        """,
    ),
    Check(
        "event-placed",
        _("An event names an actor that exists, the kind of its record, and the opportunity that it belongs to."),
        """
        SELECT event.id FROM crm_event event
        LEFT JOIN crm_user actor ON actor.id = event.actor_id
        LEFT JOIN quotes_quote quote ON quote.id = event.record_id
        WHERE actor.id IS NULL
            OR event.record_type <> split_part(event.type, '.', 1)
            OR event.record_type NOT IN ('opportunity', 'quote')
            OR event.group_id <> CASE WHEN event.record_type = 'opportunity' THEN event.record_id
                ELSE COALESCE(quote.opportunity_id, event.group_id) END
        """,
    ),
    Check(
        "life-in-events",
        _("A record's events begin with its creation; the last one is its deletion exactly when it is gone."),
        """
        WITH life AS (
            SELECT record_id,
                count(*) FILTER (WHERE type LIKE '%%.created') AS created,
                min(version) FILTER (WHERE type LIKE '%%.created') AS created_version,
                count(*) FILTER (WHERE type LIKE '%%.deleted') AS deleted,
                min(version) FILTER (WHERE type LIKE '%%.deleted') AS deleted_version,
                max(version) AS last_version
            FROM crm_event GROUP BY record_id
        ), record AS (
            SELECT id FROM opportunities_opportunity UNION ALL SELECT id FROM quotes_quote
        )
        SELECT COALESCE(record.id, life.record_id) FROM life FULL JOIN record ON record.id = life.record_id
        WHERE life.created IS DISTINCT FROM 1 OR life.created_version <> 1
            OR life.deleted <> CASE WHEN record.id IS NULL THEN 1 ELSE 0 END
            OR life.deleted_version <> life.last_version
        """,
    ),
    Check(
        "closing-event",
        _("Every Opportunity Close has one event, of its outcome and by whoever closed."),
        """
        SELECT close.id FROM opportunities_opportunityclose close
        LEFT JOIN crm_event event ON event.record_id = close.opportunity_id
            AND event.type IN ('opportunity.won', 'opportunity.lost')
            AND event.data ->> 'opportunity_close' = close.id::text
        GROUP BY close.id
        HAVING count(event.id) <> 1
            OR bool_or(event.actor_id <> close.closed_by_id)
            OR bool_or(event.type <> 'opportunity.' || (%(state_words)s ->> close.outcome::text))
        """,
    ),
    Check(
        "reopening-event",
        _("Every Canceled Opportunity Close has one event, by whoever reopened; a Completed one has none."),
        """
        SELECT close.id FROM opportunities_opportunityclose close
        LEFT JOIN crm_event event ON event.record_id = close.opportunity_id
            AND event.type = 'opportunity.reopened'
            AND event.data ->> 'opportunity_close' = close.id::text
        GROUP BY close.id
        HAVING count(event.id) <> CASE WHEN close.activity_status = %(canceled)s THEN 1 ELSE 0 END
            OR bool_or(event.actor_id <> close.reopened_by_id)
        """,
    ),
    Check(
        "quote-closing-event",
        _("Every Quote Close has one event, of its outcome and by whoever closed."),
        """
        SELECT close.id FROM quotes_quoteclose close
        LEFT JOIN crm_event event ON event.record_id = close.quote_id
            AND event.type IN ('quote.won', 'quote.closed', 'quote.revised')
            AND event.data ->> 'quote_close' = close.id::text
        GROUP BY close.id
        HAVING count(event.id) <> 1
            OR bool_or(event.actor_id <> close.closed_by_id)
            OR bool_or(event.type <> CASE close.outcome WHEN %(quote_won)s THEN 'quote.won'
                WHEN %(revised)s THEN 'quote.revised' ELSE 'quote.closed' END)
        """,
    ),
    Check(
        "event-of-a-closing",
        _("Every event of a closing, a reopening or a quote's end names a close record of that record."),
        """
        SELECT event.id FROM crm_event event
        LEFT JOIN opportunities_opportunityclose close
            ON close.opportunity_id = event.record_id AND close.id::text = event.data ->> 'opportunity_close'
        WHERE event.type IN ('opportunity.won', 'opportunity.lost', 'opportunity.reopened') AND close.id IS NULL
        UNION ALL
        SELECT event.id FROM crm_event event
        LEFT JOIN quotes_quoteclose close
            ON close.quote_id = event.record_id AND close.id::text = event.data ->> 'quote_close'
        WHERE event.type IN ('quote.won', 'quote.closed', 'quote.revised') AND close.id IS NULL
        """,
    ),
    Check(
        "quote-versions",
        _("The events of a quote carry the versions 1, 2, 3 … up to its own."),
        """
        SELECT event.record_id FROM crm_event event
        LEFT JOIN quotes_quote quote ON quote.id = event.record_id
        WHERE event.record_type = 'quote'
        GROUP BY event.record_id, quote.version
        HAVING min(event.version) <> 1
            OR count(*) <> max(event.version) OR count(DISTINCT event.version) <> max(event.version)
            OR max(event.version) <> quote.version
        """,
    ),
    Check(
        "opportunity-versions",
        _("The version of an opportunity counts its own events and the changes of its open quotes, and nothing else."),
        # Between two of its own events an opportunity's version rises with each deed on its quotes. Deeds leave
        # no trace of their bounds: quotes may have been closed together, so each closed one counts 0 or 1. A
        # draft made by a revision came in the deed of the revised one, so it counts nothing.
        """
        WITH log AS (
            SELECT event.group_id, event.sequence, event.version, event.record_type,
                count(*) FILTER (
                    WHERE event.type IN
                         ('quote.updated', 'quote.activated', 'quote.deleted', 'quote.won', 'quote.revised')
                        OR event.type = 'quote.created' AND revision.id IS NULL
                ) OVER deeds AS alone,
                count(*) FILTER (WHERE event.type = 'quote.closed') OVER deeds AS together
            FROM crm_event event
            LEFT JOIN crm_event revision ON event.type = 'quote.created' AND revision.type = 'quote.revised'
                AND revision.group_id = event.group_id
                AND revision.data ->> 'new_revision' = event.record_id::text
            WINDOW deeds AS (PARTITION BY event.group_id ORDER BY event.sequence)
        ), own AS (
            SELECT DISTINCT ON (group_id, version) * FROM log
            WHERE record_type = 'opportunity' ORDER BY group_id, version, sequence
        ), total AS (
            SELECT group_id, max(alone) AS alone, max(together) AS together FROM log GROUP BY group_id
        ), span AS (
            SELECT opportunity.id,
                COALESCE(lead(own.version) OVER following - 1, opportunity.version) - own.version AS risen,
                COALESCE(lead(own.alone) OVER following, total.alone) - own.alone AS alone,
                COALESCE(lead(own.together) OVER following, total.together) - own.together AS together
            FROM own
            JOIN total ON total.group_id = own.group_id
            JOIN opportunities_opportunity opportunity ON opportunity.id = own.group_id
            WINDOW following AS (PARTITION BY own.group_id ORDER BY own.version)
        )
        SELECT id FROM span WHERE risen NOT BETWEEN alone AND alone + together
        """,
    ),
    Check(
        "event-chain",
        _("What an event tells as before is what the events until then had told as after."),
        """
        WITH told AS (
            SELECT event.id, event.type, change.value AS before,
                lag(event.after -> change.key) OVER (
                    PARTITION BY event.record_id, change.key ORDER BY event.version, event.sequence) AS told_before
            FROM crm_event event, jsonb_each(CASE WHEN jsonb_typeof(event.before) = 'object'
                THEN event.before ELSE '{}' END) AS change
        )
        SELECT id FROM told WHERE COALESCE(told_before, 'null') <> before
        """,
    ),
    Check(
        "opportunity-as-told",
        _("An opportunity is what its events tell."),
        """
        WITH told AS (
            SELECT DISTINCT ON (event.record_id, change.key) event.record_id, change.key, change.value
            FROM crm_event event, jsonb_each(CASE WHEN jsonb_typeof(event.after) = 'object'
                THEN event.after ELSE '{}' END) AS change
            WHERE event.record_type = 'opportunity'
            ORDER BY event.record_id, change.key, event.version DESC
        ), present AS (
            SELECT record.id, fact.key, fact.value
            FROM opportunities_opportunity record
            CROSS JOIN LATERAL (SELECT (%(decimals)s ->> record.currency)::int AS decimals) AS money
            CROSS JOIN LATERAL (VALUES
                ('topic', to_jsonb(record.topic)),
                ('account', to_jsonb(record.account_id::text)),
                ('owner', to_jsonb(record.owner_id::text)),
                ('currency', to_jsonb(record.currency)),
                ('estimated_revenue', to_jsonb(round(record.estimated_revenue, money.decimals)::text)),
                ('estimated_close_date', to_jsonb(record.estimated_close_date)),
                ('probability', to_jsonb(record.probability)),
                ('rating', %(rating_words)s -> record.rating::text),
                ('sales_stage', %(stage_words)s -> record.sales_stage::text),
                ('description', to_jsonb(record.description)),
                ('state', %(state_words)s -> record.state::text),
                ('status_reason', to_jsonb(record.status_reason_id)),
                ('forecast_category', %(forecast_words)s -> record.forecast_category::text),
                ('actual_revenue', to_jsonb(round(record.actual_revenue, money.decimals)::text)),
                ('actual_close_date', to_jsonb(record.actual_close_date)),
                ('competitors', (
                    SELECT COALESCE(jsonb_agg(link.competitor_id::text ORDER BY link.competitor_id::text), '[]')
                    FROM opportunities_opportunitycompetitor link WHERE link.opportunity_id = record.id))
            ) AS fact (key, value)
        )
        SELECT present.id FROM present
        LEFT JOIN told ON told.record_id = present.id AND told.key = present.key
        WHERE COALESCE(told.value, 'null') <> COALESCE(present.value, 'null')
        """,
    ),
    Check(
        "quote-as-told",
        _("A quote is what its events tell."),
        """
        WITH told AS (
            SELECT DISTINCT ON (event.record_id, change.key) event.record_id, change.key, change.value
            FROM crm_event event, jsonb_each(CASE WHEN jsonb_typeof(event.after) = 'object'
                THEN event.after ELSE '{}' END) AS change
            WHERE event.record_type = 'quote'
            ORDER BY event.record_id, change.key, event.version DESC
        ), present AS (
            SELECT record.id, fact.key, fact.value
            FROM quotes_quote record
            CROSS JOIN LATERAL (VALUES
                ('number', to_jsonb(record.number)),
                ('revision', to_jsonb(record.revision)),
                ('name', to_jsonb(record.name)),
                ('opportunity', to_jsonb(record.opportunity_id::text)),
                ('currency', to_jsonb(record.currency)),
                ('total_amount', to_jsonb(round(record.total_amount, (%(decimals)s ->> record.currency)::int)::text)),
                ('effective_from', to_jsonb(record.effective_from)),
                ('effective_to', to_jsonb(record.effective_to)),
                ('state', %(quote_state_words)s -> record.state::text),
                ('status_reason', to_jsonb(record.status_reason)),
                ('closed_on', to_jsonb(record.closed_on))
            ) AS fact (key, value)
        )
        SELECT present.id FROM present
        LEFT JOIN told ON told.record_id = present.id AND told.key = present.key
        WHERE COALESCE(told.value, 'null') <> COALESCE(present.value, 'null')
        """,
    ),
)
