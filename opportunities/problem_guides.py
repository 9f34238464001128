"""How the refusals of opportunities come about, and the way out of each."""

from django.utils.translation import gettext_lazy as _

from crm.guides import AS_IT_IS, FACTS, NEVER, READ_AGAIN, SENDING, Guide, Step, Topic, explain

CLOSING = Topic("closing", _("Closing and reopening"), 10)

FACTS |= {
    "blocking_quotes": _("Every open quote with its number, name, state and amount."),
    "closed_by": _("Who closed it."),
    "closed_at": _("When it was closed."),
    "outcome": _("Whether it was won or lost."),
}
_PERSON = {"id": "018f3c1e-7a52-7c3b-9f0d-2b8f6a1d4e77", "username": "anna", "name": "Anna Larsen"}
_QUOTE = {
    "id": "018f3c1e-9b10-7d44-8a2e-5c7d9e0f1a23",
    "number": "QUO-000123",
    "revision": 1,
    "name": "Forty machines",
    "state": "active",
    "total_amount": "1200.00",
    "currency": "EUR",
}
_CLOSED = Step(_("Find it among the closed ones."), _("Closed Opportunities"), "opportunities", "?view=closed")
_ARTICLE = ("reopening",)

explain(
    opportunity_already_closed=Guide(
        CLOSING,
        causes=(
            _("A colleague closed it after you opened the page."),
            _("It was closed the other way by mistake: won cannot become lost directly."),
        ),
        steps=(
            _CLOSED,
            Step(_("If it was closed wrongly: reopen it."), _("Reopening and undo"), "help-article", args=_ARTICLE),
            Step(_("Then close it again, with what is right.")),
        ),
        retry=READ_AGAIN,
        detail=_("Anna Larsen closed this opportunity as won on 21 November 2026."),
        facts={"closed_by": _PERSON, "closed_at": "2026-11-21T09:30:00Z", "outcome": "won"},
    ),
    opportunity_has_open_quotes=Guide(
        CLOSING,
        causes=(
            _("A draft that nobody needs any more was forgotten."),
            _("The customer took an offer, and its quote was not closed as won."),
        ),
        steps=(
            Step(_("Read which quotes are named, and open the tab Quotes of the opportunity.")),
            Step(_("Close the quote that the customer took as won.")),
            Step(
                _("Close the others one by one, all at once, or along with the opportunity in the same dialog."),
                _("Quotes that block closing"),
                "help-article",
                args=("open-quotes",),
            ),
        ),
        retry=_("Close the quotes first, or send close_quotes with lost or canceled along; then send it again."),
        detail=_("These quotes are still open: QUO-000123/1. Close them first, or along with the opportunity."),
        facts={"blocking_quotes": [_QUOTE]},
    ),
    opportunity_already_open=Guide(
        CLOSING,
        causes=(_("Someone else reopened it meanwhile."), _("It was never closed.")),
        steps=(
            Step(_("Reload the page. The tab Timeline tells who reopened it and when.")),
            Step(_("Work on: nothing is left to do.")),
        ),
        retry=NEVER,
    ),
    opportunity_closed=Guide(
        CLOSING,
        causes=(
            _("A won or lost opportunity is read-only, and so are its quotes."),
            _("It was closed while your form was open."),
        ),
        steps=(
            Step(_("Reopen the opportunity."), _("Reopening and undo"), "help-article", args=_ARTICLE),
            Step(_("Change it.")),
            Step(_("Close it again. The first closing stays on record as canceled.")),
        ),
        retry=READ_AGAIN,
    ),
    opportunity_not_deletable=Guide(
        CLOSING,
        causes=(
            _("It was closed once, even if it is open again: the record of that closing is kept."),
            _("It has a quote that was activated, won or closed."),
        ),
        steps=(
            Step(
                _("Close it as lost, with the reason Canceled."),
                _("Closing an opportunity"),
                "help-article",
                args=("closing",),
            ),
        ),
        retry=NEVER,
    ),
    currency_mismatch=Guide(
        SENDING,
        causes=(
            _("One amount was typed for opportunities of several currencies."),
            _("A program sends its own currency with every amount."),
        ),
        steps=(
            Step(_("Look at the currency of the opportunity, on the tab Summary.")),
            Step(_("Send the amount in that currency, or change the currency while there is no quote.")),
        ),
        retry=AS_IT_IS,
    ),
)
