"""The calendar's list as a file."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from market.calendar.deadlines import Deadline
from market.kit.i18n import gettext as _
from market.kit.tables import Column, Format, table_response


def deadlines_file(request: Request, deadlines: Iterable[Deadline], fmt: Format) -> Response:
    """What the page shows, in its order."""
    columns = (
        Column(_("Due at"), "datetime"), Column(_("What is due")), Column(_("Number")),
        Column(_("Title")),
    )  # fmt: skip
    rows = [(one.at, one.label, one.number, one.title) for one in deadlines]
    return table_response(request, _("My deadlines"), columns, rows, fmt)
