from typing import Any

from django import template

from crm.programs import programs

register = template.Library()


@register.inclusion_tag("help/programs.html")
def quote_programs(stem: str, *names: str) -> dict[str, Any]:
    """`{% quote_programs "deals" "close_deal" %}`: these functions of docs/clients/deals.* in every language.

    Without names it is how each begins.
    """
    return {"quotes": [(program, program.quote(names)) for program in programs(stem)], "names": ", ".join(names)}
