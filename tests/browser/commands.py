"""The commands of a page, wherever the screen has them."""

from playwright.sync_api import Page


def press(page: Page, name: str) -> None:
    """On a phone some of them stand in a sheet."""
    bar = page.get_by_role("navigation", name="Commands")
    bar.wait_for()
    command = bar.get_by_role("link", name=name, exact=True)
    if not command.is_visible():
        bar.get_by_role("button", name="More commands").click()
    command.click()
