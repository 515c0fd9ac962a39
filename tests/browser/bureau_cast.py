"""What a bureau looks at: deals of two months, a price that rose, a voucher waited for, a flagged contract.

`python -m tests.browser.bureau_cast`, with MARKET_DATA_DIR naming the database.
"""

import asyncio
from decimal import Decimal

from market.bureau.periods import current_month, shifted
from market.kit import clock, db, i18n
from market.kit.outbox import OutboxMessage
from market.risks.models import FlagCase
from tests.browser import cast
from tests.factories.bureau import make_fact
from tests.factories.orders import make_order
from tests.factories.prices import make_prices
from tests.factories.vouchers import make_application


async def fill() -> None:
    """The cast, and then its deals."""
    await cast.fill()
    i18n.use_locale(i18n.DEFAULT)
    await db.connect()
    try:
        await _deals()
        deal = await make_order()
        await FlagCase.create(
            number="F-2026-000001", code="R018", group="OCID", subject="ocds-1", subject_name="一项需求",
            job_id=deal.contract.job_id, region_code="370100", value=Decimal(1), evidence={},
            evidence_digest="0" * 64, found_at=clock.now(),
        )  # fmt: skip
        await make_application()
        await OutboxMessage.all().delete()  # the worker adds nothing to these figures
    finally:
        await db.disconnect()


async def _deals() -> None:
    """300 yuan this month after 200 the month before; the median price went from 40 to 50 yuan before."""
    month = current_month()
    before = shifted(month, -1)
    at = clock.now().replace(year=int(before[:4]), month=int(before[5:]), day=9)
    for amount, when in ((10_000, clock.now()), (20_000, clock.now()), (20_000, at)):
        await make_fact(at=when, amount_fen=amount, source_number="C-2026-900001")
    for price, when in (("40", shifted(month, -2)), ("50", before)):  # months that are over
        await make_prices(*[price] * 5, month=when)


if __name__ == "__main__":
    asyncio.run(fill())
