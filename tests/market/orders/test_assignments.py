"""Assignment: each thing that is missing or expired is named; batches are traced to their group."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from market.directory.models import Talent
from market.kit import clock
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.orders import assignments, inspections, provenance, verify_sample
from market.orders.assignments import NotAssignable, OrderOver
from market.orders.forms import DeliveryInput
from market.orders.models import Contract, DeliveryBatch
from market.orders.work_forms import GroupInput
from market.orders.work_models import Assignment
from market.tendering.models import Job
from market.training.models import TalentCredential, TrainingModule
from tests.factories.accounts import actor
from tests.factories.orders import Deal, deliver, make_completed_order, make_order
from tests.factories.training import assign, keep, make_fit_talent, make_group, make_module

pytestmark = pytest.mark.usefixtures("rollback")


async def demanding() -> tuple[Deal, TrainingModule]:
    """An order of a sensitive job whose platform asks for its module."""
    module = await make_module()
    deal = await make_order()
    await Job.filter(id=deal.contract.job_id).update(min_level="四级")
    return deal, module


async def test_who_holds_everything_is_assigned_by_pseudonym() -> None:
    deal, module = await demanding()
    talent = await make_fit_talent(deal, module)
    code = await make_group(deal, talent)
    row = await Assignment.get(group__code=code)
    assert row.pseudonym.startswith("A-")
    assert talent.name not in json.dumps(row.standing, ensure_ascii=False)
    assert [check["code"] for check in row.standing] == [
        "training", "clearance", "level", "certificate", "consent",
    ]  # fmt: skip
    again = await make_order()
    assert again.order is not None
    assert assignments.pseudonym(again.order.id, talent.id) != row.pseudonym


YESTERDAY = dt.timedelta(days=-1)


@pytest.mark.parametrize(
    ("lack", "sentence"),
    [
        ("training", "缺少培训“数据保密须知”"),
        ("clearance", "缺少数据访问授权"),
        ("low clearance", "数据访问授权仅覆盖至一般数据、健康数据2级"),
        ("expired clearance", "数据访问授权已于"),
        ("level", "职业等级：要求四级及以上，现为五级"),
        ("certificate", "职业技能证书已于"),
        ("consent", "缺少本人同意"),
    ],
)
async def test_each_thing_that_lacks_is_named(lack: str, sentence: str) -> None:
    deal, module = await demanding()
    talent = await make_fit_talent(deal, *([] if lack == "training" else [module]))
    past = clock.today() + YESTERDAY
    if lack in ("clearance", "consent"):
        await TalentCredential.filter(talent=talent, kind=lack).delete()
    elif lack == "low clearance":
        await keep(deal, talent, "clearance", data_grade="一般数据", health_level=2)
    elif lack == "expired clearance":
        await keep(deal, talent, "clearance", until=past)
    elif lack == "certificate":
        await keep(deal, talent, "certificate", until=past)
    elif lack == "level":
        await Talent.filter(id=talent.id).update(skill_level="五级")
    await make_group(deal)
    with pytest.raises(NotAssignable) as caught:
        await assign(deal, talent)
    assert sentence in caught.value.message
    assert caught.value.message.count("; ") == 0
    assert await Assignment.all().count() == 0


async def test_expired_training_is_as_none() -> None:
    deal, module = await demanding()
    talent = await make_fit_talent(deal, module)
    await make_group(deal)
    with (
        clock.shifted_by(dt.timedelta(days=366)),
        pytest.raises(NotAssignable, match="培训“数据保密须知”已于"),
    ):
        await assign(deal, talent)


async def test_who_annotates_does_not_review() -> None:
    deal, module = await demanding()
    talent = await make_fit_talent(deal, module)
    await make_group(deal, talent)
    for is_reviewer in (True, False):
        with pytest.raises(NotAssignable):
            await assign(deal, talent, is_reviewer=is_reviewer)
    assert deal.order is not None
    row = await Assignment.get()
    await assignments.end_assignment(deal.order, row.id, by=deal.supplier)
    await assign(deal, talent, is_reviewer=True)
    assert await Assignment.filter(removed_at=None).count() == 1


async def test_whose_talents_and_whose_order() -> None:
    deal, module = await demanding()
    other = await make_order(supplier_name="山西另一标注有限公司")
    foreign = await make_fit_talent(other, module)
    await make_group(deal)
    with pytest.raises(NotFound):
        await assign(deal, foreign)
    viewer = await actor(await deal.contract.supplier, "viewer")
    assert deal.order is not None
    for by in (deal.buyer, viewer):
        with pytest.raises(NotPermitted):
            await assignments.open_group(deal.order, GroupInput(name="二组"), by=by)
    done = await make_completed_order()
    assert done.order is not None
    with pytest.raises(OrderOver):
        await assignments.open_group(done.order, GroupInput(name="一组"), by=done.supplier)
    assert await Assignment.all().count() == 0


async def test_a_contract_that_asks_for_training_takes_no_batch_without_a_group() -> None:
    deal, module = await demanding()
    contract = await Contract.get(id=deal.contract.id)
    terms = {**contract.terms, "training": [module.number]}
    await Contract.filter(id=contract.id).update(terms=terms)
    with pytest.raises(InvalidInput) as caught:
        await deliver(deal)
    assert list(caught.value.fields) == ["group"]
    batch = await DeliveryBatch.get(order=deal.order)
    assert batch.manifest_digest == ""
    await make_group(deal)
    with pytest.raises(InvalidInput, match="G1"):
        await deliver(deal, batch=batch)
    await assign(deal, await make_fit_talent(deal, module))
    assert (await deliver(deal, batch=batch)).group_id is not None


async def traced() -> tuple[Deal, DeliveryBatch]:
    deal, module = await demanding()
    annotator = await make_fit_talent(deal, module)
    reviewer = await make_fit_talent(deal, module, name="李静")
    await make_group(deal, annotator, reviewers=(reviewer,))
    batch = await deliver(deal)
    await inspections.draw_sample(batch, by=deal.buyer)
    related = ("order__job", "order__supplier", "manifest_file")
    return deal, await DeliveryBatch.get(id=batch.id).select_related(*related)


async def test_the_chain_leads_from_batch_to_people_guideline_and_items() -> None:
    _deal, batch = await traced()
    chain = await provenance.chain_of(batch)
    assert [row["role"] for row in chain["group"]["members"]] == ["annotator", "reviewer"]
    assert chain["guideline"]["label"] == "v1.0"
    assert len(chain["items"]) == batch.item_count
    text = json.dumps(chain, ensure_ascii=False)
    assert "周晓" not in text
    assert "李静" not in text


def run_script(folder: Path, proof: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    file = folder / "proof.json"
    file.write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-I", str(verify_sample.__file__), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def test_the_script_alone_draws_the_sample_again(tmp_path: Path) -> None:
    _deal, batch = await traced()
    proof = await provenance.proof_of(batch)
    good = run_script(tmp_path, proof)
    assert (good.returncode, good.stdout.split(":")[0]) == (0, "OK")
    source = Path(verify_sample.__file__).read_text()
    assert source.count("\n") <= 200
    assert {line.split()[1].split(".")[0] for line in source.splitlines() if line[:7] in ("import ", "from ty")} == {
        "hashlib", "json", "sys", "typing",
    }  # fmt: skip
    for name, value in (
        ("indices", [*proof["indices"][:-1], proof["lot_size"]]),
        ("buyer_secret", "0" * 64),
        ("manifest", proof["manifest"][::-1]),
        ("seed", "0" * 64),
    ):
        bad = run_script(tmp_path, {**proof, name: value})
        assert bad.returncode == 1, name
        assert "WRONG" in bad.stdout


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what the validator imports
async def test_the_batch_is_described_in_croissant(tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    _deal, batch = await traced()
    described = await provenance.croissant_of(batch, url="http://testserver/batches/x")
    file = tmp_path / "croissant.json"
    file.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    dataset = mlcroissant.Dataset(jsonld=file)
    assert dataset.metadata.issues.errors == set()
    assert dataset.metadata.name == batch.number.replace("-", "_")


async def test_croissant_names_digest_group_and_guideline() -> None:
    _deal, batch = await traced()
    described = await provenance.croissant_of(batch, url="http://testserver/batches/x")
    (manifest,) = described["distribution"]
    assert manifest["sha256"] == batch.manifest_file.sha256
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert described["rai:dataAnnotationProtocol"] == "guideline v1.0"
    assert described["rai:annotationsPerItem"] == "2"
    planned = DeliveryBatch(number="DB-1", manifest_digest="")
    with pytest.raises(NotFound):
        await provenance.chain_of(planned)


def test_a_delivery_may_name_its_group() -> None:
    assert DeliveryInput(quantity="1", group="G1").group == "G1"
