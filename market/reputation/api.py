"""JSON operations of reputation."""

from market.kit.api import Call, Nothing, operation
from market.reputation import access
from market.reputation.explanations import explain
from market.reputation.schemas import ReputationOut, SideQuery


@operation("GET", "/organisations/{number}/reputation", summary="How an organisation's figures are made",
           tag="reputation", query=SideQuery, returns=ReputationOut, public=True)  # fmt: skip
async def show_reputation(call: Call[Nothing, SideQuery]) -> ReputationOut:
    """Each measure with its prior and every case behind it."""
    organisation = await access.organisation_to_see(call.path("number"))
    side = access.side_of(organisation, call.query.side)
    return ReputationOut.of(await explain(organisation, side))


operations = [show_reputation]
