"""Documents from the database: the rows everyone may find, and of each only what is public."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from uuid import UUID

from pydantic_core import from_json
from tortoise.fields import DateField, DatetimeField, Field, JSONField, UUIDField
from tortoise.models import Model
from tortoise.queryset import QuerySet, ValuesQuery

from market.accounts.models import Organisation
from market.datasets.models import DatasetNeed
from market.datasets.states import NeedStatus
from market.directory.access import listed_suppliers, listed_talents
from market.directory.models import CapabilityPrice, DailyCapacity, SupplierProfile, Talent
from market.kit import db
from market.orders.models import Order
from market.orders.states import OrderStatus
from market.reputation.models import Figure
from market.reputation.states import Measure
from market.tendering.access import published_jobs
from market.tendering.models import Job
from market.tendering.states import JobStatus
from search.documents import (
    DatasetDocument,
    Document,
    JobDocument,
    Kind,
    SupplierDocument,
    TalentDocument,
)
from search.grades import split_unit
from search.rows import job_document, need_document, supplier_document, talent_document

_HIDDEN_JOBS = (JobStatus.DRAFT, JobStatus.REVIEW, JobStatus.CANCELLED, JobStatus.UNSUCCESSFUL)
_LIVE_NEEDS = (NeedStatus.OPEN, NeedStatus.MATCHED)
_LIVE_ORDERS = (OrderStatus.PLACED, OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)
_PROFILE = (
    "id", "organisation_id", "summary", "park", "in_certified_base", "staff_total", "experts",
    "levels", "modalities", "task_types", "domains", "industries", "languages", "annotator_types",
    "certs", "delivery", "mlps", "max_data_grade", "health_level_max", "is_onsite",
    "is_in_hospital", "is_private_deploy", "is_vlan_isolated", "is_xinchuang", "has_deid_service",
    "cctv_months", "security", "quality", "storage_tb", "min_order_fen", "formats",
    *(f"organisation__{name}" for name in (
        "id", "number", "external_id", "name", "summary", "uscc", "region_code", "scale_class")),
)  # fmt: skip
_JOB = (
    "id", "number", "external_id", "status", "title", "summary", "industry", "modality",
    "task_types", "volume", "unit", "place", "place_region_code", "data_grade", "health_level",
    "required_certs", "annotator_type", "min_level", "min_staff", "requirements",
    "ceiling_unit_price", "budget_fen", "procurement", "procedure_config", "vouchers_wished",
    "bid_deadline_at", "delivery_deadline",
    *(f"owner__{name}" for name in ("id", "name", "uscc", "tags", "region_code")),
)  # fmt: skip
"""The columns a document is made of; reading all of them, times above all, took twice as long."""
_PRICE = ("profile_id", "task", "unit", "min_price", "max_price")
_CAPACITY = ("profile_id", "unit", "quantity")
_M = TypeVar("_M", bound=Model)
BATCH = 500
"""Rows read at once; SQLite takes at most 999 parameters in a statement."""


def findable_suppliers() -> QuerySet[SupplierProfile]:
    """Published profiles of organisations in good standing."""
    return listed_suppliers()


def findable_jobs() -> QuerySet[Job]:
    """Published jobs but those cancelled or ended without an award, of which nothing is left to find."""
    return published_jobs().exclude(status__in=_HIDDEN_JOBS)


def findable_talents() -> QuerySet[Talent]:
    """Talents whose consent is in force."""
    return listed_talents()


def findable_needs() -> QuerySet[DatasetNeed]:
    """Published dataset needs that are not closed."""
    return DatasetNeed.filter(published_at__isnull=False, status__in=_LIVE_NEEDS)


_FINDABLE: Mapping[Kind, tuple[Callable[[], QuerySet[Any]], str]] = {
    "suppliers": (findable_suppliers, "organisation_id"),
    "jobs": (findable_jobs, "id"),
    "talents": (findable_talents, "id"),
    "datasets": (findable_needs, "id"),
}


async def findable_ids(kind: Kind) -> list[UUID]:
    """The keys of every record of a kind that may be found, oldest first; a supplier's is its organisation's."""
    query, key = _FINDABLE[kind]
    return [row[0] for row in await query().order_by("id").values_list(key)]


async def findable_count(kind: Kind) -> int:
    """How many records of a kind may be found."""
    return await _FINDABLE[kind][0]().count()


async def documents(kind: Kind, ids: Iterable[UUID]) -> list[Document]:
    """The documents of those of the records that may be found; the others are left out."""
    wanted = list(ids)
    found: list[Document] = []
    for start in range(0, len(wanted), BATCH):
        query, key = _FINDABLE[kind]
        rows = query().filter(**{f"{key}__in": wanted[start : start + BATCH]}).order_by("id")
        found += await _BUILDERS[kind](rows)
    return found


async def findable_rows(kind: Kind) -> list[UUID]:
    """The keys of the rows that records of a kind are made from, in their order."""
    return [row[0] for row in await _FINDABLE[kind][0]().order_by("id").values_list("id")]


async def documents_between(kind: Kind, first: UUID, last: UUID) -> list[Document]:
    """The documents of the rows from one key to another that may be found: how whole tables are read."""
    rows = _FINDABLE[kind][0]().filter(id__gte=first, id__lte=last).order_by("id")
    if kind == "suppliers":
        return [*await supplier_documents(rows, _Span(first, last))]
    return [*await _BUILDERS[kind](rows)]


async def document_numbered(kind: Kind, number: str) -> Document | None:
    """The document of the record with this human number; None when it may not be found."""
    query, _key = _FINDABLE[kind]
    name = "organisation__number" if kind == "suppliers" else "number"
    found = await _BUILDERS[kind](query().filter(**{name: number}))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Span:
    """Rows of a kind from one key to another: said in two values, where a list of keys takes hundreds."""

    first: UUID
    last: UUID

    def of(self, key: str) -> dict[str, UUID]:
        """The filter on this column."""
        return {f"{key}__gte": self.first, f"{key}__lte": self.last}


_FROM_TEXT: Mapping[type[Field[Any]], Callable[[str], Any]] = {
    JSONField: from_json, DatetimeField: dt.datetime.fromisoformat, DateField: dt.date.fromisoformat,
    UUIDField: str,
}  # fmt: skip
"""Parsers that give what the mapper's give of what it wrote, several times as fast; keys stay texts."""


