"""The operator's own words: added and retired in versions, in use once the indexes are rebuilt."""

from __future__ import annotations

import time
from collections.abc import Sequence

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from search import engines, indexing, lexicon
from search.dictionary_models import DictionaryEntry, DictionaryVersion, EntryKind
from search.documents import KINDS
from search.engine import SearchEngine

TOPIC = "dictionary.changed"
_LOOK_EVERY = 5.0
"""Seconds after which a process asks again which version is in use."""
_next_look = 0.0


@atomic()
async def add_entry(
    kind: EntryKind, word: str, others: Sequence[str], *, by: Actor
) -> DictionaryEntry:
    """Add a word of the operator's; a new version follows, used when the indexes hold it.

    The word must not stand in an entry of its kind that is in force, and a synonym or slip must
    differ from it: InvalidInput.
    """
    require(by, Role.QUALITY, kind=OrganisationKind.OPERATOR)
    version = await _next_version()
    if await DictionaryEntry.exists(kind=kind, word=word, retired_in=None):
        raise InvalidInput(fields={"word": _("The dictionary has this entry already")})
    if (kind == EntryKind.LEFT_OUT) == bool(others) or word in others:
        raise InvalidInput(fields={"others": _OTHERS[kind == EntryKind.LEFT_OUT]()})
    entry = await DictionaryEntry.create(
        kind=kind, word=word, others=list(dict.fromkeys(others)), added_in=version
    )
    await audit.record(
        entry, "added", by=by, after={"kind": kind.value, "word": word, "others": entry.others}
    )
    await _publish(version)
    return entry


_OTHERS = {
    True: lambda: _("A word that is left out has no others"),
    False: lambda: _("Give at least one other word, different from the first"),
}


@atomic()
async def retire_entry(entry: DictionaryEntry, *, by: Actor) -> None:
    """Take an entry out of force in a new version; Conflict where it is out already."""
    require(by, Role.QUALITY, kind=OrganisationKind.OPERATOR)
    version = await _next_version()
    await lock(entry)
    if entry.retired_in is not None:
        raise Conflict(_("This entry has been retired already"))
    entry.retired_in = version
    await entry.save(update_fields=["retired_in"])
    await audit.record(entry, "retired", by=by, before={"word": entry.word})
    await _publish(version)


async def _next_version() -> int:
    """Its number is unique, so of two changes at once the second fails and nothing is lost."""
    latest = await latest_version()
    if latest is not None:
        await lock(latest)
    return (latest.number if latest else 0) + 1


async def _publish(number: int) -> None:
    rows = await DictionaryEntry.filter(retired_in=None).order_by("kind", "word")
    await DictionaryVersion.create(
        number=number, entries=[[row.kind.value, row.word, row.others] for row in rows]
    )
    await outbox.record(TOPIC, version=number)


async def latest_version() -> DictionaryVersion | None:
    """The newest version, in use or being built; None while the dictionary is empty."""
    return await DictionaryVersion.all().order_by("-number").first()


async def version_in_use() -> DictionaryVersion | None:
    """The newest version that the indexes hold."""
    return await DictionaryVersion.filter(built_at__not_isnull=True).order_by("-number").first()


async def rebuild(message: outbox.Message) -> None:
    """Build every index with the newest version's words beside the one in use, swap, and put the
    version in use; a message of an older version finds its work done."""
    version = await latest_version()
    if version is None or version.built_at is not None:
        return
    _load(version)
    server = engines.server()
    built: list[SearchEngine] = [engines.embedded(), *([server] if server else [])]
    for engine in built:
        for kind in KINDS:
            await indexing.rebuild(engine, kind)
    version.built_at = clock.now()
    await version.save(update_fields=["built_at"])


async def keep_current() -> None:
    """Use the version the indexes hold; asks the database every few seconds at most."""
    global _next_look
    if time.monotonic() < _next_look:
        return
    _next_look = time.monotonic() + _LOOK_EVERY
    version = await version_in_use()
    if version is not None and version.number > lexicon.version():
        _load(version)


def _load(version: DictionaryVersion) -> None:
    lexicon.extend(
        version.number, [(kind, word, tuple(more)) for kind, word, more in version.entries]
    )
