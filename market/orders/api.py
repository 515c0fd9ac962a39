"""JSON operations of contracts, orders, deliveries and reviews."""

from typing import Any

from market.accounts.states import Role
from market.kit import audit, files, paging
from market.kit.api import Call, Nothing, operation
from market.kit.paging import CursorPage, CursorQuery
from market.orders import (
    access,
    batches,
    change_api,
    contracts,
    inspections,
    manifests,
    orders,
    reviews,
    work_api,
)
from market.orders.forms import (
    DeliveryWithItems,
    InspectionInput,
    ReasonInput,
    ReviewInput,
    SecretInput,
    SignInput,
)
from market.orders.parties import require_side
from market.orders.schemas import (
    BatchOut,
    ContractOut,
    ContractSummary,
    OrderOut,
    OrderSummary,
    ReviewOut,
)

READ, WRITE = "orders:read", "orders:write"
PARTIES = ("buyer", "supplier", "job")


@operation("GET", "/contracts", summary="Contracts", tag="contracts", query=CursorQuery,
           returns=CursorPage[ContractSummary], scope=READ)  # fmt: skip
async def list_contracts(call: Call[Nothing, CursorQuery]) -> CursorPage[ContractSummary]:
    """The organisation's contracts; for a bureau the signed ones of its region."""
    query = access.contracts_of(call.actor).select_related(*PARTIES)
    rows, after = await paging.cursor_page(query, call.query)
    return CursorPage(items=[ContractSummary.of(row) for row in rows], next=after)


@operation("GET", "/contracts/{number}", summary="A contract", tag="contracts",
           returns=ContractOut, scope=READ)  # fmt: skip
async def show_contract(call: Call[Nothing, Nothing]) -> ContractOut:
    """Terms, clauses, digest and signatures."""
    return ContractOut.of(await access.contract_to_read(call.actor, call.path("number")))


@operation("POST", "/contracts/{number}/sign", summary="Sign a contract", tag="contracts",
           body=SignInput, returns=ContractOut, scope=WRITE)  # fmt: skip
async def sign_contract(call: Call[SignInput, Nothing]) -> ContractOut:
    """An owner's signature over the digest read; the second side's brings it in force."""
    contract = await access.own_contract(call.actor, call.path("number"))
    await contracts.sign_contract(contract, digest=call.body.digest, by=call.actor)
    return ContractOut.of(await access.own_contract(call.actor, contract.number))


@operation("POST", "/contracts/{number}/refuse", summary="Refuse to sign", tag="contracts",
           body=ReasonInput, returns=ContractOut, scope=WRITE)  # fmt: skip
async def refuse_contract(call: Call[ReasonInput, Nothing]) -> ContractOut:
    """The contract ends and the award falls with it."""
    contract = await access.own_contract(call.actor, call.path("number"))
    await contracts.refuse_contract(contract, reason=call.body.reason, by=call.actor)
    return ContractOut.of(await access.own_contract(call.actor, contract.number))


@operation("GET", "/orders", summary="Orders", tag="orders", query=CursorQuery,
           returns=CursorPage[OrderSummary], scope=READ)  # fmt: skip
async def list_orders(call: Call[Nothing, CursorQuery]) -> CursorPage[OrderSummary]:
    """The organisation's orders, on either side."""
    query = access.orders_of(call.actor).select_related(*PARTIES)
    rows, after = await paging.cursor_page(query, call.query)
    return CursorPage(items=[OrderSummary.of(row) for row in rows], next=after)


@operation("GET", "/orders/{number}", summary="An order", tag="orders",
           returns=OrderOut, scope=READ)  # fmt: skip
async def show_order(call: Call[Nothing, Nothing]) -> OrderOut:
    """Lines, payment stages and batches."""
    return await OrderOut.read(await access.own_order(call.actor, call.path("number")))


@operation("POST", "/orders/{number}/cancel", summary="Cancel an unfunded order", tag="orders",
           body=ReasonInput, returns=OrderOut, scope=WRITE)  # fmt: skip
async def cancel_order(call: Call[ReasonInput, Nothing]) -> OrderOut:
    """The buyer at any time before funding; the supplier once the advance is overdue."""
    order = await access.own_order(call.actor, call.path("number"))
    await orders.cancel_order(order, reason=call.body.reason, by=call.actor)
    return await OrderOut.read(await access.own_order(call.actor, order.number))


@operation("POST", "/orders/{number}/batches", summary="Plan a batch", tag="deliveries",
           returns=BatchOut, status=201, scope=WRITE)  # fmt: skip
async def plan_batch(call: Call[Nothing, Nothing]) -> BatchOut:
    """Opens the next batch; both sides are committed to their seeds."""
    order = await access.own_order(call.actor, call.path("number"))
    return await BatchOut.read(await batches.plan_batch(order, by=call.actor), order)


@operation("POST", "/orders/{number}/resume", summary="Resume a discontinued inspection",
           tag="deliveries", returns=OrderOut, scope=WRITE)  # fmt: skip
