"""`{{ record|tone }}`: the tone of the badge that tells its state or outcome."""

from django import template

from opportunities.tones import tone

register = template.Library()
register.filter("tone", tone)
