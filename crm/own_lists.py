"""How a user keeps his lists: the columns of each view, and views of his own under names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from uuid import UUID

from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid, NotFound
from crm.lists import PAGING
from crm.models import ListLayout, SavedView, User
from crm.models.own_list import LONGEST_NAME, LONGEST_QUERY
from crm.rules import FieldChecks, field_checks, line
from crm.transactions import deed, refuses_with
from crm.types import Text

# More names than this nobody finds his way in.
MOST_VIEWS = 50
_TWICE: Text = _("You have a view of this name.")

refuses_with("saved_view_name", lambda: Invalid({"name": [_TWICE]}))


@dataclass(frozen=True)
class SaveRequest:
    """Attributes: replace: the view of this name, where there is one, is overwritten."""

    name: str
    query: str
    is_default: bool = False
    replace: bool = False


def columns_of(list_name: str, view: str, user: User) -> list[str]:
    """The names of the columns that the user chose; none where he did not."""
    layout = ListLayout.objects.filter(user=user, list_name=list_name, view=view).first()
    return layout.columns if layout else []


def set_columns(list_name: str, view: str, columns: Sequence[str], *, actor: User) -> None:
    """Show these columns, in this order; none resets to those of the view."""
    with deed():
        if columns:
            values = {"columns": list(columns)}
            ListLayout.objects.update_or_create(user=actor, list_name=list_name, view=view, defaults=values)
        else:
            ListLayout.objects.filter(user=actor, list_name=list_name, view=view).delete()


def saved_views(list_name: str, user: User) -> list[SavedView]:
    return list(SavedView.objects.filter(user=user, list_name=list_name))


def save_view(list_name: str, request: SaveRequest, *, actor: User) -> SavedView:
    """Keep a list under a name.

    Raises: Invalid.
    """
    with deed():
        views = _locked_views(list_name, actor)
        present = next((view for view in views if _same_name(view.name, request.name)), None)
        with field_checks() as checks:
            _check_name(checks, "name", request.name)
            _check_query(checks, request.query)
            if present and not request.replace:
                checks.refuse("name", _("You have a view of this name. Replace it, or choose another name."))
            if not present and len(views) >= MOST_VIEWS:
                limit = {"limit": MOST_VIEWS}
                checks.refuse("name", _("You have %(limit)d views of this list. Delete one first.") % limit)
        view = present or SavedView(user=actor, list_name=list_name)
        view.name, view.query = request.name.strip(), request.query
        view.save(update_fields=["name", "query"] if present else None)
        if request.is_default or view.is_default:
            _make_default(list_name, view.pk if request.is_default else None, actor)
    return view


def change_query(pk: UUID, query: str, *, actor: User) -> None:
    """What a view of one's own shows, under the name that it has. Raises: NotFound, Invalid."""
    with deed():
        with field_checks() as checks:
            _check_query(checks, query)
        if not SavedView.objects.filter(pk=pk, user=actor).update(query=query):
            raise NotFound


def arrange_views(
    list_name: str, names: Mapping[UUID, str], *, deleted: Collection[UUID], default: UUID | None, actor: User
) -> None:
    """Rename, delete, and choose the one that the list begins with.

    Args:
        names: of those that stay; one that is gone meanwhile is passed over.
        default: None where the list begins as it does for everyone.

    Raises: Invalid, a field for each view: `name-<id>`.
    """
    with deed():
        views = _locked_views(list_name, actor)
        staying = [view for view in views if view.pk not in deleted]
        wanted = {view.pk: names.get(view.pk, view.name).strip() for view in staying}
        with field_checks() as checks:
            for pk, name in wanted.items():
                _check_name(checks, f"name-{pk}", name)
                if any(_same_name(name, other) for key, other in wanted.items() if key != pk):
                    checks.refuse(f"name-{pk}", _TWICE)
        SavedView.objects.filter(pk__in=[view.pk for view in views if view.pk in deleted]).delete()
        _rename([view for view in staying if view.name != wanted[view.pk]], wanted)
        _make_default(list_name, default, actor)


def _locked_views(list_name: str, actor: User) -> list[SavedView]:
    """Under the lock of the user's row, so that his own clicks in two tabs wait for each other."""
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    return saved_views(list_name, actor)


def _check_name(checks: FieldChecks, field: str, name: str) -> None:
    checks.refuse(field, *line(name.strip(), max_length=LONGEST_NAME, required=True))


def _check_query(checks: FieldChecks, query: str) -> None:
    if len(query) > LONGEST_QUERY:
        checks.refuse("name", _("This list has too many filters to be kept. Clear some of them."))


def _same_name(one: str, other: str) -> bool:
    return one.strip().lower() == other.strip().lower()


def _rename(views: Sequence[SavedView], names: Mapping[UUID, str]) -> None:
    # Out of each other's way first: two views may exchange their names.
    SavedView.objects.filter(pk__in=[view.pk for view in views]).update(name=Cast(F("pk"), TextField()))
    for view in views:
        view.name = names[view.pk]
        view.save(update_fields=["name"])


def _make_default(list_name: str, pk: UUID | None, actor: User) -> None:
    views = SavedView.objects.filter(user=actor, list_name=list_name)
    views.filter(is_default=True).update(is_default=False)
    if pk:
        views.filter(pk=pk).update(is_default=True)


def canonical(params: QueryDict, view: str) -> str:
    """The query string by which a list is known again: with its view, without its page, in one order."""
    kept = params.copy()
    kept["view"] = view
    for name in PAGING:
        kept.pop(name, None)
    ordered = sorted((name, str(kept[name])) for name in kept)
    return urlencode(ordered, safe=",", quote_via=quote)
