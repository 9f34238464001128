"""Pages: small view classes with one hook per step.

Data flows one way and once: address → record that the user may see → form → action → redirect. What the rules
refuse becomes a page, or stands in the form beside what was typed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views import View, defaults
from django.views.decorators.csrf import csrf_exempt
from django_htmx.http import HttpResponseClientRedirect, reselect, reswap, retarget

from crm.comboboxes import search_only
from crm.errors import PASSING, RETRY_AFTER_SECONDS, Invalid, NotFound, Refusal, Stale
from crm.events import last_change
from crm.forms import focus_first, judged_by_the_server, only_to_read
from crm.models import User
from crm.types import Text
from crm.unsent import UNSENT, keep

# The elements that htmx fills with a part of a page; for everything else a page is whole.
FRAGMENT_TARGETS = ("dialog", "list", "suggestions")
NOT_SENT = _("This has not been sent yet. Look it through, then send it.")
HOME: tuple[str, Text] = ("/", _("Go to my work"))


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
    # The record whose changes by others the page notices while it is open (crm.freshness).
    shown: Any = None
    # May what was typed travel through the sign-in page? No password may.
    keeps_typed = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return as_private(sign_in_first(request, keeps_typed=self.keeps_typed))
        back = HOME
        try:
            self.load(**kwargs)
            back = self.get_back()
            response = cast(HttpResponse, super().dispatch(request, *args, **kwargs))
        except Refusal as refusal:
            response = refusal_page(request, refusal, back)
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

    def get_back(self) -> tuple[str, Text]:
        """Where a refusal leads back to."""
        return HOME

    def get_context(self) -> dict[str, Any]:
        return {"title": self.get_title()}

    def show(self, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        context = {"view": self, "layout": layout(self.request), **context}
        return render(self.request, self.template_name, context, status=status)

    def say(self, text: Text, *, undo: str = "") -> None:
        """Tell the user on the next page that he sees. Args: undo: the address to which a post takes it back."""
        messages.success(self.request, str(text), extra_tags=undo)


class FormPage(PageView, ABC):
    """A page with a form.

    Hooks: `judge` raises Refusal where the form is not to be opened; `get_form`, an empty form unless given;
    `submit(form, actor)` calls an action, which judges again, and returns the address to go to. The record's
    `version` travels in the form; hand `self.expected` to the action, and what someone else changed meanwhile is
    never overwritten.
    """

    http_method_names = ["get", "head", "options", "post"]
    template_name = "generic/form.html"
    submit_label: Text = _("Save")
    cancel_url = "/"
    back_label: Text = _("Back to the record")

    def judge(self) -> None:
        """Raises: Refusal. Not asked when the form is sent: what was typed must stand beside the refusal."""

    def get_form(self, data: Any = None) -> forms.Form:
        return forms.Form(data)

    def get_version(self) -> int | None:
        """The present version of the record that the form changes."""
        return None

    @abstractmethod
    def submit(self, form: forms.Form, actor: User) -> str:
        """Raises: Refusal."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.judge()
        return self.show_form(self.get_form(), version=self.get_version())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST)
        if UNSENT in request.POST:
            messages.info(request, NOT_SENT)
            return self.show_form(form, version=request.POST.get("version"))
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
            form = self.renewed(form)
            refusal = self.present(refusal)
        add_errors(form, refusal)
        return self.show_form(form, version=version, status=refusal.status, refusal=refusal)

    def renewed(self, form: forms.Form) -> forms.Form:
        """The form for the record as someone else left it."""
        return form

    def present(self, stale: Stale) -> Refusal:
        """What stands against the deed by now, else who was faster."""
        try:
            self.judge()
        except Refusal as refusal:
            return refusal
        stale.detail = last_change(self.kwargs["pk"]) or stale.detail
        return stale

    def show_form(self, form: forms.Form, *, version: Any = None, status: int = 200, **context: Any) -> HttpResponse:
        context = {"form": form, "version": "" if version is None else str(version), "refusal": None, **context}
        context["is_over"] = bool(context["refusal"]) and not self.is_curable(context["refusal"])
        if context["is_over"]:
            only_to_read(form)
        focus_first(form)
        judged_by_the_server(form)
        return self.show({**self.get_context(), **context}, status=status)

    def get_context(self) -> dict[str, Any]:
        url, label = self.get_back()
        return {**super().get_context(), "submit_label": self.submit_label, "cancel_url": url, "back_label": label}

    def get_cancel_url(self) -> str:
        return self.cancel_url

    def get_back(self) -> tuple[str, Text]:
        return self.get_cancel_url(), self.back_label

    def is_curable(self, refusal: Refusal) -> bool:
        """Could sending the form once more, changed or not, be taken?"""
        return refusal.status not in (403, 409)

    def go_to(self, url: str) -> HttpResponse:
        if layout(self.request) == "base.html":
            return HttpResponseRedirect(url)
        return HttpResponseClientRedirect(url)


