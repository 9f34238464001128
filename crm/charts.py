"""Charts as the templates in components/charts draw them: every number is in a table beside the picture, too.

The places are whole units of the picture, which grows and shrinks with the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.formats import number_format

from crm.types import Text

WIDTH, HEIGHT = 480, 190
LEFT, TOP, BOTTOM = 30, 16, 24
PLOT = HEIGHT - TOP - BOTTOM
MAX_BAR = 20
# Above this the numbers would run into each other; then the scale and the table tell them.
MAX_WRITTEN = 99


@dataclass(frozen=True)
class Series:
    """What the bars of one colour and pattern show. `key` is their class, such as won."""

    key: str
    label: Text


@dataclass(frozen=True)
class Cell:
    """One number, and where the records behind it are listed."""

    number: int
    url: str = ""


@dataclass(frozen=True)
class Group:
    """The bars that stand together: one cell for each series. The short label stands below them."""

    label: str
    short_label: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Bar:
    key: str
    x: int
    y: int
    width: int
    height: int
    number: str
    title: str

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True)
class ColumnChart:
    """Upright bars in groups.

    Attributes:
        name: tells it from the other charts of the page.
        description: what the picture says, in a sentence.
    """

    name: str
    title: Text
    description: Text
    series: Sequence[Series]
    groups: Sequence[Group]
    width: int = field(default=WIDTH, init=False)
    height: int = field(default=HEIGHT, init=False)
    left: int = field(default=LEFT, init=False)

    @property
    def peak(self) -> int:
        return max((cell.number for group in self.groups for cell in group.cells), default=0)

    @property
    def top(self) -> int:
        """An even number at or above the highest bar: 2, 4, … 10, 20, 40, … 100, 200, …"""
        step = 2
        while step * 5 < self.peak:
            step *= 10
        return next(step * times for times in range(1, 6) if step * times >= self.peak)

    @property
    def lines(self) -> list[tuple[int, str]]:
        """Height and label of the lines of the scale."""
        return [(self._y(number), number_format(number)) for number in (0, self.top // 2, self.top)]

    @property
    def labels(self) -> list[tuple[int, str]]:
        """Middle and label of each group."""
        return [(self._x(at) + self._room // 2, group.short_label) for at, group in enumerate(self.groups)]

    @property
    def bars(self) -> Iterator[Bar]:
        width = min(MAX_BAR, (self._room - 8) // len(self.series))
        for at, group in enumerate(self.groups):
            start = self._x(at) + (self._room - width * len(self.series)) // 2
            for place, (series, cell) in enumerate(zip(self.series, group.cells, strict=True)):
                yield self._bar(group, series, cell.number, start + place * width, width - 1)

    def _bar(self, group: Group, series: Series, number: int, x: int, width: int) -> Bar:
        y, shown = self._y(number), number_format(number, force_grouping=True)
        written = shown if number and self.peak <= MAX_WRITTEN else ""
        return Bar(series.key, x, y, width, TOP + PLOT - y, written, f"{group.label}, {series.label}: {shown}")

    @property
    def _room(self) -> int:
        return (WIDTH - LEFT) // len(self.groups)

    def _x(self, at: int) -> int:
        return LEFT + at * self._room

    def _y(self, number: int) -> int:
        return TOP + PLOT - round(PLOT * number / self.top)
