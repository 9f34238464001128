"""What hostile, careless and unlucky programs send: one table, for every field of every door."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeVar

# Texts, as they are typed or stand in a JSON string.
TEXTS = {
    "nothing": "",
    "spaces": " \t\u00a0\u3000",
    "spaces around": " \u00a0a  b\t",
    "a line feed": "a\nb",
    "line ends of browsers": "a\r\nb",
    "a carriage return": "a\rb",
    "a vertical tab": "a\x0bb",
    "a next line": "a\x85b",
    "a line separator": "a\u2028b",
    "a tab": "a\tb",
    "NUL": "a\0b",
    "a lone surrogate": "\ud800",
    "a pair the wrong way round": "a\udc00\ud800",
    "control characters": "a\x01\x1b[31m\x7f",
    "what ends without a letter": "a\ufffe\U0010ffff\ue000",
    "a right-to-left override": "abc\u202egpj.exe\u2066",
    "nothing to be seen": "\u200b\u200d\u2060",
    "zero width between": "a\u200bb\ufeffc",
    "a byte order mark first": "\ufeffa",
    "an accent of its own": "e\u0301\u0323",
    "a family": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "a thousand accents": "z" + "\u0335" * 1000,
    "other letters": "Ελληνικά עברית العربية 日本語 ไทย İıſß",
    "HTML": "</textarea><script>alert(1)</script>&amp;\"'`",
    "a template": "{{ 7*7 }}{% debug %}${7*7}#{7*7}",
    "placeholders": "%s %(name)s %n {0} {x}",
    "SQL": "'; DROP TABLE crm_user; --",
    "a formula": '=HYPERLINK("http://x.example","x")',
    "another formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a minus": "-1+1",
    "a path": "../../../../etc/passwd",
    "a header": "a\r\nSet-Cookie: a=b",
    "an address of scripts": "javascript:alert(1)",
    "a backslash": "\\u0000\\",
    "just short enough": "x" * 100,
    "long": "x" * 301,
    "longer": "æ" * 2001,
    "far too long": "x" * 100_000,
    "null as a word": "null",
    "None": "None",
    "undefined": "undefined",
    "true as a word": "true",
    "NaN as a word": "NaN",
    "Infinity as a word": "-Infinity",
    "minus zero as a word": "-0",
    "a point in front": ".5",
    "a point at the end": "5.",
    "a huge exponent as a word": "1e400",
    "hexadecimal": "0x10",
    "underscores": "1_000",
    "Arabic digits": "١٢٣",
    "wide digits": "１２",
    "a superscript": "²",
    "too many decimals": "0.123456789",
    "more than all the money": "1000000000000.01",
    "forty digits": "9" * 40,
    "the first year": "0001-01-01",
    "the last year": "9999-12-31",
    "the year before all": "1899-12-31",
    "year zero": "0000-01-01",
    "no such day": "2026-02-30",
    "a day in other digits": "２０２６-01-01",
    "a time": "2026-01-01T00:00:00Z",
    "an id that nothing has": "019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55",
    "an id in capitals": "019A2F3C-8D1E-7C44-9B1F-2F6F0D4C1A55",
    "an id of zeros": "00000000-0000-0000-0000-000000000000",
    "an id without hyphens": "019a2f3c8d1e7c449b1f2f6f0d4c1a55",
    "an id in braces": "{019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55}",
    "an address of the own network": "https://127.0.0.1/",
    "an address": "https://93.184.216.34/x",
}
# What else can stand for a value in a body; some of it is no JSON.
OTHERS: dict[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "zero": b"0",
    "one": b"1",
    "minus one": b"-1",
    "minus zero": b"-0",
    "minus zero point zero": b"-0.0",
    "one point zero": b"1.0",
    "a half": b"0.5",
    "an exponent": b"1e1",
    "a negative exponent": b"100e-1",
    "2³¹": b"2147483648",
    "2⁵³+1": b"9007199254740993",
    "2⁶³": b"9223372036854775808",
    "10³⁰": b"1" + b"0" * 30,
    "a hundred and one digits": b"9" * 101,
    "1e400": b"1e400",
    "1e-400": b"1e-400",
    "1e99999": b"1e99999",
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "a leading zero": b"012",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "a list of nothing": b"[null]",
    "a list of lists": b"[[],[[]]]",
    "the same twice": b'["019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55","019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55"]',
    "a list of many": b"[" + b",".join([b"1"] * 2000) + b"]",
    "a record": b'{"id": "019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55", "name": "x"}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a NUL key": b'{"a\\u0000": 1}',
    "deep": b"[" * 200 + b"]" * 200,
    "deep objects": b'{"a":' * 200 + b"1" + b"}" * 200,
    "too deep": b"[" * 100_000 + b"]" * 100_000,
    "no UTF-8": b'"\xff"',
    "an overlong NUL": b'"\xc0\x80"',
    "a surrogate as three bytes": b'"\xed\xa0\x80"',
    "a raw control character": b'"a\nb"',
    "single quotes": b"'x'",
    "nothing at all": b"",
}
JSON_VALUES: list[bytes] = [json.dumps(text).encode() for text in TEXTS.values()] + list(OTHERS.values())
# What a field that reads its text in a way of its own would let through first.
_SHARP = ("nothing", "spaces", "a line feed", "NUL", "a lone surrogate", "nothing to be seen", "far too long")
SHARP_VALUES = [json.dumps(TEXTS[name]).encode() for name in _SHARP]
Value = TypeVar("Value")


def spread(
    fields: Sequence[str], values: Sequence[Value], sharp: Sequence[Value], *, stride: int
) -> Iterator[dict[str, Value]]:
    """Values for all fields at once: the sharp ones for each; of the others one in `stride`, the next for the next."""
    for number in range(0, len(values), stride):
        yield {field: values[(number + place) % len(values)] for place, field in enumerate(fields)}
    for value in sharp:
        yield dict.fromkeys(fields, value)
