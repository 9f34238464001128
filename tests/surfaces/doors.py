"""The same deed through each door: as what a user types, what an integrator sends, or what stands in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.commands.importing import run_import, write_folder
from tests.conftest import ApiClient
from tests.pages.reading import send
from tests.surfaces.scene import Scene

# A deed answers which opportunity it made; None where it did something to the scene's own.
Deed = Callable[[Any, Scene], UUID | None]
Of = Callable[[Scene], UUID]


def the_opportunity(scene: Scene) -> UUID:
    assert scene.pk
    return scene.pk


def the_quote(scene: Scene) -> UUID:
    return scene.quotes[0].pk


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────


def page(name: str, of: Of = the_opportunity, /, **typed: Any) -> Deed:
    def through_page(client: Client, scene: Scene) -> None:
        _submit(client, reverse(name, args=[of(scene)]), scene.with_ids(typed))

    return through_page


def new_by_page(**typed: Any) -> Deed:
    def through_page(client: Client, scene: Scene) -> UUID:
        response = _submit(client, reverse("opportunity-new"), scene.with_ids(typed))
        return UUID(response["Location"].rstrip("/").rpartition("/")[2])

    return through_page


def _submit(client: Client, url: str, typed: dict[str, Any]) -> HttpResponse:
    response = send(client, url, **typed)
    assert response.status_code == 302, response.content.decode()[:2000]
    return response


# ── The API, for one and for many ─────────────────────────────────────────────────────────────────────────────


def api(path: str, of: Of = the_opportunity, /, method: str = "post", **body: Any) -> Deed:
    def through_api(client: ApiClient, scene: Scene) -> None:
        address = path.format(of(scene))
        send_it = getattr(client, method)
        response = send_it(address) if method == "delete" else send_it(address, scene.with_ids(body))
        assert response.status_code in (200, 201, 204), response.content

    return through_api


def new_by_api(**body: Any) -> Deed:
    def through_api(client: ApiClient, scene: Scene) -> UUID:
        response = client.post("opportunities/", scene.with_ids(body))
        assert response.status_code == 201, response.content
        return UUID(response.json()["id"])

    return through_api


def bulk(path: str, /, **body: Any) -> Deed:
    def through_bulk(client: ApiClient, scene: Scene) -> None:
        response = client.post(f"opportunities/{path}/", {"ids": [str(scene.pk)]} | scene.with_ids(body))
        assert response.json()["refused"] == 0, response.content

    return through_bulk


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────


def file(**cells: str) -> Deed:
    """A row, the rep's unless it names another agent."""
    blank = {"deal_stage": "Prospecting", "engage_date": "", "close_date": "", "close_value": ""}

    def through_import(door: tuple[Path, str], scene: Scene) -> UUID:
        folder, actor = door
        row = {"opportunity_id": "1C1I7A6R", "sales_agent": scene.rep.name} | blank | cells
        told = run_import(write_folder(folder, row, sales_teams="", accounts="", products=""), "--actor", actor)
        assert (told.bad, told.error) == ([], "")
        return scene.find_imported("1C1I7A6R")

    return through_import


def then(first: Deed, *following: Deed) -> Deed:
    """What the first made, the others go on with."""

    def through(door: Any, scene: Scene) -> None:
        scene.pk = first(door, scene) or scene.pk
        for deed in following:
            deed(door, scene)

    return through
