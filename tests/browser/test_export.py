"""A list as a file, in a real browser: asked for in the dialog, downloaded, and the page stays."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.commands import press
from tests.factories import make_opportunity


@pytest.fixture
def sales(transactional_db, rep):
    make_opportunity(rep, topic="Mine")
    make_opportunity(rep, topic="Won one", state="won")


def download(page: Page) -> list[list[str]]:
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download").click()
    assert caught.value.suggested_filename.endswith(".csv")
    text = Path(caught.value.path()).read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_dialog_downloads_the_list_and_closes(open_browser, accessible, rep, sales, size):
    page = open_browser(rep, size)
    page.goto("/opportunities/?view=won")
    press(page, "Export")
    expect(page.get_by_role("dialog", name="Export")).to_be_visible()
    expect(page.get_by_text("The file will have 1 row:")).to_be_visible()
    expect(page.get_by_role("radio", name="As shown")).to_be_focused()
    accessible(page)
    assert [line[0] for line in download(page)] == ["Topic", "Won one"]
    expect(page.get_by_role("dialog")).to_have_count(0)
    opener = ("link", "Export") if size == "desktop" else ("button", "More commands")
    expect(page.get_by_role(opener[0], name=opener[1])).to_be_focused()
    assert page.url.endswith("/opportunities/?view=won")


def test_it_is_the_view_that_was_chosen_in_place(open_browser, rep, sales):
    page = open_browser(rep)
    page.goto("/opportunities/")
    page.locator(".views summary").click()
    page.get_by_role("link", name="Won Opportunities").click()
    expect(page.get_by_role("link", name="Won one")).to_be_visible()
    page.get_by_role("link", name="Export").click()
    page.get_by_role("radio", name="Raw values (ISO)").check()
    assert [line[1] for line in download(page)] == ["topic", "Won one"]


def test_leaving_the_question_asks_nothing(open_browser, rep, sales):
    page = open_browser(rep)
    page.goto("/opportunities/")
    page.get_by_role("link", name="Export").click()
    page.get_by_role("radio", name="Raw values (ISO)").check()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_keyboard_is_enough(open_browser, rep, sales):
    page = open_browser(rep)
    page.goto("/opportunities/")
    page.get_by_role("link", name="Export").press("Enter")
    expect(page.get_by_role("radio", name="As shown")).to_be_focused()
    page.keyboard.press("ArrowDown")
    with page.expect_download() as caught:
        page.keyboard.press("Enter")
    assert Path(caught.value.path()).read_bytes().startswith(b"\xef\xbb\xbfid,topic,")


def test_it_works_without_scripts(open_browser, rep, sales):
    page = open_browser(rep, "phone", java_script_enabled=False)
    page.goto("/opportunities/?view=all")
    press(page, "Export")
    assert len(download(page)) == 3
    page.get_by_role("link", name="Cancel").click()
    assert page.url.endswith("/opportunities/?view=all")
