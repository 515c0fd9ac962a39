"""Who may see which complaint and which report: the only way a route obtains a row.

Decisions are public; who complained is known to the owner and the deciding authority only, who
reported to the authority only.
"""

from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.accounts.models import Organisation
from market.accounts.states import OrganisationKind, OrganisationStatus
from market.complaints import competence, violations
from market.complaints.models import Complaint, ComplaintEvidence, ViolationReport
from market.complaints.states import DECIDED, ComplaintStatus, ViolationStatus
from market.datasets.models import DatasetNeed
from market.kit import clock
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.files import StoredFile
from market.kit.i18n import gettext as _
from market.tendering.models import Award, Job

RELATED = ("job", "job__owner", "award", "complainant", "objection", "decided_by")
REPORT_RELATED = ("accused", "job", "need", "decided_by")
FILED = ~Q(status=ComplaintStatus.DRAFT)


def _missing_complaint() -> NotFound:
    return NotFound(_("This complaint does not exist"))


def _missing_report() -> NotFound:
    return NotFound(_("This report does not exist"))


def involved(by: Actor) -> Q:
    """The complaints the actor takes part in: as complainant, owner or authority."""
    if by.organisation_id is None:
        return Q(id=None)
    own = Q(complainant_id=by.organisation_id) | (FILED & Q(job__owner_id=by.organisation_id))
    if by.kind == OrganisationKind.BUREAU and by.verified:
        own |= FILED & Q(job__region_code__startswith=competence.region_prefix(by))
    if by.kind == OrganisationKind.OPERATOR and by.verified:
        own |= FILED
    return own


def complaints_to_see(by: Actor) -> QuerySet[Complaint]:
    """The decided ones, and those the actor takes part in."""
    return Complaint.filter(involved(by) | Q(status__in=DECIDED)).select_related(*RELATED)


async def complaint_to_read(by: Actor, number: str) -> Complaint:
    """A complaint the actor may see, whole or its decision only (`is_involved` tells)."""
    found = await complaints_to_see(by).filter(number=number).first()
    if found is None:
        raise _missing_complaint()
    return found


async def complaint_involved_in(by: Actor, number: str) -> Complaint:
    """A complaint the actor takes part in; NotFound otherwise."""
    found = (
        await Complaint.filter(involved(by)).filter(number=number).select_related(*RELATED).first()
    )
    if found is None:
        raise _missing_complaint()
    return found


async def own_complaint(by: Actor, number: str) -> Complaint:
    """A complaint of the actor's own organisation; NotFound otherwise."""
    own = Complaint.filter(number=number, complainant_id=by.organisation_id)
    found = await own.select_related(*RELATED).first() if by.organisation_id else None
    if found is None:
        raise _missing_complaint()
    return found


async def is_involved(by: Actor, complaint: Complaint) -> bool:
    """Whether the actor sees all of it, not its decision only."""
    return await Complaint.filter(involved(by)).filter(id=complaint.id).exists()


async def award_to_contest(by: Actor, job: Job, number: str) -> Award | None:
    """An award of the job by its number; None when no number is given."""
    if not number:
        return None
    award = await Award.filter(number=number, job=job).first()
    if award is None:
        raise NotFound(_("This award does not exist"))
    return award


def own_complaints_about(by: Actor, job: Job) -> QuerySet[Complaint]:
    """What the actor takes part in about a job."""
    return Complaint.filter(involved(by)).filter(job=job)


async def evidence_of(complaint: Complaint) -> list[ComplaintEvidence]:
    """The files of a complaint, for who is involved in it."""
    return await ComplaintEvidence.filter(complaint=complaint).order_by("id").select_related("file")


async def complaint_file(by: Actor, number: str, key: str) -> StoredFile:
    """One file of a complaint the actor takes part in."""
    complaint = await complaint_involved_in(by, number)
    row = (
        await ComplaintEvidence.filter(complaint=complaint, id=_key(key))
        .select_related("file")
        .first()
    )
    if row is None:
        raise _missing_complaint()
    file: StoredFile = row.file
    return file


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("This document does not exist")) from None


