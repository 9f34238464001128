"""The pages that problems point at: what happened, how it came about, and what to do."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from crm.api import problems
from crm.api.renderers import JSONRenderer
from crm.errors import PROBLEMS, Refusal
from crm.guides import by_topic, explained
from crm.help_pages import PublicPage
from crm.views import page_not_found


class ProblemPage(PublicPage):
    """Open to everyone: whoever was refused may read why."""

    template_name = "problems/detail.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:  # type: ignore[override]
        if code not in PROBLEMS:
            return page_not_found(request)
        each = explained(code)
        context = {"problem": each.problem, "each": each, "example": _answer(each.example, request)}
        return self.render_to_response(self.get_context_data(**context))


class ProblemsPage(PublicPage):
    """All of them; `?search=` leaves those in which every word stands."""

    template_name = "problems/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        search = self.request.GET.get("search", "").strip()[:200]
        topics = by_topic(search)
        return super().get_context_data(
            topics=topics, search=search, count=sum(len(found) for _topic, found in topics), **kwargs
        )


def _answer(refusal: Refusal, request: HttpRequest) -> str:
    """As the API would give it, in the reader's language."""
    return json.dumps(json.loads(JSONRenderer().render(problems.body(refusal, request))), indent=2, ensure_ascii=False)
