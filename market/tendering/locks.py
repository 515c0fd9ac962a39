"""A bureau's verbs on the rules of procedures: lock a value, end the lock; and which locks bind a job."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.forms import LocalDate, YuanAsFen, field_errors
from market.kit.i18n import gettext as _
from market.pools.models import Pool
from market.tendering import rules, terms
from market.tendering.models import Job
from market.tendering.posting_models import ProcedureLock
from market.tendering.procedures import PROCEDURES, ProcedureConfig
from market.vocabulary import regions

EVERY = "*"
FLAGS = {"yes": True, "是": True, "no": False, "否": False}


class LockInForce(Conflict):
    """A superior bureau has locked the same value."""

    title = "A superior bureau has set this value"


class LockInput(BaseModel):
    """A lock: one fixed value, or limits; the reason is shown to every owner it binds."""

    field: str
    region_code: terms.RegionCode = ""
    procedure: str = EVERY
    industry: Annotated[str, terms.one_of("industry")] = ""
    value: str = Field(default="", max_length=20)
    amount_fen: YuanAsFen | None = Field(default=None, ge=0)
    minimum: int | None = Field(default=None, ge=0, le=1000)
    maximum: int | None = Field(default=None, ge=0, le=1000)
    reason: str = Field(min_length=5, max_length=300)
    document: str = Field(default="", max_length=120)
    valid_from: LocalDate | None = None
    valid_until: LocalDate | None = None


@atomic()
async def set_lock(wanted: LockInput, *, by: Actor) -> ProcedureLock:
    """Lock a value for the jobs of the bureau's region or a part of it, from a day on.

    Raises InvalidInput naming the field, or LockInForce where a superior bureau has decided already.
    """
    require(by, Role.QUALITY, Role.PROJECT, kind=OrganisationKind.BUREAU)
    area = wanted.region_code or by.region_code
    value = _checked(wanted, area, by)
    query = ProcedureLock.filter(field=wanted.field, region_code__in=_chain(area)[:-1])
    superior = in_force(query.filter(procedure__in=(EVERY, wanted.procedure)))
    if (above := await superior.exclude(bureau_id=by.organisation_id).first()) is not None:
        raise LockInForce(rules.attributed(above))
    row = await ProcedureLock.create(
        bureau_id=by.organisation_id, region_code=area, procedure=wanted.procedure,
        industry=wanted.industry, field=wanted.field, minimum=wanted.minimum, maximum=wanted.maximum,
        fixed={"value": value} if value is not None else None, reason=wanted.reason, document=wanted.document,
        valid_from=wanted.valid_from or clock.today(), valid_until=wanted.valid_until,
    )  # fmt: skip
    await audit.record(row, "locked", by=by, after={"field": row.field, "region": area, "value": value,
                       "minimum": row.minimum, "maximum": row.maximum}, reason=row.reason)  # fmt: skip
    return await ProcedureLock.get(id=row.id).select_related("bureau")


@atomic()
async def end_lock(row: ProcedureLock, *, by: Actor) -> ProcedureLock:
    """End a lock of one's own; jobs published under it keep their rules. Raises NotFound, Conflict."""
    require(by, Role.QUALITY, Role.PROJECT, kind=OrganisationKind.BUREAU)
    if row.bureau_id != by.organisation_id:
        raise NotFound(_("This rule does not exist"))
    row = await lock(row)
    if row.ended_at is not None:
        raise Conflict(_("This rule has ended already"))
    row.ended_at = clock.now()
    await row.save(update_fields=["ended_at"])
    await audit.record(row, "lock ended", by=by)
    return row


def _checked(wanted: LockInput, area: str, by: Actor) -> Any:
    """The fixed value of a lock, None for limits; raises InvalidInput for what cannot be a lock."""
    if wanted.field not in rules.RULES:
        raise InvalidInput(fields={"field": _("Choose one of the listed values")})
    if wanted.procedure != EVERY and wanted.procedure not in PROCEDURES:
        raise InvalidInput(fields={"procedure": _("Choose one of the listed values")})
    if not regions.is_within(area, by.region_code):
        raise InvalidInput(fields={"region_code": _("A bureau rules its own region and its parts")})
    first, last = wanted.valid_from or clock.today(), wanted.valid_until
    if last is not None and last < first:
        raise InvalidInput(fields={"valid_until": _("The last day is before the first")})
    kind, value = rules.RULES[wanted.field].kind, _value(wanted)
    limits = [limit for limit in (wanted.minimum, wanted.maximum) if limit is not None]
    if (value is None) == (not limits):
        raise InvalidInput(fields={"value": _("Enter either a fixed value or limits")})
    if limits and kind not in ("number", "days", "points"):
        raise InvalidInput(fields={"minimum": _("Only numbers have limits; enter a fixed value")})
    if len(limits) == 2 and limits[0] > limits[1]:
        raise InvalidInput(fields={"maximum": _("The upper limit is below the lower")})
    _fits(wanted.field, [value] if value is not None else limits)
    return value


def _value(wanted: LockInput) -> Any:
    kind, text = rules.RULES[wanted.field].kind, wanted.value.strip()
    if kind == "money":
        return wanted.amount_fen
    if not text:
        return None
    if kind == "flag":
        if text not in FLAGS:
            raise InvalidInput(fields={"value": _("Enter yes or no")})
        return FLAGS[text]
    if kind == "choice":
        labels = {_(label): code for code, label in rules.TIE_RULES.items()}
        return labels.get(text, text)
    if not text.isdecimal():
        raise InvalidInput(fields={"value": _("Enter a whole number")})
    return int(text)


def _fits(name: str, values: list[Any]) -> None:
    """Whether a config could carry the values at all (the rest of it aside)."""
    head, _dot, rest = name.partition(".")
    for value in values:
        if rest:
            if not 0 < Decimal(value) <= 100:
                raise InvalidInput(fields={"value": _("Points are between 1 and 100")})
            continue
        try:
            ProcedureConfig.model_validate({head: value})
        except ValidationError as exc:
            text = next(iter(field_errors(exc).values()))
            raise InvalidInput(fields={"value": text}) from None


def _chain(area: str) -> list[str]:
    """The country, province, city and district an area lies in, itself last."""
    found, code = [area], area
    while (above := regions.parent_of(code)) is not None:
        found.append(above.code)
        code = above.code
    return found[::-1]


def in_force(query: QuerySet[ProcedureLock], on: dt.date | None = None) -> QuerySet[ProcedureLock]:
    """The locks of a query that bind on a day, today unless said otherwise."""
    day = on or clock.today()
    ends = Q(valid_until=None) | Q(valid_until__gte=day)
    return query.filter(ends, ended_at=None, valid_from__lte=day).select_related("bureau")


async def binding(job: Job) -> list[ProcedureLock]:
    """The locks in force today for a job's region."""
    return await in_force(ProcedureLock.filter(region_code__in=_chain(job.region_code)))


async def rules_of(job: Job) -> rules.Effective:
    """The rules a draft would be published under now."""
    number = (job.procedure_config or {}).get("pool", "")
    pool = await Pool.get_or_none(number=number) if number else None
    return rules.effective(job, await binding(job), pool.competition if pool else None)
