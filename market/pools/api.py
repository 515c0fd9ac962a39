"""JSON operations on pools and the places in them."""

from typing import Any

from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, CursorQuery, cursor_page
from market.pools import access, memberships, pools
from market.pools.forms import AdmissionInput, ApplicationInput, PoolInput, PoolReasonInput
from market.pools.models import PoolMembership
from market.pools.schemas import PlaceOut, PlacesOut, PoolMemberOut, PoolMembersOut, PoolOut

POOLS = "pools"
MOST = 500


@operation("GET", "/pools", summary="List pools", tag=POOLS, query=CursorQuery,
           returns=CursorPage[PoolOut], public=True)  # fmt: skip
async def list_pools(call: Call[Nothing, CursorQuery]) -> CursorPage[PoolOut]:
    """Newest first."""
    rows, following = await cursor_page(access.public_pools(), call.query)
    return CursorPage(items=[PoolOut.of(pool) for pool in rows], next=following)


@operation("GET", "/pools/{number}", summary="Read a pool", tag=POOLS, returns=PoolOut, public=True)
async def get_pool(call: Call[Nothing, Nothing]) -> PoolOut:
    """A published pool, or one's own draft."""
    return PoolOut.of(await access.visible_pool(call.actor, call.path("number")))


@operation("GET", "/pools/{number}/members", summary="Who is in a pool", tag=POOLS,
           returns=PoolMembersOut, public=True)  # fmt: skip
async def list_members(call: Call[Nothing, Nothing]) -> PoolMembersOut:
    """At most 500, the earliest admitted first."""
    pool = await access.visible_pool(call.actor, call.path("number"))
    rows = await access.members_of(pool).limit(MOST)
    return PoolMembersOut(items=[
        PoolMemberOut(number=row.organisation.number, name=row.organisation.name, valid_until=row.valid_until)
        for row in rows
    ])  # fmt: skip


@operation("POST", "/pools", summary="Draft a pool", tag=POOLS, body=PoolInput, returns=PoolOut,
           status=201, scope="jobs:write")  # fmt: skip
async def draft_pool(call: Call[PoolInput, Nothing]) -> PoolOut:
    """Of a demand organisation or a bureau."""
    pool = await pools.draft_pool(call.body, by=call.actor)
    return await _own(call, pool.number)


async def _own(call: Call[Any, Any], number: str = "") -> PoolOut:
    return PoolOut.of(await access.own_pool(call.actor, number or call.path("number")))


@operation("PUT", "/pools/{number}", summary="Change a draft", tag=POOLS, body=PoolInput,
           returns=PoolOut, scope="jobs:write")  # fmt: skip
async def change_pool(call: Call[PoolInput, Nothing]) -> PoolOut:
    """The whole pool; an open one stays as it is."""
    pool = await access.own_pool(call.actor, call.path("number"))
    await pools.change_pool(pool, call.body, by=call.actor)
    return await _own(call)


@operation("POST", "/pools/{number}/open", summary="Open a pool", tag=POOLS, returns=PoolOut,
           scope="jobs:write")  # fmt: skip
async def open_pool(call: Call[Nothing, Nothing]) -> PoolOut:
    """Suppliers may apply from now on."""
    await pools.open_pool(await access.own_pool(call.actor, call.path("number")), by=call.actor)
    return await _own(call)


@operation("POST", "/pools/{number}/close", summary="Close a pool", tag=POOLS, body=PoolReasonInput,
           returns=PoolOut, scope="jobs:write")  # fmt: skip
async def close_pool(call: Call[PoolReasonInput, Nothing]) -> PoolOut:
    """For good; every place in it ends."""
    pool = await access.own_pool(call.actor, call.path("number"))
    await pools.close_pool(pool, call.body.reason, by=call.actor)
    return await _own(call)


@operation("GET", "/pools/{number}/applications", summary="Applications to a pool", tag=POOLS,
           returns=PlacesOut, scope="jobs:read")  # fmt: skip
async def list_applications(call: Call[Nothing, Nothing]) -> PlacesOut:
    """The owner's; at most 500, the undecided first."""
    pool = await access.own_pool(call.actor, call.path("number"))
    rows = await access.applications_to(pool).select_related("pool", "organisation").limit(MOST)
    return PlacesOut(items=[PlaceOut.of(row) for row in rows])


@operation("POST", "/pools/{number}/applications", summary="Apply to a pool", tag=POOLS,
           body=ApplicationInput, returns=PlaceOut, status=201, scope="bids:write")  # fmt: skip
async def apply_to_pool(call: Call[ApplicationInput, Nothing]) -> PlaceOut:
    """The checks against one's profile come with the answer."""
    pool = await access.visible_pool(call.actor, call.path("number"))
    place = await memberships.apply_to_pool(pool, call.body.statement, by=call.actor)
    return await _place(place)


async def _place(place: PoolMembership) -> PlaceOut:
    await place.fetch_related("pool", "organisation")
    return PlaceOut.of(place)


@operation("POST", "/pool-places/{id}/decide", summary="Admit or refuse", tag=POOLS,
           body=AdmissionInput, returns=PlaceOut, scope="jobs:write")  # fmt: skip
async def decide_application(call: Call[AdmissionInput, Nothing]) -> PlaceOut:
    """A refusal needs a reason, as does admission in spite of a check."""
    place = await access.place_to_decide(call.actor, call.path("id"))
    return await _place(await memberships.decide_application(place, call.body, by=call.actor))


@operation("POST", "/pool-places/{id}/suspend", summary="Suspend a member", tag=POOLS,
           body=PoolReasonInput, returns=PlaceOut, scope="jobs:write")  # fmt: skip
async def suspend_member(call: Call[PoolReasonInput, Nothing]) -> PlaceOut:
    """Until it is reinstated."""
    place = await access.place_to_decide(call.actor, call.path("id"))
    return await _place(await memberships.suspend_member(place, call.body.reason, by=call.actor))


@operation("POST", "/pool-places/{id}/reinstate", summary="Reinstate a member", tag=POOLS,
           returns=PlaceOut, scope="jobs:write")  # fmt: skip
async def reinstate_member(call: Call[Nothing, Nothing]) -> PlaceOut:
    """A suspended one."""
    place = await access.place_to_decide(call.actor, call.path("id"))
    return await _place(await memberships.reinstate_member(place, by=call.actor))


@operation("POST", "/pool-places/{id}/withdraw", summary="Leave a pool", tag=POOLS,
           returns=PlaceOut, scope="bids:write")  # fmt: skip
async def withdraw_from_pool(call: Call[Nothing, Nothing]) -> PlaceOut:
    """One's own application or place."""
    place = await access.place_of_own(call.actor, call.path("id"))
    return await _place(await memberships.withdraw_from_pool(place, by=call.actor))


operations: list[Operation] = [
    list_pools, get_pool, list_members, draft_pool, change_pool, open_pool, close_pool,
    list_applications, apply_to_pool, decide_application, suspend_member, reinstate_member,
    withdraw_from_pool,
]  # fmt: skip
