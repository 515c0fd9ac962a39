"""Claims: what is proved, what needs a paper, who decides; a refusal changes nothing."""

import datetime as dt
from typing import Any

import httpx
import pytest

from market.accounts.models import Organisation
from market.datasets import ratings
from market.datasets.dataset_forms import PublishInput
from market.kit import clock, documents, files
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.kit.outbox import OutboxMessage
from market.registration.models import Filing
from market.registration.states import DealSide, FilingStatus
from market.rewards import access, candidates, claims, packs, views
from market.rewards.claims import AlreadyClaimed, NotEligible
from market.rewards.eligibility import Standing
from market.rewards.facts import facts_of
from market.rewards.forms import ClaimDecision
from market.rewards.models import RewardClaim
from market.rewards.states import ClaimStatus
from market.vocabulary import regions
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.datasets import make_dataset, make_rating, sheet_of
from tests.factories.directory import make_supplier
from tests.factories.rewards import hire, make_claim, submitted_claim

pytestmark = pytest.mark.usefixtures("rollback")
NOW = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> object:
    with clock.frozen_at(NOW):
        yield


async def firm() -> Actor:
    return await actor(await make_organisation(kind="supplier"))


async def bureau(region: str = "370100") -> Actor:
    return await actor(await make_organisation(kind="bureau", region_code=region))


def grant(yuan: str) -> ClaimDecision:
    return ClaimDecision.model_validate(
        {"grant": True, "granted_fen": yuan, "reasons": "材料属实，予以核准。"}
    )


async def file_deal(by: Actor, amount_fen: int, **values: Any) -> None:
    stated = {
        "number": f"BA-{amount_fen}", "filer_id": by.organisation_id, "side": DealSide.SUPPLIER,
        "counterparty_name": "某公司", "counterparty_uscc": "913701000000000000", "title": "标注",
        "industry": "healthcare", "modality": "image", "amount_fen": amount_fen,
        "signed_on": dt.date(2026, 3, 1), "contract_digest": "0" * 64, "fingerprint": "0" * 64,
        "region_code": "370100", "status": FilingStatus.ACCEPTED,
    }  # fmt: skip
    await Filing.create(**{**stated, **values})


async def test_turnover_counts_accepted_filings_of_the_year_only() -> None:
    by = await firm()
    own = await Organisation.get(id=by.organisation_id)
    await file_deal(by, 700)
    await file_deal(by, 50, status=FilingStatus.SUBMITTED)
    await file_deal(by, 3, signed_on=dt.date(2025, 12, 31))
    await file_deal(by, 1, side=DealSide.BUYER)
    found = (await facts_of([own], 2026))[own.id]
    assert found.proved["turnover_fen"] == 700
    assert found.proved["first_registration"] is False


async def test_a_proved_condition_needs_no_paper_and_the_pack_has_its_digest() -> None:
    by = await firm()
    await file_deal(by, 1_000_000_000)
    claim = await claims.submit_claim(await make_claim(by), by=by)
    assert claim.status is ClaimStatus.SUBMITTED
    assert claim.content["standing"] == Standing.MET
    assert claim.content["rows"] == [
        {"source": "filing", "number": "BA-1000000000", "day": "2026-03-01", "amount_fen": 1_000_000_000}
    ]  # fmt: skip
    assert claim.digest == documents.digest_of(claim.content)
    assert await OutboxMessage.filter(topic="reward.moved").count() == 1


async def test_missing_evidence_is_named_until_a_paper_proves_it() -> None:
    by = await firm()
    claim = await make_claim(by)
    with pytest.raises(InvalidInput) as refusal:
        await claims.submit_claim(claim, by=by)
    assert "标注存储量" in refusal.value.fields["criterion"]
    assert (await RewardClaim.get(id=claim.id)).status is ClaimStatus.DRAFT
    paper = await files.store("a.txt", b"120TB", by=by)
    with pytest.raises(InvalidInput):
        await claims.attach_paper(claim, "review_rank", paper, by=by)
    await claims.attach_paper(claim, "storage_gb", paper, by=by)
    assert (await claims.submit_claim(claim, by=by)).content["papers"] == [
        {"criterion": "storage_gb", "name": "a.txt", "sha256": paper.sha256}
    ]


async def test_a_dataset_rated_here_is_its_own_evidence() -> None:
    owner, office, reader = await firm(), await bureau(), await firm()
    row = await make_dataset(owner)
    rating, sheet = await make_rating(row, owner=owner, bureau=office, reviewer=reader)
    found = await views.finding_for(access.reward_to_see("jinan-dataset"), owner, 2026)
    assert found is not None
    assert found.standing is Standing.MISSING
    await ratings.hand_in_sheet(sheet, sheet_of("95"), by=reader)
    said = PublishInput(statement="三个维度均达到合格分。", review_months=12)
    await ratings.publish_rating(rating, said, by=office)

    found = await views.finding_for(access.reward_to_see("jinan-dataset"), owner, 2026)
    assert found is not None
    assert found.standing is Standing.MET
    assert owner.organisation_id is not None
    rows = await packs.rows_of(owner.organisation_id, 2026)
    assert rows == [
        {"source": "rating", "number": rating.number, "day": "2026-11-22", "amount_fen": None}
    ]
    assert await packs.rows_of(owner.organisation_id, 2025) == []


