"""Requests and answers as the server took and gave them: `api/examples.json` of each application, which the suite
makes from a story that it plays (`tests/api/test_examples.py`)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps

FILE = Path("api", "examples.json")


def example_of(operation: str) -> dict[str, Any]:
    """Its `request`, where it takes a body, and its `answer`, where it gives one."""
    return _examples().get(operation, {})


@cache
def _examples() -> dict[str, dict[str, Any]]:
    paths = [Path(config.path) / FILE for config in apps.get_app_configs()]
    return {name: each for path in paths if path.exists() for name, each in json.loads(path.read_text()).items()}
