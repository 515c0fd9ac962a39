"""What of money waits for a person: every exception with its age, where it is looked at, and what to do."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from billing import deposit_words, labour, late_returns
from billing.bank_models import BankDecision, BankStatement, LateReturn, Reconciliation
from billing.bank_states import DecisionStatus, StatementStatus
from billing.deposit_models import Forfeiture, Guarantee, HoldingPayout
from billing.deposit_states import ForfeitureStatus, GuaranteeStatus, HoldingStatus
from billing.labour_models import due_of_month
from billing.ledger_models import LedgerTransfer
from billing.models import BankLine, Payout, Refund, WebhookEvent
from billing.states import (
    BankLineStatus,
    EventStatus,
    PayoutStatus,
    RefundStatus,
    TransferStatus,
)
from market.kit import clock, web
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

STALE_HOLD = dt.timedelta(days=3)
KINDS: Mapping[str, str] = {
    "ledger": N_("Ledger and rows differ"),
    "bank_line": N_("Receipt in suspense"),
    "decision": N_("Decision under way"),
    "hold": N_("Money held for long"),
    "payout": N_("Payout refused"),
    "refund": N_("Refund refused"),
    "event": N_("Parked event"),
    "deposit": N_("Deposit or fee"),
    "late": N_("Money that came too late"),
    "tax": N_("Withheld tax to hand over"),
    "statement": N_("Statement not read"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One exception."""

    kind: str
    number: str
    text: str
    since: dt.datetime
    url: str
    action: str
    amount_fen: int | None = None

    @property
    def label(self) -> str:
        """Its queue, in words."""
        return _(KINDS[self.kind])

    @property
    def days(self) -> int:
        """How long it has waited."""
        return max((clock.now() - self.since).days, 0)


async def exceptions() -> list[Item]:
    """Every queue, the longest waiting first."""
    items = [
        *await _ledger(), *await _lines(), *await _decisions(), *await _holds(),
        *await _refusals(), *await _events(), *await _statements(), *await _deposits(),
        *await _late(), *await _taxes(),
    ]  # fmt: skip
    return sorted(items, key=lambda item: item.since)


async def _ledger() -> Iterable[Item]:
    """What the last report could not explain."""
    last = await Reconciliation.all().order_by("-id").first()
    if last is None or not last.differences:
        return []
    text = _("%(count)s things are not explained", count=last.differences)
    url = web.path_for("reconciliations:show", number=last.number)
    return [Item("ledger", last.number, text, last.created_at, url, _("Read the report"))]


async def _lines() -> Iterable[Item]:
    return [
        Item("bank_line", row.number, f"{row.payer_name} · {row.reason}", row.created_at,
             web.path_for("bank:apply", number=row.number), _("Decide"), row.amount_fen)
        for row in await BankLine.filter(status=BankLineStatus.SUSPENSE)
    ]  # fmt: skip


async def _decisions() -> Iterable[Item]:
    waiting = BankDecision.filter(status__in=(DecisionStatus.PROPOSED, DecisionStatus.APPROVED))
    return [
        Item("decision", row.number, row.reason, row.created_at,
             web.path_for("bank:decide", number=row.number),
             _("Agree or refuse") if row.status == DecisionStatus.PROPOSED else _("Bank has paid"),
             row.amount_fen)
        for row in await waiting
    ]  # fmt: skip


async def _holds() -> Iterable[Item]:
    stale = LedgerTransfer.filter(
        status=TransferStatus.HELD, created_at__lt=clock.now() - STALE_HOLD
    )
    url = web.path_for("operator:payments")
    return [
        Item("hold", row.order.number if row.order else row.key.partition(":")[0], row.key,
             row.created_at, url, _("See what it waits for"), row.amount_fen)
        for row in await stale.select_related("order")
    ]  # fmt: skip


async def _refusals() -> Iterable[Item]:
    url = web.path_for("operator:payments")
    payouts = await Payout.filter(status=PayoutStatus.FAILED)
    refunds = await Refund.filter(status=RefundStatus.FAILED)
    found = [Item("payout", x.number, x.note, x.updated_at, url, _("Try again"), x.amount_fen)
             for x in payouts]  # fmt: skip
    return found + [
        Item("refund", x.number, x.reason, x.updated_at, url, _("Try again"), x.amount_fen)
        for x in refunds
    ]


async def _events() -> Iterable[Item]:
    url = web.path_for("operator:payments")
    return [
        Item("event", row.event_id, row.note, row.created_at, url, _("Look again"))
        for row in await WebhookEvent.filter(status=EventStatus.PARKED)
    ]


async def _statements() -> Iterable[Item]:
    return [
        Item("statement", row.number, row.file.filename, row.created_at,
             web.path_for("bank:statement", number=row.number), _("Say what its columns mean"))
        for row in await BankStatement.filter(status=StatementStatus.COLUMNS_WANTED).select_related("file")
    ]  # fmt: skip


async def _deposits() -> Iterable[Item]:
    """Letters to check, forfeitures to decide, instructions the bank has to execute."""
    letters = Guarantee.filter(
        status=GuaranteeStatus.SUBMITTED, holding__status=HoldingStatus.AWAITED
    )
    found = [
        Item("deposit", row.number, row.issuer, row.created_at,
             web.path_for("deposits:check", number=row.number), _("Check the letter"), row.amount_fen)
        for row in await letters
    ]  # fmt: skip
    found += [
        Item("deposit", row.number, row.statement, row.created_at,
             web.path_for("deposits:decide", number=row.number), _("Agree or refuse"), row.amount_fen)
        for row in await Forfeiture.filter(status=ForfeitureStatus.PROPOSED)
    ]  # fmt: skip
    waiting = HoldingPayout.filter(status=PayoutStatus.PENDING).select_related("holding")
    return found + [
        Item("deposit", row.number, deposit_words.payout(row.kind), row.created_at,
             web.path_for("deposits:show", number=row.holding.number), _("Bank has paid"), row.amount_fen)
        for row in await waiting
    ]  # fmt: skip


async def _late() -> Iterable[Item]:
    """Late money nobody has decided about, and returns a second person or the processor has to see."""
    found = [
        Item("late", row.number, row.payer.name, row.updated_at,
             web.path_for("late:show", number=row.number), _("Send back to the payer"),
             await late_returns.late_of(row))
        for row in await late_returns.waiting()
    ]  # fmt: skip
    under_way = LateReturn.filter(
        status__in=(DecisionStatus.PROPOSED, DecisionStatus.APPROVED)
    ).select_related("payment")
    return found + [
        Item("late", row.number, row.note or row.reason, row.created_at,
             web.path_for("late:show", number=row.payment.number), _("Agree or refuse"), row.amount_fen)
        for row in await under_way
    ]  # fmt: skip


async def _taxes() -> Iterable[Item]:
    """Months that are over whose withheld tax was not handed over."""
    return [
        Item("tax", month, _("Due on %(day)s", day=due_of_month(first)), clock.start_of_day(first),
             web.path_for("operator:withholding", month=month), _("Bank has paid"), fen)
        for month, (first, fen) in (await labour.owed_by_month()).items()
        if first < clock.today().replace(day=1)
    ]  # fmt: skip
