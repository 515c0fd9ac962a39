"""The operator's page of records that the search server has refused."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.kit import web
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.kit.tables import Export
from search import alert_news, engines
from search.cards import heading_of, url_of
from search.documents import KINDS
from search.refusal_models import RefusedRecord
from search.results import LABELS

_KIND_LABELS: dict[str, str] = {str(kind): label for kind, label in LABELS.items()}


def kind_name(row: RefusedRecord) -> str:
    """The kind of record, in words."""
    return _(_KIND_LABELS[row.kind])


EXPORT = Export(
    N_("Refused by the search server"),
    (
        (N_("Index"), "text", kind_name),
        (N_("Record"), "text", "record_id"),
        (N_("Task"), "integer", "task"),
        (N_("Code of the error"), "text", "code"),
        (N_("Error"), "text", "error"),
        (N_("Tries"), "integer", "tries"),
        (N_("First refused"), "datetime", "created_at"),
        (N_("Last refused"), "datetime", "updated_at"),
    ),
)


async def _titles(rows: Sequence[RefusedRecord]) -> dict[str, tuple[str, str]]:
    """The heading and the page of each record that may be found, by its id."""
    found = {}
    for kind in KINDS:
        ids = [row.record_id for row in rows if row.kind == kind]
        for key, document in (await alert_news.fresh(kind, ids)).items() if ids else ():
            found[key] = (str(document[heading_of(document)]), url_of(document))
    return found


async def show_refused(request: Request) -> Response:
    """Which records, by which task, why; the outbox tries again, and a row leaves once it is taken."""
    web.signed_in(request, OrganisationKind.OPERATOR)
    rows = RefusedRecord.all().order_by("-updated_at", "-id")
    if file := await EXPORT.file(request, rows):
        return file
    page = await paginate(request, rows, size=50)
    return await web.render(
        request, "search/refused_list.html", page=page, kind_name=kind_name,
        titles=await _titles(page.items), has_server=engines.server() is not None,
    )  # fmt: skip


routes = [Route("/operator/search-refused", show_refused, name="operator:search_refused")]
