"""What the command line asks of search: answers as plain values, and how a person reads them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from market.kit.i18n import gettext as _
from market.tendering.models import Job
from search import batches, consistency, dictionary, engines, indexing, lists
from search.batches import Batch, Refused
from search.discovery import Discovery, discover, explain_hit
from search.documents import KINDS, Kind, SupplierDocument, public_id
from search.engine import SearchEngine, SearchError
from search.evaluation import evaluate as measure
from search.evaluation import ndcg, violates_example
from search.fit import Reason
from search.grades import split_unit
from search.matching import Matches
from search.numerals import YUAN_SCALE
from search.weights import weights

Answer = dict[str, Any]
_MISSES_SHOWN = 50


async def _ready(name: str) -> SearchEngine:
    """The engine asked for, its index as current as the database.

    Where none is asked for and Meilisearch does not answer, the embedded one takes its place.
    """
    await dictionary.keep_current()
    try:
        engine = engines.named(name)
        which = engines.EMBEDDED if engine is engines.embedded() else engines.SERVER
        await indexing.catch_up(engine, which)
    except SearchError as error:
        if name or engines.server() is None:
            raise typer.BadParameter(str(error)) from None
        typer.echo(
            _("The search server does not answer; the built-in index answers instead."), err=True
        )
        return await _ready(engines.EMBEDDED)
    return engine


def _kind(target: str) -> Kind:
    if target not in KINDS:
        raise typer.BadParameter(f"{target} is none of {', '.join(KINDS)}")
    return target


def _ids(found: Discovery) -> list[str]:
    return [public_id(hit.source) for hit in found.hits]


async def search_once(target: str, query: str, *, limit: int = 10, engine: str = "") -> Answer:
    """One query as the site answers it: hits with reasons, the constraints recognised, the time taken."""
    kind, chosen = _kind(target), await _ready(engine)
    started = time.perf_counter()
    found = await discover(chosen, kind, query, per_page=limit)
    hits = [
        {"id": public_id(hit.source), "score": hit.score, "reasons": explain_hit(hit, found, _)}
        for hit in found.hits
    ]
    constraints = [
        {"kind": one.kind, "token": one.token, "label": one.label(_)} for one in found.constraints
    ]
    took = round((time.perf_counter() - started) * 1000, 2)
    return {"hits": hits, "total": found.total, "constraints": constraints, "took_ms": took}


async def search_batch(path: Path, *, limit: int = 10, engine: str = "") -> Batch:
    """Answer a file of {id, target, query} in one process: {query id: [record ids, best first]}."""
    done = Batch()
    asked = list(batches.entries(path, done, within="queries"))
    chosen = await _ready(engine)
    for place, entry in asked:
        try:
            one = batches.asked(entry)
            if one.id in done.answers:
                raise Refused(_("id: %(id)s occurs twice", id=one.id))
        except Refused as why:
            done.refuse(place, why)
        else:
            found = await discover(chosen, one.kind, one.query, per_page=limit)
            done.answers[one.id] = _ids(found)
    return done


async def _job(name: str) -> Job:
    job = await Job.get_or_none(external_id=name) or await Job.get_or_none(number=name)
    if job is None:
        raise typer.BadParameter(f"no job has the id or number {name}")
    return job


def _texts(reasons: Sequence[Reason]) -> list[str]:
    return [reason.text(_) for reason in reasons]


def _refused(matches: Matches, by_id: Mapping[str, SupplierDocument]) -> dict[str, list[str]]:
    return {public_id(by_id[key]): _texts(reasons) for key, reasons in matches.refused.items()}


async def match_once(name: str, *, engine: str = "") -> Answer:
    """Suppliers of one job: eligible ones ranked with parts and reasons, refused ones with reasons."""
    chosen = await _ready(engine)
    job = await lists.document_of_job(await _job(name))
    started = time.perf_counter()
    matches, by_id = await lists.suppliers_for(chosen, job)
    eligible = [
        {"id": public_id(by_id[one.id]), "name": by_id[one.id]["name"], "score": one.score,
         "parts": one.parts, "reasons": _texts(one.reasons)}
        for one in matches.eligible
    ]  # fmt: skip
    took = round((time.perf_counter() - started) * 1000, 2)
    return {
        "job": public_id(job), "eligible": eligible, "refused": _refused(matches, by_id),
        "weights": weights().version, "took_ms": took,
    }  # fmt: skip


async def match_batch(path: Path, *, engine: str = "") -> Batch:
    """Suppliers of each job of a list of ids: {job id: {eligible: [ids], refused: {id: [reasons]}}}."""
    done = Batch()
    asked = list(batches.entries(path, done, within="jobs"))
    chosen = await _ready(engine)
    for place, entry in asked:
        try:
            name = batches.entry_id(entry.get("id") if isinstance(entry, Mapping) else entry)
            job = await lists.document_of_job(await _job(name))
        except (Refused, typer.BadParameter) as why:
            done.refuse(place, why)
            continue
        matches, by_id = await lists.suppliers_for(chosen, job)
        eligible = [public_id(by_id[one.id]) for one in matches.eligible]
        done.answers[name] = {"eligible": eligible, "refused": _refused(matches, by_id)}
    return done


async def reindex(*, engine: str = "", console: Console) -> None:
    """Build every index anew beside the one in use and swap; without `engine`, of each engine there is."""
    await dictionary.keep_current()
    chosen: list[SearchEngine] = [engines.named(engine) if engine else engines.embedded()]
    if not engine and (server := engines.server()) is not None:
        chosen.append(server)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console) as progress:
        tasks = {kind: progress.add_task(kind, total=0) for kind in KINDS}

        def advance(kind: Kind, done: int, total: int) -> None:
            progress.update(tasks[kind], completed=done, total=total)

        for one in chosen:
            for kind in KINDS:
                await indexing.rebuild(one, kind, advance=advance)


async def verify_index(*, engine: str = "", repair: bool = False) -> list[str]:
    """Differences between the index, brought up to date as far as it knows, and the database.

    With `repair` the records that differ are queued to be written again.
    """
    found = await consistency.differences(await _ready(engine))
    if repair:
        await consistency.queue_repairs(found)
    return [one.text for one in found]


async def evaluate(path: Path, *, engine: str = "") -> Answer:
    """P@1, nDCG@5 and constraint violations over a judgements file whose records have been imported."""
    judged, chosen = batches.read_json(path), await _ready(engine)
    suppliers = {public_id(one): one for one in await _all_suppliers(chosen)}

    async def search(target: str, query: str) -> list[str]:
        return _ids(await discover(chosen, _kind(target), query, per_page=10))

    found = await measure(
        judged, search,
        violates=lambda key, one: (
            key in suppliers and violates_example(_held(suppliers[key]), _judged(one))
        ),
    )  # fmt: skip
    return {
        "queries": len(judged.get("queries", ())), "precision_at_1": found.precision_at_1,
        "ndcg_at_5": found.ndcg, "violations": found.violations,
        "probes": [found.probes_passed, found.probes], "probe_misses": found.probe_misses,
        "job_to_supplier_ndcg": await _match_quality(judged, chosen),
        "misses": [
            {"id": miss.id, "query": miss.query, "ndcg": round(miss.ndcg, 4), "got": miss.got,
             "expected": miss.expected}
            for miss in found.misses[:_MISSES_SHOWN]
        ],
    }  # fmt: skip


async def _all_suppliers(engine: SearchEngine) -> list[SupplierDocument]:
    held: dict[str, Any] = {}
    while batch := await engine.scan("suppliers", offset=len(held), limit=1000):
        held.update(batch)
    return list(held.values())


def _held(document: SupplierDocument) -> dict[str, Any]:
    """A supplier in the shape of an import's record, its units as the vocabulary writes them."""
    prices = [
        {"unit": price["unit"], "task": price["task"], "min": price["low"] / YUAN_SCALE}
        for price in document["prices"]
    ]
    capacity = [
        {"unit": one["unit"] + one["of"], "qty": one["per_day"]} for one in document["capacities"]
    ]
    return {**document, "staff_total": document["staff"], "prices": prices,
            "daily_capacity": capacity}  # fmt: skip


