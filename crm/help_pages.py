"""Help: short articles on how things are done, open to everyone. Each application registers its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.generic import TemplateView

from crm.types import Text
from crm.views import as_private, page_not_found


@dataclass(frozen=True)
class Article:
    """One page of the guide.

    Attributes:
        slug: of its address.
        summary: what it answers, in a sentence.
        template: extends help/article.html.
    """

    slug: str
    title: Text
    summary: Text
    template: str

    @property
    def url(self) -> str:
        return reverse("help-article", args=[self.slug])


ARTICLES: dict[str, Article] = {}


def register(*articles: Article) -> None:
    ARTICLES.update({article.slug: article for article in articles})


class PublicPage(TemplateView):
    """In the shell, but for whoever comes. Not cached: it names who is signed in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        return as_private(cast(HttpResponse, super().dispatch(request, *args, **kwargs)))


class HelpPage(PublicPage):
    template_name = "help/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(articles=ARTICLES.values(), **kwargs)


class ArticlePage(PublicPage):
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:  # type: ignore[override]
        if slug not in ARTICLES:
            return page_not_found(request)
        article = ARTICLES[slug]
        self.template_name = article.template
        others = [each for each in ARTICLES.values() if each is not article]
        return self.render_to_response(self.get_context_data(article=article, title=article.title, others=others))
