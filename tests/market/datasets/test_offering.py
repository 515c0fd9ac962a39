"""Datasets on offer: the rules of the four modes, metadata that a validator reads, pages."""

from typing import Any

import httpx
import pytest

from market.datasets import croissant, dataset_access, offering
from market.datasets.dataset_forms import DatasetInput, parse_columns
from market.datasets.dataset_models import Dataset
from market.datasets.dataset_states import DatasetStatus
from market.datasets.dataset_totals import totals
from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.datasets import DATASET, SAMPLE, make_dataset

pytestmark = pytest.mark.usefixtures("rollback")


async def firm() -> Actor:
    return await actor(await make_organisation(kind="supplier", region_code="370100"))


MODES: list[tuple[dict[str, Any], set[str]]] = [
    ({"supply_mode": "保障模式", "price_model": "无偿", "price_fen": 0}, set()),
    ({"supply_mode": "保障模式", "price_model": "无偿", "price_fen": 1}, {"price_fen"}),
    ({"supply_mode": "保障模式", "price_model": "订阅", "price_fen": 0}, {"price_model"}),
    ({"supply_mode": "定制模式", "price_model": "包干", "price_fen": 100}, {"recipient"}),
    ({"supply_mode": "电商模式", "price_model": "买断", "price_fen": 100}, set()),
    ({"supply_mode": "电商模式", "price_model": "订阅", "price_fen": 100}, set()),
    ({"supply_mode": "电商模式", "price_model": "按件", "price_fen": 100}, set()),
    ({"supply_mode": "电商模式", "price_model": "订阅", "price_fen": 0}, {"price_fen"}),
    ({"supply_mode": "电商模式", "price_model": "分成", "price_fen": 1, "share_percent": 9},
     {"price_model", "share_percent"}),
    ({"supply_mode": "结对子模式", "price_model": "分成", "price_fen": 0, "share_percent": "12.5"}, set()),
    ({"supply_mode": "结对子模式", "price_model": "分成", "price_fen": 0}, {"share_percent"}),
    ({"health_level": None}, {"health_level"}),
    ({"data_grade": "核心数据"}, {"data_grade"}),
]  # fmt: skip


@pytest.mark.parametrize(("values", "fields"), MODES)
async def test_what_each_mode_asks_for(values: dict[str, Any], fields: set[str]) -> None:
    by = await firm()
    row = await offering.save_dataset(DatasetInput.model_validate(DATASET | values), by=by)
    assert set(offering.problems_of(row)) == fields
    if fields:
        with pytest.raises(InvalidInput) as refusal:
            await offering.list_dataset(row, by=by)
        assert set(refusal.value.fields) == fields
        assert (await Dataset.get(id=row.id)).status is DatasetStatus.DRAFT
    else:
        assert (await offering.list_dataset(row, by=by)).status is DatasetStatus.LISTED


async def test_a_custom_dataset_names_a_verified_party() -> None:
    by, buyer = await firm(), await make_organisation(kind="demand")
    custom = {"supply_mode": "定制模式", "price_model": "包干", "price_fen": "5万"}
    row = await make_dataset(by, **custom, recipient=buyer.number)
    assert row.recipient_id == buyer.id
    waiting = await make_organisation(kind="demand", verified=False)
    for number in ("O-2026-999999", waiting.number):
        with pytest.raises(InvalidInput):
            await make_dataset(by, **custom, recipient=number)
    with pytest.raises(InvalidInput):
        await make_dataset(by, recipient=buyer.number)


