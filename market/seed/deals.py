"""Plays a plan of the demo through the verbs, up to its stage, on a moving clock."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from billing import bank, payments, payouts
from billing.forms import BankLineInput
from billing.models import Payout
from billing.states import PaymentMethod, PayoutStatus
from market.accounts.models import Organisation, Person
from market.kit import clock, files, outbox
from market.kit.actor import Actor
from market.orders import batches, contracts, inspections, manifests, reviews
from market.orders.forms import DeliveryInput, Finding, ReviewInput
from market.orders.manifests import Item
from market.orders.models import Contract, DeliveryBatch, Milestone, Order
from market.seed import panels
from market.seed.disputes import dispute_in_mediation, dispute_measured
from market.seed.plans import OPENS_SOON, Plan, Stage
from market.tendering import (
    awards,
    bids,
    ceremony,
    jobs,
    opening_access,
    questions,
    stages,
)
from market.tendering.drafts import JobDraft
from market.tendering.forms import BidInput
from market.tendering.models import Bid, Job
from market.vocabulary import uscc
from market.worker import HANDLERS

_sequence = count(1)


@dataclass
class Cast:
    """Who plays."""

    operator: Actor
    hospital: Actor
    company: Actor
    people: dict[str, Person]
    suppliers: dict[str, Actor] = field(default_factory=dict)
    keys: dict[UUID | None, bytes] = field(default_factory=dict)  # the private opening keys
    keyed: dict[str, Actor] = field(default_factory=dict)  # buyers nobody signs in for, by name

    def buyer(self, name: str) -> Actor:
        """The demand side of a plan."""
        return self.hospital if name == "hospital" else self.company


def actor(organisation: Organisation, person: Person) -> Actor:
    """The owner of an organisation, acting."""
    return Actor(
        person_id=person.id,
        name=person.name,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        kind=organisation.kind.value,
        role="owner",
        region_code=organisation.region_code,
        verified=organisation.is_verified,
    )


def demo_code(pair: str, region: str) -> str:
    """A well-formed code of no real organisation."""
    return uscc.compose(pair, region, f"MADX{next(_sequence):04d}")


@contextmanager
def _at(moment: dt.datetime) -> Iterator[None]:
    with clock.frozen_at(min(moment, clock.now())):
        yield


class _Clock:
    """Moves forward through a deal, never past the present."""

    def __init__(self, start: dt.datetime) -> None:
        self.present = clock.now()
        self.moment = start

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.until(self.moment + dt.timedelta(**span))

    def until(self, moment: dt.datetime) -> None:
        """Let time pass to a moment."""
        self.moment = max(self.moment, min(moment, self.present))


async def play(plan: Plan, cast: Cast) -> None:
    """Play one plan up to its stage; what each step causes is handled before the next."""
    time = _Clock(clock.now() - dt.timedelta(days=plan.days_ago))
    with _at(time.moment):
        job = await _publish(plan, cast)
    if plan.until == Stage.DRAFT:
        return
    await _bid(plan, cast, job, time)
    if plan.until == Stage.BIDDING:
        return
    winner = await _award(plan, cast, job, time)
    if winner is None:
        return
    order = await _contract(plan, cast, job, winner, time)
    if order is not None:
        await _work(plan, cast, order, winner, time)


async def drain() -> None:
    """Handle what the verbs have caused so far."""
    await outbox.drain(HANDLERS)


async def _publish(plan: Plan, cast: Cast) -> Job:
    buyer = cast.buyer(plan.buyer)
    job = await jobs.draft_job(_draft(plan), by=buyer)
    if plan.medical:
        proof = await files.store("去标识证明.txt", "已按 GB/T 37964 去标识".encode(), by=buyer)
        job = await jobs.attach_document(job, "deid_proof", proof, by=buyer)
    if plan.until != Stage.DRAFT:
        job = await jobs.publish_job(job, by=buyer)
    await drain()
    return job


def _draft(plan: Plan) -> JobDraft:
    today = clock.today()
    asked = clock.add_working_days(today, 4)
    closed = clock.add_working_days(asked, 5)
    deadline = clock.start_of_day(closed) + dt.timedelta(hours=10)
    if plan.until == Stage.BIDDING:
        deadline = clock.now() + dt.timedelta(days=plan.days_ago) + OPENS_SOON
    medical: dict[str, Any] = {
        "health_level": 3,
        "is_deid_required": True,
        "personal_info": "去标识/匿名化",
        "deid_profile": "DICOM PS3.15 Basic + Clean Pixel Data",
        "place": "院内驻场",
        "place_region_code": "370100",
        "required_certs": ["等保三级"],
        "min_staff": 20,
        "annotator_type": "行业领域专家",
        "quality": {"accuracy": 0.97, "dice": 0.85},
    }
    return JobDraft(
        title=plan.title,
        industry=plan.industry,
        modality=plan.modality,
        unit=plan.unit,
        summary=f"{plan.title}：双人双盲标注，第三人仲裁，按 GB/T 2828.1 抽样验收，返工不另计价。",
        task_types=[plan.task],
        dataset_type="行业通识数据集",
        volume=Decimal(plan.volume),
        readers_per_item=2,
        arbitration="高年资医师仲裁" if plan.medical else "项目经理仲裁",
        budget_fen=int(Decimal(plan.ceiling) * plan.volume * 100) + plan.compute_fen,
        ceiling_unit_price=Decimal(plan.ceiling),
        has_no_state_secrets=True,
        procedure="open",
        procedure_config={
            "minimum_bids": 1,
            "stand_still_days": 1,
            "judges_needed": plan.judges,
            "judging_days": 20,
        },
        question_deadline_at=(clock.start_of_day(asked) + dt.timedelta(hours=17)),
        bid_deadline_at=deadline,
        delivery_deadline=closed + dt.timedelta(days=150),
        vouchers_wished=["算力券"] if plan.compute_fen else [],
        **({"quality": {"accuracy": 0.95}} | (medical if plan.medical else {})),
    )


async def _bid(plan: Plan, cast: Cast, job: Job, time: _Clock) -> None:
    time.forward(hours=5)
    first = cast.suppliers[next(iter(plan.prices))]
    with _at(time.moment):
        asked = await questions.ask_question(job, "指南中的边界样例能否提供正反例？", by=first)
        await questions.answer_question(
            asked, "可以，标注指南附件含正反例各二十例。", by=cast.buyer(plan.buyer)
        )
    for name, price in plan.prices.items():
        time.forward(hours=3)
        with _at(time.moment):
            await bids.place_bid(job, _offer(plan, price), by=cast.suppliers[name])
            await drain()


def _offer(plan: Plan, price: str) -> BidInput:
    extras = (
        [
            {
                "spend_category": "compute_rental",
                "description": "私有化部署算力租用",
                "amount_fen": plan.compute_fen,
            }
        ]
        if plan.compute_fen
        else []
    )
    return BidInput.model_validate(
        {
            "unit_price": price,
            "delivery_days": 60,
            "daily_capacity": str(max(plan.volume // 40, 1)),
            "proposal": "两级质检加第三人仲裁，每周提交质量报告。",
            "extra_lines": extras,
        }
    )


async def _award(plan: Plan, cast: Cast, job: Job, time: _Clock) -> Actor | None:
    buyer = cast.buyer(plan.buyer)
    assert job.bid_deadline_at is not None
    time.until(job.bid_deadline_at + dt.timedelta(minutes=1))
    with _at(time.moment):
        await stages.close_bidding(job.id)
        await drain()
    if plan.until == Stage.OPENING:
        return None
    time.forward(minutes=20)
    with _at(time.moment):
        share = await opening_access.own_share(buyer, job)
        assert share is not None
        await ceremony.release_share(share, cast.keys[share.organisation_id], by=buyer)
        await drain()
    if plan.until == Stage.EVALUATION:
        await _begin_judging(plan, cast, job, time)
        return None
    time.forward(days=1)
    with _at(time.moment):
        await panels.judge_alone(job, by=buyer)
        best = await Bid.filter(job=job, status="evaluated").order_by("rank").first()
        assert best is not None
        award = await awards.award_bid(best, "综合得分第一，满足全部资格要求。", by=buyer)
        await drain()
    assert award.stand_still_until is not None
    time.until(award.stand_still_until + dt.timedelta(minutes=1))
    with _at(time.moment):
        await awards.activate_award(award)
        await drain()
    return next(one for one in cast.suppliers.values() if one.organisation_id == best.bidder_id)


async def _begin_judging(plan: Plan, cast: Cast, job: Job, time: _Clock) -> None:
    """Two experts have handed in; the buyer's last sheet is open."""
    time.forward(hours=3)
    with _at(time.moment):
        experts = [cast.people[name] for name in ("expert1", "expert2")]
        await panels.seat_three(job, experts, by=cast.buyer(plan.buyer))
        await drain()


