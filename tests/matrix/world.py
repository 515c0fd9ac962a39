"""The market of the matrix: A's rows of every kind, and everybody who might want to see them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from billing import bank, editions, invoices, redemptions, refunds
from billing.deposits import open_bid_deposit
from billing.forms import BankLineInput
from billing.models import Payout, Settlement, VoucherProgramme, WebhookEvent
from billing.states import InvoiceKind
from billing.twin import twin
from market.accounts import invitations
from market.accounts.forms import InvitationInput
from market.accounts.models import ApiToken, Organisation, Person, Session
from market.accounts.sessions import start_session
from market.disputes import disputes
from market.disputes.models import Evidence
from market.kit import clock, files
from market.kit.actor import Actor
from market.orders import changes, reviews
from market.orders.contract_forms import ChangeInput
from market.orders.forms import ReviewInput
from market.orders.models import DeliveryBatch, Order
from market.tendering import clarifications, questions
from market.tendering.forms import Attachment
from market.tendering.judging_forms import LowPriceInput
from market.tendering.models import Job
from market.tendering.sealed_models import BidFile
from market.worker import settle_everything
from tests.factories import actor, make_membership, make_organisation, make_person, tendering
from tests.factories.billing import COMPUTE_LINE, make_programme, pay_stage, unpaid_order
from tests.factories.deposits import job_with_deposit
from tests.factories.disputes import being_measured, claim, engaged, make_dispute
from tests.factories.orders import Deal, deliver, inspect, make_contract
from tests.factories.pilots import piloted_job, prepare_pilot
from tests.factories.training import make_module
from tests.factories.vouchers import make_application, make_reviewed, make_reviewer
from tests.journeys.bearers import bearer
from tests.matrix import offices
from tests.matrix.offices import first

LATER = {
    "rationale": "duration_changed", "explanation": "延长交付期限。", "delivery_deadline": "2026-12-31",
}  # fmt: skip
MOMENT = dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)
ROLES = (
    "buyer_a", "viewer_a", "supplier_a", "viewer_firm_a", "buyer_b", "supplier_b", "bureau_a",
    "bureau_b", "operator", "unverified", "homeless", "anonymous",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """Who there is, with their cookie and token, and what the paths are filled with."""

    actors: dict[str, Actor]
    cookies: dict[str, str]
    tokens: dict[str, dict[str, str]]
    rows: dict[str, str]


async def build() -> World:
    """Everything, made through the verbs, the outbox drained."""
    twin().take_deliveries()
    actors, deal = await _people()
    rows: dict[str, str] = {"programme": (await make_programme(pool_fen=90_000_000)).code}
    for more in [
        await _deals(deal),
        await _tendering(actors),
        await _pilot(actors),
        await offices.complaints(actors),
        await offices.fairs(actors),
        await offices.certification(actors),
        await offices.rewards(actors),
        await offices.bulletins(actors),
        await offices.programmes(actors),
        await offices.directory(actors),
        await _accounts(actors),
        await offices.webhooks(actors["buyer_a"]),
    ]:
        assert rows.keys().isdisjoint(more), sorted(rows.keys() & more.keys())
        rows |= more
    rows["indicator"] = "EN-lead"
    await settle_everything()
    cookies, tokens = {}, {}
    for role, by in actors.items():
        if by.person_id is not None:
            cookies[role] = await start_session(await Person.get(id=by.person_id))
        if by.organisation_id is not None:
            tokens[role] = await bearer(by)
    person_id = actors["buyer_a"].person_id
    rows["session"] = await first(Session, person_id=person_id)
    rows["token"] = await first(ApiToken, membership__person_id=person_id)
    return World(actors, cookies, tokens, rows)


async def _people() -> tuple[dict[str, Actor], Deal]:
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    hospital = await Organisation.get(id=deal.buyer.organisation_id)
    firm = await Organisation.get(id=deal.supplier.organisation_id)
    others: dict[str, dict[str, Any]] = {
        "buyer_b": {"kind": "demand", "name": "甲市第二人民医院"},
        "supplier_b": {"kind": "supplier", "name": "乙市标注有限公司"},
        "bureau_a": {"kind": "bureau", "region_code": "370000"},
        "bureau_b": {"kind": "bureau", "region_code": "140000"},
        "operator": {"kind": "operator"},
        "unverified": {"kind": "demand", "verified": False},
    }
    found = {
        "buyer_a": deal.buyer,
        "supplier_a": deal.supplier,
        "viewer_a": await actor(hospital, "viewer"),
        "viewer_firm_a": await actor(firm, "viewer"),
    }
    for role, values in others.items():
        found[role] = await actor(await make_organisation(**values))
    found["homeless"] = Actor(person_id=(await make_person()).id)
    return found, deal


async def _deals(deal: Deal) -> dict[str, str]:
    """A contract to sign; an order with a voucher, paid, delivered, settled; one refunded; one new."""
    pending = await make_contract_between(deal)
    assert deal.order is not None
    order = deal.order
    programme = await make_programme(code="matrix-voucher")
    voucher = await redemptions.redeem_voucher(order, programme=programme, by=deal.buyer)
    vouchers = await _vouchers(deal, programme)
    payment = await pay_stage(deal, twin())
    change = await changes.propose_change(
        deal.contract, ChangeInput.model_validate(LATER), by=deal.buyer
    )
    await changes.refuse_change(change, reason="维持原期限。", by=deal.supplier)
    batch = await deliver(deal)
    await inspect(deal, batch)
    await settle_everything()
    invoice = await invoices.request_invoice(
        await Order.get(id=order.id), kind=InvoiceKind.ORDINARY, by=deal.buyer
    )
    settlement, payout = await Settlement.get(order=order), await Payout.get()
    disputed = await _disputes(deal)
    return {
        "contract_pending": pending.contract.number, "contract": deal.contract.number,
        "order": order.number, "batch": batch.number, "payment": payment.number,
        "settlement": settlement.number, "payout": payout.number, "invoice": invoice.number,
        "change": change.number, "module": (await make_module(by=deal.buyer)).number,
        **vouchers, "voucher": voucher.number, "event": await first(WebhookEvent), **disputed,
        **await _refund(), **await _bank_line(),
    }  # fmt: skip


async def _vouchers(deal: Deal, programme: VoucherProgramme) -> dict[str, str]:
    """A's application under public notice; a draft of the next version of A's programme."""
    workflow = [
        {"step": "submit", "role": "subject"}, {"step": "publication", "role": "city"},
        {"step": "approve", "role": "city"}, {"step": "reserve", "role": "platform"},
    ]  # fmt: skip
    reviewed = await make_reviewed(code="matrix-reviewed", kind="service", workflow=workflow)
    made, _deal = await make_application(reviewed, deal=deal)
    await editions.draft_version(programme, by=await make_reviewer())
    return {"voucher_application": made.number}


async def _disputes(deal: Deal) -> dict[str, str]:
    """Both reviews of A's order, a dispute about its batch, and a reading A's firm does for others."""
    assert deal.order is not None
    order = await Order.get(id=deal.order.id)
    for side in (deal.buyer, deal.supplier):
        review = await reviews.write_review(order, ReviewInput(rating=4, text="尚可。"), by=side)
    file = await files.store("证据.txt", "见附件".encode(), by=deal.buyer)
    batch = await DeliveryBatch.get(order_id=order.id)
    raised = await disputes.open_dispute(batch, claim(1), files=[file], by=deal.buyer)
    case = await make_dispute()
    other, _drawn = await being_measured(case)
    reading = await engaged(case, other, deal.supplier)
    return {
        "review": str(review.id), "dispute": raised.number, "reading": reading.number,
        "evidence": await first(Evidence, dispute=raised),
    }  # fmt: skip


async def make_contract_between(deal: Deal) -> Deal:
    """A contract that awaits the signatures of the two sides of `deal`."""
    pending = await make_contract()
    await (
        type(pending.contract)
        .filter(id=pending.contract.id)
        .update(buyer_id=deal.buyer.organisation_id, supplier_id=deal.supplier.organisation_id)
    )
    return pending


async def _refund() -> dict[str, str]:
    paid = await unpaid_order()
    await pay_stage(paid, twin())
    assert paid.order is not None
    (refund,) = await refunds.refund_order(
        await Order.get(id=paid.order.id), reason="采购计划取消。", by=paid.buyer
    )
    return {"refund": refund.number}


async def _bank_line() -> dict[str, str]:
    operator = await actor(await make_organisation(kind="operator"), "finance")
    line = BankLineInput.model_validate(
        {"bank_reference": "ICBC-1", "booked_on": str(clock.today()), "payer_name": "某公司",
         "amount_fen": "100.00"}
    )  # fmt: skip
    return {"bank_line": (await bank.record_bank_line(line, by=operator)).number}


async def _tendering(actors: dict[str, Actor]) -> dict[str, str]:
    """A draft, an open job with a sealed bid and a question, an evaluated one, an awarded one."""
    buyer, supplier = actors["buyer_a"], actors["supplier_a"]
    draft = await tendering.make_job(by=buyer)
    open_job = await tendering.published_job(by=buyer)
    deposit = await open_bid_deposit(await job_with_deposit(by=buyer), by=supplier)
    sealed = await tendering.place_bid(open_job, by=supplier)
    question = await questions.ask_question(open_job, "数据是否脱敏？请说明。", by=supplier)
    closed = await tendering.published_job(by=buyer)
    proposal = Attachment("技术方案.txt", "两级质检。".encode())
    opened = await tendering.place_bid(closed, by=supplier, unit_price="30", files=[proposal])
    await tendering.place_bid(closed)
    await tendering.open_bids(closed)
    seat = await tendering.sit(closed, by=buyer)
    asked = await clarifications.ask_about_price(
        opened,
        LowPriceInput(question="请说明报价构成。", due_at=clock.now() + dt.timedelta(days=60)),
        by=buyer,
    )
    awarded = await tendering.published_job(by=buyer)
    openings = await _openings(buyer)
    award = await tendering.award(
        awarded, await tendering.place_bid(awarded, by=supplier), by=buyer, is_active=False
    )
    return {
        "draft": draft.number, "job": open_job.number, "sealed_bid": sealed.number,
        "question": str(question.id), "evaluated_job": closed.number, "opened_bid": opened.number,
        "bid_file": str((await BidFile.get(bid=opened)).id),
        "award": award.number, "seat": str(seat.id), "clarification": str(asked.id),
        "ranked_job": awarded.number, "ranked_bid": (await award.bid).number,
        "deposit": deposit.number, **openings, **await offices.pools(actors),
    }  # fmt: skip


async def _openings(buyer: Actor) -> dict[str, str]:
    """A job that waits for a share of its key, and one whose first envelopes are opened."""
    waiting = await tendering.published_job(by=buyer)
    await tendering.place_bid(waiting)
    await tendering.close_bidding(waiting)
    await Job.filter(id=waiting.id).update(bid_deadline_at=MOMENT)
    first = await tendering.published_job(
        by=buyer, procedure_config={"minimum_bids": 1, "two_envelopes": True}
    )
    await tendering.place_bid(first)
    await tendering.open_bids(first)
    return {"opening_job": waiting.number, "shortlist_job": first.number}


async def _pilot(actors: dict[str, Actor]) -> dict[str, str]:
    """A job at its open pilot, A's firm among the shortlisted."""
    found = await piloted_job(by=actors["buyer_a"], bidders=[actors["supplier_a"]])
    await prepare_pilot(found.job, by=found.owner)
    return {"piloted_job": found.job.number}


async def _accounts(actors: dict[str, Actor]) -> dict[str, str]:
    hospital = await Organisation.get(id=actors["buyer_a"].organisation_id)
    colleague: Any = await make_membership(hospital, role="buyer")
    invitation = await invitations.invite_member(
        hospital,
        InvitationInput.model_validate({"email": "new@example.com", "role": "buyer"}),
        by=actors["buyer_a"],
    )
    waiting = await make_organisation(kind="demand", verified=False)
    return {
        "organisation": hospital.number, "membership": str(colleague.id),
        "invitation": str(invitation.id), "waiting": waiting.number,
    }  # fmt: skip
