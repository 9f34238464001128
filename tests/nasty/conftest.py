from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from rest_framework.test import APIClient

from crm.models import User


@pytest.fixture(autouse=True)
def _unlogged() -> Iterator[None]:
    """Thousands of refusals."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def client(admin: User) -> APIClient:
    """Of someone whose token is not looked up each time."""
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(admin)
    return client
