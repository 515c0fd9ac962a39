"""The lots of a job: parts with a volume and a budget of their own, bid for and awarded separately."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import audit, forms
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.forms import UnitPrice, YuanAsFen
from market.kit.i18n import gettext as _
from market.kit.money import format_yuan
from market.tendering.models import Job, Lot
from market.tendering.states import JobStatus

MOST = 50
PARTS = ("title", "volume", "budget_fen", "ceiling_unit_price")


class LotInput(BaseModel):
    """One lot; the volume counts in the job's unit, the ceiling is yuan a unit."""

    title: str = Field(min_length=1, max_length=120)
    volume: Decimal = Field(gt=0, max_digits=16, decimal_places=2)
    budget_fen: YuanAsFen = Field(gt=0)
    ceiling_unit_price: UnitPrice | None = Field(default=None, gt=0)


class LotsInput(BaseModel):
    """Every lot of a job, in order; none makes it a job without lots."""

    lots: list[LotInput] = Field(max_length=MOST)


@atomic()
async def save_lots(job: Job, wanted: Sequence[LotInput], *, by: Actor) -> list[Lot]:
    """Make these the lots of a draft. Raises Conflict once the job is published."""
    require(by, Role.BUYER, verified=False)
    if not by.is_system and job.owner_id != by.organisation_id:
        raise NotFound(_("This job does not exist"))
    job = await lock(job)
    if job.status != JobStatus.DRAFT:
        raise Conflict(_("Job %(number)s is published; amend it instead", number=job.number))
    before = await lots_of(job)
    if plain(before) != plain(wanted):
        await Lot.filter(job=job).delete()
        await Lot.bulk_create(
            Lot(job=job, position=place, **dict(lot)) for place, lot in enumerate(wanted, 1)
        )
        await audit.record(
            job, "lots set", by=by, before={"lots": plain(before)}, after={"lots": plain(wanted)}
        )
    return await lots_of(job)


async def amend_lots(job: Job, wanted: Sequence[LotInput]) -> tuple[Any, Any] | None:
    """Change the lots of an open job in the caller's transaction: before and after, None when equal.

    Bids stand on lots, so none is taken away; new ones come at the end.
    """
    present = await lots_of(job)
    before, after = plain(present), plain(wanted)
    if before == after:
        return None
    if len(wanted) < len(present) or not present:
        text = _("An amendment changes and adds lots; it takes none away")
        raise InvalidInput(fields={"lots": text})
    for lot, values in zip(present, wanted, strict=False):
        for name in PARTS:
            setattr(lot, name, getattr(values, name))
        await lot.save(update_fields=list(PARTS))
    for place, values in enumerate(wanted[len(present) :], len(present) + 1):
        await Lot.create(job=job, position=place, **dict(values))
    return before, after


async def lots_of(job: Job) -> list[Lot]:
    """The lots of a job in their order."""
    return await Lot.filter(job=job).order_by("position")


def plain(lots: Iterable[Lot | LotInput]) -> list[dict[str, str]]:
    """Lots as they are compared and logged."""
    return [
        {
            "title": lot.title, "volume": f"{Decimal(lot.volume).normalize():f}",
            "budget_fen": str(lot.budget_fen),
            "ceiling_unit_price": f"{Decimal(lot.ceiling_unit_price).normalize():f}"
            if lot.ceiling_unit_price else "",
        }
        for lot in lots
    ]  # fmt: skip


def problems_of(job: Job, lots: Sequence[Lot | LotInput]) -> dict[str, str]:
    """Whether the lots make up the job: their volumes its volume, their budgets its budget."""
    if not lots:
        return {}
    found: dict[str, str] = {}
    if len(lots) < 2:
        found["lots"] = _("One lot is no lot: enter two or more, or none")
    volume = sum((Decimal(lot.volume) for lot in lots), Decimal(0))
    if volume != job.volume:
        found["lots_volume"] = _(
            "The lots' volumes sum to %(sum)s; the job's volume is %(volume)s",
            sum=f"{volume.normalize():f}", volume=f"{Decimal(job.volume).normalize():f}",
        )  # fmt: skip
    budget = sum(lot.budget_fen for lot in lots)
    if budget != job.budget_fen:
        found["lots_budget"] = _(
            "The lots' budgets sum to ¥%(sum)s; the job's budget is ¥%(budget)s",
            sum=format_yuan(budget), budget=format_yuan(job.budget_fen),
        )  # fmt: skip
    return found


def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[LotInput]:
    """Typed rows as lots, empty ones skipped; InvalidInput names row and field (lot3_volume)."""
    return forms.from_rows(LotInput, rows, "lot")


def pasted(text: str) -> list[dict[str, str]]:
    """Rows pasted from a spreadsheet or a CSV file: title, volume, budget in yuan, ceiling."""
    dialect: Any = "excel-tab" if "\t" in text else "excel"
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect)]
    kept = [row for row in rows if any(row)]
    if kept and len(kept[0]) > 1 and not kept[0][1].replace(",", "").replace(".", "").isdigit():
        kept = kept[1:]  # a heading
    if len(kept) > MOST:
        raise InvalidInput(fields={"paste": _("At most %(count)s lots", count=MOST)})
    return [
        dict(zip(PARTS, [row[0], *(cell.replace(",", "") for cell in row[1:4])], strict=False))
        for row in kept
    ]
