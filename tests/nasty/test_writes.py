"""Every value of the table in every field of every POST and PATCH of the API: refused with a sentence under the field
and nothing stored, or taken and read back exactly.

A request tries a value in all fields that let it through to the rules. With NASTY_ALONE=1 each field is tried alone,
the ones that do not let it through too, and no deed is passed over because another one takes the same body.
"""

from __future__ import annotations

import os
from functools import cache

import pytest

from tests.nasty.scene import Scene, fingerprint
from tests.nasty.trials import Trial, has_shape
from tests.nasty.values import JSON_VALUES, SHARP_VALUES, spread
from tests.nasty.writes import writes

ALONE = bool(os.environ.get("NASTY_ALONE"))


@pytest.mark.parametrize("write", writes(), ids=str)
def test_it_is_refused_by_a_sentence_or_stored_exactly(write, admin, client):
    scene = Scene(admin)
    trial = Trial(write, scene, client)
    before = fingerprint()
    for sent in alone(write) if ALONE else together(write):
        trial.run(sent)
    assert fingerprint() == before, "what was refused left something behind"


def alone(write):
    return ({field: value} for field in write.inputs for value in JSON_VALUES)


def together(write):
    """What would hide another field beneath or above it has a round of its own."""
    fields = [field for field in write.inputs if first_with(write.origin_of(field)) == write]
    apart = {field for field in fields if field.endswith("[]") or f"{field}." in " ".join(fields)}
    for chosen in spread(fields, JSON_VALUES, SHARP_VALUES, stride=6):
        yield from split(write, chosen, apart)


def split(write, chosen, apart):
    passing = {field: value for field, value in chosen.items() if has_shape(write.inputs[field], field, value)}
    yield {field: value for field, value in passing.items() if field not in apart}
    yield {field: value for field, value in passing.items() if field in apart}


@cache
def first_with(origin):
    return next(write for write in writes() for field in write.inputs if write.origin_of(field) == origin)
