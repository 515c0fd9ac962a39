"""A file as numbered records: JSON of the examples' shape, and what every source has in common."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from market.imports.columns import KINDS, kind_named
from market.kit.i18n import gettext as _


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; the text is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Source:
    """A record as the file has it: kind, row, content, titles of its columns, bad cells."""

    kind: str
    row: int
    data: Any
    labels: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def record_id(self) -> str:
        """The id in the source system; empty when the record has none."""
        value = self.data.get("id") if isinstance(self.data, Mapping) else None
        return str(value).strip() if value is not None else ""

    def title(self, path: str) -> str:
        """What a field is called in this file."""
        return self.labels.get(path, path)


def read_json(path: Path, kind: str) -> list[Source]:
    """Records of {"suppliers": [...], "jobs": [...], ...}, or a list of one `kind`.

    Row numbers count from 1 within each list.
    """
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableFile(_("The file must be UTF-8 text")) from None
    except json.JSONDecodeError as exc:
        raise UnreadableFile(
            _("The file is not valid JSON: line %(line)s, column %(column)s",
              line=exc.lineno, column=exc.colno)
        ) from None  # fmt: skip
    except RecursionError:
        raise UnreadableFile(_("The file is nested too deeply")) from None
    if isinstance(content, list):
        if not kind:
            kinds = ", ".join(KINDS)
            raise UnreadableFile(_("Say of what kind the rows are: %(kinds)s", kinds=kinds))
        content = {kind: content}
    if not isinstance(content, dict):
        raise UnreadableFile(_("The file must hold lists of records"))
    lists = {kind_named(name): rows for name, rows in content.items() if isinstance(rows, list)}
    return [
        Source(name, number, data)
        for name in KINDS
        if kind in ("", name)
        for number, data in enumerate(lists.get(name, ()), 1)
    ]
