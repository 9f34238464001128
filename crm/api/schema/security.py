"""How a caller says who he is, and which scope a token needs."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from crm.models import Scope


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: [auto_schema.scope]}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = "".join(f"\n- `{scope.value}`: {scope.label}" for scope in Scope)
        text = "A token acts as its user, within its scopes; each operation names the one that it needs.\n"
        return {"type": "http", "scheme": "bearer", "description": text + scopes}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        text = "The browser's session. Changes need the cookie's CSRF token in the header X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": text}
