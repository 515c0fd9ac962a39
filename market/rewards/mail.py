"""Mail and bell about claims: to the bureaus of the region when one is handed in, to its organisation when decided."""

from market.accounts.models import Person
from market.accounts.states import Role
from market.complaints.competence import authorities_over
from market.kit import outbox
from market.kit.i18n import N_
from market.kit.statuses import STATUS_TONES
from market.notifications.mailing import tell
from market.notifications.offices import Moved
from market.notifications.recipients import members
from market.rewards.models import RewardClaim
from market.rewards.records import reward_of
from market.rewards.states import ClaimStatus

PEOPLE = (Role.FINANCE, Role.PROJECT)


async def tell_of_claim(message: outbox.Message) -> None:
    """reward.moved: whose turn it is, or whose claim was decided."""
    claim = await RewardClaim.get(id=message.payload["claim"]).select_related("organisation")
    status = ClaimStatus(message.payload["status"])
    people: list[Person] = []
    if status is ClaimStatus.SUBMITTED:
        for authority in await authorities_over(claim.region_code):
            people += await members(authority.id, *PEOPLE)
    else:
        people = await members(claim.organisation_id, *PEOPLE)
    reward = reward_of(claim.reward)
    moved = Moved(
        N_("Claim for a reward"), claim.number, f"{claim.organisation.name} · {reward.source if reward else ''}",
        STATUS_TONES["reward_claim", status].label, "reward_claims:show", claim.reasons,
    )  # fmt: skip
    each = {person.id: person for person in people}.values()
    await tell(message, each, template="office.moved", moved=moved)
