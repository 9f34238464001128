"""What has to be cleared away from time to time: each part registers its own; the worker calls all of it."""

from collections.abc import Callable

TASKS: list[Callable[[], object]] = []


def register(task: Callable[[], object]) -> None:
    """Args: task: safe to run at any time, several times, and by several workers at once."""
    TASKS.append(task)


def maintenance() -> None:
    for task in TASKS:
        task()
