"""The geometry of charts: the highest bar fits, heights are in proportion, numbers are written where they fit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.charts import HEIGHT, LEFT, PLOT, TOP, WIDTH, Cell, ColumnChart, Group, Series


def chart_of(*pairs: tuple[int, int]) -> ColumnChart:
    groups = [Group(f"Group {at}", f"{at}", [Cell(number) for number in pair]) for at, pair in enumerate(pairs)]
    return ColumnChart("test", "Title", "Text", [Series("won", "Won"), Series("lost", "Lost")], groups)


@pytest.mark.parametrize(
    ("peak", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (99, 100), (101, 200), (4321, 6000)]
)
def test_the_scale_ends_at_an_even_number(peak: int, top: int) -> None:
    assert chart_of((peak, 0)).top == top


numbers = st.integers(0, 10**6)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12))
def test_every_bar_lies_within_the_picture_and_in_proportion(pairs: list[tuple[int, int]]) -> None:
    chart = chart_of(*pairs)
    bars = list(chart.bars)
    given_numbers = [number for pair in pairs for number in pair]
    for bar, number in zip(bars, given_numbers, strict=True):
        assert LEFT <= bar.x < bar.x + bar.width <= WIDTH
        assert TOP <= bar.y <= bar.y + bar.height == TOP + PLOT < HEIGHT
        assert abs(bar.height - PLOT * number / chart.top) <= 0.5
    assert all(first.x + first.width <= second.x for first, second in pairwise(bars))


def test_numbers_stand_above_the_bars_while_they_have_room() -> None:
    assert [bar.number for bar in chart_of((99, 0), (3, 1)).bars] == ["99", "", "3", "1"]
    assert [bar.number for bar in chart_of((100, 0), (3, 1)).bars] == [""] * 4


def test_each_bar_says_what_it_is() -> None:
    assert [bar.title for bar in chart_of((1200, 1)).bars] == ["Group 0, Won: 1,200", "Group 0, Lost: 1"]
