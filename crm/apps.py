from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Platform")

    def ready(self) -> None:
        from crm import maintenance, problem_guides, sign_ins  # noqa: F401  the guides register themselves
        from crm.models import KeptForm, StoredAnswer
        from crm.webhooks.outbox import deliveries_over

        post_migrate.connect(_ensure_roles, sender=self)
        maintenance.register(deliveries_over)
        maintenance.register(StoredAnswer.objects.over)
        maintenance.register(KeptForm.objects.over)
        maintenance.register(sign_ins.sessions_over)
        maintenance.register(sign_ins.log_over)


class AdministrationConfig(admin_apps.AdminConfig):
    default = False  # of this module: that is CrmConfig
    default_site = "crm.admin_site.AdministrationSite"


def _ensure_roles(**kwargs: Any) -> None:
    from crm.models import Role

    Role.objects.ensure_defaults()
