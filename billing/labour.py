"""Labour remuneration: who is paid in person, the tax withheld from each fee, and its way to the tax office."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from billing import holdings, ledger
from billing.chart import CUSTODY_BANK, WITHHELD_TAX, credit, debit
from billing.deposit_models import Holding
from billing.deposit_states import HoldingPayoutKind
from billing.labour_forms import PayeeInput
from billing.labour_models import (
    PURPOSE,
    LabourIncome,
    LabourPayee,
    TaxRemittance,
    key_of_month,
)
from billing.labour_states import PayeeStatus
from billing.withholding import Paid, Withheld, withhold
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.disputes.measurements import READER_ROLES
from market.disputes.models import Reading
from market.kit import audit, clock, vault
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.kit.numbers import next_number


class NothingToRemit(Conflict):
    """The month is not over, was handed over, or nothing was withheld in it."""

    title = "There is nothing to hand over for this month"


@atomic()
async def register_payee(payee_input: PayeeInput, *, by: Actor) -> LabourPayee:
    """A person's own details, for fees of readings they do for their organisation; again to change them.

    Changed details wait for the organisation's confirmation anew. Raises NotPermitted, InvalidInput.
    """
    require(by, *READER_ROLES)
    payee = await LabourPayee.get_or_none(
        person_id=by.person_id, organisation_id=by.organisation_id
    )
    if payee is None:
        payee = LabourPayee(
            id=uuid7(), number=await next_number("LP"), person_id=by.person_id,
            organisation_id=by.organisation_id,
        )  # fmt: skip
    else:
        payee = await lock(payee)
        await _same_person(payee, payee_input)
        if payee.status != PayeeStatus.REGISTERED:
            await payee.move_to(PayeeStatus.REGISTERED, by=by, confirmed_at=None)
    payee.update_from_dict(_details(payee.id, payee_input))
    await payee.save()
    stated = {"name": payee.name, "id_tail": payee.id_tail, "bank_name": payee.bank_name}
    await audit.record(payee, "registered", by=by, before=None, after=stated)
    return payee


async def _same_person(payee: LabourPayee, payee_input: PayeeInput) -> None:
    """Under a registration that was paid stands one person for ever."""
    if payee.id_number == payee_input.id_number:
        return
    if await LabourIncome.exists(payee=payee):
        text = _("You were paid under another number; ask the operator to correct it")
        raise InvalidInput(fields={"id_number": text})


def _details(payee_id: UUID, payee_input: PayeeInput) -> dict[str, object]:
    number = payee_input.id_number
    return {
        "name": payee_input.name,
        "identity": vault.fingerprint(number, purpose=PURPOSE),
        "id_sealed": vault.seal(number, purpose=PURPOSE, row_id=payee_id),
        "id_tail": number[-4:],
        "bank_name": payee_input.bank_name,
        "bank_account": payee_input.bank_account,
    }


@atomic()
async def confirm_payee(payee: LabourPayee, *, by: Actor) -> LabourPayee:
    """The organisation lets a member's fees go to the member: another person of its finance.

    Raises NotPermitted, InvalidTransition.
    """
    _require_finance_of(payee, by)
    if by.person_id == payee.person_id:
        raise NotPermitted(_("Another member of your organisation has to confirm this"))
    payee = await lock(payee)
    await payee.move_to(PayeeStatus.CONFIRMED, by=by, confirmed_at=clock.now())
    return payee


@atomic()
async def end_payee(payee: LabourPayee, *, by: Actor) -> LabourPayee:
    """From now on fees go to the organisation: the person, or its finance. NotPermitted, InvalidTransition."""
    if by.person_id != payee.person_id:
        _require_finance_of(payee, by)
    payee = await lock(payee)
    await payee.move_to(PayeeStatus.ENDED, by=by, confirmed_at=None)
    return payee


def _require_finance_of(payee: LabourPayee, by: Actor) -> None:
    require(by, Role.FINANCE)
    if by.organisation_id != payee.organisation_id:
        raise NotPermitted(_("Only their own organisation decides about its members"))


async def payee_of(reading: Reading) -> LabourPayee | None:
    """The person a reading's fee is for; None where it is the organisation's."""
    return await LabourPayee.get_or_none(
        person_id=reading.reader_id, organisation_id=reading.organisation_id,
        status=PayeeStatus.CONFIRMED,
    )  # fmt: skip


async def pay_person(holding: Holding, payee: LabourPayee, *, fen: int) -> LabourIncome:
    """Instruct a person's fee less the income tax withheld from it; in the verb that pays the fee.

    The tax becomes a debt to the tax office at once (个人所得税法第九条). Cumulative over everything
    the platform has paid the same person in the year (公告2025年第16号).
    """
    await LabourPayee.filter(identity=payee.identity).order_by("id").select_for_update()
    made = await _withheld(payee, fen)
    payout = await holdings.instruct(
        holding, HoldingPayoutKind.FEE, payee_id=payee.organisation_id, fen=fen - made.tax_fen,
        account=payee.bank_account,
    )  # fmt: skip
    income = await LabourIncome.create(
        payee=payee, payout=payout, identity=payee.identity, name=payee.name,
        paid_on=clock.today(), income_fen=fen, run_fen=made.income_fen, months=made.months,
        taxable_fen=made.taxable_fen, rate_bp=made.rate_bp, quick_fen=made.quick_fen,
        before_fen=made.before_fen, tax_fen=made.tax_fen,
    )  # fmt: skip
    if made.tax_fen:
        await ledger.post(
            [debit(holdings.account_of(holding), made.tax_fen), credit(WITHHELD_TAX, made.tax_fen)],
            kind="withholding", key=income.tax_key,
        )  # fmt: skip
    return income


async def _withheld(payee: LabourPayee, fen: int) -> Withheld:
    day = clock.today()
    earlier = await LabourIncome.filter(
        identity=payee.identity, paid_on__gte=day.replace(month=1, day=1)
    )
    return withhold(fen, day=day, earlier=as_paid(earlier))


def as_paid(rows: Sequence[LabourIncome]) -> list[Paid]:
    """Kept payments as the rule reads them."""
    return [Paid(row.paid_on, row.income_fen, row.tax_fen) for row in rows]


async def withheld_in(first: dt.date) -> list[LabourIncome]:
    """The payments of a month, oldest first: the withholding list."""
    end = (first + dt.timedelta(days=32)).replace(day=1)
    return (
        await LabourIncome.filter(paid_on__gte=first, paid_on__lt=end)
        .order_by("id")
        .select_related("payee__organisation", "payout__holding")
    )


async def owed_by_month() -> dict[str, tuple[dt.date, int]]:
    """Tax that was withheld and not handed over: by month, its first day and the fen."""
    handed_over = {row.month for row in await TaxRemittance.all()}
    owed: dict[str, tuple[dt.date, int]] = {}
    for row in await LabourIncome.filter(tax_fen__gt=0).order_by("id"):
        month = f"{row.paid_on:%Y-%m}"
        if month not in handed_over:
            _first, before = owed.get(month, (None, 0))
            owed[month] = row.paid_on.replace(day=1), before + row.tax_fen
    return owed


@atomic()
async def remit_tax(first: dt.date, *, reference: str, by: Actor) -> TaxRemittance:
    """Note that the bank has paid a month's tax to the tax office (its own reference); once a month.

    Operator's finance, after the month. Raises NothingToRemit, NotPermitted.
    """
    require(by, Role.FINANCE, kind=OrganisationKind.OPERATOR)
    month = f"{first:%Y-%m}"
    await ledger.lock_accounts({WITHHELD_TAX, CUSTODY_BANK})
    fen = sum(row.tax_fen for row in await withheld_in(first))
    is_over = f"{clock.today():%Y-%m}" > month
    if not fen or not is_over or await TaxRemittance.exists(month=month):
        raise NothingToRemit(_("The month is not over, nothing was withheld in it, or it is paid"))
    await ledger.post(
        [debit(WITHHELD_TAX, fen), credit(CUSTODY_BANK, fen)],
        kind="tax_remitted", key=key_of_month(month),
    )  # fmt: skip
    made = await TaxRemittance.create(
        month=month, amount_fen=fen, reference=reference, remitted_at=clock.now()
    )
    await audit.record(made, "remitted", by=by, before=None, after={"month": month, "fen": fen})
    return made
