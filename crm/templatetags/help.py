"""The way to the help that knows where one comes from."""

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def commands_help_url(record: Any) -> str:
    """About the commands on the record that the page shows, or on any."""
    address = reverse("help-commands")
    return f"{address}?{record._meta.model_name}={record.pk}" if record else address
