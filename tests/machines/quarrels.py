"""Buttons of what goes wrong, or changes: changes and ends of contracts, disputes, objections, needs."""

from collections.abc import Callable, Coroutine
from typing import Any

from market.accounts.models import Organisation
from market.complaints import complaints
from market.complaints.models import Complaint
from market.datasets import needs
from market.datasets.models import DatasetNeed
from market.disputes import disputes
from market.disputes.forms import AnswerInput
from market.disputes.models import Dispute
from market.orders import changes, terminations
from market.orders.change_models import ContractChange
from market.orders.contract_forms import ChangeInput, TerminationInput
from market.orders.models import Contract, DeliveryBatch, Order
from market.orders.rulings import price_of
from market.tendering.models import Award, Job
from tests.factories.complaints import decide, make_complaint
from tests.factories.datasets import make_need
from tests.factories.disputes import TEXT, claim
from tests.machines.market_walk import Market

WHY = "双方协商一致。"


async def _change(market: Market) -> None:
    contract = await market.some(Contract)
    asked = ChangeInput.model_validate(
        {
            "rationale": "volume_changed",
            "explanation": WHY,
            "quantity": market.chance.choice(["4000", "8000", "12000"]),
        }
    )
    await changes.propose_change(contract, asked, by=market.or_anybody(market.buyer))


async def _end(market: Market) -> None:
    if market.chance.random() < 0.4:
        content = TerminationInput(explanation=WHY)
        contract = await market.some(Contract)
        await terminations.propose_termination(
            contract, content, by=market.or_anybody(market.buyer)
        )


async def _sign_change(market: Market) -> None:
    """Both sides, one after the other: alone a walk seldom comes to the second."""
    change = await market.some(ContractChange)
    contract = await Contract.get(id=change.contract_id)
    sides = [one for one in market.firms if one.organisation_id == contract.supplier_id]
    for by in (market.buyer, *sides):
        change = await changes.sign_change(change, digest=change.digest, by=by)


async def _refuse_change(market: Market) -> None:
    change = await market.some(ContractChange)
    await changes.refuse_change(change, reason=WHY, by=market.or_anybody(market.buyer))


async def _dispute(market: Market) -> None:
    batch = await market.some(DeliveryBatch)
    price = price_of(await Order.get(id=batch.order_id), batch)
    named = market.chance.choice([0, price // 3, price])
    await disputes.open_dispute(batch, claim(named), by=market.or_anybody(market.buyer))


async def _answer_dispute(market: Market) -> None:
    dispute = await market.some(Dispute)
    named = dispute.supplier_fen if dispute.buyer_fen is None else dispute.buyer_fen
    answer = AnswerInput(text=TEXT, amount_fen=named)
    await disputes.answer_dispute(dispute, answer, by=market.or_anybody(market.firm()))


async def _withdraw_dispute(market: Market) -> None:
    await disputes.withdraw_dispute(await market.some(Dispute), by=market.or_anybody(market.buyer))


async def _object(market: Market) -> None:
    award = await market.some(Award) if market.chance.random() < 0.5 else None
    job = await Job.get(id=award.job_id) if award else await market.some(Job)
    await make_complaint(job, award=award, by=market.firm())


async def _rule(market: Market) -> None:
    ruling = market.chance.choice(["upheld", "declined"])
    await decide(await market.some(Complaint), ruling, by=market.or_anybody(market.buyer))


async def _withdraw_complaint(market: Market) -> None:
    await complaints.withdraw_complaint(await market.some(Complaint), by=market.firm())


async def _need(market: Market) -> None:
    owner = await Organisation.get(id=market.buyer.organisation_id)
    await make_need(owner=owner)


async def _close_need(market: Market) -> None:
    await needs.close_need(
        await market.some(DatasetNeed), "已找到。", by=market.or_anybody(market.buyer)
    )


QUARRELS: dict[str, Callable[[Market], Coroutine[Any, Any, None]]] = {
    "change": _change, "end": _end, "sign change": _sign_change, "refuse change": _refuse_change,
    "dispute": _dispute, "answer dispute": _answer_dispute, "withdraw dispute": _withdraw_dispute,
    "object": _object, "rule": _rule, "withdraw complaint": _withdraw_complaint, "need": _need,
    "close need": _close_need,
}  # fmt: skip
OF_TENDERING = ("object", "rule", "withdraw complaint", "need", "close need")
OF_ORDERS = ("change", "end", "sign change", "sign change", "refuse change", "dispute",
             "answer dispute", "withdraw dispute")  # fmt: skip
