"""JSON operations of rewards and claims."""

from market.kit import clock
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.rewards import access, claims, views
from market.rewards.forms import ClaimDecision, ClaimInput
from market.rewards.records import rewards
from market.rewards.schemas import RewardClaimOut, RewardOut, RewardsOut

TAG = "rewards"


@operation(
    "GET", "/rewards", summary="Published rewards and how yours stand", tag=TAG,
    returns=RewardsOut, scope="profile:read",
)  # fmt: skip
async def list_rewards(call: Call[Nothing, Nothing]) -> RewardsOut:
    """For the present year, from what the platform knows of your organisation."""
    found = await views.findings_for(call.actor, clock.today().year)
    return RewardsOut(rewards=[RewardOut.of(one, found.get(one.code)) for one in rewards()])


@operation(
    "GET", "/reward-claims", summary="Claims for rewards", tag=TAG,
    query=CursorQuery, returns=CursorPage[RewardClaimOut], scope="profile:read",
)  # fmt: skip
async def list_claims(call: Call[Nothing, CursorQuery]) -> CursorPage[RewardClaimOut]:
    """One's own; for an authority those handed in from its region."""
    rows, onward = await cursor_page(access.claims_to_see(call.actor), call.query)
    return CursorPage[RewardClaimOut](items=[RewardClaimOut.of(row) for row in rows], next=onward)


@operation(
    "POST", "/rewards/{code}/claims", summary="Begin a claim for a reward", tag=TAG,
    body=ClaimInput, returns=RewardClaimOut, status=201, scope="profile:write",
)  # fmt: skip
async def begin_claim(call: Call[ClaimInput, Nothing]) -> RewardClaimOut:
    """Papers are attached on its page; handing it in keeps what the platform finds then."""
    reward = access.reward_to_see(call.path("code"))
    return RewardClaimOut.of(await claims.begin_claim(reward, call.body, by=call.actor))


@operation(
    "POST", "/reward-claims/{number}/submit", summary="Hand a claim in", tag=TAG,
    returns=RewardClaimOut, scope="profile:write",
)  # fmt: skip
async def submit_claim(call: Call[Nothing, Nothing]) -> RewardClaimOut:
    """Refused while evidence is missing; the answer names it."""
    row = await access.own_claim(call.actor, call.path("number"))
    return RewardClaimOut.of(await claims.submit_claim(row, by=call.actor))


@operation(
    "POST", "/reward-claims/{number}/decide", summary="Grant or refuse a claim", tag=TAG,
    body=ClaimDecision, returns=RewardClaimOut, scope="bureau:write",
)  # fmt: skip
async def decide_claim(call: Call[ClaimDecision, Nothing]) -> RewardClaimOut:
    """A bureau's act; the decision is kept with its reasons."""
    row = await access.claim_to_decide(call.actor, call.path("number"))
    return RewardClaimOut.of(await claims.decide_claim(row, call.body, by=call.actor))


operations: list[Operation] = [list_rewards, list_claims, begin_claim, submit_claim, decide_claim]
