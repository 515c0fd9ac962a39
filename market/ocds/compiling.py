"""The present public state of a job as one OCDS compiled release.

Nothing disappears between two releases of a process: what ends keeps its place and changes its
status, so that merging all releases gives the newest. Of sealed bids nothing appears before their
prices are opened: neither a bidder nor a number of bids.
"""

import datetime as dt
from typing import Any

from billing.models import Settlement
from market.kit import clock
from market.kit.web import absolute_url
from market.ocds import codes
from market.ocds.values import (
    moment,
    number,
    party,
    period,
    present,
    price,
    reference,
    value,
)
from market.orders.models import Contract, Milestone, Order
from market.tendering.models import Award, Bid, Job, Lot, Notice, Question
from market.tendering.procedures import PROCEDURES, config_of
from market.tendering.states import BidStatus, JobStatus, NoticeKind
from market.vocabulary import regions

SEALED = (
    JobStatus.DRAFT, JobStatus.REVIEW, JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING,
    JobStatus.PREQUALIFICATION, JobStatus.PILOT, JobStatus.OPENING,
)  # fmt: skip
Json = dict[str, Any]


async def compile_process(job: Job) -> Json:
    """Parties, planning, tender, bids, awards and contracts; the caller adds ocid, id, date and tag."""
    owner = await job.owner
    lots = await Lot.filter(job=job).order_by("position")
    bids = await _opened_bids(job)
    awards = await Award.filter(job=job).select_related("bid__bidder", "lot").order_by("id")
    contracts = await Contract.filter(job=job).select_related("buyer", "supplier").order_by("id")
    orders = {order.contract_id: order for order in await Order.filter(job=job)}
    roles: dict[Any, list[str]] = {owner: ["buyer", "procuringEntity"]}
    for bid in bids:
        if bid.bidder is not None:
            roles.setdefault(bid.bidder, []).append("tenderer")
    for award in awards:
        roles.setdefault(award.bid.bidder, []).append("supplier")
    return present(
        initiationType="tender",
        language=codes.LANGUAGE,
        parties=[party(who, list(dict.fromkeys(named))) for who, named in roles.items()],
        buyer=reference(owner),
        planning=present(budget=present(amount=value(job.budget_fen) if job.budget_fen else None)),
        tender=await _tender(job, lots, bids),
        bids=present(details=[_bid(bid) for bid in bids]),
        awards=[_award(job, award) for award in awards],
        contracts=[
            await _contract(job, contract, orders.get(contract.id)) for contract in contracts
        ],
    )


async def _opened_bids(job: Job) -> list[Bid]:
    if job.status in SEALED:
        return []
    found = Bid.filter(job=job, status__in=list(codes.BID_STATUS)).select_related("bidder", "lot")
    return [
        bid
        for bid in await found.order_by("submitted_at", "id")
        if bid.total_fen is not None or bid.status == BidStatus.DISQUALIFIED
    ]


async def _tender(job: Job, lots: list[Lot], bids: list[Bid]) -> Json:
    config = config_of(job)
    procedure = PROCEDURES.get(job.procedure)
    tenderers = {bid.bidder.id: bid.bidder for bid in bids if bid.bidder is not None}
    return present(
        id=job.number,
        title=job.title,
        description=job.summary,
        status=codes.TENDER_STATUS[job.status],
        procuringEntity=reference(await job.owner),
        items=_items(job, lots),
        lots=[_lot(lot) for lot in lots],
        value=value(job.budget_fen) if job.budget_fen else None,
        procurementMethod=codes.procurement_method(config),
        procurementMethodDetails=procedure.zh if procedure else job.procedure,
        procurementMethodRationale=config.reason,
        mainProcurementCategory="services",
        awardCriteria=codes.award_criteria(config),
        submissionMethod=["electronicSubmission"],
        tenderPeriod=period(job.published_at, job.bid_deadline_at),
        enquiryPeriod=period(job.published_at, job.question_deadline_at),
        contractPeriod=period(None, _end_of(job.delivery_deadline)),
        numberOfTenderers=len(tenderers) or None,
        tenderers=[reference(who) for who in tenderers.values()],
        **await _enquiries(job),
        documents=[{
            "id": "notice", "documentType": "tenderNotice", "title": job.title,
            "url": absolute_url("jobs:show", number=job.number), "language": codes.LANGUAGE,
        }],
        amendments=await _amendments(job),
    )  # fmt: skip


