"""The quotes of one deal: drafted, sent, revised, withdrawn, won, lost, or forgotten and closed along."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opportunities.demo import words
from quotes.states import QuoteStatusReason

if TYPE_CHECKING:
    from opportunities.demo.plan import Deal


class Offers:
    """`sent` are the keys of the active quotes; a key names a quote, and after a revision its successor."""

    def __init__(self, deal: Deal) -> None:
        self.deal = deal
        self.sent: list[str] = []

    def tell(self) -> None:
        tales = (self._one, self._revised, self._two, self._corrected, self._withdrawn, self._draft_only)
        self.deal.chance.choices(tales, (40, 18, 14, 12, 6, 10))[0]()

    def end(self) -> bool:
        """Before the deal is closed: win one, or lose them. Returns: whether a quote was won."""
        deal = self.deal
        if deal.won and self.sent:
            deal.do("win_quote", quote=self.sent.pop(0), close_other_quotes=True)
            return True
        if self.sent and deal.happens(0.5):
            deal.do("close_quote", quote=self.sent.pop(), status_reason=QuoteStatusReason.LOST)
        if deal.won:
            deal.do("close_quotes", status_reason=QuoteStatusReason.CANCELED)
        return False

    def _one(self) -> None:
        self._draft("A")
        self._send("A")

    def _revised(self) -> None:
        self._one()
        deal = self.deal
        deal.do("revise_quote", quote="A")
        self.sent.remove("A")
        deal.do("edit_quote", quote="A", total_amount=deal.price(deal.chance.uniform(0.8, 0.95)))
        self._send("A")

    def _two(self) -> None:
        self._one()
        self._draft("B", factor=1.3)
        self._send("B")

    def _corrected(self) -> None:
        self._draft("A")
        self.deal.do("edit_quote", quote="A", total_amount=self.deal.price(), name="Offer, corrected")
        self._send("A")

    def _withdrawn(self) -> None:
        self._draft("A")
        self.deal.do("delete_quote", quote="A")
        self._draft("B")
        self._send("B")

    def _draft_only(self) -> None:
        self._draft("A")
        self.deal.wait(0.2)

    def _draft(self, key: str, factor: float = 1.0) -> None:
        deal = self.deal
        values: dict[str, Any] = {}
        if deal.happens(0.7):
            start = deal.moment.date()
            values = {"effective_from": start, "effective_to": start + timedelta(days=60)}
        deal.do(
            "create_quote",
            quote=key,
            name=f"{deal.chance.choice(words.QUOTE_NAMES)}: {deal.product.partition(' – ')[0]}",
            total_amount=deal.price(factor * deal.chance.uniform(0.9, 1.1)),
            **values,
        )
        deal.wait(0.06)

    def _send(self, key: str) -> None:
        self.deal.do("activate_quote", quote=key)
        self.sent.append(key)
        self.deal.wait(0.12)
