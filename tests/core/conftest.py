import pytest
from django.db import models


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's locks switched off."""
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, **options: self)
