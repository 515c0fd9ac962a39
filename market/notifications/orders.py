"""Mail about contracts, orders, deliveries and reviews, to the party whose turn it is."""

from market.accounts.states import Role
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members, operators
from market.orders.models import Contract, DeliveryBatch, Milestone, Order, Review, Signature


async def ask_to_sign(message: outbox.Message) -> None:
    """contract.drafted: both parties must sign."""
    contract = await Contract.get(id=message.payload["contract"]).select_related("job")
    for party in (contract.buyer_id, contract.supplier_id):
        people = await members(party, Role.BUYER, Role.SALES)
        await tell(message, people, contract=contract, job=contract.job)


async def ask_other_party_to_sign(message: outbox.Message) -> None:
    """contract.signed: the party that has not signed yet; nobody once both have."""
    contract = await Contract.get(id=message.payload["contract"]).select_related("job")
    signed = {row.organisation_id for row in await Signature.filter(contract=contract)}
    for party in {contract.buyer_id, contract.supplier_id} - signed:
        people = await members(party, Role.BUYER, Role.SALES)
        await tell(message, people, contract=contract, job=contract.job)


async def tell_parties_of_contract(message: outbox.Message) -> None:
    """contract.activated, contract.cancelled: both parties."""
    contract = await Contract.get(id=message.payload["contract"]).select_related("job")
    for party in (contract.buyer_id, contract.supplier_id):
        people = await members(party, Role.BUYER, Role.SALES, Role.PROJECT, Role.FINANCE)
        await tell(message, people, contract=contract, job=contract.job)


async def ask_to_pay(message: outbox.Message) -> None:
    """order.placed: the buyer pays the first stage into custody."""
    order = await Order.get(id=message.payload["order"]).select_related("job")
    people = await members(order.buyer_id, Role.BUYER, Role.FINANCE)
    await tell(message, people, order=order, job=order.job)


async def ask_to_pay_stage(message: outbox.Message) -> None:
    """milestone.reached: the buyer pays the stage that fell due."""
    milestone = await Milestone.get(id=message.payload["milestone"]).select_related("order__job")
    order = milestone.order
    people = await members(order.buyer_id, Role.BUYER, Role.FINANCE)
    await tell(message, people, milestone=milestone, order=order, job=order.job)


async def ask_to_start(message: outbox.Message) -> None:
    """order.funded: the supplier may start."""
    order = await Order.get(id=message.payload["order"]).select_related("job")
    people = await members(order.supplier_id, Role.PROJECT)
    await tell(message, people, order=order, job=order.job)


async def tell_parties_of_order(message: outbox.Message) -> None:
    """order.completed, order.cancelled: both parties."""
    order = await Order.get(id=message.payload["order"]).select_related("job")
    for party in (order.buyer_id, order.supplier_id):
        people = await members(party, Role.BUYER, Role.SALES, Role.PROJECT, Role.FINANCE)
        is_buyer = party == order.buyer_id
        await tell(message, people, order=order, job=order.job, is_buyer=is_buyer)


async def ask_to_inspect(message: outbox.Message) -> None:
    """batch.submitted: the buyer inspects before the acceptance deadline."""
    batch = await DeliveryBatch.get(id=message.payload["batch"]).select_related("order__job")
    people = await members(batch.order.buyer_id, Role.PROJECT, Role.QUALITY)
    await tell(message, people, batch=batch, order=batch.order, job=batch.order.job)


async def tell_supplier_of_verdict(message: outbox.Message) -> None:
    """batch.accepted, batch.rejected: the supplier learns the verdict."""
    batch = await DeliveryBatch.get(id=message.payload["batch"]).select_related("order__job")
    people = await members(batch.order.supplier_id, Role.PROJECT, Role.QUALITY, Role.FINANCE)
    await tell(message, people, batch=batch, order=batch.order, job=batch.order.job)


async def tell_of_review(message: outbox.Message) -> None:
    """review.published: who was reviewed."""
    review = await Review.get(id=message.payload["review"]).select_related("order__job", "author")
    people = await members(review.subject_id, Role.SALES, Role.PROJECT)
    await tell(message, people, review=review, order=review.order, job=review.order.job)


async def ask_to_judge_review(message: outbox.Message) -> None:
    """review.reported: the operator decides whether its text stays."""
    review = await Review.get(id=message.payload["review"]).select_related("order__job")
    await tell(message, await operators(), review=review, order=review.order)
