"""The operator's page of what people search for, and what they do not find."""

import datetime as dt

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.kit import clock, web
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import whole
from market.kit.tables import Export
from market.settings import settings
from search import query_log
from search.query_log import QueryLine
from search.results import LABELS

SPANS = (7, 30, 90)
MOST = 200
ALL_KINDS = "all"


def target_name(line: QueryLine) -> str:
    """The kind of record looked for, in words."""
    known: dict[str, str] = {str(kind): label for kind, label in LABELS.items()}
    return _(known.get(line.target, "All"))


EXPORT = Export(
    N_("Searches"),
    (
        (N_("Searched for"), "text", "text"),
        (N_("Looks for"), "text", target_name),
        (N_("Times"), "integer", "asked"),
        (N_("Different askers on one day, at least"), "integer", "askers"),
        (N_("Hits"), "integer", "hits"),
        (N_("Time taken (ms)"), "integer", "took_ms"),
        (N_("Last on"), "date", "last"),
    ),
)


async def show_searches(request: Request) -> Response:
    """Searches without results, or the most frequent ones, as a page or a file."""
    web.signed_in(request, OrganisationKind.OPERATOR)
    show_all = request.query_params.get("show") == "frequent"
    asked = request.query_params.get("days", "")
    days = int(asked) if asked in map(str, SPANS) else SPANS[1]
    since = clock.today() - dt.timedelta(days=days)
    rows = await query_log.lines(since=since, without_hits=not show_all, limit=MOST)
    if file := await EXPORT.file(request, rows):
        return file
    return await web.render(
        request, "search/queries_list.html", page=whole(request, rows), show_all=show_all, days=days,
        spans=SPANS, target_name=target_name, kept_days=settings.search_log_days,
    )  # fmt: skip


routes = [Route("/operator/searches", show_searches, name="operator:searches")]
