from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from crm.currencies import MAX_AMOUNT

if TYPE_CHECKING:
    _DecimalField = models.DecimalField[Any, Any]
else:
    _DecimalField = models.DecimalField


class MoneyField(_DecimalField):
    """numeric(17,4): holds every amount up to 10¹² in every currency exactly."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        options |= {"max_digits": 17, "decimal_places": 4}
        options.setdefault("validators", [MinValueValidator(0), MaxValueValidator(MAX_AMOUNT)])
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_digits", "decimal_places", "validators"):
            kwargs.pop(key, None)
        return name, path, args, kwargs


def money_in_range(field: str, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__range": (0, MAX_AMOUNT)}), name=name)
