"""Mail about jobs, questions, bids and awards; a bid's price or a bidder's name is in none before the opening."""

from functools import partial
from typing import Any
from uuid import UUID

from market.accounts.states import Role
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members, operators
from market.tendering import sealing
from market.tendering.ceremony import RELEASERS
from market.tendering.models import Award, Bid, Job, Question
from market.tendering.posting_models import JobFavourite, JobInvitation, JobVersion
from market.tendering.sealed_models import KeyShare
from market.tendering.states import DISQUALIFYING, BidStatus, RefusalReason
from market.tendering.terms import label, reason_label
from market.tendering.versions import readable

BUYERS = (Role.BUYER,)
SELLERS = (Role.SALES,)
GONE = (BidStatus.DRAFT, BidStatus.WITHDRAWN)
REFUSALS = (
    *DISQUALIFYING,
    RefusalReason.CONTENT_DAMAGED,
    RefusalReason.NOT_RECONFIRMED,
    RefusalReason.DEPOSIT_MISSING,
)


def _bidder(job: Job, bid: Bid) -> UUID:
    return bid.bidder_id or sealing.addressee(job, bid)


def _is_sealed(job: Job) -> bool:
    """Whether a list of who gets this mail would say who has bid."""
    return job.opened_at is None


async def _bids(job: Job) -> list[Bid]:
    """The bids on a job that were not taken back."""
    return await Bid.filter(job=job).exclude(status__in=GONE).order_by("id")


async def _followers(job: Job) -> list[UUID]:
    """Organisations that bid on the job or keep an eye on it; which of both is not to be seen."""
    kept: list[Any] = (
        await JobFavourite.filter(job=job).order_by("id").values_list("organisation_id", flat=True)
    )
    bidders = [_bidder(job, bid) for bid in await _bids(job)]
    return sorted({*bidders, *kept})


async def _tell_sellers(
    message: outbox.Message, organisations: list[UUID], *, job: Job, template: str = "", **more: Any
) -> None:
    for organisation_id in organisations:
        people = await members(organisation_id, *SELLERS)
        await tell(
            message, people, template=template, job=job, confidential=_is_sealed(job), **more
        )


async def tell_followers(message: outbox.Message) -> None:
    """job.amended: what changed, and that a bid must be confirmed again under the new version."""
    job = await Job.get(id=message.payload["job"])
    newest = await JobVersion.filter(job=job).order_by("-number").first()
    unit = label("unit", job.unit)
    changes = partial(readable, newest.changes if newest else [], unit)  # in each reader's language
    guests: list[Any] = await JobInvitation.filter(job=job).values_list(
        "organisation_id", flat=True
    )
    readers = sorted({*await _followers(job), *guests})
    await _tell_sellers(message, readers, job=job, changes=changes)


async def tell_all(message: outbox.Message) -> None:
    """job.cancelled, job.opened, job.unsuccessful: owner, bidders and followers."""
    job = await Job.get(id=message.payload["job"])
    await tell(message, await members(job.owner_id, *BUYERS), job=job)
    await _tell_sellers(message, await _followers(job), job=job)


async def tell_owner_of_question(message: outbox.Message) -> None:
    """question.asked: the owner reads the question under the asker's alias."""
    question = await Question.get(id=message.payload["question"]).select_related("job")
    people = await members(question.job.owner_id, *BUYERS, Role.PROJECT, Role.QUALITY)
    await tell(message, people, question=question, job=question.job)


async def tell_all_the_answer(message: outbox.Message) -> None:
    """question.answered: the asker, every bidder and every follower read the same."""
    question = await Question.get(id=message.payload["question"]).select_related("job")
    readers = dict.fromkeys([question.asker_id, *await _followers(question.job)])
    for organisation_id in readers:
        people = await members(organisation_id, *SELLERS)
        sealed = _is_sealed(question.job)
        await tell(message, people, question=question, job=question.job, confidential=sealed)


async def ask_for_share(message: outbox.Message) -> None:
    """share.wanted, share.missing: a holder is asked to release its share while the opening waits for it."""
    share = await KeyShare.get(id=message.payload["share"]).select_related("key__job")
    if share.released_at is not None or share.key.opened_at is not None:
        return
    people = (
        await members(share.organisation_id, *RELEASERS)
        if share.organisation_id is not None
        else await operators()
    )
    await tell(message, people, job=share.key.job)


async def send_bid_receipt(message: outbox.Message) -> None:
    """bid.submitted, bid.withdrawn: a receipt, to the bidder alone; it names the digest, not the content."""
    bid = await Bid.get(id=message.payload["bid"]).select_related("job")
    people = await members(_bidder(bid.job, bid), *SELLERS)
    await tell(message, people, bid=bid, job=bid.job, confidential=True)


async def send_refusal(message: outbox.Message) -> None:
    """bid.unsuccessful: why, when no mail about the whole job says so."""
    bid = await Bid.get(id=message.payload["bid"]).select_related("job")
    if bid.reason_code in REFUSALS:
        people = await members(_bidder(bid.job, bid), *SELLERS)
        await tell(message, people, bid=bid, job=bid.job, reason_label=reason_label)


async def send_result(message: outbox.Message) -> None:
    """award.decided: the result and its reason to the owner and to every bidder, each their own."""
    award = await Award.get(id=message.payload["award"]).select_related("job", "bid__bidder")
    context = {
        "award": award,
        "job": award.job,
        "winner": award.bid.bidder,
        "reason_label": reason_label,
    }
    await tell(message, await members(award.job.owner_id, *BUYERS), bid=None, **context)
    for bid in await _bids(award.job):
        people = await members(_bidder(award.job, bid), *SELLERS)
        await tell(message, people, bid=bid, **context)


async def tell_of_cancelled_award(message: outbox.Message) -> None:
    """award.cancelled: owner and bidders, for the ranking may be taken up again."""
    award = await Award.get(id=message.payload["award"]).select_related("job")
    await tell(message, await members(award.job.owner_id, *BUYERS), job=award.job)
    bidders = [_bidder(award.job, bid) for bid in await _bids(award.job)]
    await _tell_sellers(message, bidders, job=award.job)
