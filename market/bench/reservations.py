"""`market bench vouchers --primitive`: the ledger's reservation alone, a pool and a cap to each claim."""

import asyncio
import time
from collections.abc import Sequence

from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.functions import Sum

from billing import ledger
from billing.chart import CUSTODY_BANK, AccountKey, credit, debit, order_held, supplier_receivable
from billing.ledger_models import LedgerAccount, LedgerTransfer
from market.bench.vouchers import (
    AT_ONCE,
    CLAIMS_PER_SUBJECT,
    GRANT_FEN,
    Measured,
)
from market.kit import db

IN_A_TRANSACTION = 10
POOL = order_held("bench pool")
TAKER = supplier_receivable("bench")


async def measure(name: str, url: str, claims: int) -> Measured:
    """Each claim holds its grant on the pool and on its subject's cap, or on neither; ten claims to
    a transaction, twenty transactions at once. The pool is for a third of all, a cap for half of its
    subject's."""
    EXECUTOR_CACHE.clear()
    await db.connect(url)
    try:
        await Tortoise.generate_schemas()
        pool_fen = GRANT_FEN * claims // 3 + 1
        await _open(claims, pool_fen)
        begun, used = time.perf_counter(), time.process_time()
        granted = await _all(claims)
        seconds, used = time.perf_counter() - begun, time.process_time() - used
        return Measured(
            f"{name}, reservations", claims, granted, claims - granted, granted * GRANT_FEN,
            pool_fen, await _over(granted), round(seconds, 2), round(claims / seconds, 1),
            round(1000 * used / claims, 2),
        )  # fmt: skip
    finally:
        await db.disconnect()


def _cap(claim: int, claims: int) -> AccountKey:
    return order_held(f"bench cap {claim % -(-claims // CLAIMS_PER_SUBJECT)}")


async def _open(claims: int, pool_fen: int) -> None:
    caps = {_cap(claim, claims) for claim in range(claims)}
    fen = GRANT_FEN * CLAIMS_PER_SUBJECT // 2
    legs = [credit(POOL, pool_fen), *(credit(cap, fen) for cap in caps)]
    whole = sum(leg.amount_fen for leg in legs)
    await ledger.post([debit(CUSTODY_BANK, whole), *legs], kind="bench", key="bench")


async def _all(claims: int) -> int:
    gate = asyncio.Semaphore(AT_ONCE)

    async def turn(start: int) -> int:
        async with gate:
            part = range(start, min(start + IN_A_TRANSACTION, claims))
            return await _reserve([(number, _cap(number, claims)) for number in part])

    return sum(await asyncio.gather(*(turn(start) for start in range(0, claims, IN_A_TRANSACTION))))


@db.atomic()
async def _reserve(claims: Sequence[tuple[int, AccountKey]]) -> int:
    caps = {cap for _number, cap in claims}
    book = ledger.Book(await ledger.lock_accounts({POOL, TAKER, *caps}))
    granted = 0
    for number, cap in claims:
        try:
            with book.attempt():
                for place, source in (("pool", POOL), ("cap", cap)):
                    key = f"bench {place} {number}"
                    book.hold(source, TAKER, GRANT_FEN, kind="bench", key=key)
        except ledger.BoundCrossed:
            continue
        granted += 1
    await book.write()
    return granted


async def _over(granted: int) -> int:
    """Fen held above a bound, or held and not written as a transfer, or the other way round."""
    accounts = await LedgerAccount.filter(pending_fen__gt=0)
    over = sum(max(0, account.pending_fen - account.balance_fen) for account in accounts)
    held = {account.id: account.pending_fen for account in accounts}
    rows = (
        await LedgerTransfer.all()
        .group_by("debit_account_id")
        .annotate(total=Sum("amount_fen"))
        .values_list("debit_account_id", "total")
    )
    written = {account_id: int(total) for account_id, total in rows}
    wrong: int = sum(
        abs(held.get(key, 0) - written.get(key, 0)) for key in held.keys() | written.keys()
    )
    return int(over + wrong + abs(sum(written.values()) - 2 * granted * GRANT_FEN))
