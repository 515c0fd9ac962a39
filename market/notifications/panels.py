"""Mail about panels and what bidders are asked after the opening; never a mark."""

from market.accounts.models import Person
from market.accounts.states import Role
from market.kit import i18n, outbox
from market.notifications.mailing import send, tell
from market.notifications.recipients import members
from market.tendering.models import Clarification, Job, Judge

OWNERS = (Role.BUYER,)


async def invite_judge(message: outbox.Message) -> None:
    """judge.invited: to the address of the seat, whether or not it has an account."""
    judge = await Judge.get(id=message.payload["judge"]).select_related("job", "job__owner")
    person = await Person.get_or_none(email=judge.email)
    await send(
        message, judge.email, locale=person.locale if person else i18n.DEFAULT,
        template="judge.invited", name=judge.name, judge=judge, job=judge.job, unsubscribe_token="",
    )  # fmt: skip


async def tell_of_recusal(message: outbox.Message) -> None:
    """judge.recused: the owner must fill the seat again."""
    judge = await Judge.get(id=message.payload["judge"]).select_related("job")
    people = await members(judge.job.owner_id, *OWNERS)
    await tell(message, people, judge=judge, job=judge.job)


async def tell_of_ranking(message: outbox.Message) -> None:
    """job.ranked: the owner may decide now."""
    job = await Job.get(id=message.payload["job"])
    await tell(message, await members(job.owner_id, *OWNERS), job=job)


async def ask_bidder(message: outbox.Message) -> None:
    """clarification.asked: the bidder, with the deadline."""
    asked = await _request(message)
    people = await members(asked.bid.bidder_id, Role.SALES)
    await tell(message, people, asked=asked, bid=asked.bid, job=asked.bid.job)


async def tell_of_answer(message: outbox.Message) -> None:
    """clarification.answered: the owner gives the verdict."""
    asked = await _request(message)
    people = await members(asked.bid.job.owner_id, *OWNERS)
    await tell(message, people, asked=asked, bid=asked.bid, job=asked.bid.job)


async def _request(message: outbox.Message) -> Clarification:
    found = Clarification.get(id=message.payload["clarification"])
    return await found.select_related("bid", "bid__job")
