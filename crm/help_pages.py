"""Help: short articles on how things are done, open to everyone. Each application registers its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from crm.types import Text
from crm.views import as_private, page_not_found


@dataclass(frozen=True, eq=False)
class Chapter:
    """A heading of the help with the articles below it."""

    label: Text


HOW_TO = Chapter(_("How to"))
INTEGRATORS = Chapter(_("For integrators"))


@dataclass(frozen=True)
class Article:
    """One page of the guide.

    Attributes:
        slug: of its address.
        summary: what it answers, in a sentence.
        template: extends help/article.html.
        facts: what it tells of the product, read from where it is decided.
    """

    slug: str
    title: Text
    summary: Text
    template: str
    chapter: Chapter = HOW_TO
    facts: Callable[[], Mapping[str, Any]] = dict

    @property
    def url(self) -> str:
        return reverse("help-article", args=[self.slug])


ARTICLES: dict[str, Article] = {}


def register(*articles: Article) -> None:
    ARTICLES.update({article.slug: article for article in articles})


def articles_of(chapter: Chapter) -> list[Article]:
    return [article for article in ARTICLES.values() if article.chapter is chapter]


class PublicPage(TemplateView):
    """In the shell, but for whoever comes. Not cached: it names who is signed in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        return as_private(cast(HttpResponse, super().dispatch(request, *args, **kwargs)))


class HelpPage(PublicPage):
    template_name = "help/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chapters = [(chapter, articles_of(chapter)) for chapter in (HOW_TO, INTEGRATORS)]
        return super().get_context_data(chapters=chapters, **kwargs)


class ArticlePage(PublicPage):
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:  # type: ignore[override]
        if slug not in ARTICLES:
            return page_not_found(request)
        article = ARTICLES[slug]
        self.template_name = article.template
        others = [each for each in articles_of(article.chapter) if each is not article]
        context = {"article": article, "title": article.title, "others": others, **article.facts()}
        return self.render_to_response(self.get_context_data(**context))
