"""Planted bugs, one of each family: what the simulation must find."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from billing import ledger, settlements, stripe_gateway, tax
from billing.chart import AccountKey
from billing.ledger_models import LedgerAccount
from market.kit.ids import uuid7


def _skip_a_lock() -> AbstractContextManager[Any]:
    """Accounts are read without a lock before their bound is checked."""
    locking = ledger.lock_accounts

    async def read(keys: set[AccountKey]) -> dict[AccountKey, LedgerAccount]:
        rows = await LedgerAccount.filter(code__in=[key.code for key in keys])
        found = {ledger.key_of(row): row for row in rows}
        return found if len(found) == len(keys) else await locking(keys)

    return patch.object(ledger, "lock_accounts", read)


def _drop_an_idempotency_key() -> AbstractContextManager[Any]:
    """Every try of an outside call has a key of its own."""
    return patch.object(stripe_gateway, "_options", lambda row: {"idempotency_key": str(uuid7())})


def _round_with_floats() -> AbstractContextManager[Any]:
    """What is released is shared over the order's lines by rounding each part."""

    def split(total: int, weights: list[int]) -> list[int]:
        return [round(total * (weight / sum(weights))) for weight in weights]

    return patch.object(tax, "allocate", split)


def _release_before_acceptance() -> AbstractContextManager[Any]:
    """Whatever is paid is released."""
    return patch.object(
        settlements, "is_releasable", lambda stage: stage.is_paid and not stage.is_released
    )


BUGS = {
    "skip-a-lock": _skip_a_lock,
    "drop-an-idempotency-key": _drop_an_idempotency_key,
    "round-with-floats": _round_with_floats,
    "release-before-acceptance": _release_before_acceptance,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Within the block the code has a bug (none for the empty name)."""
    if not name:
        yield
        return
    with BUGS[name]():
        yield
