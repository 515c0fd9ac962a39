"""The quarterly report of a platform to the tax office (国务院令第810号): who earned what through it."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from billing.deposit_models import HoldingPayout
from billing.deposit_states import HoldingPayoutKind
from billing.labour_models import LabourIncome
from billing.models import BillingProfile, Refund, Settlement
from billing.states import RefundStatus, TaxpayerKind
from market.accounts.models import Organisation
from market.kit import clock
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _

SOURCE = "国务院令第810号《互联网平台企业涉税信息报送规定》；国家税务总局公告2025年第15号"


@dataclass(frozen=True, slots=True)
class Earner:
    """One earner's quarter, in fen; `income_fen` is what was released, before the platform's fee,
    `work_fen` what of it is fees for pilots and readings; `orders` counts these as well.

    A person who is paid in person has no `taxpayer`; `uscc` is the resident number then.
    """

    name: str
    uscc: str
    taxpayer: TaxpayerKind | None
    bank_name: str
    bank_account: str
    orders: int
    income_fen: int
    refunded_fen: int
    fee_fen: int
    withheld_fen: int = 0
    work_fen: int = 0

    @property
    def shown_id(self) -> str:
        """The code on a page: of a person's only the ends."""
        return self.uscc if self.taxpayer else f"{self.uscc[:3]}…{self.uscc[-4:]}"

    @property
    def net_fen(self) -> int:
        """Income less what went back to buyers."""
        return self.income_fen - self.refunded_fen


def quarter_named(text: str) -> tuple[dt.date, dt.date]:
    """First day and the day after the last of "2026Q4". Raises NotFound, also for quarters to come."""
    match = re.fullmatch(r"(20\d\d)Q([1-4])", text)
    if match is None:
        raise NotFound(_("There is no such quarter"))
    year, number = int(match[1]), int(match[2])
    first = dt.date(year, 3 * number - 2, 1)
    if first > clock.today():
        raise NotFound(_("There is no such quarter"))
    return first, dt.date(year + number // 4, 3 * number % 12 + 1, 1)


def quarters() -> list[str]:
    """The present quarter and the seven before it."""
    day = clock.today()
    at = day.year * 4 + (day.month - 1) // 3
    return [f"{(at - back) // 4}Q{(at - back) % 4 + 1}" for back in range(8)]


async def report_of(quarter: str) -> list[Earner]:
    """Every organisation that was released money in a quarter, for orders or as a fee for pilots and
    readings, and every person paid; by name."""
    first, end = (clock.start_of_day(day) for day in quarter_named(quarter))
    settled: list[Any] = await Settlement.filter(settled_at__gte=first, settled_at__lt=end)
    for_orders = _by(settled, "supplier_id")
    fees = _by(await _work_fees(first, end), "payee_id")
    refunds: list[Any] = await Refund.filter(
        status=RefundStatus.SUCCEEDED, refunded_at__gte=first, refunded_at__lt=end
    ).select_related("order")
    back: dict[Any, int] = {}
    for refund in refunds:
        supplier_id = refund.order.supplier_id
        if refund.is_reduction and supplier_id in for_orders:
            back[supplier_id] = back.get(supplier_id, 0) + refund.amount_fen
    ids = list({*for_orders, *fees})
    profiles = _by(await BillingProfile.filter(organisation_id__in=ids), "organisation_id")
    earners = [
        _earner(one, for_orders.get(one.id, []), fees.get(one.id, []), back.get(one.id, 0),
                next(iter(profiles.get(one.id, [])), None))
        for one in await Organisation.filter(id__in=ids)
    ]  # fmt: skip
    persons = await _persons(*quarter_named(quarter))
    return sorted([*earners, *persons], key=lambda earner: earner.name)


def _by(rows: Iterable[Any], column: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


async def _work_fees(first: dt.datetime, end: dt.datetime) -> list[HoldingPayout]:
    """Fees for pilots and readings released to organisations; a person's are that person's income."""
    released = HoldingPayout.filter(
        kind=HoldingPayoutKind.FEE, created_at__gte=first, created_at__lt=end
    )
    return await released.filter(labour__id__isnull=True)


async def _persons(first: dt.date, end: dt.date) -> list[Earner]:
    """Who was paid labour remuneration in person, each resident number once."""
    by_identity: dict[str, list[LabourIncome]] = {}
    paid = LabourIncome.filter(paid_on__gte=first, paid_on__lt=end).select_related("payee")
    for row in await paid.order_by("id"):
        by_identity.setdefault(row.identity, []).append(row)
    return [
        Earner(
            rows[-1].name, rows[-1].payee.id_number, None, rows[-1].payee.bank_name,
            rows[-1].payee.bank_account, len(rows), sum(row.income_fen for row in rows), 0, 0,
            sum(row.tax_fen for row in rows), sum(row.income_fen for row in rows),
        )
        for rows in by_identity.values()
    ]  # fmt: skip


def _earner(
    earner: Organisation,
    settled: list[Any],
    fees: list[Any],
    refunded_fen: int,
    profile: BillingProfile | None,
) -> Earner:
    work_fen = sum(row.amount_fen for row in fees)
    return Earner(
        earner.name, earner.uscc or "",
        profile.taxpayer_kind if profile else TaxpayerKind.GENERAL,
        profile.bank_name if profile else "", profile.bank_account if profile else "",
        len({row.order_id for row in settled}) + len(fees),
        sum(row.gross_fen for row in settled) + work_fen, refunded_fen,
        sum(row.fee_fen for row in settled), work_fen=work_fen,
    )  # fmt: skip
