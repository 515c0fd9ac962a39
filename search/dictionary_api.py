"""JSON operations of the operator's dictionary."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel

from market.kit.api import Call, Nothing, Operation, operation
from search import dictionary, dictionary_access
from search.dictionary_forms import EntryInput
from search.dictionary_models import DictionaryEntry, EntryKind

TAG = "search"
READ, WRITE = "bureau:read", "bureau:write"


class EntryOut(BaseModel):
    """An entry; `retired_in` is the version that left it out."""

    id: UUID
    kind: EntryKind
    word: str
    others: list[str]
    added_in: int
    retired_in: int | None

    @classmethod
    def of(cls, row: DictionaryEntry) -> Self:
        """From a row."""
        return cls(
            id=row.id, kind=row.kind, word=row.word, others=row.others, added_in=row.added_in,
            retired_in=row.retired_in,
        )  # fmt: skip


class DictionaryOut(BaseModel):
    """The entries in force, the newest version, and the one that searches use."""

    entries: list[EntryOut]
    version: int
    version_in_use: int


@operation(
    "GET", "/dictionary", summary="The operator's own words of search", tag=TAG,
    returns=DictionaryOut, scope=READ,
)  # fmt: skip
async def list_dictionary(call: Call[Nothing, Nothing]) -> DictionaryOut:
    """Synonyms, slips and words left out; a version is in use once the indexes hold its words."""
    rows = await dictionary_access.entries(call.actor)
    latest, used = await dictionary.latest_version(), await dictionary.version_in_use()
    return DictionaryOut(
        entries=[EntryOut.of(row) for row in rows],
        version=latest.number if latest else 0, version_in_use=used.number if used else 0,
    )  # fmt: skip


@operation(
    "POST", "/dictionary", summary="Add a word", tag=TAG, body=EntryInput, returns=EntryOut,
    status=201, scope=WRITE,
)  # fmt: skip
async def add_entry(call: Call[EntryInput, Nothing]) -> EntryOut:
    """A synonym, a slip, or a word to leave out; used once the indexes are rebuilt."""
    entry = call.body
    row = await dictionary.add_entry(entry.kind, entry.word, entry.others, by=call.actor)
    return EntryOut.of(row)


@operation(
    "POST", "/dictionary/{entry}/retire", summary="Retire a word", tag=TAG, returns=EntryOut,
    scope=WRITE,
)  # fmt: skip
async def retire_entry(call: Call[Nothing, Nothing]) -> EntryOut:
    """Take an entry out of force; it stays as history."""
    row = await dictionary_access.entry(call.actor, call.path("entry"))
    await dictionary.retire_entry(row, by=call.actor)
    return EntryOut.of(row)


operations: list[Operation] = [list_dictionary, add_entry, retire_entry]
