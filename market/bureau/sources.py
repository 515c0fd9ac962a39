"""What every fact of a deal is made of: the rows that must have one, and what each then states."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from billing.models import Refund, Settlement
from billing.states import RefundStatus
from market.bureau.models import FactKind, TradeFact
from market.kit import money
from market.kit.db import month_of
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
class Deal:
    """What every fact of an order states of it."""

    contract_id: UUID
    order_id: UUID
    region_code: str
    supplier_region_code: str
    industry: str
    modality: str
    task_type: str
    unit: str
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts of a kind come from: the rows that must have one, and how a row becomes it."""

    kind: FactKind
    topic: str
    payload_key: str
    id_field: str
    query: Callable[[], QuerySet[Any]]
    fact: Callable[[Any, Deal], TradeFact]
    is_change: bool = False  # of a contract: moves its figures, is no further deal
    order_field: str = "id"  # of an order, by which a row's `deal_field` names it
    deal_field: str = "order_id"

    async def facts(self, rows: Sequence[Any]) -> list[TradeFact]:
        """The facts of rows, in their order."""
        keys = [getattr(row, self.deal_field) for row in rows]
        deals = await _deals(self.order_field, set(keys))
        return [self.fact(row, deals[key]) for row, key in zip(rows, keys, strict=True)]


async def _deals(field: str, keys: Iterable[UUID]) -> dict[UUID, Deal]:
    """The deals of orders, by a field of theirs: one statement, plain values."""
    found = await Order.filter(**{f"{field}__in": list(keys)}).values(
        "id", "contract_id", "unit", "unit_price", "job__region_code", "job__industry",
        "job__modality", "job__task_types", "contract__terms", "supplier__region_code",
    )  # fmt: skip
    return {
        row[field]: Deal(
            contract_id=row["contract_id"],
            order_id=row["id"],
            region_code=row["job__region_code"],
            supplier_region_code=_stated(row["contract__terms"], row["supplier__region_code"]),
            industry=code_of(INDUSTRIES, row["job__industry"]),
            modality=code_of(MODALITIES, row["job__modality"]),
            task_type=code_of(TASK_TYPES, next(iter(row["job__task_types"]), "")),
            unit=row["unit"],
            unit_price=row["unit_price"],
        )
        for row in found
    }


def _contracted(version: ContractVersion, deal: Deal) -> TradeFact:
    """A contract in force, for the whole total both signed at first; its order was placed with it."""
    return _fact(
        FactKind.CONTRACTED,
        deal,
        version.contract,
        version.contract.activated_at,
        quantity=work_quantity(version.terms["lines"]),
        amount_fen=version.total_fen,
        unit_price=Decimal(version.terms["lines"][0]["unit_price"]),
    )


def _changed(version: ContractVersion, deal: Deal) -> TradeFact:
    """A later version of a contract, for what it adds to the one before, or takes off it."""
    before = next(row for row in version.contract.versions if row.number == version.number - 1)
    lines = version.terms["lines"]
    return _fact(
        FactKind.CONTRACTED,
        deal,
        version.change,
        version.in_force_from,
        quantity=work_quantity(lines) - work_quantity(before.terms["lines"]),
        amount_fen=version.total_fen - before.total_fen,
        unit_price=Decimal(lines[0]["unit_price"]),
    )


def _accepted(batch: DeliveryBatch, deal: Deal) -> TradeFact:
    """An accepted batch, for its quantity at the contract's unit price, or what a dispute left of it."""
    full = money.line_total(deal.unit_price, batch.quantity)
    amount = full if batch.settled_fen is None else batch.settled_fen
    return _fact(
        FactKind.ACCEPTED, deal, batch, batch.decided_at, quantity=batch.quantity, amount_fen=amount
    )


def _settled(settlement: Settlement, deal: Deal) -> TradeFact:
    """A release to the supplier, for the contract value of its stages."""
    at, amount = settlement.settled_at, settlement.gross_fen
    return _fact(FactKind.SETTLED, deal, settlement, at, amount_fen=amount)


def _refunded(refund: Refund, deal: Deal) -> TradeFact:
    """Money that went back to the buyer."""
    at, amount = refund.refunded_at, refund.amount_fen
    return _fact(FactKind.REFUNDED, deal, refund, at, amount_fen=amount)


def _fact(
    kind: FactKind,
    deal: Deal,
    source: Any,
    at: dt.datetime | None,
    *,
    quantity: Decimal = Decimal(0),
    amount_fen: int,
    unit_price: Decimal | None = None,
) -> TradeFact:
    assert at is not None, f"{source.number} has not happened yet"
    return TradeFact(
        kind=kind,
        source_id=source.id,
        source_number=source.number,
        contract_id=deal.contract_id,
        order_id=deal.order_id,
        occurred_at=at,
        month=month_of(at),
        region_code=deal.region_code,
        supplier_region_code=deal.supplier_region_code,
        industry=deal.industry,
        modality=deal.modality,
        task_type=deal.task_type,
        unit=deal.unit,
        quantity=quantity,
        unit_price=deal.unit_price if unit_price is None else unit_price,
        amount_fen=amount_fen,
    )


def supplier_region(order: Order) -> str:
    """As the signed contract states it, so that a later move changes no past figure."""
    return _stated(order.contract.terms, order.supplier.region_code)


def _stated(terms: Mapping[str, Any], otherwise: str) -> str:
    stated = terms.get("supplier", {}).get("region", "")
    found = regions.lookup(stated) if stated else None
    return found.code if found else otherwise


def code_of(vocabulary: Vocabulary[Any], text: str) -> str:
    """The code of a term as people write it; the text itself where it is none."""
    term = vocabulary.exact(text) if text else None
    return term.code if term else text


def _versions() -> QuerySet[Any]:
    """Versions of contracts in force."""
    found = ContractVersion.all().select_related("change").order_by("id")
    return found.prefetch_related("contract__versions")


def _first_versions() -> QuerySet[Any]:
    return _versions().filter(number=1)


def _later_versions() -> QuerySet[Any]:
    """Those that record `contract.changed`: all but an end that leaves the total as it was."""
    moves = Q(change__kind=ChangeKind.AMENDMENT) | ~Q(
        change__total_fen=F("change__before_total_fen")
    )
    return _versions().filter(moves, number__gt=1)


def _batches() -> QuerySet[Any]:
    return DeliveryBatch.filter(status__in=TAKEN)


def _settlements() -> QuerySet[Any]:
    return Settlement.all()


def _refunds() -> QuerySet[Any]:
    return Refund.filter(status=RefundStatus.SUCCEEDED)


K = FactKind
SOURCES = (
    Source(
        K.CONTRACTED, "contract.activated", "contract", "contract_id", _first_versions, _contracted,
        order_field="contract_id", deal_field="contract_id",
    ),
    Source(
        K.CONTRACTED, "contract.changed", "change", "change_id", _later_versions, _changed,
        is_change=True, order_field="contract_id", deal_field="contract_id",
    ),
    Source(K.ACCEPTED, "batch.accepted", "batch", "id", _batches, _accepted),
    Source(K.SETTLED, "order.settled", "settlement", "id", _settlements, _settled),
    Source(K.REFUNDED, "order.refunded", "refund", "id", _refunds, _refunded),
)  # fmt: skip
