"""Danish is complete: every marked text, with its placeholders, and compiled as it is written."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests.quality.translations import Message, marked_messages

CATALOG = Path(settings.BASE_DIR) / "crm" / "locale" / "da" / "LC_MESSAGES" / "django.po"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]")


@pytest.fixture(scope="module")
def catalog() -> polib.POFile:
    return polib.pofile(str(CATALOG))


def key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt, entry.msgid, entry.msgid_plural or None)


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_marked_text_is_translated(catalog: polib.POFile) -> None:
    translated = {key(entry) for entry in catalog if all(texts(entry)) and "fuzzy" not in entry.flags}
    missing = {message: place for message, place in marked_messages().items() if message not in translated}
    assert not missing


def test_no_translation_has_lost_its_text(catalog: polib.POFile) -> None:
    marked = set(marked_messages())
    assert not [entry.msgid for entry in catalog if not entry.obsolete and key(entry) not in marked]


def test_placeholders_are_the_same(catalog: polib.POFile) -> None:
    for entry in catalog:
        wanted = sorted(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in texts(entry)[-1:]:
            assert sorted(_PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_the_compiled_catalog_is_the_written_one(catalog: polib.POFile) -> None:
    with CATALOG.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in catalog:
        context = entry.msgctxt
        if entry.msgid_plural:
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 2) == entry.msgstr_plural[1]
        elif context:
            assert compiled.pgettext(context, entry.msgid) == entry.msgstr
        else:
            assert compiled.gettext(entry.msgid) == entry.msgstr
