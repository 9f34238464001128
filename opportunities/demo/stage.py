"""Plays the plan: every step through the action that its verb names, at the time that it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from crm import business_units, clock
from crm.models import BusinessUnit, User
from opportunities import actions
from opportunities.demo.company import PASSWORD, PEOPLE, RIVALS, UNITS, Person
from opportunities.demo.plan import Step
from opportunities.models import Account, Competitor
from opportunities.requests import CloseRequest, ReopenRequest
from quotes import actions as quote_actions
from quotes.requests import QuoteCloseRequest, QuoteWinRequest


def make_users(organization: str, joined: datetime) -> None:
    """The units under one root that is named as the organization, and the people in them."""
    root = business_units.create_unit(organization)
    units = {name: business_units.create_unit(name, parent=root.pk) for name in UNITS}
    password = make_password(PASSWORD)  # slow by design, so once for all
    User.objects.bulk_create(_user(person, units.get(person.unit or "", root), password, joined) for person in PEOPLE)


def _user(person: Person, unit: BusinessUnit, password: str, joined: datetime) -> User:
    return User(
        username=person.username,
        password=password,
        first_name=person.first_name,
        last_name=person.last_name,
        email=f"{person.username}@sales.example",
        role_id=person.role,
        business_unit=unit,
        language=person.language,
        time_zone=person.time_zone,
        is_staff=person.superuser,
        is_superuser=person.superuser,
        date_joined=joined,
    )


class Stage:
    """Each verb of a plan is a method; what earlier steps made is found by deal number, quote key and name."""

    def __init__(self) -> None:
        self.users = {user.username: user for user in User.objects.with_rights()}
        self.accounts: dict[str, UUID] = {}
        self.competitors: dict[str, UUID] = {}
        self.deals: dict[int, UUID] = {}
        self.quotes: dict[tuple[int, str], UUID] = {}

    def make_competitors(self) -> None:
        fields = ("name", "website", "key_product", "strengths", "weaknesses", "opportunities", "threats")
        for rival in RIVALS:
            values = {field: getattr(rival, field) for field in fields}
            record = actions.create_record(Competitor, values, actor=self.users["admin"])
            self.competitors[rival.name] = record.pk

    def play(self, steps: Iterable[Step]) -> None:
        for step in steps:
            with clock.at(step.moment):
                getattr(self, step.verb)(step, dict(step.values), self.users[step.actor])

    def create(self, step: Step, values: dict[str, Any], actor: User) -> None:
        values["account"] = self._account(values["account"], actor)
        values["competitors"] = [self.competitors[name] for name in values["competitors"]]
        self.deals[step.deal] = actions.create_opportunity(values, actor=actor).pk

    def edit(self, step: Step, values: dict[str, Any], actor: User) -> None:
        if "owner" in values:
            values["owner"] = self.users[values["owner"]].pk
        actions.edit_opportunity(self.deals[step.deal], values, actor=actor)

    def delete(self, step: Step, values: dict[str, Any], actor: User) -> None:
        actions.delete_opportunity(self.deals.pop(step.deal), actor=actor)

    def close(self, step: Step, values: dict[str, Any], actor: User) -> None:
        values["competitor"] = self.competitors.get(values["competitor"])
        values["close_date"] = clock.today(actor.time_zone) - timedelta(days=values.pop("days_ago"))
        actions.close_opportunity(self.deals[step.deal], CloseRequest(**values), actor=actor)

    def reopen(self, step: Step, values: dict[str, Any], actor: User) -> None:
        actions.reopen_opportunity(self.deals[step.deal], ReopenRequest(**values), actor=actor)

    def create_quote(self, step: Step, values: dict[str, Any], actor: User) -> None:
        key = values.pop("quote")
        self.quotes[step.deal, key] = quote_actions.create_quote(self.deals[step.deal], values, actor=actor).pk

    def edit_quote(self, step: Step, values: dict[str, Any], actor: User) -> None:
        quote_actions.edit_quote(self._quote(step, values), values, actor=actor)

    def delete_quote(self, step: Step, values: dict[str, Any], actor: User) -> None:
        quote_actions.delete_quote(self._quote(step, values), actor=actor)

    def activate_quote(self, step: Step, values: dict[str, Any], actor: User) -> None:
        quote_actions.activate_quote(self._quote(step, values), actor=actor)

    def revise_quote(self, step: Step, values: dict[str, Any], actor: User) -> None:
        draft, __ = quote_actions.revise_quote(self.quotes[step.deal, values["quote"]], actor=actor)
        self.quotes[step.deal, values["quote"]] = draft.pk

    def win_quote(self, step: Step, values: dict[str, Any], actor: User) -> None:
        quote_actions.win_quote(self._quote(step, values), QuoteWinRequest(**values), actor=actor)

    def close_quote(self, step: Step, values: dict[str, Any], actor: User) -> None:
        quote_actions.close_quote(self._quote(step, values), QuoteCloseRequest(**values), actor=actor)

    def close_quotes(self, step: Step, values: dict[str, Any], actor: User) -> None:
        quote_actions.close_open_quotes(self.deals[step.deal], QuoteCloseRequest(**values), actor=actor)

    def _quote(self, step: Step, values: dict[str, Any]) -> UUID:
        return self.quotes[step.deal, values.pop("quote")]

    def _account(self, name: str, actor: User) -> UUID:
        """Entered by whoever has the first deal with them."""
        if name not in self.accounts:
            self.accounts[name] = actions.create_record(Account, {"name": name}, actor=actor).pk
        return self.accounts[name]
