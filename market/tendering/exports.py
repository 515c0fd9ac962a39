"""Lists of tendering as files: exactly the rows the page shows, never anything sealed."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.kit.tables import Column, Export, Format, status, table_response
from market.tendering import listing, requirements, terms
from market.tendering.models import Bid, Job, Question

MAX_ROWS = 10_000


async def jobs_file(request: Request, query: listing.JobQuery, fmt: Format) -> Response:
    """The jobs that answer the query, in its order, at most 10,000."""
    columns = (
        Column(_("Number")), Column(_("Title")), Column(_("Owner")), Column(_("Status")),
        Column(_("Industry")), Column(_("Kind of data")), Column(_("Labelling tasks")),
        Column(_("Volume"), "number"), Column(_("Unit")),
        Column(_("Ceiling unit price (yuan)"), "unit_price"), Column(_("Budget (yuan)"), "money"),
        Column(_("Region")), Column(_("Place of work")), Column(_("Published"), "datetime"),
        Column(_("Bids close"), "datetime"), Column(_("Delivery due"), "date"),
    )  # fmt: skip
    ordered = query.jobs().order_by(*listing.ORDERS[query.sort]).select_related("owner")
    rows = [
        (
            job.number, job.title, job.owner.name, _(STATUS_TONES["job", job.status].label),
            terms.label("industry", job.industry), terms.label("modality", job.modality),
            terms.labels("task_types", job.task_types), job.volume, terms.label("unit", job.unit),
            job.ceiling_unit_price, job.budget_fen, listing.region_name(job.region_code),
            terms.label("place", job.place), job.published_at, job.bid_deadline_at,
            job.delivery_deadline,
        )
        for job in await ordered.limit(MAX_ROWS)
    ]  # fmt: skip
    return table_response(request, _("Jobs"), columns, rows, fmt)


def bids_file(request: Request, job: Job, bids: Sequence[Bid], fmt: Format) -> Response:
    """The opened bids of one job, for its owner."""
    columns = (
        Column(_("Rank"), "integer"), Column(_("Number")), Column(_("Bidder")), Column(_("Status")),
        Column(_("Unit price (yuan)"), "unit_price"), Column(_("Total (yuan)"), "money"),
        Column(_("Delivery (days)"), "integer"), Column(_("Points"), "number"),
        Column(_("Requirements not met")), Column(_("Digest")),
    )  # fmt: skip
    rows = [
        (
            bid.rank, bid.number, bid.bidder.name, _(STATUS_TONES["bid", bid.status].label),
            bid.unit_price, bid.total_fen, bid.delivery_days, bid.total_points,
            " ".join(requirements.failures(bid.checks)), bid.digest,
        )
        for bid in bids
    ]  # fmt: skip
    return table_response(request, f"{job.number} {_('Bids')}", columns, rows, fmt)


def questions_file(
    request: Request, job: Job, questions: Sequence[Question], fmt: Format
) -> Response:
    """Every question of a job with its answer, under the askers' aliases."""
    columns = (
        Column(_("Asker")), Column(_("Asked"), "datetime"), Column(_("Question")),
        Column(_("Answered"), "datetime"), Column(_("Answer")),
    )  # fmt: skip
    rows = [(row.alias, row.created_at, row.text, row.answered_at, row.answer) for row in questions]
    return table_response(request, f"{job.number} {_('Questions and answers')}", columns, rows, fmt)


JOBS = Export(N_("Jobs"), (
    (N_("Number"), "text", "number"), (N_("Title"), "text", "title"),
    (N_("Owner"), "text", "owner.name"), (N_("Status"), "text", status("job")),
    (N_("Kind of data"), "text", lambda job: terms.label("modality", job.modality)),
    (N_("Volume"), "number", "volume"), (N_("Unit"), "text", lambda job: terms.label("unit", job.unit)),
    (N_("Ceiling unit price (yuan)"), "unit_price", "ceiling_unit_price"),
    (N_("Budget (yuan)"), "money", "budget_fen"), (N_("Published"), "datetime", "published_at"),
    (N_("Bids close"), "datetime", "bid_deadline_at"), (N_("Delivery due"), "date", "delivery_deadline"),
))  # fmt: skip
# A sealed bid has no price here: only its opening writes one into the row.
OWN_BIDS = Export(N_("My bids"), (
    (N_("Bid"), "text", "number"), (N_("Job"), "text", "job.title"), (N_("Job number"), "text", "job.number"),
    (N_("Lot"), "text", "lot.title"), (N_("Owner"), "text", "job.owner.name"),
    (N_("Status"), "text", status("bid")), (N_("Unit price (yuan)"), "unit_price", "unit_price"),
    (N_("Total (yuan)"), "money", "total_fen"), (N_("Points"), "number", "total_points"),
    (N_("Rank"), "integer", "rank"), (N_("Bids close"), "datetime", "job.bid_deadline_at"),
    (N_("Digest"), "text", "digest"),
))  # fmt: skip
OPENED = Export(N_("Bids opened"), (
    (N_("Lot"), "integer", lambda row: row["lot"] or None), (N_("Number"), "text", lambda row: row["number"]),
    (N_("Bidder"), "text", lambda row: row["bidder"]),
    (N_("Submitted at"), "datetime", lambda row: dt.datetime.fromisoformat(row["submitted_at"])),
    (N_("Unit price (yuan)"), "unit_price", lambda row: row["unit_price"] and Decimal(row["unit_price"])),
    (N_("Total (yuan)"), "money", lambda row: row["total_fen"]),
    (N_("Delivery (days)"), "integer", lambda row: row["delivery_days"]),
    (N_("Result"), "text", lambda row: _(terms.OPENING_OUTCOMES[row["outcome"]])),
    (N_("Digest"), "text", lambda row: row["digest"]),
))  # fmt: skip
NOTICES = Export(N_("Notices"), (
    (N_("Published"), "datetime", "published_at"), (N_("Notice"), "text", lambda row: _(terms.NOTICES[row.kind])),
    (N_("Job"), "text", "job.title"), (N_("Number"), "text", "job.number"), (N_("Owner"), "text", "job.owner.name"),
    (N_("Award"), "text", "award.number"),
))  # fmt: skip
