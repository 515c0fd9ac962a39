"""One deal from registration to reviews over HTTP, a program's way: JSON wherever there is an operation.

Registering, verifying and confirming what the bank did are pages; everything the two sides agree,
deliver and pay goes through /api/v1 with tokens made there.
"""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from billing.chart import AccountKind
from billing.epochs import seal_ledger
from billing.ledger_models import LedgerAccount
from billing.twin import Twin, twin
from billing.verification import verify_ledger
from market.kit import audit, clock
from market.kit.outbox import OutboxMessage
from market.worker import settle_everything
from tests.factories import PASSPHRASE, actor, make_organisation
from tests.factories.billing import make_programme
from tests.factories.orders import make_items
from tests.journeys.bearers import bearer
from tests.journeys.steps import (
    COMPUTE_FEN,
    TOTAL_FEN,
    VOLUME,
    Side,
    award,
    new_client,
    profile,
    publish_job,
    question_and_bids,
    register,
)

BEGIN = dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)


@pytest.fixture
def processor() -> Twin:
    """The payment processor, with nothing waiting."""
    found = twin()
    found.take_deliveries()
    return found


@pytest.fixture
async def operator(rollback: None) -> AsyncIterator[httpx.AsyncClient]:
    """The operator's program; pages take its token only through a session, so it has both."""
    async with new_client() as http:
        by = await actor(await make_organisation(kind="operator", name="平台运营中心"), "owner")
        from tests.factories import signed_in_client

        await signed_in_client(http, by.person_id)
        yield http


async def sign(buyer: Side, supplier: Side) -> tuple[str, str]:
    """The drafted contract signed by both; its number and the order's."""
    (summary,) = (await buyer.get("/contracts"))["items"]
    path = f"/contracts/{summary['number']}"
    assert summary["total_fen"] == TOTAL_FEN
    await supplier.post(f"{path}/sign", {"digest": "0" * 64}, expect=409)
    assert (await supplier.post(f"{path}/sign", {"digest": summary["digest"]}))["order"] is None
    signed = await buyer.post(f"{path}/sign", {"digest": summary["digest"]})
    assert (signed["status"], len(signed["signatures"])) == ("active", 2)
    return str(summary["number"]), str(signed["order"])


async def pay_online(buyer: Side, order: str, position: int) -> int:
    """One stage paid on the processor's page; the fen paid."""
    asked = await buyer.post(
        f"/orders/{order}/stages/{position}/payments", {"method": "online"}, expect=201
    )
    page = await buyer.http.post(asked["checkout_url"], data={"choice": "pay"})
    assert page.status_code == 303
    await settle_everything()
    assert (await buyer.get(f"/payments/{asked['number']}"))["status"] == "succeeded"
    return int(asked["amount_fen"])


async def pay_by_bank(buyer: Side, operator: httpx.AsyncClient, order: str, position: int) -> int:
    """One stage paid by transfer, its receipt entered by the operator; the fen paid."""
    asked = await buyer.post(
        f"/orders/{order}/stages/{position}/payments", {"method": "bank_transfer"}, expect=201
    )
    yuan, fen = divmod(asked["amount_fen"], 100)
    line = {"bank_reference": f"ICBC{position:06d}", "booked_on": str(clock.today()),
            "payer_name": buyer.name, "amount_fen": f"{yuan}.{fen:02d}",
            "narrative": f"标注款 {asked['reference']}"}  # fmt: skip
    entered = await operator.post("/operator/bank/lines/new", data=line)
    assert entered.status_code == 303, entered.text
    await settle_everything()
    assert (await buyer.get(f"/payments/{asked['number']}"))["status"] == "succeeded"
    return int(asked["amount_fen"])


async def deliver(buyer: Side, supplier: Side, order: str) -> str:
    """One batch of everything: seeds of both sides, manifest, drawn sample, accepted; its number."""
    planned = await supplier.post(f"/orders/{order}/batches", expect=201)
    path = f"/batches/{planned['number']}"
    for side in (buyer, supplier):
        await side.post(f"{path}/seed", {"secret": f"{side.name}自己的随机数 20260416"})
    items = [{"name": item.name, "sha256": item.sha256} for item in make_items(150)]
    await supplier.post(f"{path}/submit", {"quantity": str(VOLUME), "items": items})
    drawn = await buyer.post(f"{path}/sample")
    assert drawn["samples"][0]["buyer_secret"] == f"{buyer.name}自己的随机数 20260416"
    finding = {"item": drawn["samples"][0]["items"][0], "defect": "boundary"}
    accepted = await buyer.post(f"{path}/inspection", {"nonconforming": [finding]})
    assert accepted["status"] == "accepted"
    return str(planned["number"])


