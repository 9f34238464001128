"""The forms of accounts and competitors. They parse; the action judges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opportunities.form_fields import LineField, LongTextField
from opportunities.models import Account, Competitor


class AccountForm(forms.Form):
    name = LineField(label=_("Name"), limit=300)
    external_id = LineField(
        label=_("External id"),
        limit=100,
        required=False,
        empty_value=None,
        help_text=_("The number that another system knows the account by. No two accounts have the same."),
    )


class CompetitorForm(forms.Form):
    name = LineField(label=_("Name"), limit=100)
    website = LineField(label=_("Website"), limit=200, required=False, help_text=_("Such as https://www.example.com."))
    key_product = LineField(label=_("Key product"), limit=160, required=False)
    strengths = LongTextField(label=_("Strengths"), required=False)
    weaknesses = LongTextField(label=_("Weaknesses"), required=False)
    opportunities = LongTextField(label=pgettext_lazy("SWOT", "Opportunities"), required=False)
    threats = LongTextField(label=_("Threats"), required=False)


FORMS: dict[type[Account | Competitor], type[forms.Form]] = {Account: AccountForm, Competitor: CompetitorForm}


def initial_of(record: Account | Competitor) -> dict[str, Any]:
    return {field: getattr(record, field) for field in FORMS[type(record)].base_fields}
