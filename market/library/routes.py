"""Pages of the enterprise library."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.oversight import own_region
from market.accounts.shareholders import shareholders_of
from market.accounts.states import OrganisationKind
from market.directory import words
from market.kit import clock, files, tables, web
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import Page, paginate
from market.library import access, exports, figures, reports
from market.library.classes import SIZES, TIERS
from market.library.forms import LibraryQuery, ReportInput
from market.library.models import FirmReport

FOLDER = "market/library/"


def _asked(request: Request) -> LibraryQuery:
    params = request.query_params
    kept = {name: params.get(name, "") for name in ("q", "tier", "size")}
    known = kept["tier"] in ("", *TIERS) and kept["size"] in ("", *SIZES)
    chosen = kept if known else {"q": kept["q"]}
    return LibraryQuery.model_validate(
        {**chosen, "q": kept["q"][:80], "badge": params.get("badge") == "1"}
    )


async def list_firms(request: Request) -> Response:
    """Every verified firm of the authority's region, with its totals."""
    actor = web.signed_in(request)
    asked = _asked(request)
    query = await access.narrowed(access.firms_to_read(actor), asked)
    if tables.format_of(request):
        rows = await figures.described(await query.limit(tables.MAX_ROWS))
        return exports.LIBRARY.of(request, rows)
    page = await paginate(request, query)
    shown: Page[figures.Firm] = Page(
        await figures.described(page.items), page.number, page.size, page.total, request
    )
    return await web.render(
        request, FOLDER + "library_list.html", page=shown, words=words, asked=asked, tiers=TIERS,
        sizes=SIZES, totals=await figures.totals(own_region(actor).prefix),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """A firm with what is counted here and what it reports."""
    firm = await access.firm_to_read(web.signed_in(request), request.path_params["number"])
    (described,) = await figures.described([firm])
    return await web.render(
        request, FOLDER + "library_show.html", firm=described, words=words, tiers=TIERS,
        sizes=SIZES, reports=await access.reports_of(firm), holders=await shareholders_of(firm),
    )  # fmt: skip


async def report(request: Request) -> Response:
    """A firm reports a year of its own."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    firm = await access.firm_to_read(actor, await _own_number(request))
    form = await Form.read(request, ReportInput, {"year": clock.today().year - 1})
    if form.is_valid:
        with form.guard():
            upload = form.upload("file")
            kept = await files.store_upload(upload, by=actor) if upload else None
            await reports.report_year(form.input, evidence=kept, by=actor)
            return web.see_other(
                request, "library:show", number=firm.number, flash=_("Figures reported")
            )
    return await web.render(request, FOLDER + "library_report.html", form=form, firm=firm)


async def _own_number(request: Request) -> str:
    found = await figures.firms().filter(id=web.actor_of(request).organisation_id).first()
    if found is None:
        raise NotFound(_("Your organisation must be verified before it can do this"))
    return found.number


async def _report(request: Request) -> FirmReport:
    firm = await access.firm_to_read(web.signed_in(request), request.path_params["number"])
    return await access.report_of(firm, request.path_params["year"])


async def confirm(request: Request) -> Response:
    """A bureau has seen the evidence."""
    await reports.confirm_report(await _report(request), by=web.signed_in(request))
    number = request.path_params["number"]
    return web.see_other(request, "library:show", number=number, flash=_("Confirmed"))


async def evidence(request: Request) -> Response:
    """The evidence of a report."""
    found = await _report(request)
    return tables.download(
        await files.read(found.evidence), found.evidence.content_type, found.evidence.filename
    )


ONE = "/library/{number}"
routes = [
    Route("/library", list_firms, name="library:list"),
    Route("/my/library/report", report, name="library:report", methods=["GET", "POST"]),
    Route(ONE, show, name="library:show"),
    Route(ONE + "/reports/{year:int}/evidence", evidence, name="library:evidence"),
    Route(ONE + "/reports/{year:int}/confirm", confirm, name="library:confirm", methods=["POST"]),
]
