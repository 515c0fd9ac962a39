"""The present public state of a job as one OCDS compiled release.

Nothing disappears between two releases of a process: what ends keeps its place and changes its
status, so that merging all releases gives the newest. Of sealed bids nothing appears before their
prices are opened: neither a bidder nor a number of bids.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from market.kit import clock
from market.kit.web import absolute_url
from market.ocds import codes
from market.ocds.processes import SEALED, Process, read_process
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
from market.orders.models import Contract, Order
from market.tendering.models import Award, Bid, Job, Lot
from market.tendering.procedures import PROCEDURES, config_of
from market.tendering.states import BidStatus
from market.vocabulary import regions

Json = dict[str, Any]


async def compile_process(job: Job) -> Json:
    """Parties, planning, tender, bids, awards and contracts; the caller adds ocid, id, date and tag."""
    process = await read_process(job)
    bids = _opened_bids(process)
    return present(
        initiationType="tender",
        language=codes.LANGUAGE,
        parties=_parties(process, bids),
        buyer=reference(process.owner),
        planning=present(budget=present(amount=value(job.budget_fen) if job.budget_fen else None)),
        tender=_tender(process, bids),
        bids=present(details=[_bid(process, bid) for bid in bids]),
        awards=[_award(process, award) for award in process.awards.values()],
        contracts=[_contract(process, contract) for contract in process.contracts],
    )


def _opened_bids(process: Process) -> list[Bid]:
    if process.job.status in SEALED:
        return []
    return [
        bid
        for bid in process.bids.values()
        if bid.status in codes.BID_STATUS
        and (bid.total_fen is not None or bid.status == BidStatus.DISQUALIFIED)
    ]


def _parties(process: Process, bids: list[Bid]) -> list[Json]:
    roles: dict[UUID, list[str]] = {process.owner.id: ["buyer", "procuringEntity"]}
    for bid in bids:
        if bid.bidder_id is not None:
            roles.setdefault(bid.bidder_id, []).append("tenderer")
    for award in process.awards.values():
        roles.setdefault(process.winner(award).id, []).append("supplier")
    return [
        party(process.organisations[who], list(dict.fromkeys(named)))
        for who, named in roles.items()
    ]


def _tender(process: Process, bids: list[Bid]) -> Json:
    job, lots = process.job, list(process.lots.values())
    config = config_of(job)
    procedure = PROCEDURES.get(job.procedure)
    tenderers = dict.fromkeys(bid.bidder_id for bid in bids if bid.bidder_id is not None)
    return present(
        id=job.number,
        title=job.title,
        description=job.summary,
        status=codes.TENDER_STATUS[job.status],
        procuringEntity=reference(process.owner),
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
        tenderers=[reference(process.organisations[who]) for who in tenderers],
        **_enquiries(process),
        documents=[{
            "id": "notice", "documentType": "tenderNotice", "title": job.title,
            "url": absolute_url("jobs:show", number=job.number), "language": codes.LANGUAGE,
        }],
        amendments=[
            {"id": str(position), "date": moment(notice.published_at)}
            for position, notice in enumerate(process.amendments, start=1)
        ],
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


def _enquiries(process: Process) -> Json:
    enquiries = [
        present(
            id=str(position),
            date=moment(question.created_at),
            description=question.text,
            answer=question.answer,
            dateAnswered=moment(question.answered_at),
        )
        for position, question in enumerate(process.questions, start=1)
        if question.answered_at is not None
    ]
    return {"hasEnquiries": bool(enquiries), "enquiries": enquiries}


def _bid(process: Process, bid: Bid) -> Json:
    return present(
        id=bid.number,
        date=moment(bid.submitted_at) if bid.submitted_at else None,
        status=codes.BID_STATUS[bid.status],
        tenderers=[reference(process.organisations[bid.bidder_id])] if bid.bidder_id else [],
        value=value(bid.total_fen) if bid.total_fen is not None else None,
        relatedLots=_lots_of(process, bid),
    )


def _lots_of(process: Process, row: Bid | Award) -> list[str]:
    return [str(process.lots[row.lot_id].position)] if row.lot_id else []


def _award(process: Process, award: Award) -> Json:
    job, bid = process.job, process.bids[award.bid_id]
    lot = process.lots[award.lot_id] if award.lot_id else None
    return present(
        id=award.number,
        title=lot.title if lot else job.title,
        description=award.rationale,
        status=codes.AWARD_STATUS[award.status],
        date=moment(award.created_at),
        value=value(bid.total_fen),
        suppliers=[reference(process.winner(award))],
        items=[_item(job, lot)],
        relatedBid=bid.number,
        relatedLots=_lots_of(process, award),
    )


def _contract(process: Process, contract: Contract) -> Json:
    order = process.orders.get(contract.id)
    return present(
        id=contract.number,
        awardID=process.awards[contract.award_id].number,
        title=process.job.title,
        status=codes.CONTRACT_STATUS[contract.status],
        period=period(contract.activated_at, order.due_at if order else None),
        value=value(contract.total_fen),
        dateSigned=moment(contract.activated_at) if contract.activated_at else None,
        implementation=_implementation(process, contract, order) if order else None,
    )


def _implementation(process: Process, contract: Contract, order: Order) -> Json:
    parties = process.organisations
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
            for stage in process.stages
            if stage.order_id == order.id
        ],
        transactions=[
            {
                "id": settlement.number,
                "date": moment(settlement.settled_at),
                "value": value(settlement.gross_fen),
                "payer": reference(parties[contract.buyer_id]),
                "payee": reference(parties[contract.supplier_id]),
            }
            for settlement in process.settlements
            if settlement.order_id == order.id
        ],
    )
