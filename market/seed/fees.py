"""The third reader of the measured dispute is paid in person: registered, confirmed, with a statement of the tax."""

import datetime as dt
from dataclasses import replace

from billing import bank, holdings, labour, work_fees
from billing.deposit_models import Holding, HoldingPayout
from billing.deposit_states import HoldingPurpose
from billing.forms import BankLineInput
from billing.labour_forms import PayeeInput
from market.accounts import people
from market.accounts.models import Membership, Organisation
from market.accounts.states import Role
from market.disputes.models import Dispute, Reading
from market.disputes.states import ReadingStatus
from market.kit import clock
from market.kit.actor import Actor
from market.seed.deals import Cast, actor, drain

NUMBER = "11010519491231002X"  # the example of GB 11643; nobody's
NOBODY = "!"  # no password has this hash
LATER = dt.timedelta(days=2)


async def play_fees(cast: Cast) -> None:
    """Both sides pay their shares of the fee; the reader's goes out, the bank has executed it."""
    reading = await Reading.filter(status=ReadingStatus.MARKED).order_by("id").first()
    if reading is None:
        return
    dispute = await Dispute.get(measurement=reading.measurement_id)
    assert dispute.resolved_at is not None
    with clock.frozen_at(dispute.resolved_at + LATER):
        reader = next(
            by for by in cast.suppliers.values() if by.organisation_id == reading.organisation_id
        )
        await _register(reader)
        for share in await Holding.filter(
            purpose=HoldingPurpose.READER_FEE, subject_id=dispute.id
        ).order_by("id"):
            await _pay(share, cast)
        await drain()
        await work_fees.pay_due_fees()
        for payout in await HoldingPayout.filter(holding__subject_id=dispute.id).order_by("id"):
            await holdings.confirm_payout(
                payout, reference=f"DEMO{payout.number}", by=cast.operator
            )
        await drain()


async def _register(reader: Actor) -> None:
    """The reader's own details, and another member's agreement."""
    firm = await Organisation.get(id=reader.organisation_id)
    details = PayeeInput(
        name=reader.name.removeprefix("商务 "), id_number=NUMBER, bank_name="齐鲁银行泉城支行（演示）",
        bank_account="6222 0000 0000 0188",
    )  # fmt: skip
    payee = await labour.register_payee(details, by=reader)
    clerk = await people.create_person(
        f"finance.{(firm.external_id or '').lower()}@demo.example", name="财务 宋宁",
        password_hash=NOBODY, confirmed=True,
    )  # fmt: skip
    await Membership.create(person=clerk, organisation=firm, role=Role.FINANCE)
    await labour.confirm_payee(payee, by=replace(actor(firm, clerk), role=Role.FINANCE.value))


async def _pay(share: Holding, cast: Cast) -> None:
    payer = await Organisation.get(id=share.payer_id)
    line = {
        "bank_reference": f"DEMO-{share.number}", "booked_on": clock.today(),
        "payer_name": payer.name, "payer_account": "6222 0000 0000 0112",
        "amount_fen": share.amount_fen, "narrative": f"复测费 {share.reference}",
    }  # fmt: skip
    await bank.record_bank_line(BankLineInput.model_validate(line), by=cast.operator)
