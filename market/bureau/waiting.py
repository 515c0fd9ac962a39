"""What waits for a bureau's decision beside vouchers: applications of each kind, with their lists."""

from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet

from market.accounts.states import OrganisationKind
from market.certification.access import certifications_to_read
from market.certification.states import CertificationStatus
from market.kit import web
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.registration.access import filings_to_see
from market.registration.states import FilingStatus
from market.reserve.access import projects_to_see
from market.reserve.states import ProjectStatus
from market.rewards.access import undecided_claims
from market.selection.access import entries_to_see
from market.selection.states import EntryStatus

UNDECIDED = (
    CertificationStatus.SUBMITTED, CertificationStatus.RECOMMENDED, CertificationStatus.SITE_VISIT,
    CertificationStatus.OBJECTED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kind of application, how many wait, and the list they stand in."""

    label: str
    count: int
    link: str


async def applications_waiting(by: Actor) -> list[Waiting]:
    """Of each kind those handed in and not decided, in what a bureau reads; kinds without any left out."""
    if by.kind != OrganisationKind.BUREAU:
        return []
    handed_in = {"status": "submitted"}
    found: list[tuple[str, QuerySet[Any], str]] = [
        (_("Certification of bases"), certifications_to_read(by).filter(status__in=UNDECIDED),
         web.path_for("certifications:list")),
        (_("Claims for rewards"), undecided_claims(by),
         web.path_for("reward_claims:list", **handed_in)),
        (_("Filings"), filings_to_see(by).filter(status=FilingStatus.SUBMITTED),
         web.path_for("filings:list", **handed_in)),
        (_("Selections"), entries_to_see(by).filter(status=EntryStatus.SUBMITTED),
         web.path_for("entries:list", **handed_in)),
        (_("Project reserve"), projects_to_see(by).filter(status=ProjectStatus.SUBMITTED),
         web.path_for("reserve:list", **handed_in)),
    ]  # fmt: skip
    counted = [Waiting(label, await rows.count(), link) for label, rows, link in found]
    return [one for one in counted if one.count]
