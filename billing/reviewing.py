"""Whether an issuer reviews a programme's claims on this platform."""

from billing.models import VoucherProgramme
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import NotPermitted
from market.kit.i18n import gettext as _
from market.vocabulary.regions import is_within


def require_issuer(programme_region: str, *, by: Actor) -> None:
    """A bureau of the programme's region or above; its owner or quality role. Raises NotPermitted."""
    require(by, Role.QUALITY, kind=OrganisationKind.BUREAU)
    if not is_within(programme_region, by.region_code):
        raise NotPermitted(_("This programme belongs to another region"))


@atomic()
async def switch_reviews(programme: VoucherProgramme, *, is_on: bool, by: Actor) -> None:
    """From now on claims are applications that pass the rule's steps here, or are reserved at once.

    What is under way ends as it began. Raises NotPermitted.
    """
    require_issuer(programme.region_code, by=by)
    programme = await lock(programme)
    before = programme.reviewed_since
    programme.reviewed_since = clock.now() if is_on else None
    await programme.save(update_fields=["reviewed_since"])
    await audit.record(
        programme,
        "reviews_switched",
        by=by,
        before={"reviewed_since": before},
        after={"reviewed_since": programme.reviewed_since},
    )
