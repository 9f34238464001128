"""What the user may do, asked by templates."""

from django import template

from crm.permissions import may_administer, may_set_up_webhooks

register = template.Library()
register.filter(may_administer)
register.filter(may_set_up_webhooks)
