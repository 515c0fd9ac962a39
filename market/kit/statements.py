"""Statements that write, sent by themselves or, on PostgreSQL, several as one."""

import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from market.kit import db


async def send(text: str, parameters: list[Any]) -> None:
    """One statement whose answer nobody reads."""
    await db.connection().execute_query(text, parameters)


@dataclass(frozen=True, slots=True)
class Change:
    """A statement of PostgreSQL that writes: await it by itself, or send several `together`."""

    text: str
    parameters: Sequence[Any]

    def __await__(self) -> Generator[Any, None, None]:
        return self._send().__await__()

    async def _send(self) -> None:
        if self.text:
            await send(self.text, list(self.parameters))


NOTHING = Change("", ())
_PARAMETER = re.compile(r"\$(\d+)")


def merged(changes: Iterable[Change]) -> Change:
    """The changes as one."""
    found = [change for change in changes if change.text]
    if not found:
        return NOTHING
    text = _one_text(tuple((change.text, len(change.parameters)) for change in found))
    return Change(text, [value for change in found for value in change.parameters])


@cache
def _one_text(changes: tuple[tuple[str, int], ...]) -> str:
    """The statements as parts of one, their parameters numbered on."""
    before, texts = 0, []
    for text, count in changes:
        texts.append(_numbered_on(text, before))
        before += count
    parts = ", ".join(f"part{number} AS ({text})" for number, text in enumerate(texts[:-1]))
    return f"WITH {parts} {texts[-1]}" if parts else texts[-1]


def _numbered_on(text: str, by: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + by}", text)
