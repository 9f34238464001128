"""The refusals of opportunities, and what the database's constraints mean in their words."""

from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid, Problem, Refusal, register
from crm.transactions import refuses_with

register(
    Problem(
        "opportunity_already_closed",
        409,
        _("Already closed"),
        _("This opportunity is already closed."),
        _("A closed opportunity cannot be closed again. Reopen it first; then close it the other way."),
        dynamics="0x80040515",
    ),
    Problem(
        "opportunity_has_open_quotes",
        409,
        _("Open quotes"),
        _("This opportunity cannot be closed while it has draft or active quotes."),
        _("Close the quotes named in the message, or choose to close them along with the opportunity."),
        dynamics="0x80040516",
    ),
    Problem(
        "opportunity_already_open",
        409,
        _("Already open"),
        _("This opportunity is open; there is nothing to reopen."),
        _("Reload the page: someone else may have reopened it."),
        dynamics="0x8004051a",
    ),
    Problem(
        "opportunity_closed",
        409,
        _("Opportunity closed"),
        _("A closed opportunity and its quotes cannot be changed."),
        _("Reopen the opportunity, change it, and close it again."),
    ),
    Problem(
        "opportunity_not_deletable",
        409,
        _("Cannot be deleted"),
        _("An opportunity that was ever closed, or has quotes beyond drafts, is kept."),
        _("Close it as lost instead. What was promised to a customer stays on record."),
    ),
    Problem(
        "currency_mismatch",
        400,
        _("Another currency"),
        _("The currency is not the opportunity's."),
        _("Leave the currency out, or send the opportunity's own. Amounts are never converted."),
    ),
)

refuses_with("opportunity_close_one_completed", lambda: Refusal("opportunity_already_closed"))
refuses_with("opportunity_legal_edges", lambda: Refusal("opportunity_already_closed"))
refuses_with("opportunity_has_its_close", lambda: Refusal("opportunity_closed"))
refuses_with("opportunity_close_fits_state", lambda: Refusal("opportunity_already_closed"))
refuses_with("opportunity_close_immutable", lambda: Refusal("opportunity_already_open"))
refuses_with("opportunity_facts_fit_state", lambda: Refusal("opportunity_closed"))
refuses_with("competitor_name_unique", lambda: Invalid({"name": [_("There is already a competitor with this name.")]}))
refuses_with(
    "opportunities_account_external_id_key",
    lambda: Invalid({"external_id": [_("There is already an account with this external id.")]}),
)
refuses_with(
    "opportunity_reason_fits_state",
    lambda: Invalid({"status_reason": [_("Choose a status reason of this state.")]}),
)
