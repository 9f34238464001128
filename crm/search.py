"""Search by the beginnings of words: every typed word begins a word of the text, ignoring case and accents.

A text's words go into a `tsvector` of their own, made by splitting at whatever is no letter or digit, without
the dictionaries and tokens of full-text search; a GIN index on the same expression answers prefixes. What two
spellings have in common the database's function `crm_plain` knows (crm/migrations/0008): Café is `cafe`, Møller and
Moeller are `moller`, Århus and Aarhus `arhus`.
"""

import re
import unicodedata
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, Lookup

_WORD = re.compile(r"[^\W_]+")


class _Words(Func):
    """Ignores case alone: what the first migrations made indexes of."""

    # array_to_tsvector refuses empty strings, which a text that begins or ends with a separator yields.
    template = "array_to_tsvector(array_remove(regexp_split_to_array(lower(%(expressions)s), '[^[:alnum:]]+'), ''))"
    output_field = SearchVectorField()


class PlainWords(_Words):
    template = "array_to_tsvector(array_remove(regexp_split_to_array(crm_plain(%(expressions)s), '[^[:alnum:]]+'), ''))"


def words_of(field: str) -> Func:
    return PlainWords(F(field))


class BeginWords(Lookup):
    """`BeginWords(words_of("name"), query)`: each word of the tsquery begins a word of the text."""

    lookup_name = "begin_words"

    def get_prep_lookup(self) -> str:
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_parameters = self.process_lhs(compiler, connection)
        return f"{left} @@ crm_plain(%s)::tsquery", [*left_parameters, self.rhs]


def begins(field: str, word: str) -> BeginWords:
    """A condition: the typed word begins a word of the field. Its parts (`QUO-000001`) must each begin one."""
    parts = _WORD.findall(unicodedata.normalize("NFC", word))
    return BeginWords(words_of(field), " & ".join(f"'{part}':*" for part in parts))


def typed_words(text: str) -> list[str]:
    """The words of a typed text; one without a letter or digit is no word."""
    return [word for word in text.split() if _WORD.search(word)]
