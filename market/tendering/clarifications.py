"""What a bidder must explain or put right after the opening: a very low price, an expired certificate."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from market.accounts.permissions import require
from market.accounts.states import Role
from market.directory.certificates import names_in_force, standings
from market.directory.models import Certificate, SupplierProfile
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.tendering import evaluation
from market.tendering.judging_forms import LowPriceInput, VerdictInput
from market.tendering.models import Award, Bid, Clarification, Job
from market.tendering.procedures import config_of
from market.tendering.states import (
    BidStatus,
    ClarificationKind,
    ClarificationStatus,
    JobStatus,
    RefusalReason,
)
from market.vocabulary.credentials import parse_credential

RENEWAL = dt.timedelta(hours=24)
OPEN = (ClarificationStatus.ASKED, ClarificationStatus.ANSWERED)


class AlreadyAsked(Conflict):
    """A bidder is asked once about its price."""

    title = "This has been asked already"


class AnswerClosed(Conflict):
    """Answers are taken until the deadline."""

    title = "The time to answer is over"


def low_prices(bids: Iterable[Bid], percent: int) -> dict[UUID, dict[str, Any]]:
    """Which bids lie below `percent` of the mean of their rivals' totals, and the figures.

    Rivals are the bids of the same lot that meet the requirements and were not refused.
    """
    found: dict[UUID, dict[str, Any]] = {}
    valid = [
        bid for bid in bids
        if bid.total_fen and bid.status != BidStatus.DISQUALIFIED
        and evaluation.meets_requirements(bid)
    ]  # fmt: skip
    for rivals in evaluation.by_lot(valid).values():
        total = sum(bid.total_fen or 0 for bid in rivals)
        for bid in rivals if len(rivals) > 1 else ():
            own = bid.total_fen or 0
            mean = Decimal(total - own) / (len(rivals) - 1)
            if own * 100 < mean * percent:
                found[bid.id] = {
                    "total_fen": own, "mean_fen": int(mean), "percent": percent,
                    "share": str((own * 100 / mean).quantize(Decimal("0.1"))),
                }  # fmt: skip
    return found


async def low_prices_of(job: Job, lot_id: UUID | None) -> dict[UUID, dict[str, Any]]:
    """The very low prices of a lot, or of a job without lots."""
    percent = config_of(job).low_price_percent
    bids = Bid.filter(job=job, lot_id=lot_id, total_fen__isnull=False)
    rows = await bids.only("id", "lot_id", "total_fen", "status", "checks") if percent else []
    return low_prices(rows, percent)


async def unexplained(job: Job, bid: Bid) -> bool:
    """Whether a bid's very low price still lacks an accepted explanation."""
    if bid.id not in await low_prices_of(job, bid.lot_id):
        return False
    return not await Clarification.exists(
        bid=bid, kind=ClarificationKind.LOW_PRICE, status=ClarificationStatus.ACCEPTED
    )


@atomic()
async def ask_about_price(bid: Bid, request: LowPriceInput, *, by: Actor) -> Clarification:
    """Have a bidder explain a very low price by a deadline (政府采购货物和服务招标投标管理办法 第六十条).

    Raises InvalidInput when the price is not below the procedure's share, AlreadyAsked, NotFound.
    """
    require(by, Role.BUYER)
    job = await lock_id(Job, bid.job_id)
    if job.owner_id != by.organisation_id:
        raise NotFound(_("This bid does not exist"))
    bid = await lock_id(Bid, bid.id)
    facts = (await low_prices_of(job, bid.lot_id)).get(bid.id)
    if job.status != JobStatus.EVALUATION or facts is None:
        raise InvalidInput(_("The price is not below the share the procedure names"))
    if request.due_at <= clock.now():
        raise InvalidInput(fields={"due_at": _("The deadline must lie in the future")})
    if await Clarification.exists(bid=bid, kind=ClarificationKind.LOW_PRICE):
        raise AlreadyAsked(_("The bidder has been asked about its price"))
    asked = await Clarification.create(
        bid=bid, kind=ClarificationKind.LOW_PRICE, facts=facts, question=request.question,
        due_at=request.due_at,
    )  # fmt: skip
    await outbox.record("clarification.asked", clarification=asked.id)
    return asked


