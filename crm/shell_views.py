"""The pages of the shell itself: the search over everything and the sheet of keyboard shortcuts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid
from crm.everything import Found, search_everything
from crm.types import Text
from crm.views import PageView, layout

# As one types: few of each kind, and not for a single letter, which begins some word of nearly everything.
SUGGESTED, SHORTEST = 5, 2
SHOWN = 10


class SearchPage(PageView):
    """`/search/?q=`: what was found, by kind; for htmx what is suggested below the search box."""

    template_name = "search/page.html"
    title = _("Search")
    section = "search"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").strip()
        suggesting = layout(request) != "base.html"
        if suggesting:
            self.template_name = "search/suggestions.html"
        try:
            found = self._find(text, suggesting=suggesting)
        except Invalid as invalid:
            return self.show(self._context(text, [], invalid.errors["search"]), status=invalid.status)
        return self.show(self._context(text, found, []))

    def _find(self, text: str, *, suggesting: bool) -> list[Found]:
        if suggesting and len(text) < SHORTEST:
            return []
        return search_everything(text, actor=self.actor, limit=SUGGESTED if suggesting else SHOWN)

    def _context(self, text: str, found: list[Found], errors: list[Text]) -> dict[str, Any]:
        return {
            **self.get_context(),
            "q": text,
            "found": found,
            "errors": errors,
            "shown": sum(len(each.result.rows) for each in found),
            "too_short": len(text) < SHORTEST,
        }


class ShortcutsPage(PageView):
    """The sheet as a page, for whoever has no JavaScript or has switched the keys off."""

    template_name = "shell/shortcuts.html"
    title = _("Keyboard shortcuts")
