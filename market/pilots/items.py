"""The items of a pilot: the same for every firm, each under names drawn for that firm alone."""

import asyncio
import base64
import csv
import hmac
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from uuid import UUID

from market.kit import files
from market.kit.i18n import gettext as _
from market.metrics import tables
from market.metrics.files import LabelFile, unpacked, wrong
from market.pilots.models import Pilot
from market.tendering import sealing

MAX_ITEMS = 2000
NAME = 10  # characters of a drawn name: 50 bits
KINDS = {".zip": "application/zip", ".jsonl": "application/jsonl", ".csv": "text/csv"}


def read_items(file: LabelFile) -> list[str]:
    """The names of the items: an archive's files without suffix, or a table's ids. Raises LabelFileInvalid."""
    if file.suffix not in KINDS:
        raise wrong(file.name, _("needs one of: %(kinds)s", kinds=", ".join(KINDS)))
    found: dict[str, None] = {}
    for line, name in _listed(file):
        tables.once(file, line, name, name in found)
        found[name] = None
    if not found:
        raise wrong(file.name, _("there is no item in it"))
    if len(found) > MAX_ITEMS:
        raise wrong(file.name, _("a pilot has at most %(count)s items", count=MAX_ITEMS))
    return list(found)


def _listed(file: LabelFile) -> Iterable[tuple[int, str]]:
    if file.suffix == ".zip":
        return [(0, member.stem) for member in unpacked([file])]
    return [(line, tables.item_of(file, line, row)) for line, row in tables.rows_of(file)]


def names_for(pilot: Pilot, bidder_id: UUID) -> dict[str, str]:
    """Item -> the name this firm knows it by; the same on every call, told to nobody else."""
    key = sealing.derived("pilot-names")
    owner = pilot.id.bytes + bidder_id.bytes
    return {
        item: base64.b32encode(hmac.digest(key, owner + item.encode(), "sha256"))
        .decode()[:NAME]
        .lower()
        for item in pilot.items
    }


def base_of(item: str, known: Iterable[str]) -> str:
    """The item that `item` is, or is a part of: a tier of a recording, a sentence of a text."""
    return item if item in known else item.partition("/")[0].partition("#")[0]


async def issued(pilot: Pilot, bidder_id: UUID | None) -> tuple[str, str, bytes]:
    """(file name, content type, content) as a firm gets them; as uploaded for the owner, None."""
    stored = await files.get_file(pilot.items_file_id)
    content = await files.read(stored)
    if bidder_id is None:
        return stored.filename, stored.content_type, content
    file = LabelFile(stored.filename, content)
    own = await asyncio.to_thread(issue, file, names_for(pilot, bidder_id))
    return f"items{file.suffix}", stored.content_type, own


def issue(file: LabelFile, names: Mapping[str, str]) -> bytes:
    """The items under the firm's own names, in the order of these names."""
    if file.suffix == ".zip":
        return _archive(file, names)
    rows = [
        {name: value for name, value in row.items() if name != tables.named(row, tables.ID_NAMES)}
        | {"id": names[tables.item_of(file, line, row)]}
        for line, row in tables.rows_of(file)
    ]
    rows.sort(key=lambda row: str(row["id"]))
    if file.suffix == ".jsonl":
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        return "".join(lines).encode()
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["id", *(name for name in rows[0] if name != "id")])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _archive(file: LabelFile, names: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        members = {names[member.stem] + _suffix(member): member for member in unpacked([file])}
        for name in sorted(
            members
        ):  # a fixed date, the default of ZipInfo: nothing tells the order
            archive.writestr(zipfile.ZipInfo(name), members[name].content)
    return stream.getvalue()


def _suffix(member: LabelFile) -> str:
    return member.suffix or PurePosixPath(member.name).suffix.lower()


def names_table(names: Mapping[str, str]) -> bytes:
    """`item,name` as `market metric --names` reads it."""
    rows = "".join(f"{item},{name}\r\n" for item, name in sorted(names.items()))
    return f"item,name\r\n{rows}".encode()
