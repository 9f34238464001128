import json

from django.conf import settings
from django.http import HttpRequest

# No code and no style in attributes, which the content security policy forbids anyway; no pages kept by the browser,
# because they may show what the next user may not see; refused forms are shown where they stand.
HTMX_CONFIG = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "reportValidityOfForms": True,
        "scrollBehavior": "auto",
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "4..|503", "swap": True, "error": True},
            {"code": "...", "swap": False, "error": True},
        ],
    }
)


def organization(request: HttpRequest) -> dict[str, object]:
    return {"organization_name": settings.ORGANIZATION_NAME, "htmx_config": HTMX_CONFIG}
