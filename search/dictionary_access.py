"""The only way a route obtains an entry of the dictionary."""

from market.accounts.access import as_uuid, missing
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit.actor import Actor
from search.dictionary_models import DictionaryEntry, DictionaryVersion

MOST = 1_000
Change = tuple[bool, str, str, list[str]]
"""Whether the entry was added (else retired), its kind, word and others."""


async def entries(by: Actor, *, is_retired: bool = False) -> list[DictionaryEntry]:
    """For the operator: the entries in force by kind and word, or those retired, newest first."""
    require(by, Role.QUALITY, Role.VIEWER, kind=OrganisationKind.OPERATOR)
    rows = DictionaryEntry.filter(retired_in__isnull=not is_retired).limit(MOST)
    return await (
        rows.order_by("-retired_in", "word") if is_retired else rows.order_by("kind", "word")
    )


async def entry(by: Actor, key: str) -> DictionaryEntry:
    """One entry, for the operator; NotFound where there is none."""
    require(by, Role.QUALITY, Role.VIEWER, kind=OrganisationKind.OPERATOR)
    row = await DictionaryEntry.get_or_none(id=as_uuid(key))
    if row is None:
        raise missing()
    return row


async def latest_changes() -> list[Change]:
    """What the newest version adds to the one before it, and what it leaves out."""
    newest = await DictionaryVersion.all().order_by("-number").limit(2)
    new, old = ([row.entries for row in newest] + [[], []])[:2]
    return [
        *(
            (True, kind, word, others)
            for kind, word, others in new
            if [kind, word, others] not in old
        ),
        *(
            (False, kind, word, others)
            for kind, word, others in old
            if [kind, word, others] not in new
        ),
    ]