def _end_of(day: dt.date | None) -> dt.datetime | None:
    return clock.end_of_day(day) if day else None


def _items(job: Job, lots: list[Lot]) -> list[Json]:
    return [_item(job, lot) for lot in lots] if lots else [_item(job, None)]


def _item(job: Job, lot: Lot | None) -> Json:
    part: Job | Lot = lot or job
    ceiling = part.ceiling_unit_price
    place = regions.region(job.place_region_code) if job.place_region_code else None
    return present(
        id=str(lot.position) if lot else "1",
        description=part.title,
        classification=present(
            scheme=codes.SCHEME_MODALITY, id=job.modality, description=job.modality
        ),
        additionalClassifications=[
            {"scheme": codes.SCHEME_TASK, "id": task, "description": task}
            for task in job.task_types
        ],
        quantity=number(part.volume),
        unit=present(name=job.unit, value=price(ceiling) if ceiling is not None else None),
        relatedLot=str(lot.position) if lot else "",
        deliveryAddress={"region": place.name, "countryName": codes.COUNTRY} if place else None,
    )


def _lot(lot: Lot) -> Json:
    return present(
        id=str(lot.position),
        title=lot.title,
        status=codes.LOT_STATUS[lot.status],
        value=value(lot.budget_fen) if lot.budget_fen else None,
    )


async def _enquiries(job: Job) -> Json:
    questions = await Question.filter(job=job).order_by("id")
    enquiries = [
        present(
            id=str(position),
            date=moment(question.created_at),
            description=question.text,
            answer=question.answer,
            dateAnswered=moment(question.answered_at),
        )
        for position, question in enumerate(questions, start=1)
        if question.answered_at is not None
    ]
    return {"hasEnquiries": bool(enquiries), "enquiries": enquiries}


async def _amendments(job: Job) -> list[Json]:
    notices = await Notice.filter(job=job, kind=NoticeKind.AMENDED).order_by("published_at", "id")
    return [
        {"id": str(position), "date": moment(notice.published_at)}
        for position, notice in enumerate(notices, start=1)
    ]


def _bid(bid: Bid) -> Json:
    return present(
        id=bid.number,
        date=moment(bid.submitted_at) if bid.submitted_at else None,
        status=codes.BID_STATUS[bid.status],
        tenderers=[reference(bid.bidder)] if bid.bidder is not None else [],
        value=value(bid.total_fen) if bid.total_fen is not None else None,
        relatedLots=_lots_of(bid),
    )


def _lots_of(row: Bid | Award) -> list[str]:
    return [str(row.lot.position)] if row.lot is not None else []


def _award(job: Job, award: Award) -> Json:
    bid = award.bid
    return present(
        id=award.number,
        title=award.lot.title if award.lot is not None else job.title,
        description=award.rationale,
        status=codes.AWARD_STATUS[award.status],
        date=moment(award.created_at),
        value=value(bid.total_fen),
        suppliers=[reference(bid.bidder)],
        items=[_item(job, award.lot)],
        relatedBid=bid.number,
        relatedLots=_lots_of(award),
    )


async def _contract(job: Job, contract: Contract, order: Order | None) -> Json:
    award = await contract.award
    return present(
        id=contract.number,
        awardID=award.number,
        title=job.title,
        status=codes.CONTRACT_STATUS[contract.status],
        period=period(contract.activated_at, order.due_at if order else None),
        value=value(contract.total_fen),
        dateSigned=moment(contract.activated_at) if contract.activated_at else None,
        implementation=await _implementation(contract, order) if order else None,
    )


async def _implementation(contract: Contract, order: Order) -> Json:
    stages = await Milestone.filter(order=order).order_by("position")
    settlements = await Settlement.filter(order=order).order_by("settled_at", "id")
    return present(
        milestones=[
            present(
                id=str(stage.position),
                type=codes.MILESTONE_TYPE[stage.kind],
                code=stage.kind.value,
                dueDate=moment(stage.due_at) if stage.due_at else None,
                dateMet=moment(stage.reached_at) if stage.reached_at else None,
                status="met" if stage.reached_at else "scheduled",
            )
            for stage in stages
        ],
        transactions=[
            {
                "id": settlement.number,
                "date": moment(settlement.settled_at),
                "value": value(settlement.gross_fen),
                "payer": reference(contract.buyer),
                "payee": reference(contract.supplier),
            }
            for settlement in settlements
        ],
    )
