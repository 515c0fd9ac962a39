"""Epochs of the ledger: a Merkle tree over the entries of each, its root chained to the root before."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from billing.ledger_models import LedgerEntry, LedgerEpoch, LedgerTransaction
from billing.verify_entries import EPOCHS, GENESIS, PROOF, chained, leaf_hash, node_hash
from market.kit import db
from market.kit.db import atomic
from market.orders.models import Order

SETTLE = dt.timedelta(seconds=5)
Leaf = tuple[str, str, str, int, str, str, int]


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (RFC 6962, 2.1): the left part is the largest power of two."""
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return node_hash(tree_root(leaves[:half]), tree_root(leaves[half:]))


def audit_path(leaves: Sequence[bytes], index: int) -> list[str]:
    """The hashes that lead from a leaf to the root, nearest first, in hexadecimal."""
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*audit_path(leaves[:half], index), tree_root(leaves[half:]).hex()]
    return [*audit_path(leaves[half:], index - half), tree_root(leaves[:half]).hex()]


def _split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def leaves_of(transaction: LedgerTransaction, entries: Sequence[LedgerEntry]) -> list[Leaf]:
    """What the tree holds of each entry. Its transaction's key is nothing anybody could guess."""
    head = transaction.key, transaction.kind, transaction.posted_at.astimezone(dt.UTC).isoformat()
    return [
        (*head, entry.position, entry.account.code, str(entry.side), entry.amount_fen)
        for entry in entries
    ]


@atomic()
async def seal_ledger(limit: int = 5000) -> LedgerEpoch | None:
    """Put the settled, unsealed transactions into the next epoch; None when there is none.

    A transaction is settled when none that began before it can still commit, and five seconds more for
    the clocks of several machines: the tree holds all that lies between two epochs, so nothing may come late.
    """
    last = await LedgerEpoch.all().select_for_update().order_by("-number").first()
    query = LedgerTransaction.filter(created_at__lt=await db.settled_until() - SETTLE)
    if last:
        query = query.filter(id__gt=last.last_id)
    transactions = await query.order_by("id").limit(limit)
    if not transactions:
        return None
    previous = last.digest if last else GENESIS
    leaves = await _leaves(transactions)
    root = tree_root([leaf_hash(leaf) for leaf in leaves]).hex()
    epoch = LedgerEpoch(
        number=last.number + 1 if last else 1,
        transactions=len(transactions),
        entries=len(leaves),
        last_id=transactions[-1].id,
        root=root,
        previous_digest=previous,
        digest=chained(previous, root),
    )
    await LedgerEpoch.bulk_create([epoch], on_conflict=["number"], ignore_conflicts=True)
    return await LedgerEpoch.get_or_none(id=epoch.id)  # None: another worker was first


async def _leaves(transactions: Sequence[LedgerTransaction]) -> list[Leaf]:
    """The leaves of transactions in the order of their tree."""
    entries: dict[UUID, list[LedgerEntry]] = defaultdict(list)
    for entry in (
        await LedgerEntry.filter(transaction_id__in=[row.id for row in transactions])
        .order_by("position")
        .select_related("account")
    ):
        entries[entry.transaction_id].append(entry)
    return [leaf for row in transactions for leaf in leaves_of(row, entries[row.id])]


async def broken_epochs() -> list[str]:
    """Every epoch built again from the entries (L2): which differ from what was published."""
    problems, previous, start = [], GENESIS, None
    for epoch in await LedgerEpoch.all().order_by("number"):
        inside = await _inside(epoch, start)
        leaves = await _leaves(inside)
        root = tree_root([leaf_hash(leaf) for leaf in leaves]).hex() if leaves else ""
        if (
            (epoch.transactions, epoch.entries, epoch.root) != (len(inside), len(leaves), root)
            or epoch.previous_digest != previous
            or epoch.digest != chained(previous, root)
        ):
            problems.append(f"epoch {epoch.number}: transactions were changed, added or removed")
        previous, start = epoch.digest, epoch.last_id
    return problems


async def _inside(epoch: LedgerEpoch, start: UUID | None) -> list[LedgerTransaction]:
    query = LedgerTransaction.filter(id__lte=epoch.last_id)
    if start:
        query = query.filter(id__gt=start)
    return await query.order_by("id")


async def published_epochs() -> dict[str, Any]:
    """Every epoch, for anybody to keep and compare."""
    return {
        "format": EPOCHS,
        "epochs": [
            {
                "number": epoch.number, "transactions": epoch.transactions, "entries": epoch.entries,
                "root": epoch.root, "previous_digest": epoch.previous_digest, "digest": epoch.digest,
                "sealed_at": epoch.created_at.astimezone(dt.UTC).isoformat(),
            }
            for epoch in await LedgerEpoch.all().order_by("number")
        ],
    }  # fmt: skip


async def proof_of(order: Order) -> dict[str, Any]:
    """Every sealed entry of an order with its way to the root, and how many are not sealed yet."""
    own = {row.id for row in await LedgerTransaction.filter(order_id=order.id)}
    proved, start = [], None
    sealed: set[UUID] = set()
    for epoch in await LedgerEpoch.all().order_by("number"):
        mine = {row for row in own - sealed if row <= epoch.last_id}
        if mine:
            sealed |= mine
            proved += await _proofs(epoch, await _inside(epoch, start), mine)
        start = epoch.last_id
    return {
        "format": PROOF, "order": order.number, "entries": proved, "waiting": len(own - sealed),
    }  # fmt: skip


async def _proofs(
    epoch: LedgerEpoch, inside: Sequence[LedgerTransaction], mine: set[UUID]
) -> list[dict[str, Any]]:
    keys = {row.key for row in inside if row.id in mine}
    leaves = await _leaves(inside)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    return [
        {
            "leaf": list(leaf), "epoch": epoch.number, "index": index, "size": len(leaves),
            "path": audit_path(hashes, index),
        }
        for index, leaf in enumerate(leaves)
        if leaf[0] in keys
    ]  # fmt: skip
