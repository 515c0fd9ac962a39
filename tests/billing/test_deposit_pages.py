"""Deposits on the pages: given, covered by a letter, kept, sent back, each by who may."""

import base64
import datetime as dt

import httpx

from billing.deposit_models import Forfeiture, Guarantee, Holding, HoldingPayout
from billing.deposit_states import GuaranteeStatus, HoldingStatus
from market.kit import clock
from market.kit.actor import Actor
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import BidSecurity
from tests.factories.accounts import signed_in_client
from tests.factories.billing import operator_actor
from tests.factories.deposits import DEPOSIT, deposit_given, job_with_deposit, transfer
from tests.factories.tendering import make_supplier, open_bids, owner_of, place_bid

PDF = b"%PDF-1.4\n%%EOF\n"
STATEMENT = "两次书面催告后仍未签订合同，见附件。"


async def page(client: httpx.AsyncClient, path: str) -> str:
    """A page that is there."""
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return answer.text


async def start(client: httpx.AsyncClient) -> tuple[Job, Actor, Actor, Holding]:
    """A job that asks for a deposit, and a bidder who has asked for its payable on the page."""
    job, firm, operator = await job_with_deposit(), await make_supplier(), await operator_actor()
    await signed_in_client(client, firm.person_id)
    assert "投标保证金" in await page(client, f"/jobs/{job.number}")
    assert "第二十六条" in await page(client, f"/jobs/{job.number}/deposit")
    opened = await client.post(f"/jobs/{job.number}/deposit")
    holding = await Holding.get()
    assert opened.headers["location"] == f"/deposits/{holding.number}"
    assert holding.reference in await page(client, opened.headers["location"])
    return job, firm, operator, holding


async def test_from_the_job_to_the_deposit_that_is_kept(client: httpx.AsyncClient) -> None:
    job, firm, operator, holding = await start(client)
    await place_bid(job, by=firm)
    await transfer(holding, operator=operator)
    path = f"/deposits/{holding.number}"
    assert "保管的保证金" in await page(client, path)
    assert holding.number in (await client.get("/deposits?format=csv")).text

    buyer = await owner_of(job)
    await signed_in_client(client, buyer.person_id)
    assert (await client.get(path)).status_code == 404  # who bids is nobody's to know yet
    assert holding.number not in await page(client, "/deposits")
    await open_bids(job)
    data = {"code": "contract_refused", "statement": STATEMENT}
    assert "第七十四条" in await page(client, f"{path}/forfeiture")
    assert (await client.post(f"{path}/forfeiture", data=data)).status_code == 303
    row = await Forfeiture.get()
    decide = f"/operator/forfeitures/{row.number}"
    assert (await client.get(decide)).status_code in (403, 404)

    await signed_in_client(client, operator.person_id)
    assert row.number in await page(client, "/operator/queues?kind=deposit")
    answer = await client.post(decide, data={"is_agreed": "1", "reason": "事实清楚，同意。"})
    assert answer.status_code == 303
    payout = await HoldingPayout.get()
    paid = await client.post(
        f"/operator/deposits/payouts/{payout.number}", data={"reference": "OUT-0001"}
    )
    assert paid.status_code == 303
    assert (await Holding.get()).status == HoldingStatus.PAID_OVER
    assert "OUT" not in await page(client, "/operator/queues?kind=deposit")


async def test_a_letter_stands_for_the_money_once_it_is_checked(client: httpx.AsyncClient) -> None:
    job, firm, operator, holding = await start(client)
    assert job.bid_deadline_at is not None
    path = f"/deposits/{holding.number}/guarantee"
    until = (clock.today() + dt.timedelta(days=90)).isoformat()
    letter = {"issuer": "示例银行", "letter_number": "BH-2026-1", "amount_fen": "10000.00"}
    short = await client.post(
        path, data={**letter, "expires_on": until, "amount_fen": "9999.99"},
        files={"file": ("保函.pdf", PDF, "application/pdf")},
    )  # fmt: skip
    assert short.status_code == 422
    early = clock.in_china(job.bid_deadline_at).date().isoformat()
    soon = await client.post(
        path,
        data={**letter, "expires_on": early},
        files={"file": ("保函.pdf", PDF, "application/pdf")},
    )
    assert (soon.status_code, await Guarantee.all().count()) == (422, 0)
    sent = await client.post(
        path,
        data={**letter, "expires_on": until},
        files={"file": ("保函.pdf", PDF, "application/pdf")},
    )
    assert sent.status_code == 303
    row = await Guarantee.get()
    assert (await client.get(f"/guarantees/{row.number}/file")).content == PDF
    bid = await place_bid(job, by=firm)
    await signed_in_client(client, operator.person_id)
    checked = await client.post(
        f"/operator/guarantees/{row.number}",
        data={"is_agreed": "1", "reason": "已电话向开立行核实"},
    )
    assert checked.status_code == 303
    assert (await Holding.get()).status == HoldingStatus.COVERED
    assert (await BidSecurity.get()).given_on == row.submitted_on
    await open_bids(job)
    assert (await Bid.get(id=bid.id)).status == "opened"
    assert (await Guarantee.get()).status == GuaranteeStatus.ACCEPTED


async def test_the_api_gives_covers_and_gives_up(client: httpx.AsyncClient) -> None:
    job, firm = await job_with_deposit(), await make_supplier()
    await signed_in_client(client, firm.person_id)
    made = (await client.post(f"/api/v1/jobs/{job.number}/deposit")).json()
    assert (made["amount_fen"], made["status"]) == (DEPOSIT, "awaited")
    body = {
        "issuer": "示例银行", "letter_number": "BH-1", "amount_fen": DEPOSIT, "filename": "保函.pdf",
        "expires_on": "2099-01-01", "content": base64.b64encode(PDF).decode(),
    }  # fmt: skip
    url = f"/api/v1/deposits/{made['number']}"
    assert (await client.post(f"{url}/guarantee", json=body)).status_code == 201
    assert (await client.post(f"{url}/guarantee", json=body)).status_code == 409
    assert (await client.post(f"{url}/cancel")).json()["status"] == "cancelled"
    listed = (await client.get("/api/v1/deposits")).json()
    assert [row["number"] for row in listed["items"]] == [made["number"]]


async def test_another_firm_sees_nothing_of_it(client: httpx.AsyncClient) -> None:
    job, firm, operator = await job_with_deposit(), await make_supplier(), await operator_actor()
    holding = await deposit_given(job, firm, operator)
    await signed_in_client(client, (await make_supplier()).person_id)
    assert (await client.get(f"/deposits/{holding.number}")).status_code == 404
    assert (await client.post(f"/deposits/{holding.number}/cancel")).status_code == 404
    assert (await Holding.get()).status == HoldingStatus.HELD
