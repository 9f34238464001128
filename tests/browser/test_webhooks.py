"""Setting up a webhook: at desktop and phone width, with scripts and without; axe looks at each page on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from crm.models import Delivery, Webhook
from crm.webhooks.worker import run_once
from tests.factories import make_opportunity
from tests.webhooks.receiver import receiving


@pytest.mark.parametrize(("size", "scripts"), [("desktop", True), ("phone", True), ("phone", False)])
def test_an_administrator_sets_one_up(open_browser, accessible, transactional_db, admin, rep, settings, size, scripts):
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    page = open_browser(admin, size, java_script_enabled=scripts)

    def look():
        if scripts:  # without them axe itself cannot run; the pages are the same
            accessible(page)

    with receiving() as receiver:
        page.goto("/preferences/")
        page.locator(".user-menu summary").click()
        page.get_by_role("link", name="Webhooks").click()
        look()
        page.locator("#command-new").click()
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_label("opportunity.created").check()
        look()
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_label("Secret")).to_have_value(re.compile("whsec_.{44}"))
        look()
        page.get_by_role("link", name="I have copied it").click()
        page.locator("#command-test").click()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("The receiver took it.")).to_be_visible()
        look()
        make_opportunity(rep)
        run_once()
        page.goto(f"/webhooks/{Webhook.objects.get().pk}/")
        look()
        page.get_by_role("link", name="opportunity.created").click()
        expect(page.get_by_text("204", exact=True)).to_be_visible()
        look()
        page.locator("#command-redeliver").click()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("It will be sent within seconds.")).to_be_visible()
        run_once()
        assert receiver.types == ["webhook.test", "opportunity.created", "opportunity.created"]
    page.goto("/webhook-deliveries/")
    look()
    assert Delivery.objects.count() == 1
