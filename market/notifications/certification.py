"""Mail about applications for certification: to whose turn it is, and to the base."""

from market.accounts.states import Role
from market.certification.models import Certification
from market.certification.states import CertificationStatus
from market.complaints.competence import DECIDERS, authorities_over
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members

APPLICANTS = (Role.PROJECT, Role.BUYER)


async def tell_of_move(message: outbox.Message) -> None:
    """certification.moved: the base learns every decision, the bureaus above it what waits for them."""
    row = await Certification.get(id=message.payload["certification"]).select_related(
        "base", "round"
    )
    people = (
        []
        if row.status is CertificationStatus.SUBMITTED
        else await members(row.base_id, *APPLICANTS)
    )
    if row.status in (
        CertificationStatus.SUBMITTED, CertificationStatus.RECOMMENDED, CertificationStatus.OBJECTED,
    ):  # fmt: skip
        for authority in await authorities_over(row.region_code):
            people += await members(authority.id, *DECIDERS)
    await tell(message, {person.id: person for person in people}.values(), row=row)
