"""Release and record packages, for the API and as files."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tortoise.functions import Max

from market.kit import clock
from market.ocds.models import Release
from market.ocds.values import moment
from market.settings import settings

Json = dict[str, Any]
VERSION = "1.1"
EXTENSIONS = tuple(
    f"https://raw.githubusercontent.com/open-contracting-extensions/{name}/v1.1.5/extension.json"
    for name in (
        "ocds_bid_extension", "ocds_enquiry_extension", "ocds_lots_extension",
        "ocds_location_extension",
    )
)  # fmt: skip
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
FILE_SIZE = 1000  # releases or records in a file


def _package(uri: str, published_at: dt.datetime) -> Json:
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publishedDate": moment(published_at),
        "publisher": {"name": settings.publisher},
        "license": LICENSE,
        "publicationPolicy": f"{settings.base_url.rstrip('/')}/open-data",
    }


def release_package(uri: str, releases: Sequence[Release]) -> Json:
    """Releases in the order of their sequence."""
    at = releases[-1].released_at if releases else clock.now()
    return {**_package(uri, at), "releases": [release.content for release in releases]}


def compiled(releases: Sequence[Release]) -> Json:
    """The merge of a process's releases: each is whole, so it is the last one, tagged compiled.

    Id and date are those a merge gives: the process, the date, and the last date.
    """
    last = releases[-1].content
    return {**last, "id": f"{last['ocid']}-{last['date']}", "tag": ["compiled"]}


def record(releases: Sequence[Release]) -> Json:
    """Everything published of one process, and what it comes to."""
    return {
        "ocid": releases[0].ocid,
        "releases": [release.content for release in releases],
        "compiledRelease": compiled(releases),
    }


def record_package(uri: str, records: Sequence[Json]) -> Json:
    """Records of processes."""
    return {**_package(uri, clock.now()), "records": list(records)}


async def releases_after(sequence: int, limit: int) -> list[Release]:
    """The next releases in the order of commit."""
    return await Release.filter(sequence__gt=sequence).order_by("sequence").limit(limit)


async def processes() -> AsyncIterator[list[Release]]:
    """The releases of each process, process by process in the order of their identifiers."""
    ocids = await Release.all().distinct().order_by("ocid").values_list("ocid", flat=True)
    for start in range(0, len(ocids), 100):
        part = ocids[start : start + 100]
        rows = await Release.filter(ocid__in=part).order_by("ocid", "sequence")
        found: dict[str, list[Release]] = {}
        for row in rows:
            found.setdefault(row.ocid, []).append(row)
        for releases in found.values():
            yield releases


async def newest() -> AsyncIterator[Json]:
    """The compiled release of every process, one after the other."""
    lasts = Release.annotate(last=Max("sequence")).group_by("ocid").order_by("last")
    sequences = await lasts.values_list("last", flat=True)
    for start in range(0, len(sequences), FILE_SIZE):
        part = sequences[start : start + FILE_SIZE]
        for release in await Release.filter(sequence__in=part).order_by("sequence"):
            yield compiled([release])


async def write_files(out: Path) -> list[Path]:
    """Packages of releases and of records under `out`, and `compiled.jsonl` for `market redflags`."""
    files = _Files(out)
    sequence = 0
    while releases := await releases_after(sequence, FILE_SIZE):
        sequence = releases[-1].sequence
        files.write_package("releases", partial(release_package, releases=releases))
    batch: list[Json] = []
    async for process in processes():
        batch.append(record(process))
        if len(batch) == FILE_SIZE:
            files.write_records(batch)
            batch = []
    if batch:
        files.write_records(batch)
    return files.written


class _Files:
    """What an export wrote; numbered by kind."""

    def __init__(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._out = out
        self._lines = out / "compiled.jsonl"
        self._lines.write_text("")
        self.written = [self._lines]

    def write_package(self, kind: str, package: Callable[[str], Json]) -> None:
        number = sum(path.name.startswith(kind) for path in self.written) + 1
        path = self._out / f"{kind}-{number:04d}.json"
        uri = f"{settings.base_url.rstrip('/')}/open-data/{path.name}"
        path.write_text(_text(package(uri)), "utf-8")
        self.written.append(path)

    def write_records(self, records: list[Json]) -> None:
        self.write_package("records", partial(record_package, records=records))
        with self._lines.open("a", encoding="utf-8") as lines:
            lines.writelines(_text(kept["compiledRelease"]) + "\n" for kept in records)


def _text(content: Json) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
