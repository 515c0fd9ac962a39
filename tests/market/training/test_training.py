"""Training modules: the quiz as it is written, attempts, validity, and who may see and do what."""

import datetime as dt

import pytest

from market.kit import clock
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.training import access, modules
from market.training.forms import AttemptInput, CredentialInput
from market.training.models import TalentCredential, TrainingModule, TrainingRecord
from market.training.quizzes import parse, percent_right
from tests.factories import actor, make_organisation
from tests.factories.orders import make_contract
from tests.factories.training import QUESTIONS, RIGHT, keep, make_fit_talent, make_module

pytestmark = pytest.mark.usefixtures("rollback")


def test_a_quiz_is_read_from_text() -> None:
    first, second = parse(QUESTIONS)
    assert first == {"question": "能把影像截图发到群里吗？", "options": ["能", "不能"], "answer": 1}
    assert second["answer"] == 0
    assert parse("题\r\n＊ 甲\r\n乙\r\n")[0]["options"] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "1至30题"),
        ("题\n* 甲", "第1题至少需要两个选项"),
        ("题\n* 甲\n乙\n\n题\n甲\n乙", "第2题须恰有一个选项"),
        ("题\n* 甲\n* 乙", "第1题须恰有一个选项"),
    ],
)
def test_a_quiz_that_cannot_be_read(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse(text)


@pytest.mark.parametrize(("answers", "percent"), [([1, 0], 100), ([1], 50), ([0, 1], 0), ([], 0)])
def test_missing_answers_are_wrong(answers: list[int], percent: int) -> None:
    assert percent_right(parse(QUESTIONS), answers) == percent


async def test_a_pass_holds_for_the_modules_days_and_a_fail_for_none() -> None:
    module = await make_module(valid_days=30, pass_percent=100)
    firm = await actor(await make_organisation(kind="supplier"), "sales")
    failed = await modules.take_quiz(module, AttemptInput(answers=[0, 0]), by=firm)
    assert (failed.percent, failed.is_passed, failed.valid_until) == (50, False, None)
    passed = await modules.take_quiz(module, AttemptInput(answers=RIGHT), by=firm)
    assert passed.is_passed
    assert passed.valid_until == passed.taken_at + dt.timedelta(days=30)
    assert (passed.person_id, passed.talent_id) == (firm.person_id, None)
    with pytest.raises(InvalidInput):
        await modules.take_quiz(module, AttemptInput(answers=[1]), by=firm)
    assert await TrainingRecord.all().count() == 2


async def test_a_retired_module_trains_nobody() -> None:
    owner = await actor(await make_organisation(kind="operator"))
    module = await make_module(by=owner)
    firm = await actor(await make_organisation(kind="supplier"))
    with pytest.raises(NotPermitted):
        await modules.retire_module(module, by=firm)
    module = await modules.retire_module(module, by=owner)
    with pytest.raises(modules.ModuleRetired):
        await modules.take_quiz(module, AttemptInput(answers=RIGHT), by=firm)
    assert await TrainingRecord.all().count() == 0


async def test_clients_and_the_platform_write_modules() -> None:
    hospital, firm = (
        await make_organisation(kind="demand"),
        await make_organisation(kind="supplier"),
    )
    for by in (await actor(firm), await actor(hospital, "viewer"), await actor(hospital, "sales")):
        with pytest.raises(NotPermitted):
            await make_module(by=by)
    assert await TrainingModule.all().count() == 0
    assert (await make_module(by=await actor(hospital, "quality"))).number.startswith("TM-")


async def test_a_clients_module_shows_to_its_contractors_only() -> None:
    deal = await make_contract()
    stranger = await actor(await make_organisation(kind="supplier"))
    own, platform = await make_module(by=deal.buyer), await make_module()
    for by, seen in ((deal.supplier, {own, platform}), (stranger, {platform})):
        assert set(await access.modules_of(by)) == seen
    with pytest.raises(NotFound):
        await access.module_to_read(stranger, own.number)
    with pytest.raises(NotFound):
        await access.own_module(deal.supplier, own.number)


async def test_credentials_are_of_ones_own_talents_and_the_latest_counts() -> None:
    deal = await make_contract()
    talent = await make_fit_talent(deal)
    stranger = await actor(await make_organisation(kind="supplier"))
    given = CredentialInput(
        talent=talent.id, kind="consent", reference="同意书 7", valid_until=clock.today()
    )
    with pytest.raises(NotFound):
        await modules.keep_credential(given, by=stranger)
    await keep(deal, talent, "consent", until=clock.today() + dt.timedelta(days=9))
    held = await TalentCredential.get(talent=talent, kind="consent", withdrawn_at=None)
    assert held.valid_until == clock.today() + dt.timedelta(days=9)
    with pytest.raises(ValueError, match="数据级别"):
        CredentialInput.model_validate(given.model_dump() | {"kind": "clearance"})
