"""Custom close fields in the dialogs and on the close records."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from opportunities.close_fields.kinds import FieldType
from opportunities.models import OpportunityClose, ShownOn
from tests.factories import close_won, make_close_field, make_opportunity
from tests.pages.reading import send

pytestmark = pytest.mark.django_db


def dialog(client: Any, opportunity: Any, outcome: str = "won", **headers: str) -> str:
    url = reverse(f"opportunity-close-as-{outcome}", args=[opportunity.pk])
    return client.get(url, headers=headers).content.decode()


def test_the_dialog_shows_them_with_label_help_and_star(rep, browse):
    make_close_field("why", FieldType.CHOICE, options=("price",), required=True, help_en="Ask the buyer.")
    make_close_field("lost_only", shown_on=ShownOn.LOST)
    opportunity = make_opportunity(rep)
    page = dialog(browse(rep), opportunity)
    assert 'name="custom.why"' in page
    assert "Ask the buyer." in page
    assert '<option value="price">Price</option>' in page
    assert 'name="custom.lost_only"' not in page
    assert 'name="custom.lost_only"' in dialog(browse(rep), opportunity, "lost")
    assert "Why (da)" in dialog(browse(rep), opportunity, accept_language="da")


@pytest.mark.parametrize(
    ("language", "typed", "kept"),
    [
        ("en", {"whole_number": "1,234", "decimal": "1,234.5", "date": "2027-01-31", "yes_no": "no"}, "1234.5"),
        ("da", {"whole_number": "1.234", "decimal": "1.234,5", "date": "2027-01-31", "yes_no": "no"}, "1234.5"),
        ("en", {"text": " Anna ", "choice": "price", "whole_number": "-7", "decimal": "0.10"}, "0.1"),
    ],
)
def test_what_is_typed_the_local_way_is_kept_exactly(rep, browse, language, typed, kept):
    for kind in FieldType:
        make_close_field(f"a_{kind}", kind, options=("price",))
    rep.language = language
    rep.save()
    opportunity = make_opportunity(rep)
    url = reverse("opportunity-close-as-won", args=[opportunity.pk])
    response = send(browse(rep), url, **{f"custom.a_{kind}": text for kind, text in typed.items()})
    assert response.status_code == 302, response.content.decode()
    custom = OpportunityClose.objects.get().custom_values()
    assert custom["a_decimal"] == kept
    expected = {"whole_number": {"1,234": 1234, "1.234": 1234, "-7": -7}[typed["whole_number"]]}
    expected |= {"yes_no": False, "date": "2027-01-31"} if "yes_no" in typed else {"text": "Anna", "choice": "price"}
    assert custom == {f"a_{kind}": value for kind, value in expected.items()} | {"a_decimal": kept}


def test_what_is_wrong_stands_beside_its_field_with_everything_typed(rep, browse):
    make_close_field("visits", FieldType.WHOLE_NUMBER)
    make_close_field("contact")
    make_close_field("why", required=True)
    url = reverse("opportunity-close-as-won", args=[make_opportunity(rep).pk])
    response = send(browse(rep), url, **{"custom.visits": "3.5", "custom.contact": "Anna", "custom.why": ""})
    page = response.content.decode()
    assert response.status_code == 400
    assert 'value="3.5"' in page
    assert 'value="Anna"' in page
    assert 'id="dialog_custom.visits_error"' in page
    assert 'id="dialog_custom.why_error"' in page
    assert not OpportunityClose.objects.exists()


def test_a_field_that_became_required_meanwhile_is_asked_for(rep, browse):
    """The dialog was opened before; what the form did not have is named, and the text is kept."""
    opportunity = make_opportunity(rep)
    client = browse(rep)
    url = reverse("opportunity-close-as-won", args=[opportunity.pk])
    client.get(url)
    make_close_field("why", required=True)
    response = send(client, url, description="A long story")
    assert response.status_code == 400
    assert "A long story" in response.content.decode()
    assert 'id="dialog_custom.why_error"' in response.content.decode()


def test_the_activity_shows_them_under_the_labels_of_then(rep, browse):
    field = make_close_field("why", FieldType.CHOICE, options=("price",))
    opportunity = make_opportunity(rep)
    close_won(opportunity, custom={"why": "price"})
    field.label_en, field.active = "Something else", False
    field.save()
    url = f"{opportunity.get_absolute_url()}?tab=activities"
    page = browse(rep).get(url).content.decode()
    assert "<dt>Why</dt><dd>Price</dd>" in page
    assert "Something else" not in page
