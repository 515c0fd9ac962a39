"""A small market at the moment the contracts are signed: an order or two, their stages, perhaps a voucher."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from uuid import UUID

from tortoise.models import Model

from billing.chart import AccountKey, supplier_receivable
from billing.models import VoucherAllocation, VoucherProgramme, VoucherRedemption
from billing.states import ProgrammeStatus
from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.bench.simulation.plans import STAGES, Plan, Stages
from market.bench.simulation.store import Store
from market.kit.actor import Actor
from market.kit.ids import uuid7
from market.kit.money import allocate
from market.kit.outbox import OutboxMessage
from market.orders.models import Contract, Milestone, Order, OrderLine
from market.orders.states import ContractStatus, MilestoneKind
from market.tendering.models import Job
from market.tendering.states import JobStatus

START = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)
BUYER, SUPPLIER = "ORG-1", "ORG-2"
Add = Callable[[Model], None]
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class World:
    """Who acts in it, and on which orders."""

    buyer: Actor
    supplier: Actor
    operator: Actor
    second_operator: Actor
    bureau: Actor
    orders: tuple[Order, ...]
    has_deposits: bool = False


def build(store: Store, chance: Random, plan: Plan) -> World:
    """Fill an empty store."""
    made = build_many(store.add, plan.orders, chance, plan.stages)
    if plan.has_voucher:
        _voucher(store, chance, made.orders[0])
    if plan.has_deposits:
        _deposits(store, made)
    return replace(made, has_deposits=plan.has_deposits)


def build_many(
    add: Add, count: int, chance: Random | None = None, stages: Stages = STAGES[0]
) -> World:
    """A buyer, a supplier and their orders; `add` takes each row."""
    chance = chance or _chance()
    buyer = _organisation(add, BUYER, OrganisationKind.DEMAND)
    supplier = _organisation(add, SUPPLIER, OrganisationKind.SUPPLIER)
    operator = _organisation(add, "ORG-3", OrganisationKind.OPERATOR)
    return World(
        orders=tuple(orders_of(buyer, supplier, range(1, count + 1), add, chance, stages)),
        buyer=_actor(buyer),
        supplier=_actor(supplier),
        operator=_actor(operator),
        second_operator=_actor(operator),
        bureau=_actor(_organisation(add, "ORG-4", OrganisationKind.BUREAU)),
    )


def orders_of(
    buyer: Organisation,
    supplier: Organisation,
    numbers: Iterable[int],
    add: Add,
    chance: Random | None = None,
    stages: Stages = STAGES[0],
) -> list[Order]:
    """Orders of two organisations, with their contracts, lines and stages."""
    chance = chance or _chance()
    return [
        _order(add, chance, f"O-2026-{number:06d}", buyer, supplier, stages) for number in numbers
    ]


def _chance() -> Random:
    return Random(1)  # noqa: S311 - reproducible on purpose


def supplier_account() -> AccountKey:
    """What is due to the one supplier."""
    return supplier_receivable(SUPPLIER)


def _organisation(add: Add, number: str, kind: OrganisationKind) -> Organisation:
    row = Organisation(
        number=number, kind=kind, status=OrganisationStatus.ACTIVE, name=number,
        org_type="enterprise", region_code="370100",
    )  # fmt: skip
    add(row)
    return row


def _actor(organisation: Organisation) -> Actor:
    return Actor(
        person_id=uuid7(), name="somebody", organisation_id=organisation.id,
        kind=organisation.kind, role="owner", verified=True,
    )  # fmt: skip


def _order(
    add: Add,
    chance: Random,
    number: str,
    buyer: Organisation,
    supplier: Organisation,
    stages: Stages,
) -> Order:
    lines = [chance.randrange(1, 1_000_000) for _ in range(chance.randrange(1, 4))]
    total = sum(lines) + 100
    contract = Contract(
        number=number.replace("O", "C"), job_id=_NOBODY, award_id=uuid7(), buyer_id=buyer.id,
        supplier_id=supplier.id, status=ContractStatus.ACTIVE, digest="", total_fen=total,
        terms={"acceptance": {"retention_days": 90}},
    )  # fmt: skip
    order = Order(
        number=number, contract_id=contract.id, job_id=_NOBODY, buyer_id=buyer.id,
        supplier_id=supplier.id, total_fen=total, quantity=Decimal(100), unit="item",
        unit_price=Decimal("1.0000"),
    )  # fmt: skip
    rows: list[Model] = [contract, order]
    for position, fen in enumerate((*lines, 100), 1):
        rows.append(
            OrderLine(
                order_id=order.id, position=position, description="line", unit="item",
                spend_category="labelling", quantity=Decimal(1), unit_price=Decimal(0),
                amount_fen=fen,
            )
        )  # fmt: skip
    shares = allocate(total, [share for _kind, share in stages])
    for position, (fen, (kind, share)) in enumerate(zip(shares, stages, strict=True), 1):
        rows.append(
            Milestone(
                order_id=order.id, position=position, kind=MilestoneKind(kind), share_bp=share,
                amount_fen=fen, due_working_days=5,
            )
        )  # fmt: skip
    for row in rows:
        add(row)
    return order


def _deposits(store: Store, made: World) -> None:
    """A job that asks for a performance deposit, and contracts that have just come into force."""
    job = Job(
        id=_NOBODY, number="J-2026-000001", owner_id=made.buyer.organisation_id, title="sim",
        region_code="370100", industry="", modality="", status=JobStatus.AWARDED,
        procedure_config={"performance_deposit_percent": 10},
    )  # fmt: skip
    store.add(job)
    for order in made.orders:
        store.add(
            OutboxMessage(topic="contract.activated", payload={"contract": str(order.contract_id)})
        )


def _voucher(store: Store, chance: Random, order: Order) -> None:
    """A reserved voucher that lowers what the buyer pays at acceptance."""
    stage = next(
        values
        for values in store.table(Milestone)
        if values["order_id"] == order.id and values["kind"] == MilestoneKind.ACCEPTANCE
    )
    grant = chance.randrange(1, stage["amount_fen"] + 1)
    programme = VoucherProgramme(
        code="sim", version=1, title="sim", kind="compute", issuer="sim", region_code="370100",
        mode="deduct_at_source", status=ProgrammeStatus.OPEN, rule={}, digest="",
    )  # fmt: skip
    city, district = allocate(grant, [2, 1])
    redemption = VoucherRedemption(
        number="V-2026-000001", programme_id=programme.id, order_id=order.id,
        claimant_id=order.buyer_id, mode="deduct_at_source", grant_fen=grant, binding="tier",
        split={"city": city, "district": district}, claim={}, trace={}, decided_at=START,
    )  # fmt: skip
    allocation = VoucherAllocation(
        redemption_id=redemption.id, milestone_id=stage["id"], amount_fen=grant
    )
    for row in (programme, redemption, allocation):
        store.add(row)
