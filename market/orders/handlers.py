"""What orders does when the outbox says that something happened elsewhere."""

from market.kit import outbox
from market.kit.actor import Actor
from market.orders.contracts import draft_contract, void_contract
from market.orders.models import Order
from market.tendering.jobs import complete_job
from market.tendering.models import Award, Job


async def draft_awarded_contract(message: outbox.Message) -> None:
    """award.activated: draft the contract of the award; drafting it again changes nothing."""
    award = await Award.get(id=message.payload["award"])
    await draft_contract(award, by=Actor.system("contracts"))


async def void_cancelled_contract(message: outbox.Message) -> None:
    """award.cancelled: the contract awaiting signatures ends with its award."""
    award = await Award.get(id=message.payload["award"])
    await void_contract(award, by=Actor.system("contracts"))


async def complete_ordered_job(message: outbox.Message) -> None:
    """order.completed: the job it was called for is done."""
    order = await Order.get(id=message.payload["order"])
    await complete_job(await Job.get(id=order.job_id), by=Actor.system("orders"))
