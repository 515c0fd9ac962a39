"""Loading a file: each record in its own transaction, many in one commit, the same record once."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from tortoise.exceptions import BaseORMException

from market.imports import jobs, needs, suppliers
from market.imports.columns import KINDS
from market.imports.models import ImportedRecord
from market.imports.reports import ImportReport, RowError
from market.imports.sheets import read_csv, read_workbook
from market.imports.sources import Source, UnreadableFile, read_json
from market.kit.actor import Actor
from market.kit.audit import canonical
from market.kit.db import transaction
from market.kit.errors import AppError, InvalidInput
from market.kit.i18n import gettext as _

IMPORTER = Actor.system("import")
BATCH = 50  # records a commit: a batch holds the writer for well under a second
LONG = 200  # records from which a progress bar is worth its lines
Load = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A checked record: its source, its digest, and what loads it."""

    source: Source
    digest: str
    load: Load


async def import_file(
    path: Path | str, *, kind: str = "", by: Actor = IMPORTER, most: int | None = None,
    show_progress: bool = True,
) -> ImportReport:  # fmt: skip
    """Load every record of a JSON, XLSX or CSV file; a bad row loses no good one.

    `kind` (suppliers, jobs, talents, dataset_needs) is needed where the file does not say. A record
    with a known id updates, the same record again changes nothing. `most` limits the records.
    """
    file = Path(path)
    report = ImportReport(file.name)
    started = time.monotonic()
    try:
        sources = _read(file, kind)
        if most is not None and len(sources) > most:
            raise UnreadableFile(_("At most %(most)s records at once", most=most))
    except UnreadableFile as exc:
        report.problem = str(exc)
        return report
    known = await _known_digests({source.kind for source in sources})
    fresh = list(_changed(sources, known, report))
    with Progress(
        console=Console(stderr=True), disable=not show_progress or len(fresh) < LONG
    ) as bar:
        task = bar.add_task(_("Importing"), total=len(fresh))
        for batch in _batches(fresh, BATCH):
            await _load_batch(batch, known, report, by)
            bar.advance(task, len(batch))
    report.rows.sort(key=lambda error: (KINDS.index(error.kind), error.row))
    report.seconds = time.monotonic() - started
    return report


def _read(file: Path, kind: str) -> list[Source]:
    if kind and kind not in KINDS:
        raise UnreadableFile(_("The kind is one of: %(kinds)s", kinds=", ".join(KINDS)))
    readers = {".json": read_json, ".xlsx": read_workbook, ".csv": read_csv}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise UnreadableFile(_("The file must be JSON, XLSX or CSV"))
    return sorted(reader(file, kind), key=lambda source: KINDS.index(source.kind))


async def _known_digests(kinds: Iterable[str]) -> dict[tuple[str, str], str]:
    rows = await ImportedRecord.filter(kind__in=list(kinds)).values_list(
        "kind", "external_id", "digest"
    )
    return {(str(kind), str(external_id)): str(digest) for kind, external_id, digest in rows}


def digest_of(data: Any) -> str:
    """What tells a changed record from the same one."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def _changed(
    sources: Iterable[Source], known: dict[tuple[str, str], str], report: ImportReport
) -> Iterator[Source]:
    """The records to load; the others are counted as unchanged or refused."""
    seen: set[tuple[str, str]] = set()
    for source in sources:
        key = (source.kind, source.record_id)
        if fault := _fault(source, seen):
            _refuse(report, source, fault)
        elif known.get(key) == digest_of(source.data):
            report.count(source.kind, "unchanged")
        else:
            yield source
        seen.add(key)


def _fault(source: Source, seen: set[tuple[str, str]]) -> dict[str, str]:
    if not isinstance(source.data, dict):
        return {"": _("The record must be a group of fields")}
    if not source.record_id:
        return {"id": _("Every record needs an id")}
    if len(source.record_id) > 64:
        return {"id": _("At most %(max_length)s characters", max_length=64)}
    if (source.kind, source.record_id) in seen:
        return {"id": _("The id occurs twice in the file")}
    return dict(source.errors)


def _batches(items: Sequence[Source], size: int) -> Iterator[list[Source]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


async def _load_batch(
    batch: Sequence[Source], known: dict[tuple[str, str], str], report: ImportReport, by: Actor
) -> None:
    """Check the records, then load them in one commit, each undone by itself when refused."""
    ready = [item for source in batch if (item := await _prepare(source, report, by))]
    async with transaction():
        for item in ready:
            try:
                async with transaction():
                    is_new = await item.load()
                    await _remember(item, known)
            except AppError as exc:
                fields = exc.fields if isinstance(exc, InvalidInput) else {}
                _refuse(report, item.source, fields or {"": exc.message})
            except BaseORMException as exc:
                _refuse(report, item.source, {"": _("cannot be stored: %(why)s", why=str(exc))})
            else:
                report.count(item.source.kind, "created" if is_new else "updated")


async def _prepare(source: Source, report: ImportReport, by: Actor) -> Ready | None:
    """Check a record, and keep the files it needs, before any transaction begins."""
    try:
        load = await _loader(source, report, by)
    except InvalidInput as exc:
        _refuse(report, source, exc.fields)
        return None
    return Ready(source, digest_of(source.data), load)


async def _loader(source: Source, report: ImportReport, by: Actor) -> Load:
    data, record_id = source.data, source.record_id
    if source.kind == "suppliers":
        supplier = suppliers.read_supplier(data)
        return lambda: suppliers.load_supplier(supplier, record_id, by=by)
    if source.kind == "talents":
        talent = suppliers.read_talent(data)
        return lambda: suppliers.load_talent(talent, record_id, by=by)
    if source.kind == "dataset_needs":
        need = needs.read_need(data)
        return lambda: needs.load_need(need, record_id, by=by)
    job = jobs.read_job(data)
    report.notes += [
        _("row %(row)s (%(id)s): %(text)s", row=source.row, id=record_id, text=note)
        for note in job.notes
    ]
    proof = await jobs.proof_of(job, record_id, by=by)
    return lambda: jobs.load_job(job, record_id, proof, by=by)


async def _remember(item: Ready, known: dict[tuple[str, str], str]) -> None:
    key = (item.source.kind, item.source.record_id)
    if key in known:
        await ImportedRecord.filter(kind=key[0], external_id=key[1]).update(digest=item.digest)
    else:
        await ImportedRecord.create(kind=key[0], external_id=key[1], digest=item.digest)


def _refuse(report: ImportReport, source: Source, fields: dict[str, str]) -> None:
    report.count(source.kind, "refused")
    report.rows += [
        RowError(source.kind, source.row, source.record_id, source.title(path), sentence)
        for path, sentence in (fields or {"": _("This value is not valid")}).items()
    ]
