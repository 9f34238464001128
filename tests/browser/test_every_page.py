"""Every page and every dialog, in both languages and both themes: nobody is kept out, and nobody else is asked.

The addresses come from the URL conf. axe looks at each once in the light and for its colours in the dark; nothing is
wider than 320 px, nothing moves while it loads, everything comes from here, and it is light.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from crm.list_dialogs import DIALOGS
from crm.models import User
from tests.browser.addresses import kind, make_records, page_addresses, page_routes

HEAVIEST = 150_000  # bytes, compressed, of a page and all that it loads
NARROW = {"width": 320, "height": 640}
OPENS_DIALOG = "[hx-target='#dialog']:not(form)"
# Each page adds up how far its parts moved without anyone's doing.
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shift += entry.value; }))
  .observe({ type: "layout-shift", buffered: true });
"""
AXE = """([within, options]) => axe.run(within, options).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)))"""
LOADED = "performance.getEntriesByType('resource').map(({ name }) => name)"
WIDE = "[...document.querySelectorAll('html, dialog[open]')].some(({ scrollWidth }) => scrollWidth > 320)"


class Walk:
    """One page after the other; what is wrong is gathered, so that all of it is told at once."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.wrong: list[str] = []
        self.dialogs: set[str] = set()
        self.weights: dict[str, int] = {}
        self.script = Axe().axe_script
        page.add_init_script(SHIFTS)

    def visit(self, address: str, status: int = 200) -> None:
        answer = self.page.goto(address)
        assert answer
        if answer.status != status:
            self.note(f"answered {answer.status}")
        self.look("html")
        if self.page.evaluate("window.shift"):
            self.note("moves while it loads")
        self.look_narrow()
        self.weigh()
        for opener in self.new_dialogs():
            self.open(opener)

    def look(self, within: str) -> None:
        self.page.evaluate(f"window.axe || (() => {{ {self.script} }})()")
        self.find(within, {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}})
        self.page.emulate_media(color_scheme="dark")
        self.find(within, {"resultTypes": ["violations"], "runOnly": ["color-contrast"]})
        self.page.emulate_media(color_scheme="light")

    def find(self, within: str, options: dict[str, Any]) -> None:
        for found in self.page.evaluate(AXE, [within, options]):
            self.note(found)

    def look_narrow(self) -> None:
        size = self.page.viewport_size
        assert size
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        if self.page.evaluate(WIDE):
            self.note("is wider than 320 px")
        self.page.set_viewport_size(size)

    def weigh(self) -> None:
        loaded = self.page.evaluate(LOADED)
        for url in loaded:
            if not url.startswith(self.home):
                self.note(f"asks {url}")
        weight = _compressed(self.page.content().encode()) + sum(map(self.weight, set(loaded)))
        if weight > HEAVIEST:
            self.note(f"weighs {weight}")

    def weight(self, url: str) -> int:
        if url not in self.weights:
            self.weights[url] = _compressed(self.page.request.get(url).body())
        return self.weights[url]

    def new_dialogs(self) -> Iterator[str]:
        for address in self.page.locator(OPENS_DIALOG).evaluate_all(
            "all => all.map(each => each.getAttribute('href'))"
        ):
            if kind(address) not in self.dialogs:
                self.dialogs.add(kind(address))
                yield address

    def open(self, address: str) -> None:
        """Some of what opens a dialog stands in a menu."""
        self.page.locator(f"{OPENS_DIALOG}[href='{address}']").first.evaluate("each => each.click()")
        dialog = self.page.locator("#dialog")
        expect(dialog).to_be_visible()
        self.look("#dialog")
        self.look_narrow()
        self.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()

    def note(self, what: str) -> None:
        self.wrong.append(f"{self.page.url}: {what}")


def _compressed(body: bytes) -> int:
    return len(gzip.compress(body))


@pytest.mark.parametrize(("size", "language"), [("desktop", "en"), ("phone", "da")])
def test_every_page_and_dialog_is_open_to_everyone(
    open_browser: Callable[..., Page],
    live_server: Any,
    transactional_db: None,
    admin: User,
    size: str,
    language: str,
) -> None:
    User.objects.filter(pk=admin.pk).update(language=language)
    walk = Walk(open_browser(admin, size, color_scheme="light"), live_server.url)
    records = make_records(admin)
    for address in (*page_addresses(records), f"/opportunities/{records['opportunity-delete']}/"):
        walk.visit(address, 400 if "colour=red" in address else 200)
    walk.visit("/nowhere/", 404)
    assert not walk.wrong, "\n".join(walk.wrong)
    of_lists = {f"opportunities?edit={each}" for each in DIALOGS} | {"opportunities?export=choose"}
    of_records = {route.name for route in page_routes() if route.is_dialog()}
    assert of_lists | of_records <= walk.dialogs, "Nothing opens these."
