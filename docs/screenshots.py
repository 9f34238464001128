"""Makes the pictures of the README anew: `python docs/screenshots.py [ADDRESS]`.

It looks at the demo that `python3 dev.py run` serves, and changes nothing there. It needs Playwright and a Chromium
($CHROMIUM, else one on PATH, else Playwright's own): the environment of the tests, `.venv-test`, has the first.
"""

import os
import shutil
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).with_name("images")
PASSWORD = "demo-only"  # noqa: S105  that of the demo
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
DANE = "soren"
PALETTE = 256
Color = tuple[int, int, int]


def show_list(page: Page) -> None:
    page.goto("/opportunities/?view=closed")


def show_home(page: Page) -> None:
    page.goto("/home/")


def show_record(page: Page) -> None:
    """The one that was closed last."""
    page.goto("/home/")
    page.get_by_role("region", name="Recently closed").get_by_role("link").first.click()
    page.locator(".stages").wait_for()


def show_dialog(page: Page) -> None:
    """Of a sale that an open quote blocks: only such a one has quotes to close."""
    page.goto("/opportunities/?view=my-open&ordering=-estimated_revenue")
    for address in [each.get_attribute("href") for each in page.locator("tbody .check-cell + td a").all()]:
        page.goto(str(address))
        if page.locator("a#command-close-quotes").count():
            break
    page.locator("#command-close-as-won").click()
    page.locator("#dialog form").wait_for()


def show_bulk(page: Page) -> None:
    page.goto("/opportunities/?view=my-open&ordering=estimated_close_date")
    for box in page.locator("tbody input[type=checkbox]").all()[:6]:
        box.check()
    page.locator("#selection button", has_text="Close as Won").click()
    page.get_by_role("button", name="Preview").click()
    page.locator(".bulk-rows").wait_for()


# The file, who looks, at what, on which screen, and in which colours.
PICTURES: tuple[tuple[str, str, Callable[[Page], None], dict[str, int], str], ...] = (
    ("list", "rep", show_list, DESK, "light"),
    ("dialog", "rep", show_dialog, DESK, "light"),
    ("home", "rep", show_home, DESK, "light"),
    ("record", "rep", show_record, DESK, "dark"),
    ("bulk", "rep", show_bulk, DESK, "light"),
    ("phone-home", DANE, show_home, PHONE, "light"),
    ("phone-dialog", DANE, show_dialog, PHONE, "dark"),
)


def main(address: str) -> None:
    with sync_playwright() as driver:
        own = driver.chromium.executable_path
        found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or own
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for name, username, show, screen, scheme in PICTURES:
            picture = smaller(take(browser, address, username, show, screen, scheme))
            IMAGES.joinpath(f"{name}.png").write_bytes(picture)
            print(f"{name}.png: {len(picture):,} bytes")
        browser.close()


def take(
    browser: Browser, address: str, username: str, show: Callable[[Page], None], screen: dict[str, int], scheme: str
) -> bytes:
    context = browser.new_context(
        base_url=address,
        viewport=screen,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="da" if username == DANE else "en-US",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main [type=submit]").click()
    page.locator(".user-menu").wait_for()
    show(page)
    page.wait_for_load_state("networkidle")
    picture = page.screenshot(caret="hide")
    context.close()
    return picture


def smaller(png: bytes) -> bytes:
    """The same picture in 256 colours; each other one becomes the nearest of these."""
    width, height, rows = read(png)
    palette = choose(Counter(color for row in rows for color in row))

    @cache
    def place(color: Color) -> int:
        return min(range(len(palette)), key=lambda at: _distance(palette[at], color))

    lines = b"".join(b"\0" + bytes(map(place, row)) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colors = b"".join(map(bytes, palette))
    parts = ((b"IHDR", header), (b"PLTE", colors), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def choose(counted: Counter[Color]) -> list[Color]:
    """The most frequent colours, and one of each shade that is not among them: the greys of letters leave room."""
    ordered = [color for color, __ in counted.most_common()]
    shades: dict[Color, Color] = {}
    for color in ordered:
        shades.setdefault(_shade(color), color)
    return list(dict.fromkeys([*ordered[: PALETTE // 2], *shades.values()]))[:PALETTE]


def read(png: bytes) -> tuple[int, int, list[list[Color]]]:
    """Width, height and rows of a picture as Chromium writes it: eight bits for each of three or four channels."""
    chunks = list(_chunks(png))
    width, height, depth, kind = struct.unpack(">IIBB", chunks[0][1][:10])
    assert (depth, kind) in ((8, 2), (8, 6)), "This is no picture of Chromium's."
    step = 3 if kind == 2 else 4
    data = zlib.decompress(b"".join(part for name, part in chunks if name == b"IDAT"))
    rows, above = [], bytes(width * step)
    for start in range(0, len(data), width * step + 1):
        above = _unfiltered(data[start], data[start + 1 : start + 1 + width * step], above, step)
        rows.append(list(zip(above[0::step], above[1::step], above[2::step], strict=True)))
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """A row of a PNG without its filter: 0 none, 1 the pixel before, 2 the one above, 3 their mean, 4 Paeth's."""
    row = bytearray(line)
    for at, value in enumerate(line if kind else b""):
        left = row[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
        row[at] = (value + guess) & 255
    return bytes(row)


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))


def _shade(color: Color) -> Color:
    red, green, blue = color
    return red >> 4, green >> 4, blue >> 4


def _distance(one: Color, other: Color) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
