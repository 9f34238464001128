"""A real Chromium against a live server, at desktop and phone width.

The browser is $CHROMIUM, else one on PATH, else Playwright's own. Without any the tests are skipped, or fail
where REQUIRE_BROWSER=1 says that they must not be.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from crm.models import User

# Playwright's event loop lives in the tests' thread, where the fixtures use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
TIMEOUT = 10_000  # milliseconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    executable = _executable(playwright_driver)
    if executable is None:
        message = "There is no Chromium: set CHROMIUM, or install chromium."
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    browser = playwright_driver.chromium.launch(executable_path=executable, args=FLAGS)
    yield browser
    browser.close()


def _executable(driver: Playwright) -> str | None:
    """Raises: AssertionError where $CHROMIUM names nothing."""
    named = os.environ.get("CHROMIUM")
    if named:
        assert shutil.which(named), f"CHROMIUM={named} is no program."
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = driver.chromium.executable_path
    return found or (own if Path(own).exists() else None)


@pytest.fixture
def open_browser(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """`open_browser(user)`, signed in; `open_browser(None)`, not. Whatever the page complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(user: User | None, size: str = "desktop", **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=SIZES.get(size),
            **{"locale": "en-US", "reduced_motion": "reduce"} | options,
        )
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        if user:
            context.add_cookies([_session(user, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(message, complaints))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


def _session(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user, backend="crm.authentication.UserBackend")
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


def _note(message: Any, complaints: list[str]) -> None:
    """Answers of 4xx, and a server that is away, are told on the page; the console only repeats them."""
    repeated = ("Failed to load resource", "Response Status Error Code", "htmx:")
    if message.type == "error" and not message.text.startswith(repeated):
        complaints.append(message.text)


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """`accessible(page)`: axe finds nothing, and nothing is wider than the screen."""
    axe = Axe()

    def check(page: Page) -> None:
        violations = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found = [f"{each['id']}: {node['html']}" for each in violations for node in each["nodes"]]
        assert not found, "\n".join([page.url, *found])
        width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1], f"{page.url} is {width[0]} wide on {width[1]}"

    return check
