"""How something of the API goes: announced in each answer, long before (RFC 9745, RFC 8594)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.urls import reverse
from django.utils.http import http_date

STAYS_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Deprecation:
    """Of a method of a view: since when it is not to be used any more, and when it goes."""

    since: date
    sunset: date

    def __post_init__(self) -> None:
        if self.sunset - self.since < STAYS_FOR:
            raise ValueError(f"What is deprecated stays for {STAYS_FOR.days} days: integrators were promised so.")

    def headers(self) -> dict[str, str]:
        return {
            "Deprecation": f"@{_seconds(self.since)}",
            "Sunset": http_date(_seconds(self.sunset)),
            "Link": f'<{reverse("help-article", args=["api-versions"])}>; rel="deprecation"; type="text/html"',
        }


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
