"""Mail about complaints and violation reports; a complainant is named to owner and authority, a reporter to nobody."""

from market.accounts.models import Person
from market.accounts.states import Role
from market.complaints import competence
from market.complaints.models import Complaint, ViolationReport
from market.complaints.states import ComplaintLevel, ViolationStatus
from market.complaints.terms import GROUNDS
from market.complaints.views import measure_label, ruling_label
from market.kit import outbox
from market.notifications.mailing import tell
from market.notifications.recipients import members

SELLERS = (Role.SALES, Role.PROJECT)
OWNERS = (Role.BUYER, Role.PROJECT)


async def _complaint(message: outbox.Message) -> Complaint:
    return await Complaint.get(id=message.payload["complaint"]).select_related(
        "job", "award", "complainant", "decided_by"
    )


async def _authority(region_code: str) -> list[Person]:
    people = [
        person
        for row in await competence.authorities_over(region_code)
        for person in await members(row.id, *competence.DECIDERS)
    ]
    return list({person.id: person for person in people}.values())


async def ask_to_decide(message: outbox.Message) -> None:
    """complaint.filed: who decides, the owner an objection, the bureau a complaint."""
    row = await _complaint(message)
    if row.level == ComplaintLevel.OBJECTION:
        people = await members(row.job.owner_id, *OWNERS)
    else:
        people = await _authority(row.job.region_code)
    await tell(message, people, complaint=row, job=row.job, ground=GROUNDS[row.ground])


async def tell_of_escalation(message: outbox.Message) -> None:
    """complaint.escalated: the bureau must decide; owner and complainant learn it."""
    row = await _complaint(message)
    context = {"complaint": row, "job": row.job, "ground": GROUNDS[row.ground]}
    people = [
        *await _authority(row.job.region_code),
        *await members(row.job.owner_id, *OWNERS),
        *await members(row.complainant_id, *SELLERS),
    ]
    await tell(message, {person.id: person for person in people}.values(), **context)


async def tell_decision(message: outbox.Message) -> None:
    """complaint.decided: complainant, owner, and the winner whose award was contested."""
    row = await _complaint(message)
    people = [
        *await members(row.complainant_id, *SELLERS),
        *await members(row.job.owner_id, *OWNERS),
    ]
    if row.award is not None:
        bid = await row.award.bid
        people += await members(bid.bidder_id, *SELLERS)
    await tell(
        message, {person.id: person for person in people}.values(), complaint=row, job=row.job,
        ruling_label=ruling_label,
    )  # fmt: skip


async def tell_of_withdrawal(message: outbox.Message) -> None:
    """complaint.withdrawn: who was to decide."""
    row = await _complaint(message)
    people = await members(row.job.owner_id, *OWNERS)
    if row.level == ComplaintLevel.COMPLAINT:
        people += await _authority(row.job.region_code)
    await tell(
        message, {person.id: person for person in people}.values(), complaint=row, job=row.job
    )


async def _report(message: outbox.Message) -> ViolationReport:
    return await ViolationReport.get(id=message.payload["report"]).select_related(
        "accused", "reporter", "decided_by"
    )


async def ask_for_view(message: outbox.Message) -> None:
    """violation.filed: the reported may state its view; the authority knows it is waiting."""
    row = await _report(message)
    accused = await members(row.accused_id, *SELLERS, *OWNERS)
    await tell(message, accused, report=row, is_accused=True)
    await tell(message, await _authority(row.accused.region_code), report=row, is_accused=False)


async def ask_to_decide_report(message: outbox.Message) -> None:
    """violation.viewed: both sides are heard, the authority may decide."""
    row = await _report(message)
    await tell(message, await _authority(row.accused.region_code), report=row)


async def tell_report_decision(message: outbox.Message) -> None:
    """violation.decided: the reporter, and the reported; neither learns of the other more than before."""
    row = await _report(message)
    people = [row.reporter, *await members(row.accused_id, *SELLERS, *OWNERS)]
    await tell(
        message, {person.id: person for person in people}.values(), report=row,
        is_upheld=row.status == ViolationStatus.UPHELD, measure_label=measure_label,
    )  # fmt: skip