class DialogPage(FormPage):
    """A form that opens in the dialog of the page below it; without JavaScript it is a page of its own."""

    template_name = "generic/dialog.html"
    # What is asked, or said, above the fields.
    question: Text = ""
    danger = False

    def get_subject(self) -> Text:
        """What the record is called, above the fields."""
        return ""

    def show_form(self, form: forms.Form, **options: Any) -> HttpResponse:  # type: ignore[override]
        if layout(self.request) != "base.html":
            search_only(form)
        return super().show_form(form, **options)

    def get_context(self) -> dict[str, Any]:
        shown = {"subject": self.get_subject(), "question": self.question, "danger": self.danger}
        return {**super().get_context(), **shown}

    def go_to(self, url: str) -> HttpResponse:
        """What was done to a row of a list leads back to the list, as it was."""
        return super().go_to(_list_below(self.request) or url)


class DeletePage(DialogPage):
    """Asks before deleting. Hooks: `load`, `get_subject`, `delete(actor)`, which returns the address to go to."""

    submit_label: Text = _("Delete")
    danger = True
    question: Text = _("This cannot be undone.")

    def submit(self, form: forms.Form, actor: User) -> str:
        return self.delete(actor)

    @abstractmethod
    def delete(self, actor: User) -> str:
        """Raises: Refusal."""


def layout(request: HttpRequest) -> str:
    """The template that the page extends: the whole shell, or nothing around the part that htmx asked for."""
    htmx = cast(Any, request).htmx
    part = htmx and htmx.target in FRAGMENT_TARGETS and not htmx.history_restore_request
    return "generic/fragment.html" if part else "base.html"


def _list_below(request: HttpRequest) -> str:
    """The address of the list that the dialog was opened over, if it was."""
    below = cast(Any, request).htmx.current_url_abs_path or ""
    try:
        page = resolve(urlsplit(below).path).func
    except Resolver404:
        return ""
    return below if getattr(getattr(page, "view_class", None), "is_returned_to", False) else ""


def sign_in_first(request: HttpRequest, *, keeps_typed: bool) -> HttpResponse:
    """Where a form was sent nothing typed is lost: it stays where it is, or travels through the sign-in page."""
    htmx = cast(Any, request).htmx
    if request.method == "POST" and htmx:
        response = render(request, "registration/session_ended.html", status=401)
        # What asked may want a part of the answer: here it is all of it.
        response = reselect(reswap(response, "innerHTML"), "unset")
        return retarget(response, "#dialog-notice" if htmx.target == "dialog" else "#notice")
    if request.method == "POST" and keeps_typed:
        context = {"form": AuthenticationForm(request), "next": request.get_full_path(), UNSENT: keep(request)}
        return render(request, "registration/sign_in.html", context, status=401)
    if not htmx:
        return redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)


@csrf_exempt
def page_not_found(request: HttpRequest) -> HttpResponse:
    """For addresses that lead nowhere: the product's page, also where DEBUG would show Django's."""
    return defaults.page_not_found(request, Http404())


def refusal_page(request: HttpRequest, refusal: Refusal, back: tuple[str, Text]) -> HttpResponse:
    if isinstance(refusal, NotFound):
        back = HOME
    context = {
        "title": refusal.problem.title,
        "refusal": refusal,
        "help_url": f"/problems/{refusal.code}/",
        "back_url": back[0],
        "back_label": back[1],
        "layout": layout(request),
    }
    response = render(request, "generic/refusal.html", context, status=refusal.status)
    if refusal.code in PASSING:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def as_private(response: HttpResponse) -> HttpResponse:
    """For this user only, and not to be shown again from a cache after signing out."""
    add_never_cache_headers(response)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def add_errors(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put the sentences where they belong: beside their fields, or above the form."""
    if not isinstance(refusal, Invalid):
        form.add_error(None, str(refusal))
        return
    for field, texts in refusal.errors.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, str(text))
