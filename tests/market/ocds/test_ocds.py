"""OCDS: releases of a whole deal, the feed, the packages; checked by the standard's own tools."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
from libcoveocds.api import ocds_json_output
from libcoveocds.config import LibCoveOCDSConfig
from ocdsextensionregistry import extension_version
from ocdsmerge import Merger

from billing.twin import twin
from market.kit import outbox
from market.ocds import packages
from market.ocds.compiling import compile_process
from market.ocds.models import Release
from market.ocds.publishing import publish_release, tags
from market.redflags.computing import red_flags
from market.redflags.settings import Settings
from market.tendering.jobs import cancel_job
from market.tendering.models import Bid, Job
from market.tendering.states import CancelReason
from market.worker import HANDLERS
from tests.factories.billing import pay_stage, unpaid_order
from tests.factories.orders import deliver, inspect, make_items
from tests.factories.tendering import open_bids, owner_of, place_bid, published_job

STANDARD = Path(__file__).parents[3] / "../shared/data/ocds/standard-1__1__5.zip"
needs_standard = pytest.mark.skipif(
    not STANDARD.exists(), reason="the standard's files are not here"
)
HEAD = ("ocid", "id", "date", "tag")


class _Answer:
    """A file, as its server would send it."""

    status_code = 200

    def __init__(self, content: bytes) -> None:
        self.content = content

    def raise_for_status(self) -> None:
        """It is there."""

    def json(self, **_options: Any) -> Any:
        """The content of a schema."""
        return json.loads(self.content)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard's schemas and what we use of the four extensions, answered without a network."""
    files = json.loads((Path(__file__).parent / "extensions.json").read_text())

    def extension(url: str, **_options: Any) -> _Answer:
        _host, _slash, path = url.partition("open-contracting-extensions/")
        name, _version, file = path.split("/", 2)
        content = files[name][file]
        return _Answer((content if isinstance(content, str) else json.dumps(content)).encode())

    def schema(url: str, **_options: Any) -> _Answer:
        with zipfile.ZipFile(STANDARD) as standard:
            return _Answer(standard.read(f"standard-1__1__5/schema/{url.rpartition('/')[2]}"))

    monkeypatch.setattr(extension_version.session, "get", extension)
    monkeypatch.setattr(extension_version.ExtensionVersion, "repository_ref_download_url", None)
    monkeypatch.setattr(requests, "get", schema)


