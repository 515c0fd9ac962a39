"""The page that says how an organisation's numbers were made."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.reputation import access, words
from market.reputation.explanations import explain
from market.reputation.measures import rule


async def show(request: Request) -> Response:
    """Every measure with its cases and what each of them does to the figure; `?side=` chooses."""
    organisation = await access.organisation_to_see(request.path_params["number"])
    side = access.side_of(organisation, request.query_params.get("side", ""))
    return await web.render(
        request, "market/reputation/reputation_show.html", organisation=organisation, side=side,
        reputation=await explain(organisation, side), words=words, rule=rule(),
    )  # fmt: skip


routes = [Route("/organisations/{number}/reputation", show, name="reputation:show")]
