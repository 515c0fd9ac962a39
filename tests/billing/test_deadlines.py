"""Deadlines of money in the calendar, mail on an objection, documents by the API: each to who must act."""

import base64
import datetime as dt

import httpx
import pytest

from billing import applications, deadlines, deposits, objections
from billing.deposit_models import Guarantee, Holding
from billing.deposit_states import GuaranteeStatus
from billing.notifications import reviewers_of, tell_of_objection
from billing.reviews import NotAtThisStep
from billing.voucher_models import VoucherEvidence
from market.app import ROUTES
from market.calendar import registry
from market.calendar.deadlines import KINDS, Span
from market.kit import clock, files
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import Message, OutboxMessage
from market.notifications.models import InboxNotice
from tests.factories.accounts import signed_in_client
from tests.factories.deposits import job_with_deposit
from tests.factories.tendering import make_supplier, owner_of
from tests.factories.vouchers import make_application, make_reviewer, passed_until

PLEDGE = {"filename": "承诺书.txt", "content": base64.b64encode("情况属实".encode()).decode()}


def ahead(days: int, by: Actor | None = None) -> Span:
    """From now for so many days, of an organisation or of all."""
    now = clock.now()
    return Span(now, now + dt.timedelta(days=days), by.organisation_id if by else None)


def test_every_kind_of_money_has_its_words_and_its_source() -> None:
    assert ROUTES  # the composition root registers them
    kinds = {kind for kinds in deadlines.SOURCES.values() for kind in kinds}
    assert kinds <= set(KINDS)
    assert set(deadlines.SOURCES) <= set(registry.SOURCES)


async def test_a_review_is_due_at_the_bureau_of_its_region_only(rollback: None) -> None:
    ours, theirs = await make_reviewer("370100"), await make_reviewer("140200")
    made, _deal = await make_application()
    found = await deadlines.reviews(ahead(200, ours))
    assert [(one.number, one.kind) for one in found] == [(made.number, "voucher_review")]
    assert await deadlines.reviews(ahead(200, theirs)) == []
    assert {
        one.number for one in await registry.deadlines_of_kind("voucher_review", ahead(200))
    } == {made.number}


async def test_a_deposit_is_due_for_its_payer_and_a_secret_until_then(rollback: None) -> None:
    job, firm = await job_with_deposit(), await make_supplier()
    holding = await deposits.open_bid_deposit(job, by=firm)
    [found] = await deadlines.deposits(ahead(60, firm))
    assert (found.number, found.at, found.is_confidential) == (
        holding.number, job.bid_deadline_at, True,
    )  # fmt: skip
    assert await deadlines.deposits(ahead(60, await owner_of(job))) == []


async def test_a_letter_reminds_before_it_expires(rollback: None) -> None:
    job, firm = await job_with_deposit(), await make_supplier()
    holding = await deposits.open_bid_deposit(job, by=firm)
    file = await files.store("保函.txt", b"x", by=firm)
    last = clock.today() + dt.timedelta(days=20)
    await Guarantee.create(
        number="GL-1", holding=holding, issuer="示例银行", letter_number="1", amount_fen=1, file=file,
        expires_on=last, submitted_on=clock.today(), status=GuaranteeStatus.ACCEPTED,
    )  # fmt: skip
    [found] = await deadlines.guarantees(ahead(60, firm))
    assert (found.at, found.number) == (clock.end_of_day(last), "GL-1")
    assert await deadlines.guarantees(ahead(60, await make_supplier())) == []
    assert await Holding.all().count() == 1


async def test_an_objection_reaches_the_issuing_bureau_by_mail_and_bell(rollback: None) -> None:
    bureau, other = await make_reviewer(), await make_reviewer("140200")
    made, _deal = await make_application()
    made = await passed_until(made, "publication")
    firm = await make_supplier()
    raised = await objections.raise_objection(made, text="合同金额与实际不符", by=firm)
    asked = await OutboxMessage.filter(topic="voucher.objected").get()
    assert asked.payload == {"objection": str(raised.id)}
    message = Message("m-objected", "voucher.objected", asked.payload)
    await tell_of_objection(message)
    await tell_of_objection(message)
    assert bureau.person_id in {person.id for person in await reviewers_of("370100")}
    assert await InboxNotice.filter(person_id=bureau.person_id).count() == 1
    assert await InboxNotice.filter(person_id=other.person_id).count() == 0


async def test_a_claimant_adds_documents_while_the_application_is_open(
    client: httpx.AsyncClient,
) -> None:
    made, deal = await make_application()
    await signed_in_client(client, deal.buyer.person_id)
    path = f"/api/v1/voucher-applications/{made.number}/evidence"
    before = await VoucherEvidence.all().count()
    assert (await client.post(path, json={**PLEDGE, "kind": "pledge"})).status_code == 201
    assert (await client.post(path, json={**PLEDGE, "kind": "usage_log"})).status_code == 422
    wrong = {**PLEDGE, "kind": "pledge", "content": "§"}
    assert (await client.post(path, json=wrong)).status_code == 422
    assert await VoucherEvidence.all().count() == before + 1


async def test_nobody_else_and_nothing_after_the_end(rollback: None) -> None:
    made, deal = await make_application()
    file = await files.store("承诺书.txt", b"x", by=deal.buyer)
    with pytest.raises(NotPermitted):
        await applications.add_evidence(made, documents={"pledge": [file]}, by=deal.supplier)
    with pytest.raises(InvalidInput):
        await applications.add_evidence(made, documents={"usage_log": [file]}, by=deal.buyer)
    await applications.withdraw(made, by=deal.buyer)
    with pytest.raises(NotAtThisStep):
        await applications.add_evidence(made, documents={"pledge": [file]}, by=deal.buyer)
    assert await VoucherEvidence.all().count() == 1
