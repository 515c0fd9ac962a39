"""Pages of the red-flag cases: the list, a case with its evidence, and the decision."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.oversight import READERS, own_region
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.risks import access, cases, graph_view, views, words
from market.risks.exports import CASES
from market.risks.forms import DecisionInput
from market.risks.states import CaseStatus


async def list_cases(request: Request) -> Response:
    """The cases of the region; a file holds all that the filters leave."""
    actor = web.signed_in(request, *READERS)
    query = access.cases_to_see(actor)
    status = request.query_params.get("status", CaseStatus.OPEN.value)
    code = request.query_params.get("code", "")
    if status in set(CaseStatus):
        query = query.filter(status=status)
    if code in words.FLAGS:
        query = query.filter(code=code)
    return await CASES.file(request, query) or await web.render(
        request, "market/risks/list.html", page=await paginate(request, query),
        tallies=await views.tallies(actor), status=status, code=code, words=words,
    )  # fmt: skip


async def list_relations(request: Request) -> Response:
    """Which organisations of the region share people, telephones, addresses, accounts or owners with others."""
    region = own_region(web.signed_in(request, *READERS))
    groups = await graph_view.groups_in(region)
    links = graph_view.links_of(groups)
    return await graph_view.RELATIONS.file(request, links) or await web.render(
        request, "market/risks/relations.html", region=region, groups=groups, ties=links,
        words=words, shown=graph_view.SHOWN_GROUPS, fits=graph_view.FITS,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """A case: what was found, in which processes, and what was decided about it."""
    actor = web.signed_in(request, *READERS)
    case = await access.case_to_see(request.path_params["number"], actor)
    form = await Form.read(request, DecisionInput)
    if form.is_valid:
        with form.guard():
            await cases.decide_case(case, form.input.decision, form.input.reasons, by=actor)
            return web.see_other(request, "risks:show", number=case.number, flash=_("Decided"))
    return await web.render(
        request, "market/risks/show.html", case=case, form=form, words=words,
        history=await views.history(case),
    )  # fmt: skip


routes = [
    Route("/bureau/risks", list_cases, name="risks:list"),
    Route("/bureau/relations", list_relations, name="risks:relations"),
    Route("/bureau/risks/{number}", show, name="risks:show", methods=["GET", "POST"]),
]
