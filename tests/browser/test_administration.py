"""Django's administration in a real browser: under the security policy, in both languages, by way of the menu."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from crm.models import User
from tests.factories import make_opportunity


@pytest.mark.parametrize(
    ("language", "add", "english", "save", "refused"),
    [
        ("en", "Add status reason", "Label (English)", "Save", "The default of a state cannot be retired."),
        ("da", "Tilføj statusårsag", "Navn (engelsk)", "Gem", "Standarden for en status kan ikke gøres inaktiv."),
    ],
)
def test_an_administrator_sets_status_reasons(
    open_browser, transactional_db, admin, language, add, english, save, refused
):
    User.objects.filter(pk=admin.pk).update(language=language)
    page = open_browser(admin)
    page.goto("/opportunities/")
    page.locator(".user-menu summary").click()
    page.get_by_role("link", name="Administration").click()
    page.locator(".model-statusreason th a").click()
    page.get_by_role("link", name=add).first.click()
    page.locator("[name=state]").select_option("2")
    page.get_by_label(english).fill("Budget cut")
    page.locator("[name=label_da]").fill("Sparet væk")
    page.get_by_role("button", name=save, exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Budget cut" if language == "en" else "Sparet væk")
    page.goto("/admin/opportunities/statusreason/4/change/")
    page.locator("[name=active]").uncheck()
    page.get_by_role("button", name=save, exact=True).click()
    expect(page.locator(".field-active .errorlist")).to_contain_text(refused)


def test_read_only_pages_lead_to_the_product(open_browser, transactional_db, admin, rep):
    opportunity = make_opportunity(rep, topic="Crane")
    User.objects.filter(pk=admin.pk).update(is_superuser=True)
    page = open_browser(admin)
    page.goto(f"/admin/opportunities/opportunity/{opportunity.pk}/change/")
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name="Crane")).to_be_visible()
