"""Four-leg postings a second: our ledger's, one by one and on a book, beside django-hordak's."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs, urlsplit

from billing import ledger
from billing.chart import (
    CUSTODY_BANK,
    AccountKey,
    Leg,
    buyer_payable,
    credit,
    debit,
    order_held,
    order_pledged,
)
from market.kit import db

ORDERS = 20
BATCH = 100
WINDOWS = 5
FEN = 100
PROMISED = 10**12
MISSING = "not measured: install the extra `bench` (django-hordak and psycopg)"


def _legs(number: int) -> list[Leg]:
    """A receipt: the custody account is in each, an order's accounts in every twentieth."""
    order = f"bench {number % ORDERS}"
    return [
        debit(CUSTODY_BANK, FEN), credit(buyer_payable(order), FEN),
        debit(order_pledged(order), FEN), credit(order_held(order), FEN),
    ]  # fmt: skip


@dataclass
class Seconds:
    """What the same number of postings took each way, all windows together."""

    count: int = 0
    single: float = 0.0
    book: float = 0.0
    hordak: float = 0.0

    def as_rates(self) -> dict[str, float]:
        """Postings a second."""
        taken = {"ledger_post": self.single, "ledger_book_of_100": self.book, "hordak": self.hordak}
        return {name: round(self.count / taken[name], 1) for name in taken if taken[name]}


async def measure(url: str, count: int) -> dict[str, Any]:
    """`count` postings each way, in interleaved windows."""
    await db.connection().execute_script("CREATE DATABASE hordak")
    hordak, versions = _hordak(url)
    taken = Seconds()
    for window in range(WINDOWS):
        await _ours(taken, range(window * count // WINDOWS, (window + 1) * count // WINDOWS))
        if hordak:
            taken.hordak += await asyncio.to_thread(hordak, count // WINDOWS)
    return {"postings_per_second": taken.as_rates(), "hordak": versions}


async def _ours(taken: Seconds, numbers: range) -> None:
    """Every posting a transaction of its own; then a hundred of them on one book."""
    if not taken.count:
        for number in range(ORDERS):
            owed, promised = buyer_payable(f"bench {number}"), order_pledged(f"bench {number}")
            legs = [debit(owed, PROMISED), credit(promised, PROMISED)]
            await ledger.post(legs, kind="bench", key=f"bench promise {number}")
    taken.count += len(numbers)
    begun = time.perf_counter()
    for number in numbers:
        await ledger.post(_legs(number), kind="bench", key=f"bench {number}")
    taken.single += time.perf_counter() - begun
    begun = time.perf_counter()
    for start in range(0, len(numbers), BATCH):
        await _book(numbers[start : start + BATCH])
    taken.book += time.perf_counter() - begun


@db.atomic()
async def _book(numbers: Sequence[int]) -> None:
    legs = {number: _legs(number) for number in numbers}
    accounts: set[AccountKey] = {leg.account for found in legs.values() for leg in found}
    book = ledger.Book(await ledger.lock_accounts(accounts))
    for number, found in legs.items():
        book.post(found, kind="bench", key=f"bench book {number}")
    await book.write()


def _hordak(url: str) -> tuple[Callable[[int], float] | None, str]:
    """How to post with django-hordak on the same server, and its versions; None when it is missing."""
    try:
        django: Any = import_module("django")
        import_module("hordak")
        import_module("psycopg")
    except ImportError:
        return None, MISSING
    _configure(url)
    django.setup()
    names = ("django-hordak", "Django", "psycopg")
    return _post_with_hordak, ", ".join(f"{name} {version(name)}" for name in names)


def _configure(url: str) -> None:
    settings: Any = import_module("django.conf").settings
    parts = urlsplit(url)
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "hordak",
                "HOST": parse_qs(parts.query).get("host", [parts.hostname])[0],
                "PORT": parts.port or "",
                "USER": parts.username,
                "PASSWORD": parts.password or "",
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DEFAULT_CURRENCY="CNY",
        CURRENCIES=["CNY"],
        USE_TZ=True,
    )


def _post_with_hordak(count: int) -> float:
    """Seconds of `count` transactions of four legs, each in an atomic block of its own; hordak keeps
    no balances and locks no accounts."""
    transaction: Any = import_module("django.db").transaction
    models: Any = import_module("hordak.models")
    import_module("django.core.management").call_command("migrate", verbosity=0)
    accounts = [
        models.Account.objects.get_or_create(name=f"account {number}", code=str(number), type=kind)[
            0
        ]
        for number, kind in enumerate(("AS", "LI", "LI", "LI"))
    ]
    begun = time.perf_counter()
    for _number in range(count):
        with transaction.atomic():
            made = models.Transaction.objects.create()
            for position, account in enumerate(accounts):
                side = {"debit" if position % 2 == 0 else "credit": 1}
                models.Leg.objects.create(transaction=made, account=account, currency="CNY", **side)
    return time.perf_counter() - begun
