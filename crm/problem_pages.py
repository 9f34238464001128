"""The pages that problems point at: what happened, and what to do."""

from typing import Any

from django.http import Http404
from django.views.generic import TemplateView

from crm.errors import PROBLEMS


class ProblemPage(TemplateView):
    """Open to everyone: whoever was refused may read why."""

    template_name = "problems/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        problem = PROBLEMS.get(kwargs["code"])
        if problem is None:
            raise Http404
        return super().get_context_data(problem=problem, **kwargs)


class ProblemsPage(TemplateView):
    template_name = "problems/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        problems = sorted(PROBLEMS.values(), key=lambda problem: (problem.status, problem.code))
        return super().get_context_data(problems=problems, **kwargs)
