"""Annex 5, the summary a province sends up, and the list of applications, as files."""

from typing import Any

from tortoise.queryset import QuerySet

from market.certification.models import Certification
from market.certification.states import CertificationStatus
from market.kit.i18n import N_
from market.kit.tables import Export, status

HANDED_IN = frozenset(CertificationStatus) - {
    CertificationStatus.DRAFT, CertificationStatus.RETURNED, CertificationStatus.WITHDRAWN,
}  # fmt: skip


def _form(name: str) -> Any:
    return lambda row: row.form.get(name)


ANNEX_5 = Export(
    N_("Annex 5: summary of applications"),
    (
        (N_("No."), "integer", "position"),
        (N_("Base"), "text", "base.name"),
        (N_("Founded"), "text", lambda row: (row.form.get("founded_on") or "")[:7]),
        (N_("Area (m²)"), "integer", _form("area")),
        (N_("Planned investment (yuan)"), "money", _form("planned_fen")),
        (N_("Main industries"), "text", _form("industries")),
        (N_("Annotation firms"), "integer", "firms_count"),
        (N_("People employed in annotation"), "integer", "staff_count"),
        (N_("Managing body"), "text", _form("manager")),
        (N_("Contact"), "text", lambda row: f"{row.form['contact']} {row.form['phone']}"),
        (N_("Remarks"), "text", status("certification")),
    ),
)
ROUNDS = Export(
    N_("Rounds"),
    (
        (N_("Number"), "text", "number"),
        (N_("Title"), "text", "title"),
        (N_("Organiser"), "text", "organiser.name"),
        (N_("Closes"), "datetime", "closes_at"),
        (N_("Tenant annotation firms, at least"), "integer", "firms_min"),
        (N_("Annotators, at least"), "integer", "staff_min"),
        (N_("Office space in m², at least"), "integer", "area_min"),
    ),
)
CERTIFICATIONS = Export(
    N_("Certified bases and applications"),
    (
        (N_("Number"), "text", "number"),
        (N_("Base"), "text", "base.name"),
        (N_("Round"), "text", "round.title"),
        (N_("Status"), "text", status("certification")),
        (N_("Handed in"), "datetime", "submitted_at"),
        (N_("Publicised until"), "datetime", "public_until"),
        (N_("Certified"), "datetime", "certified_at"),
    ),
)


async def annex_5_rows(readable: QuerySet[Certification]) -> list[Certification]:
    """Of what somebody may read in full what was handed in, numbered, its firms and staff counted."""
    handed_in = readable.filter(status__in=HANDED_IN).order_by("submitted_at", "id")
    rows = await handed_in.prefetch_related("firms")
    for position, row in enumerate(rows, start=1):
        row.position = position
        row.firms_count = len(row.firms)
        row.staff_count = sum(firm.staff for firm in row.firms)
    return rows
