"""The dialogs that change a list: `?edit=…` at its address. They give the address to go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.filter_forms import FilterForm
from crm.list_forms import ColumnsForm, SaveViewForm, ViewsForm
from crm.models import User
from crm.own_lists import SaveRequest, arrange_views, canonical, change_query, save_view, set_columns
from crm.types import Text
from crm.views import DialogPage, FormPage

if TYPE_CHECKING:
    from crm.list_pages import ListPage


class ListDialog(DialogPage):
    page: ListPage = cast(Any, None)
    back_label = gettext_lazy("Back to the list")

    @property
    def section(self) -> str:  # type: ignore[override]
        return self.page.section

    def load(self) -> None:
        self.page.read_address()

    def get_subject(self) -> Text:
        return self.page.get_title()

    def get_cancel_url(self) -> str:
        return self.page.url_with()

    def go_to(self, url: str) -> HttpResponse:
        """To the list as it is now, not as it was."""
        return FormPage.go_to(self, url)


class FiltersDialog(ListDialog):
    template_name = "lists/filters.html"
    title = gettext_lazy("Edit filters")
    submit_label = gettext_lazy("Apply")

    def get_form(self, data: Any = None) -> FilterForm:
        page = self.page
        return FilterForm(data, filters=page.get_filters(), present=page.params, user=self.actor)

    def get_context(self) -> dict[str, Any]:
        cleared = dict.fromkeys((*self.page.get_filters(), "cursor"))
        return {**super().get_context(), "clear_url": self.page.url_with(**cleared)}

    def submit(self, form: Form, actor: User) -> str:
        assert isinstance(form, FilterForm)
        return self.page.url_with(**form.changes(), cursor=None)


class ColumnsDialog(ListDialog):
    """Moving a column up or down shows the form anew and stores nothing yet."""

    template_name = "lists/columns.html"
    title = gettext_lazy("Edit columns")

    def load(self) -> None:
        super().load()
        self.page.column_names = self.page.choose_columns()

    def get_form(self, data: Any = None) -> ColumnsForm:
        return ColumnsForm(data, columns=self.page.columns, present=self.page.column_names)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "move" in request.POST:
            return self.show_form(self.get_form(request.POST))
        return super().post(request, **kwargs)

    def submit(self, form: Form, actor: User) -> str:
        """Kept where the columns come from: the saved view, the address, or the user's layout of the view."""
        assert isinstance(form, ColumnsForm)
        page, names = self.page, [] if "reset" in self.request.POST else form.chosen()
        if not page.saved_view and "columns" not in page.params:
            set_columns(page.list_name, page.view_name, names, actor=actor)
            return page.url_with()
        address = page.url_with(columns=",".join(names or page.default_columns()))
        if page.saved_view:
            page.params["columns"] = ",".join(names or page.default_columns())
            change_query(page.saved_view.pk, canonical(page.params, page.view_name), actor=actor)
        return address


class SaveViewDialog(ListDialog):
    title = gettext_lazy("Save view as")
    question = gettext_lazy("Keeps the view with its filters, search, order and columns. Only you see it.")

    def load(self) -> None:
        super().load()
        self.page.select()
        self.page.column_names = self.page.choose_columns()

    def get_form(self, data: Any = None) -> SaveViewForm:
        present = self.page.saved_view
        return SaveViewForm(data, present=present, may_replace=bool(self.page.saved))

    def submit(self, form: Form, actor: User) -> str:
        params = self.page.params.copy()
        params["columns"] = ",".join(self.page.column_names)
        request = SaveRequest(query=canonical(params, self.page.view_name), **form.cleaned_data)
        view = save_view(self.page.list_name, request, actor=actor)
        self.say(_("The view “%(name)s” was saved.") % {"name": view.name})
        return self.page.url_of(view)


class ViewsDialog(ListDialog):
    template_name = "lists/views.html"
    title = gettext_lazy("My views")

    def get_subject(self) -> Text:
        return ""

    def get_form(self, data: Any = None) -> ViewsForm:
        usual = self.page.definition.views[self.page.usual_view()].label
        return ViewsForm(data, views=self.page.saved, usual=usual)

    def submit(self, form: Form, actor: User) -> str:
        assert isinstance(form, ViewsForm)
        deleted = form.deleted()
        default: UUID | None = form.cleaned_data["default"]
        chosen = None if default in deleted else default
        arrange_views(self.page.list_name, form.names(), deleted=deleted, default=chosen, actor=actor)
        self.say(_("Your views were saved."))
        return self.page.url_with()


DIALOGS: dict[str, type[ListDialog]] = {
    "filters": FiltersDialog,
    "columns": ColumnsDialog,
    "save-view": SaveViewDialog,
    "views": ViewsDialog,
}
