"""The list of complaints as a file: what the page shows, who complained left out."""

from starlette.requests import Request
from starlette.responses import Response
from tortoise.queryset import QuerySet

from market.complaints import terms
from market.complaints.models import Complaint
from market.complaints.views import ruling_label
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.kit.tables import Column, Export, Format, status, table_response

MAX_ROWS = 10_000


async def complaints_file(request: Request, query: QuerySet[Complaint], fmt: Format) -> Response:
    """The complaints the list shows, at most 10,000."""
    columns = (
        Column(_("Number")), Column(_("Job")), Column(_("Owner")), Column(_("Level")),
        Column(_("Contested")), Column(_("Ground")), Column(_("Status")), Column(_("Decision")),
        Column(_("Reasons for the decision")), Column(_("Filed"), "datetime"), Column(_("Decided"), "datetime"),
    )  # fmt: skip
    rows = [
        (
            row.number, row.job.title, row.job.owner.name, _(terms.LEVELS[row.level]),
            _(terms.ABOUT[row.about]), _(terms.GROUNDS[row.ground].label),
            _(STATUS_TONES["complaint", row.status].label), ruling_label(row.ruling), row.reasons,
            row.filed_at, row.decided_at,
        )
        for row in await query.limit(MAX_ROWS)
    ]  # fmt: skip
    return table_response(request, _("Complaints"), columns, rows, fmt)


# The reported never learns who reported: the reporter is no column.
VIOLATIONS = Export(N_("Violation reports"), (
    (N_("Number"), "text", "number"), (N_("Reported"), "text", "accused.name"),
    (N_("Kind"), "text", lambda row: _(terms.KINDS[row.kind])), (N_("Status"), "text", status("violation")),
    (N_("Filed"), "datetime", "filed_at"), (N_("Decision due"), "datetime", "due_at"),
    (N_("Reasons for the decision"), "text", "reasons"), (N_("Decided"), "datetime", "decided_at"),
))  # fmt: skip
