"""Pages of rewards: what was published, how one stands, claims, and the bureau's decisions."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.oversight import READERS, own_region
from market.accounts.states import OrganisationKind
from market.kit import clock, documents, files, tables, web
from market.kit.errors import InvalidInput
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import paginate
from market.rewards import access, candidates, claims, packs, records, views, words
from market.rewards import forms as f
from market.rewards.models import RewardClaim, RewardPaper
from market.rewards.states import ClaimStatus

FOLDER = "market/rewards/"
NOUN = N_("Evidence pack of a claim for a reward")


def _year(request: Request) -> int:
    """The year asked for (`?year=`), the present one for none and for nonsense."""
    now = clock.today().year
    text = request.query_params.get("year", "")
    return int(text) if text.isdecimal() and 2023 <= int(text) <= now else now


def _done(request: Request, row: RewardClaim, flash: str) -> Response:
    return web.see_other(request, "reward_claims:show", number=row.number, flash=flash)


async def list_rewards(request: Request) -> Response:
    """What was published; signed in, how one's organisation stands."""
    actor = web.actor_of(request)
    found = await views.findings_for(actor, _year(request))
    return await views.REWARDS.file(request, records.rewards()) or await web.render(
        request, FOLDER + "rewards_list.html", rewards=records.rewards(), findings=found,
        words=words, views=views, is_authority=access.is_authority(actor),
    )  # fmt: skip


async def show_reward(request: Request) -> Response:
    """A reward with its source; each condition met, unmet or missing; the claim's form."""
    reward = access.reward_to_see(request.path_params["code"])
    return await _reward_page(request, reward, Form(f.ClaimInput, {"year": _year(request)}))


async def _reward_page(
    request: Request, reward: records.Reward, form: Form[f.ClaimInput]
) -> Response:
    actor, year = web.actor_of(request), _year(request)
    registered = None
    if actor.organisation_id and actor.kind == OrganisationKind.SUPPLIER:
        registered = await views.registration_page(actor.organisation_id, reward.region, year)
    return await web.render(
        request, FOLDER + "rewards_show.html", reward=reward, form=form, year=year, words=words,
        finding=await views.finding_for(reward, actor, year), views=views, registered=registered,
        is_authority=access.is_authority(actor), years=range(2023, clock.today().year + 1),
    )  # fmt: skip


async def begin(request: Request) -> Response:
    """Begin a claim."""
    actor = web.signed_in(request, *OrganisationKind)
    reward = access.reward_to_see(request.path_params["code"])
    form = await Form.read(request, f.ClaimInput)
    if form.is_valid:
        with form.guard():
            row = await claims.begin_claim(reward, form.input, by=actor)
            return _done(request, row, _("Claim begun: attach what is missing, then hand it in"))
    return await _reward_page(request, reward, form)


async def list_candidates(request: Request) -> Response:
    """Who of the region would be eligible; an authority's page."""
    actor = web.signed_in(request, *READERS)
    region, year = own_region(actor), _year(request)
    reward = access.reward_to_see(request.path_params["code"])
    rows = await candidates.candidates_of(reward, region, year)
    return await candidates.CANDIDATES.file(request, rows, subject=str(year)) or await web.render(
        request, FOLDER + "candidates.html", reward=reward, rows=rows, year=year, words=words,
        views=views, params={"code": reward.code, "year": year},
    )  # fmt: skip


async def list_claims(request: Request) -> Response:
    """One's own claims; for an authority those of its region with the totals by reward."""
    actor = web.signed_in(request)
    rows = access.claims_to_see(actor)
    totals = await candidates.totals_of(rows) if access.is_authority(actor) else []
    status = request.query_params.get("status", "")
    if status in set(ClaimStatus):
        rows = rows.filter(status=status)
    return await views.CLAIMS.file(request, rows) or await web.render(
        request, FOLDER + "claims_list.html", page=await paginate(request, rows), status=status,
        statuses=list(ClaimStatus), totals=totals, views=views,
        is_authority=access.is_authority(actor),
    )  # fmt: skip


async def show_claim(request: Request) -> Response:
    """A claim; its rows as a file."""
    actor = web.signed_in(request)
    row = await access.claim_to_read(actor, request.path_params["number"])
    pack = row.content.get("rows", [])
    return await packs.ROWS.file(request, pack, subject=row.number) or await _claim_page(
        request, row, Form(f.PaperInput), Form(f.ClaimDecision)
    )