async def _contract(plan: Plan, cast: Cast, job: Job, winner: Actor, time: _Clock) -> Order | None:
    time.forward(hours=6)
    with _at(time.moment):
        contract = await Contract.get(job_id=job.id)
        contract = await contracts.sign_contract(
            contract, digest=contract.digest, by=cast.buyer(plan.buyer)
        )
        if plan.until == Stage.CONTRACT:
            return None
        time.forward(hours=2)
        contract = await contracts.sign_contract(contract, digest=contract.digest, by=winner)
        await drain()
    return await Order.get(contract_id=contract.id)


async def _work(plan: Plan, cast: Cast, order: Order, winner: Actor, time: _Clock) -> None:
    buyer = cast.buyer(plan.buyer)
    if plan.until == Stage.ORDERED:
        return
    time.forward(days=2)
    with _at(time.moment):
        await _pay(cast, order, 1, buyer)
        await drain()
    if plan.until == Stage.FUNDED:
        return
    time.forward(days=18)
    with _at(time.moment):
        await _deliver(plan, order, winner)
    if plan.until == Stage.DELIVERED:
        return
    if plan.dispute:
        await _dispute(plan, cast, order, winner, time)
        return
    time.forward(days=3)
    with _at(time.moment):
        await _accept(plan, order, buyer)
        await _pay(cast, order, 2, buyer)
        await drain()
        await _confirm_payouts(cast)
        for side, rating in ((buyer, 5), (winner, 4)):
            await reviews.write_review(
                order, ReviewInput(rating=rating, text="沟通顺畅，按期完成。"), by=side
            )
        await drain()


