"""The steps of a deal before its contract, a program's way, and the client that takes them."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import httpx

from market.accounts.scopes import SCOPES
from market.app import create_app
from market.kit import clock
from market.kit.mail import SentMail
from market.worker import settle_everything
from tests.factories import PASSPHRASE, PASSWORD, make_uscc

API = "/api/v1"
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
