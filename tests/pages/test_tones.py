"""A state has one colour, wherever it is shown."""

import pytest

from opportunities.tones import tone
from tests.factories import make_opportunity, make_quote


@pytest.mark.parametrize("state", ["open", "won", "lost"])
def test_an_opportunity_and_its_close_have_the_tone_of_the_state(rep, state):
    opportunity = make_opportunity(rep, state=state)
    assert tone(opportunity) == state
    if opportunity.close:
        assert tone(opportunity.close) == state


@pytest.mark.parametrize(
    ("state", "shown", "ended"),
    [
        ("draft", "draft", None),
        ("active", "active", None),
        ("won", "won", "won"),
        ("lost", "neutral", "neutral"),
        ("revised", "neutral", "neutral"),
    ],
)
def test_a_quote_has_the_tone_of_its_state_and_its_close_that_of_the_outcome(rep, state, shown, ended):
    quote = make_quote(make_opportunity(rep), state)
    assert tone(quote) == shown
    if ended:
        assert tone(quote.quote_close) == ended
