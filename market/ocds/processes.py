"""What a release is compiled from: the rows of a job, each table read once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from billing.models import Settlement
from market.accounts.models import Organisation
from market.kit import rows
from market.kit.db import Row
from market.orders.models import Contract, Milestone, Order
from market.tendering.models import Award, Bid, Job, Lot, Notice, Question
from market.tendering.states import JobStatus, NoticeKind

SEALED = (
    JobStatus.DRAFT, JobStatus.REVIEW, JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING,
    JobStatus.PREQUALIFICATION, JobStatus.PILOT, JobStatus.OPENING,
)  # fmt: skip
R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Process:
    """A job with what the parties did about it; of sealed bids nothing."""

    job: Job
    organisations: Mapping[UUID, Organisation]
    lots: Mapping[UUID, Lot]
    bids: Mapping[UUID, Bid]  # as submitted, once the job is opened; those the awards name
    awards: Mapping[UUID, Award]
    contracts: Sequence[Contract]
    orders: Mapping[UUID, Order]  # by contract
    stages: Sequence[Milestone]
    settlements: Sequence[Settlement]
    questions: Sequence[Question]
    amendments: Sequence[Notice]

    @property
    def owner(self) -> Organisation:
        """Whose job it is."""
        return self.organisations[self.job.owner_id]

    def winner(self, award: Award) -> Organisation:
        """Whose bid was awarded."""
        bidder_id = self.bids[award.bid_id].bidder_id
        assert bidder_id is not None, "who wins has been opened"
        return self.organisations[bidder_id]


async def read_process(job: Job) -> Process:
    """Read a locked job's rows as they stand."""
    key = [job.id]
    bids = [] if job.status in SEALED else await rows.select(Bid, "job_id", key)
    awards = await rows.select(Award, "job_id", key, order_by="id")
    if unread := {award.bid_id for award in awards} - {bid.id for bid in bids}:
        bids += await rows.select(Bid, "id", unread)
    contracts = await rows.select(Contract, "job_id", key, order_by="id") if awards else []
    orders = await rows.select(Order, "job_id", key) if contracts else []
    ids = [order.id for order in orders]
    settlements = await rows.select(Settlement, "order_id", ids) if ids else []
    amendments = await rows.select(Notice, "job_id", key, kind=[NoticeKind.AMENDED.value])
    return Process(
        job=job,
        organisations=await _parties(job, bids, contracts),
        lots=_by_id(await rows.select(Lot, "job_id", key, order_by="position")),
        bids=_by_id(sorted(bids, key=lambda bid: (bid.submitted_at or bid.created_at, bid.id))),
        awards=_by_id(awards),
        contracts=contracts,
        orders={order.contract_id: order for order in orders},
        stages=await rows.select(Milestone, "order_id", ids, order_by="position") if ids else [],
        settlements=sorted(settlements, key=lambda row: (row.settled_at, row.id)),
        questions=await rows.select(Question, "job_id", key, order_by="id"),
        amendments=sorted(amendments, key=lambda row: (row.published_at, row.id)),
    )


async def _parties(
    job: Job, bids: Iterable[Bid], contracts: Iterable[Contract]
) -> dict[UUID, Organisation]:
    ids = {job.owner_id, *(bid.bidder_id for bid in bids if bid.bidder_id)}
    for contract in contracts:
        ids |= {contract.buyer_id, contract.supplier_id}
    return _by_id(await rows.select(Organisation, "id", ids))


def _by_id(found: Iterable[R]) -> dict[UUID, R]:
    return {row.id: row for row in found}
