"""Verbs of the library: a firm reports a year, a bureau notes that it has seen the evidence."""

from market.accounts.models import Organisation
from market.accounts.oversight import own_region
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.library.forms import ReportInput
from market.library.models import FirmReport
from market.vocabulary import regions

REPORTERS = (Role.FINANCE, Role.PROJECT, Role.SALES)
CONFIRMERS = (Role.QUALITY, Role.PROJECT)


class AlreadyConfirmed(Conflict):
    """Figures a bureau has confirmed stay as they are."""

    title = "These figures are confirmed"


@atomic()
async def report_year(
    content: ReportInput, *, evidence: StoredFile | None = None, by: Actor
) -> FirmReport:
    """Report a year or correct it, with evidence the first time; confirmed figures no longer change."""
    require(by, *REPORTERS, kind=OrganisationKind.SUPPLIER)
    assert by.organisation_id is not None, "require() wants an organisation"
    firm = await lock_id(Organisation, by.organisation_id)
    if content.annotators > content.staff:
        raise InvalidInput(fields={"annotators": _("There cannot be more annotators than people")})
    row = await FirmReport.get_or_none(organisation=firm, year=content.year)
    row = row or FirmReport(organisation=firm, year=content.year)
    if row.confirmed_at is not None:
        raise AlreadyConfirmed(_("The figures of %(year)s were confirmed", year=row.year))
    if evidence is None and row.evidence_id is None:
        raise InvalidInput(fields={"file": _("Attach the audit report, tax or payroll evidence")})
    row.update_from_dict(content.model_dump())
    if evidence is not None:
        row.evidence = evidence
    await row.save()
    await audit.record(row, "reported", by=by, after=content.model_dump(mode="json"))
    return row


@atomic()
async def confirm_report(row: FirmReport, *, by: Actor) -> FirmReport:
    """A bureau of the firm's region has seen the evidence; twice is once."""
    require(by, *CONFIRMERS, kind=OrganisationKind.BUREAU)
    row = await lock(row)
    firm = await Organisation.get(id=row.organisation_id)
    if not regions.is_within(firm.region_code, own_region(by).code):
        raise NotPermitted(_("This firm is of another region"))
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by_id = clock.now(), by.organisation_id
        await row.save(update_fields=["confirmed_at", "confirmed_by_id"])
        await audit.record(row, "confirmed", by=by)
    return row