def _converters(
    query: ValuesQuery[Any], columns: Sequence[str]
) -> Iterator[tuple[str, Callable[[str], Any], Callable[[Any], Any]]]:
    """Of each column that needs it, what makes a value of a text, and of anything else."""
    for column in columns:
        convert = query.resolve_to_python_value(query.model, column)
        field = getattr(convert, "__self__", None)
        if field is not None:
            yield column, _FROM_TEXT.get(type(field), convert), convert


async def _values(query: QuerySet[Any], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows with these columns alone, as the mapper's `values` gives them, in less time; keys as texts.

    A document needs no more of a row, and making models took longer than all the rest.
    """
    asked = query.values(*columns)
    asked.sql()  # makes the statement
    found = await db.connection().execute_query_dict(*asked.query.get_parameterized_sql())
    for column, parse, convert in _converters(asked, columns):
        for row in found:
            value = row[column]
            row[column] = parse(value) if type(value) is str else convert(value)
    return found


async def _read(query: QuerySet[_M], columns: Sequence[str], joined: str) -> list[_M]:
    """Rows, and what they join to with its own columns: objects that are no models."""
    inner = {name: name.partition("__")[2] for name in columns if name.startswith(f"{joined}__")}
    found = await _values(query, columns)
    for row in found:
        row[joined] = SimpleNamespace(**{short: row.pop(name) for name, short in inner.items()})
    return cast("list[_M]", [SimpleNamespace(**row) for row in found])


async def _of_profiles(
    model: type[_M], which: Mapping[str, Any], columns: Sequence[str]
) -> Mapping[UUID, list[_M]]:
    """The rows of each profile, in the order in which they were entered."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in await _values(model.filter(**which).order_by("id"), columns):
        found[row["profile_id"]].append(SimpleNamespace(**row))
    return found


async def supplier_documents(
    rows: QuerySet[SupplierProfile], span: _Span | None = None
) -> list[SupplierDocument]:
    """Documents of these profiles, whoever may see them; `span` says that they are all from here to there."""
    profiles = await _read(rows, _PROFILE, "organisation")
    which = span.of("profile_id") if span else {"profile_id__in": [row.id for row in profiles]}
    prices = await _of_profiles(CapabilityPrice, which, _PRICE)
    capacities = await _of_profiles(DailyCapacity, which, _CAPACITY)
    firms = [profile.organisation_id for profile in profiles]
    loads, measured = await _loads(firms, span), await _measured(firms, span)
    return [
        supplier_document(
            profile, prices[profile.id], capacities[profile.id],
            load=loads[str(profile.organisation_id)],
            measured=measured[str(profile.organisation_id)],
        )
        for profile in profiles
    ]  # fmt: skip


async def job_documents(rows: QuerySet[Job]) -> list[JobDocument]:
    """Documents of these jobs, whoever may see them."""
    jobs = await _read(rows, _JOB, "owner")
    invited = await _invited(jobs)
    return [job_document(job, invited[job.id]) for job in jobs]


async def talent_documents(rows: QuerySet[Talent]) -> list[TalentDocument]:
    """Documents of these talents, with nothing they have not consented to show."""
    return [talent_document(talent) for talent in await rows]


async def need_documents(rows: QuerySet[DatasetNeed]) -> list[DatasetDocument]:
    """Documents of these dataset needs."""
    return [need_document(need) for need in await rows.select_related("owner")]


_BUILDERS: Mapping[Kind, Callable[[Any], Awaitable[Sequence[Document]]]] = {
    "suppliers": supplier_documents,
    "jobs": job_documents,
    "talents": talent_documents,
    "datasets": need_documents,
}


def _of_firms(column: str, ids: Sequence[UUID], span: _Span | None) -> Mapping[str, Any]:
    return span.of(f"{column}__supplier_profile__id") if span else {f"{column}_id__in": ids}


async def _loads(ids: Sequence[UUID], span: _Span | None) -> dict[str, dict[str, float]]:
    """Units a day that each supplier's running orders bind: their quantity over the time agreed."""
    bound: defaultdict[str, dict[str, float]] = defaultdict(dict)
    which = _of_firms("supplier", ids, span)
    rows = (
        await Order.filter(**which, status__in=_LIVE_ORDERS, due_at__isnull=False)
        .order_by("id")
        .values_list("supplier_id", "unit", "quantity", "created_at", "due_at")
    )
    for supplier_id, unit, quantity, begun, due in rows:
        named = split_unit(unit)[0]
        pace = float(quantity) / max((due - begun).days, 1)
        of_firm = bound[str(supplier_id)]
        of_firm[named] = round(of_firm.get(named, 0.0) + pace, 4)
    return bound


async def _measured(ids: Sequence[UUID], span: _Span | None) -> dict[str, dict[str, float]]:
    """The figures of each supplier's reputation, as its own page shows them; empty without a case.

    `records` is how many orders stand behind the punctuality.
    """
    measured: defaultdict[str, dict[str, float]] = defaultdict(dict)
    wanted = {Measure.ON_TIME: "on_time", Measure.FIRST_INSPECTION: "first_inspection"}
    which = _of_firms("organisation", ids, span)
    rows = Figure.filter(**which, measure__in=list(wanted), total__gt=0)
    for figure in await rows.order_by("id"):
        found = measured[str(figure.organisation_id)]
        found[wanted[figure.measure]] = figure.mean_bp / 10_000
        if figure.measure == Measure.ON_TIME:
            found["records"] = float(figure.total)
    return measured


async def _invited(jobs: Sequence[Job]) -> dict[UUID, list[str]]:
    """The keys of the suppliers each job invites, by the numbers or names its owner wrote."""
    written = {job.id: list((job.procedure_config or {}).get("invited") or ()) for job in jobs}
    words = sorted({word for listed in written.values() for word in listed})
    if not words:
        return {job.id: [] for job in jobs}
    known: dict[str, str] = {}
    for field in ("name", "number"):
        column: Any = Organisation._meta.fields_map[field]
        fitting = [word for word in words if len(word) <= column.max_length]
        rows = await Organisation.filter(**{f"{field}__in": fitting}).values_list(field, "id")
        known.update({word: str(key) for word, key in rows})
    return {
        key: [known.get(word, word) for word in listed] for key, listed in written.items()
    }  # fmt: skip
