"""Numbers typed the local way. Read strictly: what could mean two amounts is never guessed, but asked about."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.currencies import DECIMALS, SYMBOLS
from crm.types import Text

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Far longer than any amount that the rules allow.
LONGEST = 40
_SPACES = " \u00a0\u202f"


class MoneyInput(forms.TextInput):
    """A text input with the currency before it, where one is known."""

    template_name = "components/money_input.html"
    currency = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["currency"] = SYMBOLS.get(self.currency, self.currency)
        return context

    def format_value(self, value: Any) -> str:
        return "" if value is None else str(value)


class NumberField(forms.Field):
    """A number with any decimals. Initial values are numbers and shown the local way; the typed stays as typed."""

    widget: Any = MoneyInput
    wrong: Text = gettext_lazy("Enter a number such as %(example)s.")

    def prepare_value(self, value: Any) -> Any:
        return number_format(value, force_grouping=True) if isinstance(value, Decimal | int) else value

    def to_python(self, value: Any) -> Decimal | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        try:
            return self.parse(typed)
        except ValueError:
            text = str(self.wrong) % {"example": number_format(Decimal("1234.50"), 2)}
            raise self.refusal(typed, text) from None

    def refusal(self, typed: str, text: Text) -> ValidationError:
        """Asks where the text means one number somewhere else; says what is wrong where it does not."""
        meant = {number for number in readings(typed) if self.takes(number)}
        if len(meant) == 1:
            text = _("Do you mean %(number)s? Then enter it like this.") % {"number": self.prepare_value(meant.pop())}
        return ValidationError(text, code="invalid")

    def takes(self, number: Decimal) -> bool:
        return True

    def parse(self, typed: str) -> Any:
        """Raises: ValueError."""
        return parse_number(typed)


class WholeNumberField(NumberField):
    widget = MoneyInput({"inputmode": "numeric"})
    wrong = gettext_lazy("Enter a whole number.")

    def parse(self, typed: str) -> int:
        number = parse_number(typed)
        if not self.takes(number):
            raise ValueError(typed)
        return int(number)

    def takes(self, number: Decimal) -> bool:
        return number == int(number)


class MoneyField(NumberField):
    """An amount. Initial values are Decimal and shown the local way; what was typed is shown as typed.

    With a currency the amount is shown with its decimals, and more typed decimals than it has are refused even
    where they are zeros: `1.500` is a Dane's fifteen hundred.
    """

    wrong = gettext_lazy("Enter an amount such as %(example)s.")

    def __init__(self, *, currency: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.currency = currency
        self.widget.currency = currency

    def prepare_value(self, value: Any) -> Any:
        return amount_input(value, self.currency) if isinstance(value, Decimal | int) else value

    def to_python(self, value: Any) -> Decimal | None:
        amount = super().to_python(value)
        if amount is not None and not self.takes(amount):
            raise self.refusal(str(value).strip(), _too_many(self.currency, DECIMALS[self.currency]))
        return amount

    def takes(self, number: Decimal) -> bool:
        return _typed_decimals(number) <= DECIMALS.get(self.currency, LONGEST)


def focus_first(form: forms.BaseForm) -> None:
    """The focus goes to the first field that is wrong. Without any, and with something else wrong, the summary takes
    it (components/error_summary.html); without that the first field has it.
    """
    fields = form.visible_fields()
    wrong = next((field for field in fields if field.errors), None)
    first = wrong or (None if form.errors else next(iter(fields), None))
    if first:
        first.field.widget.attrs["autofocus"] = True


def judged_by_the_server(form: forms.BaseForm) -> None:
    """The browser refuses nothing with remarks of its own: all that is wrong is told at once, beside the fields."""
    form.use_required_attribute = False
    for field in form.fields.values():
        if field.required and not field.widget.use_fieldset:
            field.widget.attrs["aria-required"] = "true"


def only_to_read(form: forms.BaseForm) -> None:
    """What was typed can still be read and copied, and no longer changed. Fields to choose in cannot be `readonly`."""
    for field in form.fields.values():
        chosen = getattr(field.widget, "input_type", "") in ("select", "radio", "checkbox")
        field.widget.attrs["disabled" if chosen else "readonly"] = True


def amount_input(amount: Decimal | int, currency: str = "") -> str:
    """The amount as it would be typed, in the active language."""
    decimals = DECIMALS.get(currency)
    if decimals is None:
        decimals = max(2, _typed_decimals(Decimal(amount).normalize()))
    return number_format(amount, decimals, force_grouping=True)


def parse_number(typed: str) -> Decimal:
    """The number that the text means in the active language, where it means exactly one.

    Groups of thousands may be left out, but where there are any all of them must be right. What is written as
    elsewhere is taken where no language reads it in another way and its groups show that it is meant so: `1.234,50`,
    `12 500`. So is the plain form with a point (`1234.50`), unless the point could separate thousands there.

    Raises: ValueError.
    """
    local = _read(typed, get_format("DECIMAL_SEPARATOR"), get_format("THOUSAND_SEPARATOR"))
    if local is not None:
        return local
    meant = readings(typed)
    if len(meant) == 1 and _is_grouped(typed):
        return meant.pop()
    if len(typed) <= LONGEST and _PLAIN.fullmatch(typed) and not _like_thousands(typed):
        return Decimal(typed)
    raise ValueError(typed)


def readings(typed: str) -> set[Decimal]:
    """What the text means, somewhere."""
    found = (_read(typed, decimal, group) for decimal in ",." for group in ",. " if decimal != group)
    return {number for number in found if number is not None}


def _read(typed: str, decimal: str, group: str) -> Decimal | None:
    if len(typed) > LONGEST or not _local_form(decimal, group).fullmatch(typed):
        return None
    return Decimal(typed.replace(group, "").translate(_without(_SPACES)).replace(decimal, "."))


def _local_form(decimal: str, group: str) -> re.Pattern[str]:
    groups = f"[{re.escape(group)}]" if group not in _SPACES else f"[{_SPACES}]"
    return re.compile(rf"-?([0-9]+|[1-9][0-9]{{0,2}}({groups}[0-9]{{3}})+)({re.escape(decimal)}[0-9]+)?")


def _is_grouped(typed: str) -> bool:
    """A single point or comma may be either separator, and a slip of the finger makes one of the other."""
    return any(space in typed for space in _SPACES) or typed.count(".") + typed.count(",") > 1


def _like_thousands(typed: str) -> bool:
    """`1234.500` where the point groups thousands."""
    return len(typed.rpartition(".")[2]) == 3 if "." in typed else False


def _without(characters: str) -> dict[int, None]:
    return dict.fromkeys(map(ord, characters))


def _typed_decimals(amount: Decimal) -> int:
    return max(0, -int(amount.as_tuple().exponent))


def _too_many(currency: str, decimals: int) -> str:
    example = number_format(Decimal(1234), decimals, force_grouping=True)
    return _("Enter the amount with the decimals of %(currency)s, such as %(example)s.") % {
        "currency": currency,
        "example": example,
    }
