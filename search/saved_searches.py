"""Saving a search or the matches of a firm or a job, changing when mail comes, stopping, deleting."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from search.alert_models import AlertedVersion, AlertFrequency, AlertKind, SavedSearch
from search.documents import Kind

MOST = 20
"""Saved searches of one person."""
HOUR = dt.time(9, 0)
LOOK_AGAIN = dt.timedelta(hours=1)
"""An immediate alert is told of each change; it also looks by itself, should a telling be lost."""
Versions = Mapping[str, str]


class TooManySaved(Conflict):
    """The person has as many saved searches as there may be."""


class AlreadySaved(Conflict):
    """The person has saved this very search."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be saved: a search as its address asks for it, or the matches of a firm or of a job."""

    kind: AlertKind
    target: Kind
    query: Mapping[str, Any] = field(default_factory=dict)
    organisation_id: UUID | None = None
    job_id: UUID | None = None

    @property
    def key(self) -> str:
        """The same for the same question."""
        asked = [self.kind, self.target, self.query, self.organisation_id, self.job_id]
        text = json.dumps(asked, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def draft(self) -> SavedSearch:
        """A row of it that is not saved, to look with."""
        return SavedSearch(
            kind=self.kind, target=self.target, query=dict(self.query), job_id=self.job_id,
            organisation_id=self.organisation_id, key=self.key,
        )  # fmt: skip


def next_due(frequency: AlertFrequency, after: dt.datetime) -> dt.datetime | None:
    """When to look next: in an hour; at nine of the next working day, or of the next week's first one."""
    if frequency == AlertFrequency.NEVER:
        return None
    if frequency == AlertFrequency.IMMEDIATELY:
        return after + LOOK_AGAIN
    day = clock.in_china(after).date()
    step = dt.timedelta(days=1)
    if frequency == AlertFrequency.WEEKLY:
        day, step = day - dt.timedelta(days=day.weekday()), dt.timedelta(days=7)
    while (moment := _opening(day)) <= after:
        day += step
    return moment


def _opening(day: dt.date) -> dt.datetime:
    """Nine o'clock of the day, or of the first working day after it."""
    if not clock.is_working_day(day):
        day = clock.add_working_days(day, 1)
    return dt.datetime.combine(day, HOUR, clock.CHINA).astimezone(dt.UTC)


@atomic()
async def save_search(
    asked: Asked, name: str, frequency: AlertFrequency, *, seen: Versions, by: Actor
) -> SavedSearch:
    """Keep a search; what it finds now (`seen`) counts as shown. Raises TooManySaved, AlreadySaved."""
    assert by.person_id is not None
    own = SavedSearch.filter(person_id=by.person_id)
    if await own.filter(key=asked.key).exists():
        raise AlreadySaved(_("You have saved this search already"))
    if await own.count() >= MOST:
        raise TooManySaved(_("At most %(most)s searches can be saved; delete one first", most=MOST))
    row = asked.draft()
    row.person_id = by.person_id
    row.name, row.frequency = name, frequency
    row.next_due_at = next_due(frequency, clock.now())
    await row.save()
    await AlertedVersion.bulk_create(
        [AlertedVersion(saved_search_id=row.id, record_id=key, version=version)
         for key, version in seen.items()],
        batch_size=100,
    )  # fmt: skip
    return row


@atomic()
async def change_saved_search(
    row: SavedSearch, name: str, frequency: AlertFrequency
) -> SavedSearch:
    """Rename it, or let its mail come at other times."""
    row = await lock(row)
    row.name = name
    if frequency != row.frequency:
        row.frequency = frequency
        row.next_due_at = next_due(frequency, clock.now())
    await row.save(update_fields=["name", "frequency", "next_due_at"])
    return row


async def stop_alert(row: SavedSearch) -> None:
    """No more mail; the search stays saved. Stopping twice is no error."""
    await change_saved_search(row, row.name, AlertFrequency.NEVER)


@atomic()
async def delete_saved_search(row: SavedSearch) -> None:
    """Forget the search and what it has shown."""
    await lock(row)
    await AlertedVersion.filter(saved_search_id=row.id).delete()
    await row.delete()