async def _claim_page(
    request: Request, row: RewardClaim, papers: Form[Any], decision: Form[Any]
) -> Response:
    actor = web.actor_of(request)
    finding = await claims.finding_of(row)
    return await web.render(
        request, FOLDER + "claims_show.html",
        status_code=max(papers.status_code, decision.status_code), claim=row, finding=finding, views=views, words=words,
        criteria=views.stored(row.content) or finding.criteria, paper_form=papers,
        decision_form=decision, is_own=actor.organisation_id == row.organisation_id,
        is_bureau=actor.kind == OrganisationKind.BUREAU, history=await views.history(row),
        papers=await RewardPaper.filter(claim=row).select_related("file").order_by("id"),
    )  # fmt: skip


async def print_claim(request: Request) -> Response:
    """The evidence pack on A4 with its digest."""
    row = await access.claim_to_read(web.signed_in(request), request.path_params["number"])
    if not row.digest:
        raise InvalidInput(_("The pack is printed once the claim is handed in"))
    return await web.render(
        request, FOLDER + "print.html", claim=row, pack=row.content, words=words, views=views,
        criteria=views.stored(row.content), sources=packs.SOURCES,
        document=await documents.issue(NOUN, row.number, row.digest),
    )  # fmt: skip


async def attach(request: Request) -> Response:
    """Attach a paper to a condition."""
    actor = web.signed_in(request)
    row = await access.own_claim(actor, request.path_params["number"])
    form = await Form.read(request, f.PaperInput)
    if form.is_valid:
        with form.guard():
            if (upload := form.upload("file")) is None:
                raise InvalidInput(fields={"file": _("This field is required")})
            kept = await files.store_upload(upload, by=actor)
            await claims.attach_paper(row, form.input.criterion, kept, by=actor)
            return _done(request, row, _("Attached"))
    return await _claim_page(request, row, form, Form(f.ClaimDecision))


async def show_paper(request: Request) -> Response:
    """A paper, as it was uploaded."""
    row = await access.claim_to_read(web.signed_in(request), request.path_params["number"])
    file = (await access.paper_to_read(row, request.path_params["id"])).file
    return tables.download(await files.read(file), file.content_type, file.filename)


async def submit(request: Request) -> Response:
    """Hand a claim in."""
    actor = web.signed_in(request)
    row = await access.own_claim(actor, request.path_params["number"])
    form = await Form.read(request, f.PaperInput, {"criterion": ""})
    form.errors.clear()
    with form.guard():
        await claims.submit_claim(row, by=actor)
        return _done(request, row, _("Handed in"))
    return await _claim_page(request, row, form, Form(f.ClaimDecision))


async def withdraw(request: Request) -> Response:
    """Take a claim back."""
    actor = web.signed_in(request)
    row = await access.own_claim(actor, request.path_params["number"])
    await claims.withdraw_claim(row, by=actor)
    return _done(request, row, _("Withdrawn"))


async def decide(request: Request) -> Response:
    """Grant or refuse."""
    actor = web.signed_in(request)
    row = await access.claim_to_decide(actor, request.path_params["number"])
    form = await Form.read(request, f.ClaimDecision)
    if form.is_valid:
        with form.guard():
            await claims.decide_claim(row, form.input, by=actor)
            return _done(request, row, _("Decided"))
    return await _claim_page(request, row, Form(f.PaperInput), form)


ONE = "/reward-claims/{number}"
routes = [
    Route("/rewards", list_rewards, name="rewards:list"),
    Route("/rewards/{code}", show_reward, name="rewards:show"),
    Route("/rewards/{code}/claims", begin, name="rewards:claim", methods=["POST"]),
    Route("/rewards/{code}/candidates", list_candidates, name="rewards:candidates"),
    Route("/reward-claims", list_claims, name="reward_claims:list"),
    Route(ONE, show_claim, name="reward_claims:show"),
    Route(ONE + "/print", print_claim, name="reward_claims:print"),
    Route(ONE + "/papers", attach, name="reward_claims:attach", methods=["POST"]),
    Route(ONE + "/papers/{id:uuid}", show_paper, name="reward_claims:paper"),
    Route(ONE + "/submit", submit, name="reward_claims:submit", methods=["POST"]),
    Route(ONE + "/withdraw", withdraw, name="reward_claims:withdraw", methods=["POST"]),
    Route(ONE + "/decide", decide, name="reward_claims:decide", methods=["POST"]),
]
