"""Outbox handlers that write one fact for each event of a deal, and count it in the rollup."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from billing.models import Refund, Settlement
from billing.states import RefundStatus
from market.bureau import rollups
from market.bureau.models import ALL, FactKind, Side, TradeFact, TradeFlow, TradeRollup
from market.bureau.rollups import Key, Sums
from market.kit import money
from market.kit.db import atomic, month_of
from market.kit.outbox import Message
from market.orders.change_models import ContractVersion
from market.orders.models import DeliveryBatch, Order
from market.orders.orders import TAKEN
from market.orders.revisions import work_quantity
from market.orders.states import ChangeKind
from market.vocabulary import regions
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.terms import Vocabulary


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts of a kind come from: the rows that must have one, and how a row becomes it."""

    kind: FactKind
    topic: str
    payload_key: str
    id_field: str
    rows: Callable[[], QuerySet[Any]]
    fact: Callable[[Any], TradeFact]
    is_change: bool = False  # of a contract: moves its figures, is no further deal


def _contracted(version: ContractVersion) -> TradeFact:
    """A contract in force, for the whole total both signed at first; its order was placed with it."""
    order: Order = version.contract.order
    return _fact(
        FactKind.CONTRACTED,
        order,
        version.contract,
        version.contract.activated_at,
        quantity=work_quantity(version.terms["lines"]),
        amount_fen=version.total_fen,
        unit_price=Decimal(version.terms["lines"][0]["unit_price"]),
    )


def _changed(version: ContractVersion) -> TradeFact:
    """A later version of a contract, for what it adds to the one before, or takes off it."""
    order: Order = version.contract.order
    before = next(row for row in version.contract.versions if row.number == version.number - 1)
    lines = version.terms["lines"]
    return _fact(
        FactKind.CONTRACTED,
        order,
        version.change,
        version.in_force_from,
        quantity=work_quantity(lines) - work_quantity(before.terms["lines"]),
        amount_fen=version.total_fen - before.total_fen,
        unit_price=Decimal(lines[0]["unit_price"]),
    )


def _accepted(batch: DeliveryBatch) -> TradeFact:
    """An accepted batch, for its quantity at the contract's unit price, or what a dispute left of it."""
    full = money.line_total(batch.order.unit_price, batch.quantity)
    amount = full if batch.settled_fen is None else batch.settled_fen
    return _fact(
        FactKind.ACCEPTED,
        batch.order,
        batch,
        batch.decided_at,
        quantity=batch.quantity,
        amount_fen=amount,
    )


def _settled(settlement: Settlement) -> TradeFact:
    """A release to the supplier, for the contract value of its stages."""
    return _fact(
        FactKind.SETTLED,
        settlement.order,
        settlement,
        settlement.settled_at,
        amount_fen=settlement.gross_fen,
    )


def _refunded(refund: Refund) -> TradeFact:
    """Money that went back to the buyer."""
    return _fact(
        FactKind.REFUNDED, refund.order, refund, refund.refunded_at, amount_fen=refund.amount_fen
    )


def _fact(
    kind: FactKind,
    order: Order,
    source: Any,
    at: dt.datetime | None,
    *,
    quantity: Decimal = Decimal(0),
    amount_fen: int,
    unit_price: Decimal | None = None,
) -> TradeFact:
    assert at is not None, f"{source.number} has not happened yet"
    job = order.job
    return TradeFact(
        kind=kind,
        source_id=source.id,
        source_number=source.number,
        contract_id=order.contract_id,
        order_id=order.id,
        occurred_at=at,
        month=month_of(at),
        region_code=job.region_code,
        supplier_region_code=supplier_region(order),
        industry=code_of(INDUSTRIES, job.industry),
        modality=code_of(MODALITIES, job.modality),
        task_type=code_of(TASK_TYPES, next(iter(job.task_types), "")),
        unit=order.unit,
        quantity=quantity,
        unit_price=order.unit_price if unit_price is None else unit_price,
        amount_fen=amount_fen,
    )


def supplier_region(order: Order) -> str:
    """As the signed contract states it, so that a later move changes no past figure."""
    stated = order.contract.terms.get("supplier", {}).get("region", "")
    found = regions.lookup(stated) if stated else None
    code: str = found.code if found else order.supplier.region_code
    return code


def code_of(vocabulary: Vocabulary[Any], text: str) -> str:
    """The code of a term as people write it; the text itself where it is none."""
    term = vocabulary.exact(text) if text else None
    return term.code if term else text


def _versions() -> QuerySet[Any]:
    """Versions of contracts in force, with everything a fact states."""
    order = "contract__order"
    rows = ContractVersion.all().select_related("change").order_by("id")
    return rows.prefetch_related(
        f"{order}__contract", f"{order}__job", f"{order}__supplier", "contract__versions"
    )


def _first_versions() -> QuerySet[Any]:
    return _versions().filter(number=1)


