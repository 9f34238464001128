"""Names for types used everywhere."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    # A text for people: translated when it is shown, in the reader's language.
    Text: TypeAlias = str | _StrPromise
else:
    Text: TypeAlias = Any

# Values as the API shows them: ready for JSON.
Values: TypeAlias = dict[str, Any]
