from __future__ import annotations

from collections.abc import Mapping

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.languages import in_language
from crm.types import Values
from opportunities.close_fields.kinds import FieldType
from opportunities.models.choices import Outcome


class ShownOn(models.IntegerChoices):
    """Which dialogs show a custom field; the codes of the two are those of the outcomes."""

    BOTH = 0, _("Won and lost")
    WON = Outcome.WON.value, _("Won")
    LOST = Outcome.LOST.value, _("Lost")


class CloseFieldQuerySet(models.QuerySet["CloseField"]):
    def shown_on(self, outcome: Outcome) -> CloseFieldQuerySet:
        """The fields of the form that closes as won, or as lost."""
        return self.filter(active=True, shown_on__in=(ShownOn.BOTH, outcome))


class CloseField(models.Model):
    """A field that administrators add to the close form.

    A retired one leaves the form; what was entered stays on the close records, under the label that it had. Its
    name and type are for good, because values are kept under the one as the other.

    Attributes:
        choices: of a choice, each {value, label_en, label_da}.
    """

    name = models.CharField(
        _("name"),
        max_length=50,
        primary_key=True,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Enter small letters, digits and underscores, a letter first."))
        ],
        help_text=_("What the API calls it, such as decision_maker. It cannot be changed later."),
    )
    type = models.CharField(
        _("type"), max_length=20, choices=FieldType, default=FieldType.TEXT, help_text=_("It cannot be changed later.")
    )
    label_en = models.CharField(_("label (English)"), max_length=100)
    label_da = models.CharField(_("label (Danish)"), max_length=100)
    help_en = models.CharField(_("help (English)"), max_length=300, blank=True, default="")
    help_da = models.CharField(_("help (Danish)"), max_length=300, blank=True, default="")
    choices = models.JSONField(_("choices"), default=list, blank=True)
    shown_on = models.SmallIntegerField(_("shown on"), choices=ShownOn, default=ShownOn.BOTH)
    required = models.BooleanField(_("required"), default=False)
    order = models.SmallIntegerField(_("order"), default=0)
    active = models.BooleanField(
        _("active"), default=True, help_text=_("A retired field leaves the dialogs; old records still show it.")
    )

    objects = CloseFieldQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("close field")
        verbose_name_plural = _("close fields")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.label_en, self.label_da)

    @property
    def help(self) -> str:
        return in_language(self.help_en, self.help_da)

    def offered_choices(self) -> list[Values] | None:
        """Each {value, label} in the reader's language; None where there is nothing to choose."""
        if self.type != FieldType.CHOICE:
            return None
        return [{"value": each["value"], "label": _label_of(each)} for each in self.choices]


def _label_of(choice: Mapping[str, str]) -> str:
    return in_language(choice["label_en"], choice["label_da"])