async def _dispute(plan: Plan, cast: Cast, order: Order, winner: Actor, time: _Clock) -> None:
    def after(span: dt.timedelta) -> AbstractContextManager[None]:
        time.forward(seconds=span.total_seconds())
        return _at(time.moment)

    sides = {"buyer": cast.buyer(plan.buyer), "supplier": winner, "operator": cast.operator}
    if plan.dispute == "mediation":
        await dispute_in_mediation(order, **sides, after=after, drain=drain)
        return
    bidders = {winner.organisation_id}
    readers = [one for one in cast.suppliers.values() if one.organisation_id not in bidders]
    await dispute_measured(order, **sides, readers=readers, after=after, drain=drain)


async def _pay(cast: Cast, order: Order, position: int, buyer: Actor) -> None:
    """A stage by corporate transfer: the statement line carries the payment code."""
    milestone = await Milestone.get(order_id=order.id, position=position)
    payment = await payments.intend_payment(
        order, position=milestone.position, method=PaymentMethod.BANK_TRANSFER, by=buyer
    )
    line = BankLineInput.model_validate(
        {
            "bank_reference": f"DEMO-{payment.number}",
            "booked_on": clock.today(),
            "payer_name": buyer.organisation_name,
            "payer_account": "6222 0000 0000 0000",
            "amount_fen": payment.amount_fen,
            "narrative": f"标注款 {payment.reference}",
        }
    )
    await bank.record_bank_line(line, by=cast.operator)


async def _deliver(plan: Plan, order: Order, winner: Actor) -> None:
    batch = await batches.plan_batch(order, by=winner)
    names = [f"{batch.number}-{index:04d}" for index in range(1, 301)]
    items = [
        Item(name, hashlib.sha256(name.encode()).hexdigest(), row)
        for row, name in enumerate(names, 1)
    ]
    manifest = "\n".join(["name,sha256", *(f"{item.name},{item.sha256}" for item in items)])
    file = await files.store("manifest.csv", manifest.encode(), by=winner, kinds=manifests.KINDS)
    delivery = DeliveryInput(quantity=Decimal(plan.volume), guideline_version="v1.0")
    await batches.submit_batch(batch, delivery, items=items, file=file, by=winner)
    await drain()


async def _accept(plan: Plan, order: Order, buyer: Actor) -> None:
    batch = await DeliveryBatch.filter(order_id=order.id).order_by("-sequence").get()
    sample = await inspections.draw_sample(batch, by=buyer)
    found = [Finding(item=name, defect="missed") for name in sample.items[: plan.nonconforming]]
    await inspections.record_inspection(batch, found, by=buyer)
    await drain()


async def _confirm_payouts(cast: Cast) -> None:
    for payout in await Payout.filter(status=PayoutStatus.PENDING):
        await payouts.confirm_bank_payout(
            payout, reference=f"DEMO{payout.number}", by=cast.operator
        )