def reports_to_see(by: Actor) -> QuerySet[ViolationReport]:
    """One's own reports, filed ones about one's organisation, and all filed ones for an authority."""
    visible = Q(reporter_id=by.person_id) if by.person_id else Q(id=None)
    if by.organisation_id is not None:
        visible |= ~Q(status=ViolationStatus.DRAFT) & Q(accused_id=by.organisation_id)
    if by.verified and by.kind == OrganisationKind.OPERATOR:
        visible |= ~Q(status=ViolationStatus.DRAFT)
    if by.verified and by.kind == OrganisationKind.BUREAU:
        place = Q(accused__region_code__startswith=competence.region_prefix(by))
        visible |= ~Q(status=ViolationStatus.DRAFT) & place
    return ViolationReport.filter(visible).select_related(*REPORT_RELATED)


async def report_to_read(by: Actor, number: str) -> ViolationReport:
    """A report the actor may see; NotFound otherwise."""
    found = await reports_to_see(by).filter(number=number).first()
    if found is None:
        raise _missing_report()
    return found


async def own_report(by: Actor, number: str) -> ViolationReport:
    """A report the actor wrote; NotFound otherwise."""
    found = await report_to_read(by, number)
    if by.person_id is None or found.reporter_id != by.person_id:
        raise _missing_report()
    return found


async def report_about_us(by: Actor, number: str) -> ViolationReport:
    """A filed report about the actor's organisation; NotFound otherwise."""
    found = await report_to_read(by, number)
    if found.accused_id != by.organisation_id or found.status == ViolationStatus.DRAFT:
        raise _missing_report()
    return found


async def report_to_decide(by: Actor, number: str) -> ViolationReport:
    """A filed report about an organisation the actor's authority decides about; NotFound otherwise."""
    found = await report_to_read(by, number)
    if found.status == ViolationStatus.DRAFT or not await violations.may_decide(by, found.accused):
        raise _missing_report()
    return found


async def report_evidence(by: Actor, report: ViolationReport) -> list[ComplaintEvidence]:
    """The files one may see: the authority all, either side its own."""
    rows = await ComplaintEvidence.filter(report=report).order_by("id").select_related("file")
    if await violations.may_decide(by, report.accused):
        return rows
    return [row for row in rows if row.is_of_accused != (report.reporter_id == by.person_id)]


async def report_file(by: Actor, number: str, key: str) -> StoredFile:
    """One file of a report, of those the actor may see."""
    report = await report_to_read(by, number)
    for row in await report_evidence(by, report):
        if row.id == _key(key):
            file: StoredFile = row.file
            return file
    raise _missing_report()


async def reported(
    organisation: str, job: str, need: str
) -> tuple[Organisation, Job | None, DatasetNeed | None]:
    """Who is reported: an organisation, or the owner of a public job or dataset need."""
    if job:
        work = (
            await Job.filter(number=job, published_at__isnull=False).select_related("owner").first()
        )
        if work is not None:
            return work.owner, work, None
    elif need:
        wish = await DatasetNeed.filter(number=need, published_at__isnull=False).first()
        if wish is not None:
            return await Organisation.get(id=wish.owner_id), None, wish
    elif organisation:
        row = await Organisation.get_or_none(number=organisation)
        if row is not None and row.status in (
            OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED,
        ):  # fmt: skip
            return row, None, None
    raise NotFound(_("There is no such entry"))


async def public_decisions(organisation: Organisation) -> list[ViolationReport]:
    """The final decisions about an organisation that have not expired, newest first."""
    now = clock.now()
    return await ViolationReport.filter(
        accused=organisation, status=ViolationStatus.UPHELD, final_at__lte=now, expires_at__gt=now
    ).order_by("-final_at").select_related("decided_by")  # fmt: skip


async def listed_organisation(number: str) -> Organisation:
    """An organisation whose decisions are public; NotFound for one that is not in the market."""
    found, _job, _need = await reported(number, "", "")
    return found
