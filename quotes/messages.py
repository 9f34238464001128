"""What pages say when quotes were brought to their end."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quotes.models import Quote
from quotes.states import QuoteStatusReason


def quote_closed(quote: Quote) -> str:
    if quote.status_reason == QuoteStatusReason.LOST:
        return _("The quote %(quote)s was closed as Lost.") % {"quote": quote.full_number}
    return _("The quote %(quote)s was closed as Canceled.") % {"quote": quote.full_number}


def quotes_closed(quotes: Sequence[Quote]) -> str:
    """Of several that ended the same way, or none."""
    if not quotes:
        return _("There was no open quote to close.")
    if quotes[0].status_reason == QuoteStatusReason.LOST:
        sentence = ngettext("%(count)d quote was closed as Lost.", "%(count)d quotes were closed as Lost.", len(quotes))
    else:
        sentence = ngettext(
            "%(count)d quote was closed as Canceled.", "%(count)d quotes were closed as Canceled.", len(quotes)
        )
    return sentence % {"count": len(quotes)}
