"""The pages and operations of a dispute, for claimant, respondent, mediator, reader and strangers."""

import httpx
import pytest

from market.disputes.models import Dispute, Evidence, Reading
from market.disputes.states import DisputeStatus
from market.kit.actor import Actor
from market.orders.models import DeliveryBatch
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.disputes import (
    TEXT,
    answer,
    being_measured,
    decided_batch,
    engaged,
    make_dispute,
    mediated,
    proposed,
)

pytestmark = pytest.mark.usefixtures("rollback")


async def test_a_claimant_raises_a_dispute_with_evidence(client: httpx.AsyncClient) -> None:
    deal, batch = await decided_batch()
    await sign_in(client, deal.supplier)
    shown = await client.get(f"/batches/{batch.number}")
    assert f"/batches/{batch.number}/dispute" in shown.text
    page = f"/batches/{batch.number}/dispute"
    refused = await client.post(page, data={"ground": "quality", "text": TEXT, "amount_fen": "0"})
    assert refused.status_code == 422
    assert "该批价款" in refused.text
    sent = await client.post(
        page,
        data={"ground": "quality", "text": TEXT, "amount_fen": "200000.00"},
        files={"evidence": ("对照.txt", "十五件".encode())},
    )
    assert sent.status_code == 303
    dispute = await Dispute.get(batch_id=batch.id)
    assert (dispute.supplier_fen, await Evidence.all().count()) == (20_000_000, 1)
    evidence = await Evidence.get(dispute=dispute)
    file = await client.get(f"/disputes/{dispute.number}/evidence/{evidence.id}")
    assert file.content == "十五件".encode()


async def sign_in(client: httpx.AsyncClient, by: Actor) -> None:
    """The client acts for this person from now on."""
    await signed_in_client(client, by.person_id)


async def test_the_first_amount_is_hidden_until_the_answer(client: httpx.AsyncClient) -> None:
    case = await make_dispute(amount_fen=21_234_567)
    address = f"/disputes/{case.dispute.number}"
    await sign_in(client, case.deal.buyer)
    assert "212,345.67" not in (await client.get(address)).text
    assert "212,345.67" not in (await client.get(f"{address}/answer")).text
    hidden = (await client.get(f"/api/v1{address}")).json()
    assert (hidden["buyer_fen"], hidden["supplier_fen"]) == (None, None)
    sent = await client.post(f"{address}/answer", data={"text": TEXT, "amount_fen": "1000"})
    assert sent.status_code == 303
    assert "212,345.67" in (await client.get(address)).text
    open_now = (await client.get(f"/api/v1{address}")).json()
    assert (open_now["buyer_fen"], open_now["supplier_fen"]) == (100_000, 21_234_567)


async def test_strangers_and_other_regions_see_nothing(client: httpx.AsyncClient) -> None:
    case = await make_dispute()
    address = f"/disputes/{case.dispute.number}"
    for organisation in (
        await make_organisation(),
        await make_organisation(kind="bureau", region_code="140000"),
    ):
        await sign_in(client, await actor(organisation))
        assert (await client.get(address)).status_code == 404
        assert (await client.get(f"/api/v1{address}")).status_code == 404
    own_bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    await sign_in(client, own_bureau)
    assert (await client.get(address)).status_code == 200


async def test_a_mediator_takes_up_proposes_and_appoints(client: httpx.AsyncClient) -> None:
    case = await make_dispute()
    dispute = await answer(case, 0)
    address = f"/disputes/{dispute.number}"
    await sign_in(client, case.mediator)
    refused = await client.post(f"{address}/take-up", data={})
    assert refused.status_code == 422
    assert (
        await client.post(f"{address}/take-up", data={"is_independent": "1"})
    ).status_code == 303
    sent = await client.post(f"{address}/propose", data={"amount_fen": "20万", "text": TEXT})
    assert sent.status_code == 303
    assert (await Dispute.get(id=dispute.id)).proposal_fen == 20_000_000
    assert (await client.post(f"{address}/measure")).status_code == 303
    reader = await make_organisation(kind="supplier", name="独立复测公司")
    asked = await client.post(f"{address}/readers", data={"organisation": reader.number})
    assert asked.status_code == 303
    assert "独立复测公司" in (await client.get(address)).text


async def test_both_accept_the_amount_they_read(client: httpx.AsyncClient) -> None:
    case = await make_dispute()
    dispute = await proposed(case, 20_000_000)
    address = f"/disputes/{dispute.number}"
    for by in (case.deal.buyer, case.deal.supplier):
        await sign_in(client, by)
        assert "200,000.00" in (await client.get(address)).text
        done = await client.post(f"{address}/agree", data={"amount_fen": "20000000"})
        assert done.status_code == 303
    assert (await Dispute.get(id=dispute.id)).status == DisputeStatus.RESOLVED
    assert (await DeliveryBatch.get(id=case.batch.id)).settled_fen == 20_000_000


async def test_a_reader_sees_items_and_no_claim_and_marks_them(client: httpx.AsyncClient) -> None:
    case = await make_dispute(amount_fen=21_234_567)
    dispute, drawn = await being_measured(case)
    reading = await engaged(case, dispute)
    await sign_in(client, case.reader)
    page = (await client.get(f"/readings/{reading.number}")).text
    assert dispute.number not in page
    assert TEXT not in page
    assert "212,345.67" not in page
    assert (await client.get(f"/disputes/{dispute.number}")).status_code == 404
    assert drawn.items[0] in (await client.get(f"/readings/{reading.number}/marks")).text
    marked = await client.post(
        f"/readings/{reading.number}/marks", data={"defect-0": "missed", "note-0": "漏标"}
    )
    assert marked.status_code == 303
    found = await Reading.get(id=reading.id)
    assert [row["item"] for row in found.nonconforming] == [drawn.items[0]]
    api = (await client.get(f"/api/v1/readings/{reading.number}")).json()
    assert set(api) == {
        "number", "status", "due_at", "parties", "job_title", "guideline_version", "items",
        "nonconforming",
    }  # fmt: skip


async def test_the_desk_says_whose_turn_it_is(client: httpx.AsyncClient) -> None:
    case = await make_dispute()
    await sign_in(client, case.deal.buyer)
    assert "答复争议" in (await client.get("/workspace")).text
    await mediated(case)
    await sign_in(client, case.mediator)
    assert "调解争议" in (await client.get("/workspace")).text
    listed = await client.get("/disputes?format=csv")
    assert case.dispute.number in listed.content.decode("utf-8-sig")


async def test_the_whole_dispute_over_the_api(client: httpx.AsyncClient) -> None:
    deal, batch = await decided_batch()
    await sign_in(client, deal.supplier)
    body = {"ground": "inspection", "text": TEXT, "amount_fen": 20_000_000}
    made = await client.post(f"/api/v1/batches/{batch.number}/dispute", json=body)
    assert made.status_code == 201
    number = made.json()["number"]
    await sign_in(client, deal.buyer)
    named = {"text": TEXT, "amount_fen": 22_000_000}
    settled = (await client.post(f"/api/v1/disputes/{number}/answer", json=named)).json()
    assert (settled["status"], settled["way"], settled["amount_fen"]) == (
        "resolved", "amounts", 21_000_000,
    )  # fmt: skip
    assert settled["reduction_fen"] == 3_000_000