async def test_what_is_disproved_is_not_claimed() -> None:
    by = await firm()
    profile = await make_supplier(organisation=await Organisation.get(id=by.organisation_id))
    await type(profile).filter(id=profile.id).update(storage_tb=1, annotators=3, revenue_fen=100)
    with pytest.raises(NotEligible):
        await claims.submit_claim(await make_claim(by), by=by)


async def test_200_annotators_are_not_more_than_200() -> None:
    by = await firm()
    own = await Organisation.get(id=by.organisation_id)
    await hire(own, 201)
    region = regions.region("370000")
    assert region is not None
    (found,) = [
        one for one in await candidates.candidates_of(access.reward_to_see("jinan-volume"), region, 2026)
        if one.organisation.id == own.id
    ]  # fmt: skip
    assert found.finding.standing is Standing.MET
    assert found.finding.criteria[2].proved == 201


async def test_once_a_year_within_the_amount_for_whom_it_is() -> None:
    by = await firm()
    first = await make_claim(by)
    with pytest.raises(AlreadyClaimed):
        await make_claim(by)
    await claims.withdraw_claim(first, by=by)
    await make_claim(by)
    for wrong in (
        {"asked_fen": "500000.01"},
        {"year": 2024},
        {"year": 2027},
        {"talent_class": "A"},
    ):
        with pytest.raises(InvalidInput):
            await make_claim(await firm(), **wrong)
    elsewhere = await actor(await make_organisation(kind="supplier", region_code="140200"))
    for stranger in (elsewhere, await bureau()):
        with pytest.raises(NotPermitted):
            await make_claim(stranger)
    talent = await make_claim(by, code="jinan-talent", talent_class="B", asked_fen="300000")
    with pytest.raises(InvalidInput):
        await make_claim(by, code="jinan-talent", talent_class="D", asked_fen="50000.01")
    assert talent.talent_class == "B"


async def test_the_bureau_of_the_region_decides_with_reasons_and_the_decision_is_kept() -> None:
    by = await firm()
    claim = await submitted_claim(by)
    with pytest.raises(NotFound):
        await access.claim_to_decide(await bureau("140200"), claim.number)
    with pytest.raises(NotFound):
        await access.claim_to_decide(by, claim.number)
    judge = await bureau()
    with pytest.raises(InvalidInput):
        await claims.decide_claim(claim, grant("500000.01"), by=judge)
    assert (await RewardClaim.get(id=claim.id)).status is ClaimStatus.SUBMITTED
    done = await claims.decide_claim(claim, grant("400000"), by=judge)
    assert (done.status, done.granted_fen) == (ClaimStatus.GRANTED, 40_000_000)
    (total,) = await candidates.totals_of(access.claims_to_see(judge))
    assert (total.reward.code, total.claims, total.asked_fen, total.granted, total.granted_fen) == (
        "jinan-volume", 1, 50_000_000, 1, 40_000_000,
    )  # fmt: skip


async def test_a_firm_claims_and_a_bureau_grants_from_the_pages(client: httpx.AsyncClient) -> None:
    by, judge = await firm(), await bureau()
    await signed_in_client(client, by.person_id)
    page = await client.get("/rewards/jinan-volume")
    assert "缺少：年度数据标注营业额审计报告" not in page.text, "the proved turnover is below"
    assert "缺少：存储量证明" in page.text
    await client.post("/rewards/jinan-volume/claims", data={"year": "2026", "asked_fen": "500000"})
    claim = await RewardClaim.get()
    address = f"/reward-claims/{claim.number}"
    refused = await client.post(f"{address}/submit")
    assert (refused.status_code, "缺少证明" in refused.text) == (422, True)
    upload = {"file": ("存储.txt", b"120TB", "text/plain")}
    await client.post(f"{address}/papers", data={"criterion": "storage_gb"}, files=upload)
    assert (await client.post(f"{address}/submit")).status_code == 303
    assert "存储.txt" in (await client.get(f"{address}/print")).text
    assert (await client.get(f"{address}?format=xlsx")).status_code == 200
    await signed_in_client(client, judge.person_id)
    assert "缺少证明" in (await client.get("/rewards/jinan-volume/candidates?year=2026")).text
    decision = {"grant": "1", "granted_fen": "400000", "reasons": "材料属实，予以核准。"}
    assert (await client.post(f"{address}/decide", data=decision)).status_code == 303
    assert "400,000.00" in (await client.get("/reward-claims")).text
