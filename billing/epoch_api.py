"""JSON operations of the ledger's epochs."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from billing import access, epochs
from market.kit.api import Call, Nothing, Operation, operation

TAG = "billing"


class EpochOut(BaseModel):
    """A sealed run of entries; `digest` is the SHA-256 of the digest before it and `root`."""

    number: int
    transactions: int
    entries: int
    root: str
    previous_digest: str
    digest: str
    sealed_at: dt.datetime


class EpochsOut(BaseModel):
    """Every epoch, oldest first."""

    format: str
    epochs: list[EpochOut]


class ProofEntryOut(BaseModel):
    """A leaf, its place in the epoch's tree, and the hashes from it to the root, nearest first."""

    leaf: list[Any]
    epoch: int
    index: int
    size: int
    path: list[str]


class ProofOut(BaseModel):
    """The sealed entries of an order; `waiting` transactions are not sealed yet."""

    format: str
    order: str
    entries: list[ProofEntryOut]
    waiting: int


@operation(
    "GET", "/ledger/epochs", summary="Published epochs of the ledger", tag=TAG, returns=EpochsOut,
    public=True,
)  # fmt: skip
async def list_epochs(call: Call[Nothing, Nothing]) -> EpochsOut:
    """The roots over all entries, each chained to the one before."""
    return EpochsOut.model_validate(await epochs.published_epochs())


@operation(
    "GET", "/orders/{number}/ledger-proof", summary="Proof of an order's ledger entries", tag=TAG,
    returns=ProofOut, scope="payments:read",
)  # fmt: skip
async def prove_entries(call: Call[Nothing, Nothing]) -> ProofOut:
    """Every sealed entry of the order with its way to a published root."""
    order = await access.order_of_party(call.actor, call.path("number"))
    return ProofOut.model_validate(await epochs.proof_of(order))


operations: list[Operation] = [list_epochs, prove_entries]