def complaints(package: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """What the standard's checker finds wrong."""
    config = LibCoveOCDSConfig(
        {
            "standard_zip": f"file://{STANDARD.resolve()}",
            "context": "api",
            "additional_checks": "none",
        }
    )
    context = ocds_json_output(str(scratch), json_data=package, lib_cove_ocds_config=config)
    names = ("validation_errors", "additional_closed_codelist_values", "additional_fields")
    assert not context.get("invalid_extension"), context.get("extensions")
    return {name: context[name] for name in names if context[name]}


async def settled_deal() -> Job:
    """From the call to the second settlement."""
    deal = await unpaid_order(volume="120")
    await outbox.drain(HANDLERS)
    await pay_stage(deal, twin())
    batch = await deliver(deal, quantity="120", items=make_items(8))
    await inspect(deal, batch)
    await pay_stage(deal, twin(), position=2)
    await outbox.drain(HANDLERS)
    assert deal.order is not None
    return await Job.get(id=deal.order.job_id)


async def releases_of(job: Job) -> list[Release]:
    return await Release.filter(job=job).order_by("sequence")


@pytest.mark.usefixtures("rollback")
async def test_every_public_change_becomes_a_release_and_their_merge_is_the_present() -> None:
    job = await settled_deal()
    releases = await releases_of(job)
    named = [tag for release in releases for tag in release.content["tag"]]
    assert named[:2] == ["planning", "tender"] or named[0] == "tender"
    assert {"contract", "implementation", "implementationUpdate"} & set(named)
    dates = [release.content["date"] for release in releases]
    assert dates == sorted(set(dates)), "rising, so that a merge knows their order"
    present = await compile_process(job)
    compiled = packages.compiled(releases)
    assert {name: value for name, value in compiled.items() if name not in HEAD} == present
    assert compiled["tag"] == ["compiled"]
    paid = compiled["contracts"][0]["implementation"]["transactions"]
    assert len(paid) >= 1
    assert compiled["awards"][0]["suppliers"][0]["id"].startswith(("CN-USCC-", "X-PLATFORM-"))
    assert await publish_release(job.id) is None, "nothing has changed"


@needs_standard
@pytest.mark.usefixtures("rollback")
async def test_the_standards_own_merge_agrees() -> None:
    releases = await releases_of(await settled_deal())
    with zipfile.ZipFile(STANDARD) as standard:
        schema = json.loads(standard.read("standard-1__1__5/schema/release-schema.json"))
        schema = json.loads(
            json.dumps(schema).replace("{{version}}", "1.1").replace("{{lang}}", "en")
        )
    merged = Merger(schema).create_compiled_release([release.content for release in releases])
    assert merged == packages.compiled(releases)


@needs_standard
@pytest.mark.usefixtures("rollback", "offline")
async def test_the_standards_checker_finds_nothing(tmp_path: Path) -> None:
    await settled_deal()
    job = await published_job()
    await cancel_job(job, CancelReason.BUDGET_WITHDRAWN, by=await owner_of(job))
    await outbox.drain(HANDLERS)
    releases = await packages.releases_after(0, 1000)
    assert (
        complaints(packages.release_package("https://market.example/releases", releases), tmp_path)
        == {}
    )
    records = [packages.record(found) async for found in packages.processes()]
    assert (
        complaints(packages.record_package("https://market.example/records", records), tmp_path)
        == {}
    )
    wrong = packages.release_package("https://market.example/releases", releases)
    tender = wrong["releases"][0]["tender"]
    wrong["releases"][0] = {
        **wrong["releases"][0],
        "tender": {**tender, "status": "open", "price": 1},
    }
    assert set(complaints(wrong, tmp_path)) == {
        "additional_closed_codelist_values",
        "additional_fields",
    }


@pytest.mark.usefixtures("rollback")
async def test_nothing_sealed_appears() -> None:
    job = await published_job()
    for _number in range(3):
        await place_bid(job)
    await outbox.drain(HANDLERS)
    texts = [json.dumps(release.content) for release in await releases_of(job)]
    bids = await Bid.filter(job=job)
    assert texts
    for text in texts:
        assert '"bids"' not in text
        assert "numberOfTenderers" not in text
        assert not any(bid.number in text for bid in bids)
    job = await open_bids(job)
    await publish_release(job.id)
    opened = (await releases_of(job))[-1].content
    assert len(opened["bids"]["details"]) == 3
    assert opened["tender"]["numberOfTenderers"] == 3
    assert opened["tag"] == ["tenderUpdate"]


@pytest.mark.usefixtures("rollback")
async def test_a_follower_sees_each_release_once(client: httpx.AsyncClient) -> None:
    jobs = [await published_job() for _number in range(5)]
    for job in jobs:
        await publish_release(job.id)
    seen, address = [], "/api/v1/ocds/releases?limit=2"
    for _page in range(4):
        answer = await client.get(address)
        assert answer.status_code == 200
        seen += [release["ocid"] for release in answer.json()["releases"]]
        address = urlsplit(answer.json()["links"]["next"])._replace(scheme="", netloc="").geturl()
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) >= 5
    record = await client.get(f"/api/v1/ocds/records/{seen[0]}")
    assert record.json()["records"][0]["compiledRelease"]["tag"] == ["compiled"]
    assert (await client.get("/api/v1/ocds/records/ocds-000000-J-1")).status_code == 404


@pytest.mark.usefixtures("rollback")
async def test_files_hold_everything_and_feed_the_red_flags(tmp_path: Path) -> None:
    job = await settled_deal()
    await packages.write_files(tmp_path)
    package = json.loads((tmp_path / "releases-0001.json").read_text())
    assert len(package["releases"]) == await Release.all().count()
    lines = (tmp_path / "compiled.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    mine = [one for one in found if one["ocid"].endswith(job.number)]
    assert len(mine) == 1
    assert isinstance(red_flags(found, Settings.everything()), dict)


def changes() -> Iterator[tuple[dict[str, Any], list[str]]]:
    """What differs from the release before, and the tags it gets."""
    tender = {"status": "active"}
    yield {"tender": {"status": "cancelled"}}, ["tenderCancellation"]
    yield {"tender": {**tender, "amendments": [{"id": "1"}]}}, ["tenderAmendment"]
    yield {"tender": tender, "awards": [{"id": "A", "status": "active"}]}, ["award"]
    award = {"id": "B", "status": "cancelled"}
    yield {"tender": tender, "awards": [award]}, ["awardCancellation"]
    contract = {"id": "C", "status": "active", "implementation": {"milestones": [1]}}
    yield {"tender": tender, "contracts": [contract]}, ["implementation"]


@pytest.mark.parametrize(("now", "expected"), list(changes()))
def test_a_release_says_what_changed(now: dict[str, Any], expected: list[str]) -> None:
    before = {
        "tender": {"status": "active"},
        "awards": [{"id": "B", "status": "active"}] if "B" in str(now) else [],
        "contracts": [{"id": "C", "status": "active"}] if "C" in str(now.get("contracts")) else [],
    }
    assert tags(before, now) == expected
