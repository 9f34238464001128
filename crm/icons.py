"""The symbols of icons.svg; decoration only, the words stand beside them."""

from functools import cache

from django.templatetags.static import static
from django.utils.safestring import SafeString

from crm.markup import fill


@cache
def icon(name: str) -> SafeString:
    """A page has some fifty, so each is made once."""
    return fill(
        '<svg class="icon" aria-hidden="true" focusable="false" width="18" height="18"><use href="{}#{}"></use></svg>',
        static("crm/icons.svg"),
        name,
    )
