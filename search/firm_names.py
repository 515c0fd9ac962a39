"""Names of listed suppliers in memory, so that a keystroke finds those that hold it without reading the table."""

from __future__ import annotations

import datetime as dt
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from tortoise.queryset import QuerySet

from market.directory.models import SupplierProfile
from market.kit import clock
from search import sources, versions

_BETWEEN = "\n"
_OVERLAP = dt.timedelta(minutes=1)
_NEWER = 500
"""Changed names searched one by one before the text is put together anew."""
_LOOK_EVERY = 2.0
"""Seconds after which a process asks again which names have changed."""
_MOST = 20
"""Names that hold the text, of which those still listed are looked up."""


@dataclass(slots=True)
class _Names:
    """Every name in one text, which Python searches at memory speed, and those changed since it was made."""

    by_id: dict[str, str]
    seen_until: dt.datetime
    newer: dict[str, str] = field(default_factory=dict)
    ids: list[str] = field(init=False)
    starts: list[int] = field(init=False)
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.ids, self.starts, at = list(self.by_id), [], 0
        for name in self.by_id.values():
            self.starts.append(at)
            at += len(name) + 1
        self.text = _BETWEEN.join(self.by_id.values())

    def holding(self, typed: str) -> Iterator[str]:
        """The ids of names that hold the text."""
        yield from (key for key, name in self.newer.items() if typed in name)
        at = self.text.find(typed)
        while at >= 0:
            number = bisect_right(self.starts, at) - 1
            if self.ids[number] not in self.newer:
                yield self.ids[number]
            following = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
            at = self.text.find(typed, following)


_names: _Names | None = None
_next_look = 0.0


def forget() -> None:
    """Read all names anew at the next keystroke: another database, or a test's."""
    global _names
    _names = None


async def holding(typed: str, *, limit: int) -> list[str]:
    """Names of suppliers listed now that hold the text; what has changed is known once it is indexed."""
    names = await _current()
    found = []
    for key in names.holding(typed):
        found.append(key)
        if len(found) == _MOST:
            break
    if not found:
        return []
    rows = sources.findable_suppliers().filter(organisation_id__in=found)
    listed = await rows.values_list("organisation__name", flat=True)
    return sorted(str(name) for name in listed if typed in str(name))[:limit]


async def _current() -> _Names:
    """All names, read once for a process; then only those noted as changed since."""
    global _names, _next_look
    begun = clock.now()
    if _names is None:
        rows = sources.findable_suppliers().order_by("id")
        _names = _Names(await _read(rows), begun)
    elif time.monotonic() >= _next_look:
        since = _names.seen_until - _OVERLAP
        async for ids in versions.changed_since("suppliers", since, with_passing=True):
            keys = [UUID(one) for one in ids]
            rows = sources.findable_suppliers().filter(organisation_id__in=keys)
            _names.newer |= {
                key: name
                for key, name in (await _read(rows)).items()
                if _names.by_id.get(key) != name
            }
        _names.seen_until = begun
        if len(_names.newer) > _NEWER:
            _names = _Names(_names.by_id | _names.newer, begun)
    else:
        return _names
    _next_look = time.monotonic() + _LOOK_EVERY
    return _names


async def _read(rows: QuerySet[SupplierProfile]) -> dict[str, str]:
    listed = await rows.values_list("organisation_id", "organisation__name")
    return {str(key): str(name) for key, name in listed}
