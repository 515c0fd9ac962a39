"""One deal from registration to reviews over HTTP, a program's way: JSON wherever there is an operation.

Registering, verifying and confirming what the bank did are pages; everything the two sides agree,
deliver and pay goes through /api/v1 with tokens made there.
"""

import datetime as dt
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from billing.chart import AccountKind
from billing.ledger_models import LedgerAccount
from billing.twin import Twin, twin
from billing.verification import seal_ledger, verify_ledger
from market.accounts.scopes import SCOPES
from market.app import create_app
from market.kit import audit, clock
from market.kit.mail import SentMail
from market.kit.outbox import OutboxMessage
from market.worker import settle_everything
from tests.factories import PASSPHRASE, PASSWORD, actor, make_organisation, make_uscc
from tests.factories.billing import make_programme
from tests.factories.orders import make_items
from tests.journeys.bearers import bearer

API = "/api/v1"
BEGIN = dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)
LICENCE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
UNIT_PRICE, VOLUME, COMPUTE_FEN = "80", 3000, 6_000_001
TOTAL_FEN = 8_000 * VOLUME + COMPUTE_FEN


@dataclass
class Side:
    """One party's program: a client that sends its token."""

    http: httpx.AsyncClient
    name: str

    async def send(self, method: str, path: str, *, expect: int = 200, **options: Any) -> Any:
        """The JSON of an answer that must have this status."""
        answer = await self.http.request(method, API + path, **options)
        assert answer.status_code == expect, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    async def get(self, path: str, **options: Any) -> Any:
        """Read."""
        return await self.send("GET", path, **options)

    async def post(self, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """Act."""
        return await self.send("POST", path, json=body, expect=expect)


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


def new_client() -> httpx.AsyncClient:
    """A browser or program of its own, in the test's transaction."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app()), base_url="http://testserver", timeout=60
    )


async def register(kind: str, name: str, operator: httpx.AsyncClient) -> Side:
    """Register, confirm the address, sign in, be verified by the operator, take a token."""
    http, email = new_client(), f"{name.encode().hex()[:24]}@example.com"
    form = {"name": "负责人", "email": email, "password": PASSWORD, "kind": kind,
            "organisation_name": name, "region_code": "济南市"}  # fmt: skip
    assert (await http.post("/register", data=form)).status_code == 303
    await settle_everything()
    mail = await SentMail.filter(recipient=email).get()
    link = re.search(r"/confirm/[\w.\-]+", mail.text)
    assert link is not None
    assert (await http.post(link[0])).status_code == 303
    signed = await http.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert signed.status_code == 303
    number = (await http.get(f"{API}/me")).json()["organisation"]["number"]
    facts = {"name": name, "uscc": make_uscc("370100"), "org_type": "", "region_code": ""}
    sent = await http.post(
        "/organisation/verification", data=facts,
        files={"licence": ("执照.pdf", LICENCE, "application/pdf")},
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    approved = await operator.post(f"/operator/organisations/{number}/approve")
    assert approved.status_code == 303
    fresh = await http.post(
        f"{API}/tokens", json={"name": "程序", "scopes": sorted(SCOPES), "days": 365}
    )
    assert fresh.status_code == 201
    http.cookies.clear()
    http.headers["authorization"] = f"Bearer {fresh.json()['token']}"
    side = Side(http, name)
    assert (await side.get("/me"))["organisation"]["status"] == "active"
    return side


async def profile(side: Side) -> None:
    """A supplier's profile with a price, published."""
    await side.send("PUT", "/supplier/profile", json={
        "summary": "医学影像标注团队", "staff_total": 220, "annotators": 168, "experts": 26,
        "modalities": ["医学影像"], "task_types": ["病灶分割"], "industries": ["医疗健康"],
        "mlps": "三级", "health_level_max": 4, "is_onsite": True, "is_in_hospital": True,
        "accuracy": "0.985", "delivery": ["驻场"],
    })  # fmt: skip
    await side.send("PUT", "/supplier/prices", json={"prices": [{
        "task": "胸部CT肺结节分割", "unit": "例", "min_price": "35", "max_price": "90",
        "is_tax_included": True,
    }]})  # fmt: skip
    shown = await side.post("/supplier/profile/publication")
    assert shown["name"] == side.name


async def publish_job(buyer: Side) -> str:
    """A draft that fails its gates until it is whole; the number of the published job."""
    draft = await buyer.post(
        "/jobs", {"title": "胸部CT肺结节分割", "modality": "医学影像"}, expect=201
    )
    path = f"/jobs/{draft['number']}"
    refused = await buyer.post(f"{path}/publish", expect=422)
    for gate in ("summary", "volume", "deid_proof", "health_level", "has_no_state_secrets"):
        assert gate in refused["errors"]
    assert (await buyer.get(path))["published_at"] is None
    asked = clock.add_working_days(clock.today(), 4)
    closed = clock.add_working_days(asked, 4)
    await buyer.send("PATCH", path, json={
        "summary": "对3000例胸部CT逐例勾画肺结节并标注属性，双人双盲，高级医师仲裁。",
        "industry": "医疗健康", "task_types": ["病灶分割"], "dataset_type": "行业专识数据集",
        "volume": VOLUME, "unit": "例", "quality": {"dice": 0.9}, "budget_fen": 40_000_000,
        "ceiling_unit_price": "90", "health_level": 3, "is_deid_required": True,
        "deid_profile": "DICOM PS3.15 基本规范", "has_no_state_secrets": True,
        "readers_per_item": 2, "aql": "2.5", "procedure": "open",
        "procedure_config": {"minimum_bids": 2},
        "question_deadline_at": f"{asked}T17:00", "bid_deadline_at": f"{closed}T10:00",
        "delivery_deadline": str(closed + dt.timedelta(days=150)),
    })  # fmt: skip
    refused = await buyer.post(f"{path}/publish", expect=422)
    assert list(refused["errors"]) == ["deid_proof"]
    await buyer.send(
        "PUT", f"{path}/documents/deid_proof?filename=proof.txt",
        content="已按 GB/T 37964 去标识".encode(),
    )  # fmt: skip
    refused = await buyer.post(f"{path}/publish", expect=422)
    assert list(refused["errors"]) == ["opening_key"]
    made = await buyer.send("PUT", "/organisation/opening-key", json={"passphrase": PASSPHRASE})
    assert "private_key" in made["recovery_file"]
    assert (await buyer.post(f"{path}/publish"))["status"] == "open_bidding"
    return str(draft["number"])


async def question_and_bids(
    buyer: Side, winner: Side, loser: Side, number: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A question answered for everybody, and two sealed bids; the bids."""
    asked = await loser.post(
        f"/jobs/{number}/questions", {"text": "是否提供肺窗与纵隔窗？"}, expect=201
    )
    await buyer.post(f"/questions/{asked['id']}/answer", {"answer": "两种窗位都提供。"})
    listed = (await winner.get(f"/jobs/{number}/questions"))["items"]
    assert [(row["alias"], row["answer"]) for row in listed] == [
        (asked["alias"], "两种窗位都提供。")
    ]
    compute = {"spend_category": "算力租用", "description": "私有化算力", "amount_fen": COMPUTE_FEN}
    best = await winner.post(f"/jobs/{number}/bids", {
        "unit_price": UNIT_PRICE, "extra_lines": [compute], "delivery_days": 90,
        "daily_capacity": 60, "proposal": "三级质检",
    }, expect=201)  # fmt: skip
    other = await loser.post(
        f"/jobs/{number}/bids", {"unit_price": "89.5", "delivery_days": 100}, expect=201
    )
    assert best["total_fen"] == TOTAL_FEN
    await loser.get(f"/bids/{best['number']}", expect=404)
    assert (await buyer.get(f"/jobs/{number}/bids"))["items"] == []
    await buyer.get(f"/jobs/{number}/opening", expect=404)
    return best, other


async def award(buyer: Side, number: str, best: dict[str, Any], other: dict[str, Any]) -> str:
    """The buyer's share opens the bids; scores, the decision; the award's number."""
    await buyer.get(f"/jobs/{number}/opening", expect=404)
    wrong = await buyer.post(
        f"/jobs/{number}/ceremony", {"passphrase": PASSPHRASE + "!"}, expect=422
    )
    assert list(wrong["errors"]) == ["passphrase"]
    released = await buyer.post(f"/jobs/{number}/ceremony", {"passphrase": PASSPHRASE})
    assert released["status"] == "evaluation"
    assert best["receipt"]["digest"] == best["digest"]
    opening = await buyer.get(f"/jobs/{number}/opening")
    rows = {row["number"]: row for row in opening["transcript"]["bids"]}
    assert opening["is_intact"]
    assert {key: row["digest"] for key, row in rows.items()} == {
        bid["number"]: bid["digest"] for bid in (best, other)
    }
    seat = await buyer.post(f"/jobs/{number}/judging/alone")
    assert (seat["judge"]["status"], seat["bids"]) == ("appointed", [])
    await buyer.post(f"/jobs/{number}/judging/declaration", {"conflict": "none"})
    for bid, mark in ((best, "4.5"), (other, "4")):
        sheet = {"technical": mark, "quality": mark, "schedule": mark}
        kept = await buyer.send("PUT", f"/bids/{bid['number']}/sheet", json=sheet)
        assert kept["is_complete"]
    await buyer.post(f"/jobs/{number}/judging/finish")
    assert (await buyer.get(f"/jobs/{number}/computation"))["is_reproduced"]
    compared = (await buyer.get(f"/jobs/{number}/bids"))["items"]
    assert [row["number"] for row in compared] == [best["number"], other["number"]]
    rationale = {"rationale": "综合得分最高，满足全部要求。"}
    decided = await buyer.post(f"/bids/{best['number']}/award", rationale, expect=201)
    assert decided["status"] == "pending"
    return str(decided["number"])


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


async def test_a_deal_from_registration_to_reviews(
    operator: httpx.AsyncClient, processor: Twin
) -> None:
    moment = BEGIN
    with clock.frozen_at(moment):
        buyer = await register("demand", "济南市第一人民医院", operator)
        winner = await register("supplier", "山东明眸数据标注有限公司", operator)
        loser = await register("supplier", "鲁东智标科技有限公司", operator)
        official = await actor(await make_organisation(kind="bureau", region_code="370000"))
        bureau = Side(new_client(), "省数据局")
        bureau.http.headers.update(await bearer(official))
        programme = await make_programme(pool_fen=10_000_000)
        for side in (winner, loser):
            await profile(side)
        number = await publish_job(buyer)
        best, other = await question_and_bids(buyer, winner, loser, number)
        await settle_everything()
        closing = dt.datetime.fromisoformat((await buyer.get(f"/jobs/{number}"))["bid_deadline_at"])
    with clock.frozen_at(closing):
        await settle_everything()
        await winner.post(f"/jobs/{number}/ceremony", {"passphrase": PASSPHRASE}, expect=404)
        decided = await award(buyer, number, best, other)
        until = dt.datetime.fromisoformat(
            (await buyer.get(f"/awards/{decided}"))["stand_still_until"]
        )
    with clock.frozen_at(until - dt.timedelta(seconds=1)):
        await settle_everything()
        assert (await buyer.get(f"/awards/{decided}"))["status"] == "pending"
    with clock.frozen_at(until):
        await settle_everything()
        assert (await buyer.get(f"/awards/{decided}"))["status"] == "active"
        assert await volume(bureau) == dict.fromkeys(
            ("contracted", "accepted", "settled", "refunded"), 0
        )
        _contract, order = await sign(buyer, winner)
        await settle_everything()
        assert (await volume(bureau))["contracted"] == TOTAL_FEN
        quotes = (await buyer.get(f"/orders/{order}/voucher-quotes"))["items"]
        (quote,) = [row for row in quotes if row["programme"] == programme.code]
        assert (quote["eligible"], quote["grant_fen"]) == (True, COMPUTE_FEN // 2)
        voucher = await buyer.post(
            f"/orders/{order}/vouchers", {"programme": programme.code}, expect=201
        )
        paid = await pay_online(buyer, order, 1)
        assert (await buyer.get(f"/orders/{order}"))["status"] == "funded"
    with clock.frozen_at(until + dt.timedelta(days=30)):
        await deliver(buyer, winner, order)
        await settle_everything()
        assert (await buyer.get(f"/orders/{order}"))["status"] == "completed"
        await loser.get(f"/orders/{order}", expect=404)
        figures = await volume(bureau)
        assert figures["accepted"] == 8_000 * VOLUME
        paid += await pay_by_bank(buyer, operator, order, 2)
        stages = (await buyer.get(f"/orders/{order}/stages"))["items"]
        assert [stage["status"] for stage in stages] == ["settled", "settled", "pending"]
    with clock.frozen_at(until + dt.timedelta(days=125)):
        paid += await pay_online(buyer, order, 3)
        await settle_everything()
        await confirm_bank_payouts(operator, winner)
        await check_money(buyer, winner, order, paid_fen=paid, voucher_fen=voucher["grant_fen"])
        figures = await volume(bureau)
        assert figures == {
            "contracted": TOTAL_FEN, "accepted": 8_000 * VOLUME, "settled": TOTAL_FEN, "refunded": 0,
        }  # fmt: skip
        await review(buyer, winner, order)
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
