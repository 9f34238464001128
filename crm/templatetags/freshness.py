"""What an open page must know to notice that others changed what it shows."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse

from crm.freshness import Shown

register = template.Library()


@register.filter
def as_shown(record: Any) -> str:
    return str(Shown(record.pk, record.version))


@register.filter
def freshness_url(record: Any) -> str:
    return reverse(f"{record._meta.model_name}-freshness")


@register.simple_tag
def freshness_seconds() -> int:
    return int(settings.FRESHNESS_SECONDS)