def _later_versions() -> QuerySet[Any]:
    """Those that record `contract.changed`: all but an end that leaves the total as it was."""
    moves = Q(change__kind=ChangeKind.AMENDMENT) | ~Q(
        change__total_fen=F("change__before_total_fen")
    )
    return _versions().filter(moves, number__gt=1)


def _of_orders(query: QuerySet[Any]) -> QuerySet[Any]:
    return query.select_related("order__contract", "order__job", "order__supplier")


def _batches() -> QuerySet[Any]:
    return _of_orders(DeliveryBatch.filter(status__in=TAKEN))


def _settlements() -> QuerySet[Any]:
    return _of_orders(Settlement.all())


def _refunds() -> QuerySet[Any]:
    return _of_orders(Refund.filter(status=RefundStatus.SUCCEEDED))


K = FactKind
SOURCES = (
    Source(
        K.CONTRACTED, "contract.activated", "contract", "contract_id", _first_versions, _contracted
    ),
    Source(
        K.CONTRACTED,
        "contract.changed",
        "change",
        "change_id",
        _later_versions,
        _changed,
        is_change=True,
    ),
    Source(K.ACCEPTED, "batch.accepted", "batch", "id", _batches, _accepted),
    Source(K.SETTLED, "order.settled", "settlement", "id", _settlements, _settled),
    Source(K.REFUNDED, "order.refunded", "refund", "id", _refunds, _refunded),
)
_BY_TOPIC = {source.topic: source for source in SOURCES}
_BY_TOPIC["batch.partially_accepted"] = _BY_TOPIC["batch.accepted"]


async def record_event(message: Message) -> None:
    """The outbox handler of every source's topic: the fact of the row it names, once."""
    source = _BY_TOPIC[message.topic]
    row = await source.rows().get(**{source.id_field: UUID(message.payload[source.payload_key])})
    await record_fact(source.fact(row))


@atomic()
async def record_fact(fact: TradeFact) -> bool:
    """Store a fact and count it, both or neither; False when the event has its fact already.

    A twin running at the same time fails on the unique key and finds the fact when tried again.
    """
    if await TradeFact.exists(kind=fact.kind, source_id=fact.source_id):
        return False
    await fact.save(force_create=True)
    await rollups.add(TradeRollup, rollup_parts(fact))
    await rollups.add(TradeFlow, flow_parts(fact))
    return True


def is_change(fact: TradeFact) -> bool:
    """Whether a fact moves the figures of a contract counted before."""
    is_contracted = fact.kind == FactKind.CONTRACTED and fact.contract_id is not None
    return is_contracted and fact.source_id != fact.contract_id


def rollup_parts(fact: TradeFact) -> list[tuple[Key, Sums]]:
    """The cells a fact is counted in, each with what it adds (order of rollups.COLUMNS)."""
    is_cross = fact.region_code[:2] != fact.supplier_region_code[:2]
    money_sums = (fact.amount_fen, fact.amount_fen if is_cross else 0)
    deals = 0 if is_change(fact) else 1
    detail = (1, deals, int(fact.quantity * 100), *money_sums)
    whole = (1, deals, 0, *money_sums)
    narrow = (
        ((fact.industry, fact.modality), fact.unit, detail),
        ((ALL, ALL), ALL, whole),
    )
    wide = (*narrow, ((fact.industry, ALL), ALL, whole), ((ALL, fact.modality), ALL, whole))
    return [
        ((side, area, *cell, fact.month, fact.kind, unit), sums)
        for side, code, _other in _sides(fact)
        for area in regions_around(code)
        for cell, unit, sums in (wide if rollups.is_wide(area) else narrow)
    ]


def flow_parts(fact: TradeFact) -> list[tuple[Key, Sums]]:
    """The cells of flows between regions a fact of a contract is counted in; none of another."""
    if fact.kind != FactKind.CONTRACTED:
        return []
    sums = (0 if is_change(fact) else 1, fact.amount_fen)
    return [
        ((side, area, fact.month, province_code(other)), sums)
        for side, code, other in _sides(fact)
        for area in regions_around(code)[:-1] or [code]
    ]


def _sides(fact: TradeFact) -> tuple[tuple[Side, str, str], ...]:
    here, there = fact.region_code, fact.supplier_region_code
    return (Side.DEMAND, here, there), (Side.SUPPLY, there, here)


def province_code(code: str) -> str:
    """The code of the province a region lies in; itself where it lies in none."""
    found = regions.province_of(code)
    return found.code if found and found.code != regions.COUNTRY_CODE else code


@cache
def regions_around(code: str) -> list[str]:
    """The code, those of the regions above it, and the country's."""
    found = regions.region(code)
    chain = [found.code if found else code]
    while (above := regions.parent_of(chain[-1])) is not None:
        chain.append(above.code)
    return chain if chain[-1] == regions.COUNTRY_CODE else [*chain, regions.COUNTRY_CODE]
