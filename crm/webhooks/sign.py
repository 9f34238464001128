"""Signatures as Standard Webhooks (standardwebhooks.com) say, version 1: HMAC-SHA256 with a shared secret."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES, MADE_BYTES = 24, 64, 32


def make_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(MADE_BYTES)).decode()


def is_secret(text: str) -> bool:
    """`whsec_` and 24 to 64 bytes in base64."""
    try:
        return text.startswith(PREFIX) and LEAST_BYTES <= len(_key(text)) <= MOST_BYTES
    except (binascii.Error, ValueError):
        return False


def signed_headers(message_id: str, body: bytes, *, timestamp: int, keys: Iterable[str]) -> dict[str, str]:
    """Args: keys: the secrets; there is one signature for each, so that a receiver may know either."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret, signed) for secret in keys),
    }


def _signature(secret: str, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
