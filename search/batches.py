"""Batch files of the commands: a JSON list or JSON lines, each entry answered or refused by its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from market.kit.i18n import gettext as _
from search.documents import KINDS, Kind


class Refused(Exception):
    """An entry that cannot be answered; the text names the field and says why."""


@dataclass(slots=True)
class Batch:
    """The answers by the id of their entry, and a sentence for each entry refused."""

    answers: dict[str, Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def refuse(self, place: str, why: object) -> None:
        """Say of an entry why it has no answer; the others keep theirs."""
        self.refused.append(_("%(place)s: %(why)s", place=place, why=why))


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a batch."""

    id: str
    kind: Kind
    query: str


def read_json(path: Path) -> Any:
    """A JSON file in UTF-8, with or without a byte order mark. Raises BadParameter with line and column."""
    try:
        return json.loads(_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise _not_json(path, error) from None


def entries(path: Path, batch: Batch, *, within: str) -> Iterator[tuple[str, Any]]:
    """Each entry with its place: of a list, of the list `within` an object, or of JSON lines.

    A line that is not JSON is refused by its number; a file that is no list raises BadParameter.
    """
    text = _text(path)
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise _not_json(path, error) from None
    except json.JSONDecodeError as error:
        if not _has_lines(text):
            raise _not_json(path, error) from None
        yield from _lines(text, batch)
        return
    if isinstance(content, Mapping):
        content = content.get(within, [content] if "id" in content else None)
    if not isinstance(content, list):
        raise typer.BadParameter(_("The file must hold a list"))
    for number, entry in enumerate(content, 1):
        yield _("entry %(n)s", n=number), entry


def asked(entry: Any) -> Asked:
    """An entry {id, target, query}, the target suppliers where it names none. Raises Refused."""
    if not isinstance(entry, Mapping):
        raise Refused(_("must be {id, target, query}"))
    target = entry.get("target") or "suppliers"
    if target not in KINDS:
        raise Refused(
            _("target: %(what)s is none of %(known)s", what=target, known=", ".join(KINDS))
        )
    query = entry.get("query")
    if not isinstance(query, str):
        raise Refused(_("query: must be text"))
    return Asked(entry_id(entry.get("id")), target, query)


def entry_id(value: Any) -> str:
    """An id, a text or a whole number. Raises Refused."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise Refused(_("id: must be text or a number"))
    return str(value)


def finish(batch: Batch) -> None:
    """Print the answers, and on standard error what was refused; exit code 1 when anything was."""
    typer.echo(json.dumps(batch.answers, ensure_ascii=False, indent=2, default=str))
    for sentence in batch.refused:
        typer.echo(sentence, err=True)
    if batch.refused:
        raise typer.Exit(1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_json(path, error) from None


def _not_json(path: Path, error: Exception) -> typer.BadParameter:
    return typer.BadParameter(f"{path.name} is not JSON: {error}")


def _has_lines(text: str) -> bool:
    """Whether the file is JSON lines: objects or ids, not the beginning of one list."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and not lines[0].startswith("[") and any(map(_is_json, lines))


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def _lines(text: str, batch: Batch) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = _("line %(n)s", n=number)
        try:
            yield place, json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            batch.refuse(place, _("not JSON: %(why)s", why=error))
