"""JSON operations of the network."""

from market.exchange import syncing
from market.exchange.schemas import PullOut, PullQuery, PushInput, PushOut
from market.exchange.states import Collection
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _

TAG = "one network"


def _collection(call: Call[PushInput, Nothing] | Call[Nothing, PullQuery]) -> Collection:
    name = call.path("collection")
    if name not in set(Collection):
        raise NotFound(_("There is no such collection"))
    return Collection(name)


@operation("GET", "/exchange/{collection}", summary="Pull records after a version", tag=TAG,
           query=PullQuery, returns=PullOut, scope="bureau:read")  # fmt: skip
async def pull(call: Call[Nothing, PullQuery]) -> PullOut:
    """organisations, registrations or statistics of your region, in the order of commit."""
    return await syncing.pull(_collection(call), call.query, by=call.actor)


@operation("POST", "/exchange/{collection}", summary="Push records", tag=TAG, body=PushInput,
           returns=PushOut, scope="bureau:write")  # fmt: skip
async def push(call: Call[PushInput, Nothing]) -> PushOut:
    """Idempotent by key and digest; a conflict is named and changes nothing."""
    return await syncing.push(_collection(call), call.body, by=call.actor)


operations: list[Operation] = [pull, push]
