"""Mail about invitations, a bureau's review of a job, and pools."""

from market.accounts.models import Organisation
from market.accounts.states import Role
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members
from market.pools.models import Pool, PoolMembership
from market.pools.states import MembershipStatus
from market.tendering.models import Job
from market.tendering.posting_models import JobInvitation, JobReview

BUYERS = (Role.BUYER, Role.PROJECT)
SELLERS = (Role.SALES,)
REVIEWERS = (Role.QUALITY, Role.PROJECT)


async def invite(message: outbox.Message) -> None:
    """job.published: each invited supplier, by itself."""
    job = await Job.get(id=message.payload["job"]).select_related("owner")
    for guest in await JobInvitation.filter(job=job).order_by("id"):
        people = await members(guest.organisation_id, *SELLERS)
        await tell(message, people, template="job.invited", job=job)


async def ask_bureau(message: outbox.Message) -> None:
    """job.review_asked: the bureau that asked for the review."""
    review = await _review(message)
    if review is not None and review.decided_at is None:
        await tell(
            message, await members(review.bureau_id, *REVIEWERS), review=review, job=review.job
        )


async def tell_owner_of_review(message: outbox.Message) -> None:
    """job.reviewed: the owner reads what the bureau decided, and why."""
    review = await _review(message)
    if review is not None:
        people = await members(review.job.owner_id, *BUYERS)
        await tell(message, people, review=review, job=review.job)


async def _review(message: outbox.Message) -> JobReview | None:
    query = JobReview.filter(id=message.payload["review"])
    return await query.select_related("job", "job__owner", "bureau").first()


async def tell_pool_owner(message: outbox.Message) -> None:
    """pool.applied: the pool's owner has an application to decide."""
    place = await _place(message)
    if place.status == MembershipStatus.APPLIED:
        await tell(
            message, await members(place.pool.owner_id, *BUYERS), place=place, pool=place.pool
        )


async def tell_applicant(message: outbox.Message) -> None:
    """pool.decided: the supplier reads where its place stands, and why."""
    place = await _place(message)
    people = await members(place.organisation_id, *SELLERS)
    await tell(message, people, place=place, pool=place.pool)


async def tell_members(message: outbox.Message) -> None:
    """pool.closed: everyone whose place ended with the pool."""
    pool = await Pool.get(id=message.payload["pool"])
    ended = PoolMembership.filter(pool=pool, status=MembershipStatus.EXPIRED).order_by("id")
    for organisation in await Organisation.filter(
        id__in=await ended.values_list("organisation_id", flat=True)
    ).order_by("id"):  # fmt: skip
        await tell(message, await members(organisation.id, *SELLERS), pool=pool)


async def _place(message: outbox.Message) -> PoolMembership:
    query = PoolMembership.get(id=message.payload["membership"])
    return await query.select_related("pool", "pool__owner", "organisation")
