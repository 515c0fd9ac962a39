"""JSON operations of saved searches."""

import datetime as dt
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.tendering import access
from search import alert_access, alert_news, saved_searches, saved_views
from search.alert_forms import SavedSearchInput, SaveInput
from search.alert_models import AlertFrequency, AlertKind, SavedSearch
from search.results import FACETS, SearchQuery
from search.saved_searches import Asked

TAG = "search"
READ, WRITE = "profile:read", "profile:write"


class SavedSearchOut(BaseModel):
    """A saved search; `url` is the path of the page that shows all it finds."""

    id: UUID
    kind: AlertKind
    target: str
    query: dict[str, Any]
    name: str
    frequency: AlertFrequency
    next_due_at: dt.datetime | None
    last_sent_at: dt.datetime | None
    url: str

    @classmethod
    async def of(cls, row: SavedSearch) -> Self:
        """From a row."""
        return cls(
            id=row.id, kind=row.kind, target=row.target, query=row.query, name=row.name,
            frequency=row.frequency, next_due_at=row.next_due_at, last_sent_at=row.last_sent_at,
            url=await saved_views.address_of(row),
        )  # fmt: skip


class SavedSearchesOut(BaseModel):
    """All of one's saved searches, and how many there may be."""

    items: list[SavedSearchOut]
    most: int


@operation("GET", "/saved-searches", summary="Your saved searches", tag=TAG,
           returns=SavedSearchesOut, scope=READ)  # fmt: skip
async def list_saved_searches(call: Call[Nothing, Nothing]) -> SavedSearchesOut:
    """Oldest first."""
    rows = await alert_access.own_saved_searches(call.actor)
    items = [await SavedSearchOut.of(row) for row in rows]
    return SavedSearchesOut(items=items, most=saved_searches.MOST)


@operation("POST", "/saved-searches", summary="Save a search", tag=TAG, body=SaveInput,
           returns=SavedSearchOut, status=201, scope=WRITE)  # fmt: skip
async def save_search(call: Call[SaveInput, Nothing]) -> SavedSearchOut:
    """What it finds now counts as seen; mail tells what is new later."""
    asked = await _asked(call)
    row = await saved_searches.save_search(
        asked, call.body.name, call.body.frequency, by=call.actor,
        seen=await alert_news.versions_now(asked.draft()),
    )  # fmt: skip
    return await SavedSearchOut.of(row)


async def _asked(call: Call[SaveInput, Nothing]) -> Asked:
    body = call.body
    if body.matched_jobs:
        return saved_views.matched_jobs_asked(call.actor)
    if body.job:
        return saved_views.matched_suppliers_asked(await access.own_job(call.actor, body.job))
    if unknown := sorted(set(body.chosen) - set(FACETS[body.kind])):
        raise InvalidInput(fields={"chosen": _("There is no filter %(name)s", name=unknown[0])})
    chosen = {name: tuple(values) for name, values in body.chosen.items() if values}
    query = SearchQuery(body.q, body.kind, tuple(body.without), chosen)
    return saved_views.search_asked(query, body.kind)


@operation("PUT", "/saved-searches/{key}", summary="Rename a saved search, or change its mail",
           tag=TAG, body=SavedSearchInput, returns=SavedSearchOut, scope=WRITE)  # fmt: skip
async def change_saved_search(call: Call[SavedSearchInput, Nothing]) -> SavedSearchOut:
    """`never` stops the mail and keeps the search."""
    row = await alert_access.own_saved_search(call.actor, call.path("key"))
    changed = await saved_searches.change_saved_search(row, call.body.name, call.body.frequency)
    return await SavedSearchOut.of(changed)


@operation("DELETE", "/saved-searches/{key}", summary="Delete a saved search", tag=TAG,
           scope=WRITE)  # fmt: skip
async def delete_saved_search(call: Call[Nothing, Nothing]) -> None:
    """It and what it has shown."""
    row = await alert_access.own_saved_search(call.actor, call.path("key"))
    await saved_searches.delete_saved_search(row)


operations: list[Operation] = [
    list_saved_searches, save_search, change_saved_search, delete_saved_search,
]  # fmt: skip