def _judged(constraint: Mapping[str, Any]) -> Mapping[str, Any]:
    """A judged constraint with its unit as the vocabulary writes it: 张图像 is 张."""
    kind, _colon, unit = constraint["field"].partition(":")
    if kind != "capacity":
        return constraint
    return {**constraint, "field": f"{kind}:{''.join(split_unit(unit))}"}


async def _match_quality(judged: Mapping[str, Any], engine: SearchEngine) -> float | None:
    """Mean nDCG@5 of the match lists; None when the file judges none."""
    gains = []
    for name, grades in (judged.get("job_to_supplier") or {}).items():
        job = await lists.document_of_job(await _job(name))
        matches, by_id = await lists.suppliers_for(engine, job)
        gains.append(ndcg([public_id(by_id[one.id]) for one in matches.eligible], grades))
    return sum(gains) / len(gains) if gains else None


def print_hits(answer: Answer) -> None:
    """Hits as a table, for a person."""
    console = Console()
    if answer["constraints"]:
        console.print(" · ".join(one["label"] for one in answer["constraints"]), markup=False)
    _print_rows(console, answer["hits"])
    console.print(f"{len(answer['hits'])}/{answer['total']} · {answer['took_ms']} ms")


def print_match(answer: Answer) -> None:
    """A match list as tables, for a person."""
    console = Console()
    _print_rows(console, answer["eligible"])
    for key, reasons in answer["refused"].items():
        console.print(f"✗ {key}  {'；'.join(reasons)}", markup=False, style="dim")


def _print_rows(console: Console, rows: Sequence[Answer]) -> None:
    table = Table("id", "score", "reasons", box=None)
    for row in rows:
        table.add_row(row["id"], f"{row['score']:.3f}", "；".join(row["reasons"]))
    console.print(table)
