"""Tables of the operator's dictionary: its entries, and every version that searches have used."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from market.kit.db import Row


class EntryKind(StrEnum):
    """What an entry tells the analysis."""

    SYNONYMS = "synonyms"  # the other words mean what the word means
    MISSPELLINGS = "misspellings"  # the other words are slips of the word
    LEFT_OUT = "left_out"  # the word says nothing: 公司, 需要


class DictionaryEntry(Row):
    """A word the operator has added; a retired one stays as history."""

    id: UUID

    kind = fields.CharEnumField(EntryKind, max_length=32)
    word = fields.CharField(max_length=40)
    others: Any = fields.JSONField(default=list)  # synonyms or slips, also English ones
    added_in = fields.IntField()
    retired_in = fields.IntField(null=True)

    class Meta:
        table = "dictionary_entries"
        indexes = (("word", "kind"),)


class DictionaryVersion(Row):
    """The entries in force after one change; in use from `built_at`, when the indexes held its words."""

    number = fields.IntField(unique=True)
    entries: Any = fields.JSONField(default=list)  # [kind, word, others], by kind and word
    built_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dictionary_versions"