async def volume(bureau: Side) -> dict[str, int]:
    """The bureau's figures of its region."""
    total = (await bureau.get("/statistics/trade?period=year"))["total"]
    kinds = ("contracted", "accepted", "settled", "refunded")
    return {kind: total[kind]["amount_fen"] for kind in kinds}


@dataclass(frozen=True)
class Cast:
    """Who takes part."""

    operator: httpx.AsyncClient
    buyer: Side
    winner: Side
    loser: Side
    bureau: Side


async def gather(operator: httpx.AsyncClient) -> Cast:
    """Everybody registered, the firms with their profiles."""
    buyer = await register("demand", "济南市第一人民医院", operator)
    winner = await register("supplier", "山东明眸数据标注有限公司", operator)
    loser = await register("supplier", "鲁东智标科技有限公司", operator)
    official = await actor(await make_organisation(kind="bureau", region_code="370000"))
    bureau = Side(new_client(), "省数据局")
    bureau.http.headers.update(await bearer(official))
    for side in (winner, loser):
        await profile(side)
    return Cast(operator, buyer, winner, loser, bureau)


async def tender(cast: Cast) -> tuple[str, dt.datetime]:
    """From the published job to the decided award; its number and the end of its standstill."""
    number = await publish_job(cast.buyer)
    best, other = await question_and_bids(cast.buyer, cast.winner, cast.loser, number)
    await settle_everything()
    job = await cast.buyer.get(f"/jobs/{number}")
    with clock.frozen_at(dt.datetime.fromisoformat(job["bid_deadline_at"])):
        await settle_everything()
        ceremony = f"/jobs/{number}/ceremony"
        await cast.winner.post(ceremony, {"passphrase": PASSPHRASE}, expect=404)
        decided = await award(cast.buyer, number, best, other)
        row = await cast.buyer.get(f"/awards/{decided}")
    return decided, dt.datetime.fromisoformat(row["stand_still_until"])


