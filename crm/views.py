"""Pages: small view classes with one hook per step.

Data flows one way and once: address → record that the user may see → form → action → redirect. What the rules
refuse becomes a page, or stands in the form beside what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views import View
from django_htmx.http import HttpResponseClientRedirect

from crm.errors import Invalid, NotFound, Refusal, Stale
from crm.models import User
from crm.types import Text

# The elements that htmx fills with a part of a page; for everything else a page is whole.
FRAGMENT_TARGETS = ("dialog", "list")


class PageView(View):
    """A page for people who are signed in.

    Hooks: `load` finds what the address names and raises Refusal where the page cannot be shown; `get_title`;
    `get_context`; `section` names the link of the site map that it stands under.
    """

    http_method_names = ["get", "head", "options"]
    template_name = ""
    title: Text = ""
    # The link of the site map that the page stands under.
    section = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        try:
            self.load(**kwargs)
            response = cast(HttpResponse, super().dispatch(request, *args, **kwargs))
        except Refusal as refusal:
            response = refusal_page(request, refusal)
        return as_private(response)

    @property
    def actor(self) -> User:
        return cast(User, self.request.user)

    def load(self, *args: Any, **kwargs: Any) -> None:
        """Takes what the address names. Raises: NotFound, Denied, any Refusal."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_context())

    def get_title(self) -> Text:
        return self.title

    def get_context(self) -> dict[str, Any]:
        return {"title": self.get_title()}

    def show(self, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        context = {"view": self, "layout": layout(self.request), **context}
        return render(self.request, self.template_name, context, status=status)

    def say(self, text: Text) -> None:
        """Tell the user on the next page that he sees."""
        messages.success(self.request, str(text))


class FormPage(PageView):
    """A page with a form.

    Hooks: `get_form` (or `form_class` and `get_initial`); `submit(form, actor)` calls an action and returns the
    address to go to. The record's `version` travels in the form; hand `self.expected` to the action, and what
    someone else changed meanwhile is never overwritten.
    """

    http_method_names = ["get", "head", "options", "post"]
    template_name = "generic/form.html"
    form_class: type[forms.Form] = forms.Form
    submit_label: Text = _("Save")
    cancel_url = "/"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_form(self, data: Any = None) -> forms.Form:
        return self.form_class(data, initial=self.get_initial())

    def get_version(self) -> int | None:
        """The present version of the record that the form changes."""
        return None

    def submit(self, form: forms.Form, actor: User) -> str:
        """Raises: Refusal."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show_form(self.get_form(), version=self.get_version())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show_form(form, version=request.POST.get("version"), status=400)
        try:
            return self.go_to(self.submit(form, self.actor))
        except NotFound:
            raise
        except Refusal as refusal:
            return self.refuse(form, refusal)

    @property
    def expected(self) -> frozenset[int] | None:
        """The version that the user saw; one that cannot be read matches none."""
        typed = self.request.POST.get("version")
        if typed is None:
            return None
        return frozenset({int(typed)}) if typed.isascii() and typed.isdigit() and len(typed) < 20 else frozenset()

    def refuse(self, form: forms.Form, refusal: Refusal) -> HttpResponse:
        """The form once more, with everything typed and the reasons."""
        version: Any = self.request.POST.get("version")
        if isinstance(refusal, Stale):
            self.load(**self.kwargs)
            version = self.get_version()
        add_errors(form, refusal)
        return self.show_form(form, version=version, status=refusal.status, refusal=refusal)

    def show_form(self, form: forms.Form, *, version: Any = None, status: int = 200, **context: Any) -> HttpResponse:
        context = {"form": form, "version": "" if version is None else str(version), "refusal": None, **context}
        return self.show({**self.get_context(), **context}, status=status)

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "submit_label": self.submit_label, "cancel_url": self.get_cancel_url()}

    def get_cancel_url(self) -> str:
        return self.cancel_url

    def go_to(self, url: str) -> HttpResponse:
        if layout(self.request) == "base.html":
            return HttpResponseRedirect(url)
        return HttpResponseClientRedirect(url)


class DialogPage(FormPage):
    """A form that opens in the dialog of the page below it; without JavaScript it is a page of its own."""

    template_name = "generic/dialog.html"
    # What the record is called, above the fields.
    subject = ""
    danger = False

    def get_subject(self) -> Text:
        return self.subject

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "subject": self.get_subject(), "danger": self.danger}


class DeletePage(DialogPage):
    """Asks before deleting. Hooks: `load`, `get_subject`, `delete(actor)`, which returns the address to go to."""

    submit_label: Text = _("Delete")
    danger = True
    question: Text = _("This cannot be undone.")

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "question": self.question}

    def submit(self, form: forms.Form, actor: User) -> str:
        return self.delete(actor)

    def delete(self, actor: User) -> str:
        """Raises: Refusal."""
        raise NotImplementedError


def layout(request: HttpRequest) -> str:
    """The template that the page extends: the whole shell, or nothing around the part that htmx asked for."""
    htmx = cast(Any, request).htmx
    part = htmx and htmx.target in FRAGMENT_TARGETS and not htmx.history_restore_request
    return "generic/fragment.html" if part else "base.html"


def sign_in_first(request: HttpRequest) -> HttpResponse:
    htmx = cast(Any, request).htmx
    if not htmx:
        return redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = {
        "title": refusal.problem.title,
        "refusal": refusal,
        "help_url": f"/problems/{refusal.code}/",
        "layout": layout(request),
    }
    return render(request, "generic/refusal.html", context, status=refusal.status)


def as_private(response: HttpResponse) -> HttpResponse:
    """For this user only, and not to be shown again from a cache after signing out."""
    add_never_cache_headers(response)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def add_errors(form: forms.Form, refusal: Refusal) -> None:
    """Put the sentences where they belong: beside their fields, or above the form."""
    if not isinstance(refusal, Invalid):
        form.add_error(None, str(refusal))
        return
    for field, texts in refusal.errors.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, str(text))
