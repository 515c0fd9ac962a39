"""Pages of bulletins: what was issued, for everybody; a bureau's drafts, issues and corrections."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.bulletins import access, editions, views
from market.bulletins import forms as f
from market.bulletins.models import Bulletin
from market.bulletins.packing import unpack
from market.bureau.periods import current_month, shifted
from market.bureau.sheets import exported
from market.kit import documents, tables, web
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import paginate

FOLDER = "market/bulletins/"
NOUN = N_("Data annotation bulletin")


def _done(request: Request, row: Bulletin, flash: str) -> Response:
    return web.see_other(request, "bulletins:show", number=row.number, flash=flash)


async def _own(request: Request) -> Bulletin:
    return await access.own_bulletin(web.signed_in(request), request.path_params["number"])


async def list_bulletins(request: Request) -> Response:
    """What was issued; for an authority its drafts, too."""
    last = shifted(current_month(), -1)
    return await _list_page(request, Form(f.BulletinInput, {"kind": "monthly", "period": last}))


async def _list_page(request: Request, form: Form[f.BulletinInput]) -> Response:
    actor = web.actor_of(request)
    rows = access.bulletins_to_see(actor)
    return await views.BULLETINS.file(request, rows) or await web.render(
        request, FOLDER + "bulletins_list.html", page=await paginate(request, rows), form=form,
        views=views, is_bureau=actor.kind == OrganisationKind.BUREAU,
    )  # fmt: skip


async def draft(request: Request) -> Response:
    """Draft a bulletin."""
    actor = web.signed_in(request, "bureau")
    form = await Form.read(request, f.BulletinInput)
    if form.is_valid:
        with form.guard():
            row = await editions.draft_bulletin(form.input, by=actor)
            return _done(request, row, _("Drafted: read it, then issue it"))
    return await _list_page(request, form)


async def show(request: Request) -> Response:
    """A bulletin: exact for the authorities over its region, suppressed for everybody else."""
    row = await access.bulletin_to_see(web.actor_of(request), request.path_params["number"])
    return await _page(request, row, Form(f.CorrectionInput))


async def _page(request: Request, row: Bulletin, form: Form[Any]) -> Response:
    actor = web.actor_of(request)
    packed, digest = access.face_of(actor, row)
    sheets = unpack(packed)
    return exported(request, sheets) or await web.render(
        request, FOLDER + "bulletins_show.html", row=row, sheets=sheets, digest=digest, form=form,
        views=views, is_exact=access.sees_exact(actor, row), editions=await views.editions_of(row),
        history=await views.history(row) if access.sees_exact(actor, row) else [],
        is_own=actor.kind == OrganisationKind.BUREAU and actor.region_code == row.region_code,
    )  # fmt: skip


async def print_(request: Request) -> Response:
    """The bulletin on A4 with the digest of what the reader may see."""
    actor = web.actor_of(request)
    row = await access.bulletin_to_see(actor, request.path_params["number"])
    packed, digest = access.face_of(actor, row)
    if not digest:
        raise InvalidInput(_("A bulletin is printed once it is issued"))
    return await web.render(
        request, FOLDER + "print.html", row=row, sheets=unpack(packed), views=views,
        document=await documents.issue(NOUN, row.number, digest),
    )  # fmt: skip


async def download(request: Request) -> Response:
    """Every table as one workbook."""
    actor = web.actor_of(request)
    row = await access.bulletin_to_see(actor, request.path_params["number"])
    found = [
        (sheet.title, sheet.columns, sheet.rows) for sheet in unpack(access.face_of(actor, row)[0])
    ]
    title = views.title_of(row)
    book = tables.workbook(found, title=title, source=str(request.url))
    return tables.download(book, tables.XLSX, f"{title} {row.number}.xlsx")


async def renew(request: Request) -> Response:
    """Compute a draft again."""
    row = await editions.renew_draft(await _own(request), by=web.signed_in(request))
    return _done(request, row, _("Figures computed again"))


async def issue(request: Request) -> Response:
    """Issue a draft."""
    row = await editions.issue_bulletin(await _own(request), by=web.signed_in(request))
    return _done(request, row, _("Bulletin issued"))


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    await editions.discard_draft(await _own(request), by=web.signed_in(request))
    return web.see_other(request, "bulletins:list", flash=_("Bulletin discarded"))


async def correct(request: Request) -> Response:
    """Draft the next edition."""
    row = await _own(request)
    form = await Form.read(request, f.CorrectionInput)
    if form.is_valid:
        with form.guard():
            made = await editions.correct_bulletin(row, form.input, by=web.signed_in(request))
            return _done(request, made, _("Drafted: read it, then issue it"))
    return await _page(request, row, form)


ONE, POST = "/bulletins/{number}", ["POST"]
routes = [
    Route("/bulletins", list_bulletins, name="bulletins:list"),
    Route("/bulletins", draft, name="bulletins:draft", methods=POST),
    Route(ONE, show, name="bulletins:show"),
    Route(ONE + "/print", print_, name="bulletins:print"),
    Route(ONE + "/workbook", download, name="bulletins:download"),
    Route(ONE + "/renew", renew, name="bulletins:renew", methods=POST),
    Route(ONE + "/issue", issue, name="bulletins:issue", methods=POST),
    Route(ONE + "/discard", discard, name="bulletins:discard", methods=POST),
    Route(ONE + "/correct", correct, name="bulletins:correct", methods=POST),
]
