"""Django's administration as a part of the product: its sign-in page, its refusals, its page for unknown addresses."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.permissions import may_administer

View = Callable[..., HttpResponse]


class AdministrationSite(admin.AdminSite):
    """For whoever may administer; what he finds there, each model's own class decides."""

    site_header = site_title = _("Administration")
    index_title = _("What is set without code; business records are only shown here")
    # Unknown addresses fall through to the product's own page.
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        return may_administer(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner: View = super().admin_view(view, cacheable)

        def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request):
                return inner(request, *args, **kwargs)
            if request.user.is_authenticated:
                raise PermissionDenied
            return redirect_to_login(request.get_full_path())

        return update_wrapper(gate, inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The product has one page to sign in."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