async def resume_inspection(call: Call[Nothing, Nothing]) -> OrderOut:
    """The buyer agrees that the supplier's remedy works (GB/T 2828.1, 9.4)."""
    order = await access.own_order(call.actor, call.path("number"))
    await inspections.resume_inspection(order, by=call.actor)
    return await OrderOut.read(order)


@operation("GET", "/batches/{number}", summary="A batch", tag="deliveries",
           returns=BatchOut, scope=READ)  # fmt: skip
async def show_batch(call: Call[Nothing, Nothing]) -> BatchOut:
    """Its commitments, and after the draw everything needed to repeat it."""
    return await _batch(call)


@operation("POST", "/batches/{number}/seed", summary="Commit to a secret of one's own",
           tag="deliveries", body=SecretInput, returns=BatchOut, scope=WRITE)  # fmt: skip
async def commit_seed(call: Call[SecretInput, Nothing]) -> BatchOut:
    """Until the delivery fixes both."""
    batch = await access.own_batch(call.actor, call.path("number"))
    await batches.commit_seed(batch, secret=call.body.secret, by=call.actor)
    return await _batch(call)


@operation("POST", "/batches/{number}/submit", summary="Deliver a batch", tag="deliveries",
           body=DeliveryWithItems, returns=BatchOut, scope=WRITE)  # fmt: skip
async def submit_batch(call: Call[DeliveryWithItems, Nothing]) -> BatchOut:
    """With its manifest; rows in a refusal count from 1. Also delivers a batch again after rework."""
    batch = await access.own_batch(call.actor, call.path("number"))
    require_side(call.actor, batch.order.supplier_id, Role.PROJECT)  # before a file is kept
    rows = [
        (row, item.name, item.sha256, item.label_class)
        for row, item in enumerate(call.body.items, 1)
    ]
    items = manifests.checked(rows)
    text = "".join(
        audit.canonical({"name": item.name, "sha256": item.sha256, "class": item.label_class})
        + "\n"
        for item in items
    )
    file = await files.store("manifest.jsonl", text.encode(), by=call.actor, kinds=manifests.KINDS)
    await batches.submit_batch(batch, call.body, items=items, file=file, by=call.actor)
    return await _batch(call)


@operation("POST", "/batches/{number}/sample", summary="Draw the sample", tag="deliveries",
           returns=BatchOut, scope=WRITE)  # fmt: skip
async def draw_sample(call: Call[Nothing, Nothing]) -> BatchOut:
    """By the plan of the lot size and the seed both sides committed to."""
    batch = await access.own_batch(call.actor, call.path("number"))
    await inspections.draw_sample(batch, by=call.actor)
    return await _batch(call)


@operation("POST", "/batches/{number}/inspection", summary="Record the inspection",
           tag="deliveries", body=InspectionInput, returns=BatchOut, scope=WRITE)  # fmt: skip
async def record_inspection(call: Call[InspectionInput, Nothing]) -> BatchOut:
    """Every drawn item that does not conform; their number decides the batch."""
    batch = await access.own_batch(call.actor, call.path("number"))
    found, measured = call.body.nonconforming, call.body.measurements
    await inspections.record_inspection(batch, found, measured, by=call.actor)
    return await _batch(call)


@operation("POST", "/batches/{number}/accept", summary="Accept a batch", tag="deliveries",
           returns=BatchOut, scope=WRITE)  # fmt: skip
async def accept_batch(call: Call[Nothing, Nothing]) -> BatchOut:
    """An inspection of the drawn sample that found nothing."""
    batch = await access.own_batch(call.actor, call.path("number"))
    await inspections.record_inspection(batch, [], by=call.actor)
    return await _batch(call)


@operation("POST", "/batches/{number}/rework", summary="Begin rework", tag="deliveries",
           returns=BatchOut, scope=WRITE)  # fmt: skip
async def start_rework(call: Call[Nothing, Nothing]) -> BatchOut:
    """Of a batch that was not accepted, while the contract allows a round."""
    batch = await access.own_batch(call.actor, call.path("number"))
    await batches.start_rework(batch, by=call.actor)
    return await _batch(call)


@operation("POST", "/orders/{number}/review", summary="Review the other side", tag="orders",
           body=ReviewInput, returns=ReviewOut, status=201, scope=WRITE)  # fmt: skip
async def write_review(call: Call[ReviewInput, Nothing]) -> ReviewOut:
    """Blind until both sides have reviewed, or seven days have passed."""
    order = await access.own_order(call.actor, call.path("number"))
    return ReviewOut.of(await reviews.write_review(order, call.body, by=call.actor), order)


async def _batch(call: Call[Any, Any]) -> BatchOut:
    batch = await access.own_batch(call.actor, call.path("number"))
    return await BatchOut.read(batch, batch.order)


operations = [
    list_contracts, show_contract, sign_contract, refuse_contract, list_orders, show_order,
    cancel_order, plan_batch, resume_inspection, show_batch, commit_seed, submit_batch,
    draw_sample, record_inspection, accept_batch, start_rework, write_review,
    *change_api.operations, *work_api.operations,
]  # fmt: skip
