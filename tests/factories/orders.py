"""Contracts, orders and deliveries for tests, made through the verbs."""

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from market.directory.models import SupplierProfile
from market.kit import files
from market.kit.actor import Actor
from market.orders import batches, contracts, inspections, manifests, orders
from market.orders.forms import DeliveryInput, Finding
from market.orders.manifests import Item
from market.orders.models import Contract, DeliveryBatch, Order
from market.tendering.models import Award, Job
from tests.factories import tendering
from tests.factories.accounts import actor, make_organisation

CHEST_CT: dict[str, Any] = {
    "title": "胸部CT肺结节分割",
    "industry": "医疗健康",
    "modality": "医学影像",
    "task_types": ["病灶分割"],
    "unit": "例",
    "readers_per_item": 2,
    "arbitration": "高级医师复核",
    "quality": {"dice": 0.9},
    "sampling_level": "II",
    "aql": Decimal("2.5"),
    "personal_info": "去标识/匿名化",
    "health_level": 3,
    "is_deid_required": True,
    "deid_profile": "DICOM PS3.15 基本规范",
    "place": "院内驻场",
    "place_region_code": "370100",
    "delivery_format": "NIfTI",
    "budget_fen": 100_000_000,
}


@dataclass(frozen=True)
class Deal:
    """Both sides of a contract with an owner each, and how far they have come."""

    contract: Contract
    buyer: Actor
    supplier: Actor
    order: Order | None = None


async def make_award(
    *,
    volume: str = "3000",
    unit_price: str = "80",
    extra_lines: list[dict[str, Any]] | None = None,
    delivery_days: int = 120,
    buyer_name: str = "济南市第一人民医院",
    supplier_name: str = "山东明眸数据标注有限公司",
    **job_values: Any,
) -> tuple[Award, Actor, Actor]:
    """An award in force of a verified hospital's job to a verified firm, and an owner of each."""
    hospital = await make_organisation(name=buyer_name, org_type="public_institution")
    buyer = await actor(hospital)
    supplier = await tendering.make_supplier(name=supplier_name)
    await SupplierProfile.create(
        organisation_id=supplier.organisation_id, health_level_max=4, is_in_hospital=True
    )
    values = {**CHEST_CT, "volume": Decimal(volume), **job_values}
    job = await tendering.make_job(by=buyer, **values)
    await tendering.attach_proof(job, by=buyer)
    job = await tendering.publish(await Job.get(id=job.id), by=buyer)
    bid = await tendering.place_bid(
        job,
        by=supplier,
        unit_price=unit_price,
        extra_lines=extra_lines or [],
        delivery_days=delivery_days,
        daily_capacity=10_000,
    )
    return await tendering.award(job, bid, by=buyer), buyer, supplier


async def make_contract(**values: Any) -> Deal:
    """A contract awaiting both signatures."""
    award, buyer, supplier = await make_award(**values)
    contract = await contracts.draft_contract(award, by=Actor.system("test"))
    return Deal(contract, buyer, supplier)


async def make_order(*, funded: bool = True, **values: Any) -> Deal:
    """A signed contract with its order, its first stage in custody unless `funded` is False."""
    deal = await make_contract(**values)
    for side in (deal.buyer, deal.supplier):
        contract = await contracts.sign_contract(
            deal.contract, digest=deal.contract.digest, by=side
        )
    order = await Order.get(contract_id=contract.id)
    if funded:
        order = await orders.mark_funded(order, by=Actor.system("billing"))
    return replace(deal, contract=contract, order=order)


def make_items(number: int, *, prefix: str = "case") -> list[Item]:
    """Items of a manifest with names and digests of their own."""
    names = [f"{prefix}-{index:04d}.nii.gz" for index in range(number)]
    return [
        Item(name, hashlib.sha256(name.encode()).hexdigest(), row)
        for row, name in enumerate(names, 1)
    ]


def manifest_csv(items: list[Item]) -> bytes:
    """The manifest as a supplier uploads it."""
    lines = ["name,sha256", *(f"{item.name},{item.sha256}" for item in items)]
    return "\n".join(lines).encode()


async def deliver(
    deal: Deal,
    *,
    quantity: str = "3000",
    items: list[Item] | None = None,
    batch: DeliveryBatch | None = None,
) -> DeliveryBatch:
    """A batch of the deal's order, submitted with a manifest."""
    assert deal.order is not None
    batch = batch or await batches.plan_batch(deal.order, by=deal.supplier)
    listed = items if items is not None else make_items(200, prefix=batch.number)
    file = await files.store(
        "manifest.csv", manifest_csv(listed), by=deal.supplier, kinds=manifests.KINDS
    )
    return await batches.submit_batch(
        batch,
        DeliveryInput(quantity=Decimal(quantity)),
        items=listed,
        file=file,
        by=deal.supplier,
    )


async def inspect(deal: Deal, batch: DeliveryBatch, *, nonconforming: int = 0) -> DeliveryBatch:
    """Draw the batch's sample and record the inspection, the first items found nonconforming."""
    sample = await inspections.draw_sample(batch, by=deal.buyer)
    findings = [Finding(item=name, defect="missed") for name in sample.items[:nonconforming]]
    return await inspections.record_inspection(batch, findings, by=deal.buyer)


async def make_completed_order(**values: Any) -> Deal:
    """An order delivered in one batch and accepted."""
    deal = await make_order(**values)
    assert deal.order is not None
    await inspect(deal, await deliver(deal, quantity=str(deal.order.quantity)))
    return replace(deal, order=await Order.get(id=deal.order.id))
