"""Deposits for tests: a job that asks for one, bidders who give it by bank transfer."""

import datetime as dt
from typing import Any

from billing import bank, deposits
from billing.deposit_models import Holding
from billing.forms import BankLineInput
from billing.models import BankLine
from market.accounts.models import Organisation
from market.kit import clock
from market.kit.actor import Actor
from market.tendering.models import Job
from tests.factories.tendering import published_job

DEPOSIT = 1_000_000  # ten thousand yuan of a budget of two million


async def job_with_deposit(*, performance: int = 0, **values: Any) -> Job:
    """An open job that asks for a bid deposit, and for a performance deposit in per cent."""
    config = {
        "minimum_bids": 1, "bid_deposit_fen": DEPOSIT, "performance_deposit_percent": performance,
    }  # fmt: skip
    return await published_job(procedure_config=config, **values)


async def transfer(
    holding: Holding, *, operator: Actor, on: dt.date | None = None, **values: Any
) -> BankLine:
    """The bank line of its payer's transfer, with its code, unless `values` say otherwise."""
    payer = await Organisation.get(id=holding.payer_id)
    line = {
        "bank_reference": f"IN-{holding.number}", "booked_on": on or clock.today(),
        "payer_name": payer.name, "payer_account": "6222 0000 1111",
        "amount_fen": holding.amount_fen, "narrative": f"投标保证金 {holding.reference}", **values,
    }  # fmt: skip
    return await bank.record_bank_line(BankLineInput.model_validate(line), by=operator)


async def deposit_given(job: Job, bidder: Actor, operator: Actor) -> Holding:
    """A bidder's deposit in custody."""
    holding = await deposits.open_bid_deposit(job, by=bidder)
    await transfer(holding, operator=operator)
    return await Holding.get(id=holding.id)
