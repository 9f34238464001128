"""What the user may do, asked by templates."""

from django import template

from crm.permissions import may_administer

register = template.Library()
register.filter(may_administer)
