from tests.webhooks.conftest import hook, receiver

__all__ = ["hook", "receiver"]
