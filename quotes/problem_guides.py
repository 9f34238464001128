"""How the refusals of quotes come about, and the way out of each."""

from django.utils.translation import gettext_lazy as _

from crm.guides import NEVER, READ_AGAIN, Guide, Step, Topic, explain

QUOTES = Topic("quotes", _("Quotes"), 20)
_LIST = Step(_("Look at the quote's state and its revisions."), _("Quotes"), "quotes")

explain(
    quote_not_open=Guide(
        QUOTES,
        causes=(
            _("The quote was won, lost, canceled or revised, perhaps by a colleague just now."),
            _("Closing the opportunity closed its quotes along."),
        ),
        steps=(
            _LIST,
            Step(_("Create a new quote on the opportunity, once that is open.")),
        ),
        retry=NEVER,
    ),
    quote_not_draft=Guide(
        QUOTES,
        causes=(_("The quote was activated: what a customer may have seen is not changed any more."),),
        steps=(
            _LIST,
            Step(_("Revise it. That closes this revision and makes a draft with the same number and values.")),
            Step(_("Edit that draft, then activate it.")),
        ),
        retry=READ_AGAIN,
    ),
    quote_not_active=Guide(
        QUOTES,
        causes=(_("The quote is still a draft: it was not activated."), _("It is won or closed already.")),
        steps=(_LIST, Step(_("Activate the draft, then close it as won or revise it."))),
        retry=READ_AGAIN,
    ),
    quote_open_revision_exists=Guide(
        QUOTES,
        causes=(
            _("A colleague revised the same quote at the same moment."),
            _("A draft of the next revision was left lying."),
        ),
        steps=(
            _LIST,
            Step(_("Go on with the open revision, or close it as canceled, then revise again.")),
        ),
        retry=READ_AGAIN,
    ),
)
