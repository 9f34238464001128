"""Is what a page shows still so? Pages that are open ask every few seconds, and tell; they never reload by themselves.

A page names its rows with the versions that it shows, `<id>.<version>` each with the id as short text; the answer's
entity tag is their present versions. Nothing is rendered and nothing written: one indexed statement beside those of
the session and its user.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from crm.lists import MAX_PAGE_SIZE
from crm.models import User
from crm.views import as_private

# A version that no row has: of one that is deleted, or may no longer be read.
GONE = 0
_ROWS = re.compile(r"[\w-]{22}\.[0-9]{1,9}(,[\w-]{22}\.[0-9]{1,9})*", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """A row as an open page shows it."""

    pk: UUID
    version: int

    def __str__(self) -> str:
        return f"{urlsafe_b64encode(self.pk.bytes).decode().rstrip('=')}.{self.version}"


class FreshnessView(View):
    """`?rows=` for a list, `?record=` for the one record of a page; 304 while the reader knows the present versions.

    Else the sentence to tell, what to write on each changed row, by its place, and whether the record is gone.
    """

    http_method_names = ["get", "head", "options"]
    model: Any = None

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return as_private(HttpResponse(status=401))
        is_record = "record" in request.GET
        shown = read_rows(request.GET.get("record" if is_record else "rows", ""))
        if not shown or (is_record and len(shown) > 1):
            return as_private(HttpResponseBadRequest())
        return as_private(self._answer(request, shown, is_record=is_record))

    def _answer(self, request: HttpRequest, shown: list[Shown], *, is_record: bool) -> HttpResponse:
        versions = self._versions([row.pk for row in shown], cast(User, request.user))
        present = [versions.get(row.pk, GONE) for row in shown]
        tag = f'"{".".join(map(str, present))}"'
        known = get_conditional_response(request, etag=tag)
        if known:
            return known
        marks = {place: mark(now) for place, now in enumerate(present) if now != shown[place].version}
        text = self._text(shown[0].pk, present[0], is_record=is_record, count=len(marks)) if marks else ""
        news = {"text": text, "marks": marks, "gone": is_record and present == [GONE]}
        return JsonResponse(news, headers={"ETag": tag})

    def _versions(self, pks: list[UUID], user: User) -> dict[UUID, int]:
        return dict(self.model.objects.visible_to(user).filter(pk__in=pks).values_list("pk", "version"))

    def _text(self, pk: UUID, version: int, *, is_record: bool, count: int) -> str:
        if not is_record:
            return _rows_text(count)
        if version == GONE:
            return _("This record was deleted, or you may no longer read it.")
        return self.tell(pk, version) or _("This record was changed meanwhile.")

    def tell(self, pk: UUID, version: int) -> str:
        """Who did what to the record last; empty where nobody wrote it down."""
        return ""


def read_rows(text: str) -> list[Shown]:
    """As many as a page can show; none where the text is anything else."""
    if not _ROWS.fullmatch(text):
        return []
    pairs = [each.split(".") for each in text.split(",")]
    if len(pairs) > MAX_PAGE_SIZE:
        return []
    return [Shown(UUID(bytes=urlsafe_b64decode(f"{key}==")), int(version)) for key, version in pairs]


def mark(version: int) -> str:
    return _("gone") if version == GONE else _("changed")


def _rows_text(count: int) -> str:
    sentence = ngettext(
        "%(count)d of these records was changed meanwhile.", "%(count)d of these records were changed meanwhile.", count
    )
    return sentence % {"count": count}
