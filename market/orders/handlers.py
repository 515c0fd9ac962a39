"""What orders does when the outbox says that something happened elsewhere."""

from market.kit import outbox
from market.kit.actor import Actor
from market.orders.contracts import draft_contract, void_contract
from market.orders.models import Order
from market.tendering.models import Award
from market.tendering.outcomes import complete_award


async def draft_awarded_contract(message: outbox.Message) -> None:
    """award.activated: draft the contract of the award; drafting it again changes nothing."""
    award = await Award.get(id=message.payload["award"])
    await draft_contract(award, by=Actor.system("contracts"))


async def void_cancelled_contract(message: outbox.Message) -> None:
    """award.cancelled: the contract awaiting signatures ends with its award."""
    award = await Award.get(id=message.payload["award"])
    await void_contract(award, by=Actor.system("contracts"))


async def complete_ordered_job(message: outbox.Message) -> None:
    """order.completed: the award it came from is done, and the job with its last one."""
    order = await Order.get(id=message.payload["order"]).select_related("contract__award")
    await complete_award(order.contract.award, by=Actor.system("orders"))
