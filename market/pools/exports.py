"""The list of pools as a file: exactly the rows the page shows."""

from starlette.requests import Request
from starlette.responses import Response
from tortoise.queryset import QuerySet

from market.directory import words
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.kit.tables import Column, Format, table_response
from market.pools.models import Pool

MAX_ROWS = 10_000


async def pools_file(request: Request, query: QuerySet[Pool], fmt: Format) -> Response:
    """The pools of a query, in its order, at most 10,000."""
    columns = (
        Column(_("Number")), Column(_("Title")), Column(_("Owner")), Column(_("Status")),
        Column(_("Kind of data")), Column(_("Region")), Column(_("Applications until"), "datetime"),
        Column(_("The pool lasts until"), "date"),
    )  # fmt: skip
    rows = [
        (
            pool.number, pool.title, pool.owner.name, _(STATUS_TONES["pool", pool.status].label),
            words.joined(pool.modalities), words.place(pool.region_code), pool.apply_until,
            pool.valid_until,
        )
        for pool in await query.limit(MAX_ROWS)
    ]  # fmt: skip
    return table_response(request, _("Pools"), columns, rows, fmt)
