"""The job of a completed order."""

from market.kit.outbox import Message
from market.orders.handlers import complete_ordered_job
from market.tendering.models import Job
from market.tendering.states import JobStatus
from tests.factories.orders import make_completed_order


async def test_a_completed_order_completes_its_job(rollback: None) -> None:
    deal = await make_completed_order()
    assert deal.order is not None
    message = Message("m", "order.completed", {"order": str(deal.order.id)})
    await complete_ordered_job(message)
    await complete_ordered_job(message)
    assert (await Job.get(id=deal.order.job_id)).status == JobStatus.COMPLETED
