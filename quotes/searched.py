"""What the search over everything finds here: quotes, by their list."""

from django.utils.translation import gettext_lazy as _

from crm import everything
from crm.everything import Hit, Searched
from opportunities.tones import tone
from quotes.lists import QUOTES
from quotes.models import Quote


def _quote(row: Quote) -> Hit:
    badge = (row.get_state_display(), tone(row))
    return Hit(str(row), row.get_absolute_url(), row.opportunity.topic, badge)


# The newest number first, and of each the newest revision.
everything.register(Searched("quotes", _("Quotes"), "quote", QUOTES, _quote, "-number,-revision"))
