"""Which commands of a bar stay in sight on a narrow screen."""

from django import template

from crm.commands import leading

register = template.Library()
register.simple_tag(leading)
