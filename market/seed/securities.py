"""Deposits of a running call in every state a person meets, and firms that share a telephone or an address."""

import datetime as dt

from billing import bank, deposits, guarantees, holdings
from billing.deposit_forms import GuaranteeInput
from billing.deposit_models import Guarantee, Holding
from billing.forms import BankLineInput
from market.accounts import organisations, shareholders
from market.accounts.forms import OrganisationProfileInput, ShareInput
from market.accounts.models import Organisation
from market.kit import clock, files
from market.seed.deals import Cast, drain
from market.tendering.models import Job

SECURED = "城市道路语义分割标注（公开招标）"
ADDRESS, PHONE = "山西省大同市云冈区数据标注产业园 3 号楼", "0352-555-0139"
NEIGHBOURS = {
    "DS02": {"contact_phone": PHONE}, "DS03": {"contact_phone": PHONE, "address": ADDRESS},
    "DS09": {"address": ADDRESS},
}  # fmt: skip

OWNERS = {"DS03": "51", "DS09": "35"}  # per cent held by
HOLDER = "云冈数智产业投资有限公司（演示）"


async def play_securities(cast: Cast) -> None:
    """One awaited, one paid in, one covered by a letter, one letter to check, one given up."""
    job = await Job.get(title=SECURED)
    asked: dict[str, Holding] = {}
    for name in ("DS01", "DS04", "DS02", "DS05", "DS07"):
        asked[name] = await deposits.open_bid_deposit(job, by=cast.suppliers[name])
    await _pay(asked["DS04"], cast)
    covered = await _letter(asked["DS05"], cast, "DS05")
    reason = "向开立银行核实，保函真实有效。"
    await guarantees.check_guarantee(covered, is_accepted=True, reason=reason, by=cast.operator)
    await _letter(asked["DS02"], cast, "DS02")
    await holdings.cancel_holding(asked["DS07"], by=cast.suppliers["DS07"])
    await drain()


async def _pay(holding: Holding, cast: Cast) -> None:
    payer = await Organisation.get(id=holding.payer_id)
    line = {
        "bank_reference": f"DEMO-{holding.number}", "booked_on": clock.today(),
        "payer_name": payer.name, "payer_account": "6222 0000 0000 0104",
        "amount_fen": holding.amount_fen, "narrative": f"投标保证金 {holding.reference}",
    }  # fmt: skip
    await bank.record_bank_line(BankLineInput.model_validate(line), by=cast.operator)


async def _letter(holding: Holding, cast: Cast, name: str) -> Guarantee:
    by = cast.suppliers[name]
    content = {
        "issuer": "齐鲁银行泉城支行（演示）", "letter_number": f"BH-2026-{name}",
        "amount_fen": holding.amount_fen, "expires_on": clock.today() + dt.timedelta(days=120),
    }  # fmt: skip
    file = await files.store("投标保函.txt", "见索即付投标保函（演示）".encode(), by=by)
    return await guarantees.submit_guarantee(
        holding, GuaranteeInput.model_validate(content), file, by=by
    )


async def declare_neighbours(cast: Cast) -> None:
    """Three firms that hang together, two of them by an owner; two of them bid for the same calls."""
    for name, same in NEIGHBOURS.items():
        by = cast.suppliers[name]
        firm = await Organisation.get(id=by.organisation_id)
        known = {field: getattr(firm, field) for field in OrganisationProfileInput.model_fields}
        profile = OrganisationProfileInput.model_validate(known | same)
        await organisations.edit_organisation(firm, profile, by=by)
        if share := OWNERS.get(name):
            holder = ShareInput.model_validate({"holder_name": HOLDER, "share_bp": share})
            await shareholders.declare_shareholders(firm, [holder], by=by)