async def test_a_listed_dataset_keeps_its_modes_rules_and_its_owner() -> None:
    by, other = await firm(), await firm()
    row = await make_dataset(by)
    free = DatasetInput.model_validate(DATASET | {"price_fen": 0})
    with pytest.raises(InvalidInput):
        await offering.save_dataset(free, row=row, by=by)
    for verb in (offering.list_dataset, offering.withdraw_dataset):
        with pytest.raises(NotFound):
            await verb(row, by=other)
    bureau = await actor(await make_organisation(kind="bureau", region_code="370000"))
    with pytest.raises(NotPermitted):
        await offering.save_dataset(DatasetInput.model_validate(DATASET), by=bureau)
    assert (await Dataset.get(id=row.id)).price_fen == 30_000_000
    found = await totals("3701")
    assert (found.listed, found.high_quality, found.models) == (1, 0, 2)
    assert found.by_type_and_grade == {("行业专识数据集", "unrated"): 1}
    assert (await totals("3702")).listed == 0
    await offering.withdraw_dataset(row, by=by)
    assert (await totals("")).listed == 0
    with pytest.raises(NotFound):
        await dataset_access.dataset_to_see(other, row.number)


@pytest.mark.parametrize("text", ["a|text", "a|word|x", "|text|x", "a|text|x\na|text|y"])
def test_a_field_is_a_name_a_type_and_a_meaning(text: str) -> None:
    with pytest.raises(ValueError, match=r"1|2"):
        parse_columns(text)


@pytest.mark.parametrize("version", croissant.VERSIONS)
@pytest.mark.parametrize("has_sample", [True, False])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_validator_reads_the_metadata(
    client: httpx.AsyncClient, version: str, has_sample: bool
) -> None:
    mlcroissant = pytest.importorskip(
        "mlcroissant", reason="the Croissant validator is not installed"
    )
    by = await firm()
    row = await make_dataset(by)
    if not has_sample:
        await Dataset.filter(id=row.id).update(sample_id=None)
    answer = await client.get(f"/datasets/{row.number}/croissant.json", params={"version": version})
    assert answer.headers["content-type"] == "application/ld+json"
    found = mlcroissant.Dataset(jsonld=answer.json())
    assert found.metadata.issues.errors == set()
    said = answer.json()
    assert said["conformsTo"] == [
        f"http://mlcommons.org/croissant/{version}",
        croissant.RAI_VERSION,
    ]
    assert said["rai:dataCollection"] == DATASET["dataCollection"]
    if has_sample:
        names = [str(one.id) for one in found.metadata.record_sets[0].fields]
        assert names == ["records/case_id", "records/size_mm", "records/is_malignant"]
        assert (await client.get(f"/datasets/{row.number}/sample")).content == SAMPLE
    assert (await client.get(f"/datasets/{row.number}/croissant.json?version=9")).status_code == 422
    dcat = (await client.get(f"/datasets/{row.number}/dcat.json")).json()
    assert dcat["dct:identifier"] == row.number
    assert ("dcat:distribution" in dcat) is has_sample


async def test_the_pages_from_draft_to_offer(client: httpx.AsyncClient) -> None:
    by = await firm()
    await signed_in_client(client, by.person_id)
    typed = {**DATASET, "may_train": "1", "price_fen": "很多"}
    wrong = await client.post("/datasets/new", data=typed)
    assert wrong.status_code == 422
    assert DATASET["title"] in wrong.text, "what was typed is kept"
    sent = await client.post("/datasets/new", data=typed | {"price_fen": "30万"})
    assert sent.status_code == 303
    page = sent.headers["location"]
    refused = await client.post(f"{page}/sample", files={"file": ("a.txt", b"x", "text/plain")})
    assert refused.status_code == 422
    kept = await client.post(f"{page}/sample", files={"file": ("样例.csv", SAMPLE, "text/csv")})
    assert kept.status_code == 303
    edited = await client.get(f"{page}/edit")
    assert "肺炎分诊模型" in edited.text
    assert (await client.post(f"{page}/publish")).status_code == 303
    assert (await client.get("/my/datasets")).text.count(DATASET["title"]) == 1
    client.cookies.clear()
    listed = await client.get("/datasets", params={"supply_mode": "电商模式", "grade": "unrated"})
    assert DATASET["title"] in listed.text
    assert (await client.get("/datasets", params={"grade": "passed"})).text.count(
        DATASET["title"]
    ) == 0
    assert "可用于模型训练" in (await client.get(page)).text
    assert (await client.get(f"{page}/edit")).status_code == 303
