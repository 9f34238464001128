"""Business units and the list of status reasons."""

from django.utils.translation import gettext_lazy as _

from opportunities.verification.check import Check

ORGANIZATION_CHECKS = (
    Check(
        "unit-paths",
        _("The path of a business unit is that of its parent and its own id, and no unit lies below itself."),
        """
        WITH RECURSIVE tree AS (
            SELECT id, '/' || replace(id::text, '-', '') || '/' AS path FROM crm_businessunit WHERE parent_id IS NULL
            UNION ALL
            SELECT unit.id, tree.path || replace(unit.id::text, '-', '') || '/'
            FROM crm_businessunit unit JOIN tree ON unit.parent_id = tree.id
        )
        SELECT unit.id FROM crm_businessunit unit LEFT JOIN tree ON tree.id = unit.id
        WHERE unit.path IS DISTINCT FROM tree.path
        """,
    ),
    Check(
        "default-reasons",
        _("Each state has exactly one default status reason, and it is active."),
        """
        SELECT state.code
        FROM (VALUES (%(open)s), (%(won)s), (%(lost)s)) AS state (code)
        LEFT JOIN opportunities_statusreason reason ON reason.state = state.code AND reason.is_default
        GROUP BY state.code HAVING count(reason.code) <> 1 OR NOT bool_and(reason.active)
        """,
    ),
)
