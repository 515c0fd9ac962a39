"""A release for every change of what is public of a job; the outbox handler that writes it."""

import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from market.kit import clock, rows
from market.kit.audit import canonical
from market.kit.db import atomic
from market.kit.numbers import next_value
from market.kit.outbox import Handler, Message
from market.ocds.compiling import compile_process
from market.ocds.models import Release
from market.ocds.values import moment
from market.orders.models import Contract, DeliveryBatch, Order
from market.settings import settings
from market.tendering.models import Award, Job, Question

Json = dict[str, Any]
SERIES = "ocds-release"
TICK = dt.timedelta(microseconds=1)


def ocid_of(job: Job) -> str:
    """The open contracting identifier: the registered prefix and the job's number."""
    return f"{settings.ocds_prefix}-{job.number}"


@atomic()
async def publish_release(job_id: UUID) -> Release | None:
    """Store what is public of a job as a release; None while it is a draft or nothing has changed.

    Releases of a process carry rising dates. The sequence rises in the order of commit, so that a
    reader who asks for what follows the last one misses nothing.
    """
    [job] = await rows.select(Job, "id", [job_id], is_locked=True)
    if not job.is_public:
        return None
    content = await compile_process(job)
    digest = hashlib.sha256(canonical(content).encode()).hexdigest()
    before = await rows.read(Release, ("sequence", "digest"), "job_id", [job.id])
    if before and max(before)[1] == digest:
        return None
    last = await Release.get(sequence=max(before)[0]) if before else None
    at = clock.now() if last is None else max(clock.now(), last.released_at + TICK)
    count = len(before) + 1
    ocid = ocid_of(job)
    head = {
        "ocid": ocid,
        "id": f"{ocid}-{count:04d}",
        "date": moment(at),
        "tag": tags(last.content if last else None, content),
    }
    return await Release.create(
        sequence=await next_value(SERIES), ocid=ocid, job=job, released_at=at,
        content={**head, **content}, digest=digest,
    )  # fmt: skip


def tags(before: Json | None, now: Json) -> list[str]:
    """What changed, in the words of the releaseTag codelist."""
    if before is None:
        first = ["planning", "tender"] if "planning" in now else ["tender"]
        return [*first, *(name[:-1] for name in ("awards", "contracts") if name in now)]
    found = [
        *_tender_tags(before, now),
        *_list_tags("award", before.get("awards", []), now.get("awards", [])),
        *_contract_tags(before.get("contracts", []), now.get("contracts", [])),
    ]
    return found or ["tenderUpdate"]


def _tender_tags(before: Json, now: Json) -> list[str]:
    old, new = before["tender"], now["tender"]
    if new["status"] != old["status"] and new["status"] == "cancelled":
        return ["tenderCancellation"]
    if len(new.get("amendments", [])) > len(old.get("amendments", [])):
        return ["tenderAmendment"]
    return ["tenderUpdate"] if (old, before.get("bids")) != (new, now.get("bids")) else []


def _list_tags(name: str, before: list[Json], now: list[Json]) -> list[str]:
    known = {row["id"]: row for row in before}
    found = []
    if any(row["id"] not in known for row in now):
        found.append(name)
    changed = [row for row in now if row["id"] in known and row != known[row["id"]]]
    if any(row["status"] == "cancelled" for row in changed) and name == "award":
        found.append("awardCancellation")
    elif changed:
        found.append(f"{name}Update")
    return found


def _contract_tags(before: list[Json], now: list[Json]) -> list[str]:
    def bare(rows: list[Json]) -> list[Json]:
        return [{k: v for k, v in row.items() if k != "implementation"} for row in rows]

    found = _list_tags("contract", bare(before), bare(now))
    old, new = ({row["id"]: row.get("implementation") for row in rows} for rows in (before, now))
    if any(done and not old.get(number) for number, done in new.items()):
        found.append("implementation")
    elif any(done != old.get(number) for number, done in new.items()):
        found.append("implementationUpdate")
    return found


async def _job_of_order(order_id: Any) -> UUID:
    return (await Order.get(id=order_id)).job_id


async def _job_of_batch(batch_id: Any) -> UUID:
    return await _job_of_order((await DeliveryBatch.get(id=batch_id)).order_id)


async def _job_of_award(award_id: Any) -> UUID:
    return (await Award.get(id=award_id)).job_id


async def _job_of_contract(contract_id: Any) -> UUID:
    return (await Contract.get(id=contract_id)).job_id


async def _job_of_question(question_id: Any) -> UUID:
    return (await Question.get(id=question_id)).job_id


async def _itself(job_id: Any) -> UUID:
    return UUID(str(job_id))


# Which key of a message's payload leads to the job, tried in this order.
LOOKUPS: Mapping[str, Callable[[Any], Awaitable[UUID]]] = {
    "job": _itself,
    "order": _job_of_order,
    "contract": _job_of_contract,
    "award": _job_of_award,
    "batch": _job_of_batch,
    "question": _job_of_question,
}


async def release_change(message: Message) -> None:
    """The outbox handler of every event that may change what is public of a job."""
    for key, job_of in LOOKUPS.items():
        if key in message.payload:
            await publish_release(await job_of(message.payload[key]))
            return
    raise LookupError(f"{message.topic} names no job")


# Events that may change what is public of a job.
HANDLERS: Mapping[str, tuple[Handler, ...]] = dict.fromkeys(
    (
        "job.published", "job.amended", "job.changed", "job.opened", "job.cancelled",
        "job.unsuccessful", "question.answered", "award.decided", "award.activated",
        "award.cancelled", "contract.drafted", "contract.activated", "contract.cancelled",
        "order.placed", "order.completed", "order.cancelled", "batch.accepted", "order.settled",
        "order.refunded",
    ),
    (release_change,),
)  # fmt: skip
