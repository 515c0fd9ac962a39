"""What can be subscribed to, who is told of it, and what is said: numbers and addresses, no content.

A receiver that wants more reads the row through the API with a token of its own, which shows it what
its role may see. So nothing sealed and nothing of another party can be in an event.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.complaints.competence import bureaus_over
from market.disputes.models import Dispute
from market.kit.api import PREFIX
from market.kit.i18n import N_
from market.kit.outbox import Message
from market.orders.models import Contract, DeliveryBatch, Order
from market.risks.models import FlagCase
from market.settings import settings
from market.tendering.models import Award, Job

JOBS, CONTRACTS, ORDERS, DELIVERIES, DISPUTES, RISKS = (
    N_("Public jobs"), N_("Contracts"), N_("Orders"), N_("Deliveries"), N_("Disputes"), N_("Red flags"),
)  # fmt: skip
TEST = "webhook.test"
TOPICS: Mapping[str, tuple[str, str]] = {
    "job.published": (JOBS, N_("Job published")),
    "job.amended": (JOBS, N_("Job amended")),
    "job.cancelled": (JOBS, N_("Job cancelled")),
    "job.opened": (JOBS, N_("Bids were opened")),
    "job.unsuccessful": (JOBS, N_("Procurement failed")),
    "award.activated": (JOBS, N_("Award in force")),
    "contract.drafted": (CONTRACTS, N_("Contract drafted")),
    "contract.signed": (CONTRACTS, N_("Contract signed by one party")),
    "contract.activated": (CONTRACTS, N_("Contract is in force")),
    "contract.changed": (CONTRACTS, N_("Contract changed")),
    "contract.terminated": (CONTRACTS, N_("Contract ended early")),
    "order.placed": (ORDERS, N_("Order placed")),
    "order.funded": (ORDERS, N_("Order funded")),
    "order.settled": (ORDERS, N_("Order settled")),
    "order.refunded": (ORDERS, N_("Order refunded")),
    "order.completed": (ORDERS, N_("Order completed")),
    "batch.submitted": (DELIVERIES, N_("Batch delivered")),
    "batch.accepted": (DELIVERIES, N_("Batch accepted")),
    "batch.partially_accepted": (DELIVERIES, N_("Batch partly accepted")),
    "batch.rejected": (DELIVERIES, N_("Batch rejected")),
    "dispute.opened": (DISPUTES, N_("Dispute opened")),
    "dispute.resolved": (DISPUTES, N_("Dispute resolved")),
    "flag.found": (RISKS, N_("Red flag raised")),
}
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """What is said, and whom it may be said to: `audience` None is everybody."""

    data: Data
    audience: frozenset[UUID] | None


def _address(path: str) -> str:
    return f"{settings.base_url.rstrip('/')}{PREFIX}{path}"


async def _of_job(job_id: Any) -> Event | None:
    job = await Job.get(id=job_id)
    if not job.is_public:
        return None
    return Event(
        {"job": job.number, "status": job.status, "url": _address(f"/jobs/{job.number}")}, None
    )


async def _of_award(award_id: Any) -> Event | None:
    return await _of_job((await Award.get(id=award_id)).job_id)


async def _of_contract(contract_id: Any) -> Event:
    contract = await Contract.get(id=contract_id).select_related("job")
    data = {
        "contract": contract.number, "job": contract.job.number, "status": contract.status,
        "url": _address(f"/contracts/{contract.number}"),
    }  # fmt: skip
    return Event(data, _parties(contract))


async def _of_order(order_id: Any) -> Event:
    order = await Order.get(id=order_id).select_related("contract")
    data = {
        "order": order.number, "contract": order.contract.number, "status": order.status,
        "url": _address(f"/orders/{order.number}"),
    }  # fmt: skip
    return Event(data, _parties(order.contract))


async def _of_batch(batch_id: Any) -> Event:
    batch = await DeliveryBatch.get(id=batch_id).select_related("order__contract")
    data = {
        "batch": batch.number, "order": batch.order.number, "status": batch.status,
        "url": _address(f"/batches/{batch.number}"),
    }  # fmt: skip
    return Event(data, _parties(batch.order.contract))


async def _of_dispute(dispute_id: Any) -> Event:
    dispute = await Dispute.get(id=dispute_id).select_related("order__contract")
    data = {
        "dispute": dispute.number, "order": dispute.order.number, "status": dispute.status,
        "url": _address(f"/disputes/{dispute.number}"),
    }  # fmt: skip
    return Event(data, _parties(dispute.order.contract))


async def _of_case(case_id: Any) -> Event:
    case = await FlagCase.get(id=case_id)
    data = {"case": case.number, "code": case.code, "url": _address(f"/risks/cases/{case.number}")}
    return Event(data, frozenset(bureau.id for bureau in await bureaus_over(case.region_code)))


def _parties(contract: Contract) -> frozenset[UUID]:
    return frozenset({contract.buyer_id, contract.supplier_id})


# The noun a topic begins with -> the key of the payload that leads to it, and what it says.
_LOOKUPS: Mapping[str, tuple[str, Callable[[Any], Awaitable[Event | None]]]] = {
    "job": ("job", _of_job),
    "award": ("award", _of_award),
    "contract": ("contract", _of_contract),
    "order": ("order", _of_order),
    "batch": ("batch", _of_batch),
    "dispute": ("dispute", _of_dispute),
    "flag": ("case", _of_case),
}


async def event_of(message: Message) -> Event | None:
    """The event behind a message of one of TOPICS; None when it may be told to nobody (yet)."""
    key, event = _LOOKUPS[message.topic.partition(".")[0]]
    return await event(message.payload[key])
