from django import template

from crm.icons import icon

register = template.Library()
register.simple_tag(icon)
