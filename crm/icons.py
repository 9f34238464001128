"""The symbols of icons.svg; decoration only, the words stand beside them."""

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@cache
def icon(name: str) -> SafeString:
    """A page has some fifty, so each is made once."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false" width="18" height="18"><use href="{}#{}"></use></svg>',
        static("crm/icons.svg"),
        name,
    )
