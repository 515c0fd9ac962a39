"""What the processor holds by its own word: asked outside transactions, kept, compared by the reconciliation."""

import datetime as dt

from billing import stripe_gateway
from billing.bank_models import ProcessorBalance
from market.kit import clock
from market.kit.db import atomic


async def ask_balance() -> int:
    """The clock's: ask the processor and keep the answer; returns it in fen."""
    asked_at = clock.now()
    fen = await stripe_gateway.retrieve_balance()
    await _keep(fen, asked_at=asked_at)
    return fen


@atomic()
async def _keep(fen: int, *, asked_at: dt.datetime) -> None:
    await ProcessorBalance.create(amount_fen=fen, asked_at=asked_at)
