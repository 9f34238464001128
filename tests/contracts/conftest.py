from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.contracts.rights import Organization, make_organization


@pytest.fixture(scope="module")
def organization(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Organization]:
    """Made once for a module; each test takes back what it does."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_organization()
        transaction.set_rollback(True)
