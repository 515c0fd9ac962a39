"""What the operator enters about a word."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from search.dictionary_models import EntryKind

MOST_OTHERS = 30
MAX_PREVIEW = 200
_SEPARATORS = re.compile(r"[,，、;；\n]+")


def _split(value: Any) -> Any:
    """One field of a form holds them all, with commas between."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(part, str) for part in given):
        return value
    parts = (part.strip() for text in given for part in _SEPARATORS.split(text))
    return [part for part in parts if part]


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=40)]


class EntryInput(BaseModel):
    """A word with its synonyms or its slips, or a word that says nothing."""

    kind: EntryKind = EntryKind.SYNONYMS
    word: Word
    others: Annotated[list[Word], BeforeValidator(_split), Field(max_length=MOST_OTHERS)] = []
