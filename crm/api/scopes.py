"""What a token may be used for. Who signs in with a session does what his role allows."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from crm.errors import Denied
from crm.models import Scope, Token


def require_scope(request: Request, needed: Scope) -> None:
    """Raises: Denied, naming the scope."""
    token = request.auth
    if isinstance(token, Token) and needed not in token.scopes:
        raise Denied(
            _("The token lacks the scope “%(scope)s”. Use one that has it, or make another one.")
            % {"scope": needed.value}
        )
