"""The refusals of quotes, and what the database's constraints mean in their words."""

from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid, Problem, Refusal, register
from crm.transactions import refuses_with

register(
    Problem(
        "quote_not_open",
        409,
        _("Quote not open"),
        _("This quote is won or closed, and that is final."),
        _("Create a new quote on the opportunity if the customer wants another offer."),
    ),
    Problem(
        "quote_not_draft",
        409,
        _("Quote not a draft"),
        _("Only a draft can be edited, activated or deleted."),
        _("Revise an active quote: that makes a new draft with the same number."),
    ),
    Problem(
        "quote_not_active",
        409,
        _("Quote not active"),
        _("Only an active quote can be won or revised."),
        _("Activate the draft first."),
    ),
    Problem(
        "quote_open_revision_exists",
        409,
        _("Another revision is open"),
        _("Another revision of this quote is already draft or active."),
        _("Go on with that revision, or close it first."),
        dynamics="0x80048d00",
    ),
)


CURRENCY_FIXED = _("The currency is fixed, because the opportunity has quotes.")


def _currency_fixed() -> Refusal:
    return Invalid({"currency": [CURRENCY_FIXED]})


refuses_with("quote_one_open_revision", lambda: Refusal("quote_open_revision_exists"))
refuses_with("quote_number_revision", lambda: Refusal("quote_open_revision_exists"))
refuses_with("quote_legal_edges", lambda: Refusal("quote_not_open"))
refuses_with("quotes_quoteclose_quote_id_key", lambda: Refusal("quote_not_open"))
refuses_with(
    "quote_needs_open_opportunity",
    lambda: Refusal("opportunity_closed"),
    of_target=lambda: Refusal("opportunity_has_open_quotes"),
)
refuses_with("quote_currency_of_opportunity", lambda: Refusal("currency_mismatch"), of_target=_currency_fixed)
