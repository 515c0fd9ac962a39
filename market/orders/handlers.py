"""What orders does when the outbox says that something happened elsewhere."""

from market.kit import outbox
from market.kit.actor import Actor
from market.orders.contracts import draft_contract, void_contract
from market.tendering.models import Award


async def draft_awarded_contract(message: outbox.Message) -> None:
    """award.activated: draft the contract of the award; drafting it again changes nothing."""
    award = await Award.get(id=message.payload["award"])
    await draft_contract(award, by=Actor.system("contracts"))


async def void_cancelled_contract(message: outbox.Message) -> None:
    """award.cancelled: the contract awaiting signatures ends with its award."""
    award = await Award.get(id=message.payload["award"])
    await void_contract(award, by=Actor.system("contracts"))
