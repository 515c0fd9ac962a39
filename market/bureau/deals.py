"""The rows behind the figures: facts and contracts as tables, with what each opens."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from market.bureau import labels
from market.bureau.models import FactKind, TradeFact
from market.bureau.sheets import Sheet
from market.bureau.statistics import share_bp
from market.kit import web
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.kit.tables import Column
from market.orders.models import Contract, Order

MAX_EXPORTED = 50_000


def facts_sheet(facts: Sequence[TradeFact], numbers: Mapping[UUID | None, str]) -> Sheet:
    """One row a fact, with the number of its contract."""
    columns = [
        Column(_("Time"), "datetime"),
        Column(_("Event")),
        Column(_("Number")),
        Column(_("Contract")),
        Column(_("Buyer's region")),
        Column(_("Supplier's region")),
        Column(_("Industry")),
        Column(_("Modality")),
        Column(_("Task")),
        Column(_("Quantity"), "number"),
        Column(_("Unit")),
        Column(_("Unit price (yuan)"), "unit_price"),
        Column(_("Amount (yuan)"), "money"),
    ]
    rows = [
        [
            fact.occurred_at,
            labels.kind(fact.kind),
            fact.source_number,
            numbers.get(fact.contract_id, ""),
            labels.region(fact.region_code),
            labels.region(fact.supplier_region_code),
            labels.industry(fact.industry),
            labels.modality(fact.modality),
            labels.task(fact.task_type),
            fact.quantity or None,
            fact.unit,
            fact.unit_price,
            fact.amount_fen,
        ]
        for fact in facts
    ]
    return Sheet("deals", _("Deals"), columns, rows)


async def contract_numbers(facts: Sequence[TradeFact]) -> dict[UUID | None, str]:
    """The numbers of the contracts that facts belong to."""
    ids = list({fact.contract_id for fact in facts if fact.contract_id})
    found: dict[UUID | None, str] = {}
    for start in range(0, len(ids), 500):
        chunk = Contract.filter(id__in=ids[start : start + 500])
        found.update({row["id"]: row["number"] for row in await chunk.values("id", "number")})
    return found


def contract_url(number: str) -> str:
    """The bureau's page of a contract."""
    return web.path_for("bureau:contract", number=number) if number else ""


async def contracts_sheet(facts: Sequence[TradeFact]) -> Sheet:
    """One row a contract (`facts` are of the kind contracted): parties, value, progress, standing."""
    orders = await _orders(facts)
    paid = await _paid([fact.contract_id for fact in facts if fact.contract_id])
    columns = [
        Column(_("Contract")),
        Column(_("In force since"), "date"),
        Column(_("Work")),
        Column(_("Buyer")),
        Column(_("Supplier")),
        Column(_("Industry")),
        Column(_("Total (yuan)"), "money"),
        Column(_("Progress of acceptance"), "percent"),
        Column(_("Settled (yuan)"), "money"),
        Column(_("Status")),
    ]
    rows = [
        [
            fact.source_number,
            fact.occurred_at,
            order.job.title,
            order.buyer.name,
            order.supplier.name,
            labels.industry(fact.industry),
            fact.amount_fen,
            share_bp(int(order.accepted_quantity * 100), int(order.quantity * 100)),
            paid[order.contract_id],
            _standing(order),
        ]
        for fact in facts
        if (order := orders.get(fact.source_id))
    ]
    links = [contract_url(fact.source_number) for fact in facts if fact.source_id in orders]
    return Sheet("contracts", _("Contracts"), columns, rows, links)


def _standing(order: Order) -> str:
    tone = STATUS_TONES["order", order.status]
    return _(tone.label)


async def _orders(facts: Sequence[TradeFact]) -> dict[UUID, Order]:
    found: dict[UUID, Order] = {}
    for start in range(0, len(facts), 500):
        ids = [fact.source_id for fact in facts[start : start + 500]]
        rows = await Order.filter(contract_id__in=ids).select_related("job", "buyer", "supplier")
        found.update({order.contract_id: order for order in rows})
    return found


async def _paid(contract_ids: Sequence[UUID]) -> defaultdict[UUID, int]:
    """What was settled of each contract, in fen."""
    paid: defaultdict[UUID, int] = defaultdict(int)
    for start in range(0, len(contract_ids), 500):
        ids = contract_ids[start : start + 500]
        settled = TradeFact.filter(kind=FactKind.SETTLED, contract_id__in=ids)
        for contract_id, amount in await settled.values_list("contract_id", "amount_fen"):
            paid[contract_id] += amount
    return paid