async def contract(cast: Cast, programme: str) -> tuple[str, int, int]:
    """Signed, with a voucher, the first stage paid; the order, the fen granted and paid."""
    assert set((await volume(cast.bureau)).values()) == {0}
    _contract, order = await sign(cast.buyer, cast.winner)
    await settle_everything()
    assert (await volume(cast.bureau))["contracted"] == TOTAL_FEN
    quotes = (await cast.buyer.get(f"/orders/{order}/voucher-quotes"))["items"]
    (quote,) = [row for row in quotes if row["programme"] == programme]
    assert (quote["eligible"], quote["grant_fen"]) == (True, COMPUTE_FEN // 2)
    asked = {"programme": programme}
    voucher = await cast.buyer.post(f"/orders/{order}/vouchers", asked, expect=201)
    paid = await pay_online(cast.buyer, order, 1)
    assert (await cast.buyer.get(f"/orders/{order}"))["status"] == "funded"
    return order, voucher["grant_fen"], paid


async def work(cast: Cast, order: str) -> int:
    """Delivered, accepted, the second stage paid by transfer; the fen paid."""
    await deliver(cast.buyer, cast.winner, order)
    await settle_everything()
    assert (await cast.buyer.get(f"/orders/{order}"))["status"] == "completed"
    await cast.loser.get(f"/orders/{order}", expect=404)
    assert (await volume(cast.bureau))["accepted"] == 8_000 * VOLUME
    paid = await pay_by_bank(cast.buyer, cast.operator, order, 2)
    stages = (await cast.buyer.get(f"/orders/{order}/stages"))["items"]
    assert [stage["status"] for stage in stages] == ["settled", "settled", "pending"]
    return paid


async def test_a_deal_from_registration_to_reviews(
    operator: httpx.AsyncClient, processor: Twin
) -> None:
    with clock.frozen_at(BEGIN):
        cast = await gather(operator)
        programme = await make_programme(pool_fen=10_000_000)
        decided, until = await tender(cast)
    for moment, status in ((until - dt.timedelta(seconds=1), "pending"), (until, "active")):
        with clock.frozen_at(moment):
            await settle_everything()
            assert (await cast.buyer.get(f"/awards/{decided}"))["status"] == status
    with clock.frozen_at(until):
        order, granted, paid = await contract(cast, programme.code)
    with clock.frozen_at(until + dt.timedelta(days=30)):
        paid += await work(cast, order)
    with clock.frozen_at(until + dt.timedelta(days=125)):
        paid += await pay_online(cast.buyer, order, 3)
        await settle_everything()
        await confirm_bank_payouts(operator, cast.winner)
        await check_money(cast.buyer, cast.winner, order, paid_fen=paid, voucher_fen=granted)
        assert await volume(cast.bureau) == {
            "contracted": TOTAL_FEN, "accepted": 8_000 * VOLUME, "settled": TOTAL_FEN, "refunded": 0,
        }  # fmt: skip
        await review(cast.buyer, cast.winner, order)
    with clock.frozen_at(until + dt.timedelta(days=126)):
        await check_books()


async def confirm_bank_payouts(operator: httpx.AsyncClient, supplier: Side) -> None:
    """The operator notes that the bank has paid what it was told to pay."""
    for payout in (await supplier.get("/payouts"))["items"]:
        if payout["status"] == "pending":
            assert payout["source"] == AccountKind.CUSTODY_BANK
            path = f"/operator/payouts/{payout['number']}"
            done = await operator.post(path, data={"reference": "ICBC-OUT-000001"})
            assert done.status_code == 303, done.text
    await settle_everything()


async def check_money(
    buyer: Side, supplier: Side, order: str, *, paid_fen: int, voucher_fen: int
) -> None:
    """What was paid and granted is the price; what was paid less the fee has reached the supplier."""
    assert paid_fen + voucher_fen == TOTAL_FEN
    made = (await supplier.get("/settlements"))["items"]
    assert made == (await buyer.get("/settlements"))["items"]
    assert sum(row["gross_fen"] for row in made) == TOTAL_FEN
    assert sum(row["cash_fen"] for row in made) == paid_fen
    assert sum(row["voucher_fen"] for row in made) == voucher_fen
    payouts = (await supplier.get("/payouts"))["items"]
    assert {row["status"] for row in payouts} == {"paid"}
    fees = sum(row["fee_fen"] for row in made)
    assert sum(row["amount_fen"] for row in payouts) == paid_fen - fees
    assert fees > 0
    assert [s["status"] for s in (await buyer.get(f"/orders/{order}/stages"))["items"]] == [
        "settled", "settled", "settled",
    ]  # fmt: skip


async def review(buyer: Side, supplier: Side, order: str) -> None:
    """Blind until both have written."""
    path = f"/orders/{order}/review"
    first = await buyer.post(path, {"rating": 5, "text": "准时、准确"}, expect=201)
    assert first["published_at"] is None
    second = await supplier.post(path, {"rating": 4, "text": "付款及时"}, expect=201)
    assert second["published_at"] is not None
    await buyer.post(path, {"rating": 1}, expect=409)
    await settle_everything()


async def check_books() -> None:
    """Order accounts at zero, chains intact, nothing left to do and nothing given up."""
    kinds = (AccountKind.ORDER_HELD, AccountKind.ORDER_PLEDGED, AccountKind.BUYER_PAYABLE)
    balances = await LedgerAccount.filter(kind__in=kinds).values_list("balance_fen", flat=True)
    assert set(balances) == {0}
    owed = await LedgerAccount.filter(kind=AccountKind.SUPPLIER_RECEIVABLE)
    assert {account.balance_fen for account in owed} == {0}
    await settle_everything()
    while await audit.seal_epoch():
        continue
    while await seal_ledger():
        continue
    assert await verify_ledger() == []
    assert await audit.verify() == []
    assert await audit.LogEntry.filter(epoch=None).count() == 0
    failed = OutboxMessage.filter(last_error__not="")
    assert [(row.topic, row.last_error) for row in await failed] == []
    assert await OutboxMessage.filter(done_at=None).count() == 0