@atomic()
async def answer_request(asked: Clarification, answer: str, *, by: Actor) -> Clarification:
    """The bidder's explanation, by its owner or sales, before the deadline. Raises AnswerClosed."""
    require(by, Role.SALES)
    bid = await Bid.get(id=asked.bid_id)
    await lock_id(Job, bid.job_id)
    asked = await lock(asked)
    if bid.bidder_id != by.organisation_id or asked.kind != ClarificationKind.LOW_PRICE:
        raise NotFound(_("This request does not exist"))
    if asked.status != ClarificationStatus.ASKED or asked.due_at <= clock.now():
        raise AnswerClosed(_("Answers were taken until %(at)s", at=f"{asked.due_at:%Y-%m-%d}"))
    await asked.move_to(ClarificationStatus.ANSWERED, by=by, answer=answer, answered_at=clock.now())
    await outbox.record("clarification.answered", clarification=asked.id)
    return asked


@atomic()
async def judge_answer(asked: Clarification, verdict: VerdictInput, *, by: Actor) -> Clarification:
    """Accept the explanation, or refuse it and the bid with it; the owner's buyer, with a reason."""
    require(by, Role.BUYER)
    bid = await Bid.get(id=asked.bid_id)
    job = await lock_id(Job, bid.job_id)
    asked = await lock(asked)
    if job.owner_id != by.organisation_id or asked.kind != ClarificationKind.LOW_PRICE:
        raise NotFound(_("This request does not exist"))
    status = ClarificationStatus.ACCEPTED if verdict.is_accepted else ClarificationStatus.REJECTED
    await asked.move_to(status, by=by, reason=verdict.decision, decision=verdict.decision)
    if not verdict.is_accepted:
        await refuse_low_price(job, bid, verdict.decision, by=by)
    return asked


async def refuse_low_price(job: Job, bid: Bid, why: str, *, by: Actor) -> None:
    """Refuse a bid whose very low price stayed unexplained, in the caller's transaction."""
    bid = await lock_id(Bid, bid.id)
    if bid.status in evaluation.COMPARED:
        code = RefusalReason.LOW_PRICE_UNEXPLAINED
        await evaluation.refuse_bid(job, bid, code, why, by=by)


async def expired_certificates(job: Job, organisation_id: UUID) -> list[str]:
    """The certificates the job needs for which a supplier has only expired ones today."""
    profile = await SupplierProfile.get_or_none(organisation_id=organisation_id)
    if profile is None or not job.required_certs:
        return []
    rows = await Certificate.filter(organisation_id=organisation_id)
    expired = {item.name for item in standings(profile, rows) if item.state == "expired"}
    held = [
        credential for name in (*names_in_force(profile, rows), f"等保{profile.mlps}")
        if (credential := parse_credential(name)) is not None
    ]  # fmt: skip
    wanting = []
    for name in job.required_certs:
        needed = parse_credential(name)
        meets = [
            c for n in expired if needed and (c := parse_credential(n)) and c.satisfies(needed)
        ]
        if needed and meets and not any(credential.satisfies(needed) for credential in held):
            wanting.append(name)
    return wanting


async def ask_for_certificates(job: Job, award: Award, bid: Bid) -> Clarification | None:
    """Give the winner 24 hours for certificates that have expired, in the award's transaction."""
    assert bid.bidder_id is not None
    expired = await expired_certificates(job, bid.bidder_id)
    if not expired:
        return None
    asked = await Clarification.create(
        bid=bid, award=award, kind=ClarificationKind.CERTIFICATE, facts={"certificates": expired},
        due_at=clock.now() + RENEWAL,
    )  # fmt: skip
    await outbox.record("clarification.asked", clarification=asked.id)
    return asked
