"""The pages that problems point at: what happened, and what to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.generic import TemplateView

from crm.errors import PROBLEMS
from crm.views import page_not_found


class ProblemPage(TemplateView):
    """Open to everyone: whoever was refused may read why."""

    template_name = "problems/detail.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:  # type: ignore[override]
        if code not in PROBLEMS:
            return page_not_found(request)
        return self.render_to_response(self.get_context_data(problem=PROBLEMS[code]))


class ProblemsPage(TemplateView):
    template_name = "problems/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        problems = sorted(PROBLEMS.values(), key=lambda problem: (problem.status, problem.code))
        return super().get_context_data(problems=problems, **kwargs)
