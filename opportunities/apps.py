from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OpportunitiesConfig(AppConfig):
    name = "opportunities"
    verbose_name = _("Opportunities")

    def ready(self) -> None:
        from opportunities import api_articles, articles, logged, problem_guides, problems, searched  # noqa: F401  they register

        post_migrate.connect(_ensure_defaults, sender=self)


def _ensure_defaults(**kwargs: Any) -> None:
    from opportunities.models import Settings, StatusReason

    StatusReason.objects.ensure_defaults()
    Settings.objects.ensure_defaults()
