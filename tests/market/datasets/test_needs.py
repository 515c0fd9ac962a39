"""Needs: the rules each supply mode sets, and their life."""

import datetime as dt

import pytest

from market.datasets import needs
from market.datasets.models import DatasetNeed
from market.datasets.modes import mode_named, modes, templates
from market.datasets.states import NeedStatus
from market.kit import clock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from market.kit.states import InvalidTransition
from market.vocabulary.annotation import MODALITIES, TASK_TYPES, UNITS
from market.vocabulary.datasets import DATASET_TYPES, SUPPLY_MODES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.trade import PRICE_MODES
from tests.factories import actor, make_organisation
from tests.factories.datasets import make_need, need_input


def test_modes_cover_the_vocabulary_and_name_known_price_models() -> None:
    assert list(modes()) == list(SUPPLY_MODES)
    for code, mode in modes().items():
        assert set(mode.price_models) <= set(PRICE_MODES)
        assert mode.price_models[0] == SUPPLY_MODES[code].price_mode
        assert mode_named(mode.name) is mode


@pytest.mark.parametrize("code", list(templates()))
@pytest.mark.parametrize("mode", list(modes()))
def test_templates_are_valid_needs_of_every_mode(code: str, mode: str) -> None:
    template = templates()[code]
    need = need_input(**template.values(modes()[mode]), budget_fen=0)
    assert MODALITIES.exact(template.modality)
    assert all(TASK_TYPES.exact(task) for task in template.task_types)
    assert UNITS.exact(template.unit)
    assert INDUSTRIES.exact(template.industry)
    assert DATASET_TYPES.exact(template.dataset_type)
    assert modes()[mode].price_problem(need.price_model) == ""


@pytest.mark.parametrize(
    ("mode", "price_model", "budget", "refused"),
    [
        ("保障模式", "无偿", 0, set()),
        ("保障模式", "无偿", 100, {"budget_fen"}),
        ("保障模式", "收益分成", 0, {"price_model"}),
        ("定制模式", "按例计价", 100, set()),
        ("定制模式", "按例计价", 0, {"budget_fen"}),
        ("定制模式", "一次性买断", 100, {"price_model"}),
        ("电商模式", "一次性买断", 100, set()),
        ("电商模式", "订阅", 0, {"budget_fen"}),
        ("电商模式", "", 100, {"price_model"}),
        ("结对子模式", "收益分成", 0, set()),
        ("结对子", "收益分成", 100, set()),
        ("结对子模式", "无偿", 0, {"price_model"}),
    ],
)
def test_each_mode_rules_price_and_budget(
    mode: str, price_model: str, budget: int, refused: set[str]
) -> None:
    content = need_input(supply_mode=mode, price_model=price_model, budget_fen=budget)
    need = DatasetNeed(region_code="350200", **content.columns())
    assert set(needs.problems_of(need)) == refused


def test_missing_past_core_and_medical_are_named() -> None:
    content = need_input(
        summary="短", task_types=[], volume="0", unit="", license="", modality="医学影像",
        data_grade="核心数据", deadline=clock.today() - dt.timedelta(days=1),
    )  # fmt: skip
    need = DatasetNeed(region_code="350200", **content.columns())
    assert set(needs.problems_of(need)) == {
        "summary", "task_types", "volume", "unit", "license", "deadline", "data_grade",
        "health_level",
    }  # fmt: skip


async def test_a_draft_is_kept_and_published_when_complete(rollback: None) -> None:
    owner = await make_organisation(kind="demand", region_code="350200")
    by = await actor(owner, "buyer")
    need = await needs.save_need(need_input(license=""), owner_id=owner.id, by=by)

    with pytest.raises(InvalidInput) as refusal:
        await needs.publish_need(need, by=by)
    assert set(refusal.value.fields) == {"license"}
    assert (await DatasetNeed.get(id=need.id)).status == NeedStatus.DRAFT

    await needs.save_need(need_input(), owner_id=owner.id, need=need, by=by)
    need = await needs.publish_need(need, by=by)
    assert (need.status, need.region_code, need.budget_fen) == (NeedStatus.OPEN, "350200", 20000000)
    assert need.quality == {"tc609_min": 90.0, "cer_max": 0.05}
    topics = await OutboxMessage.all().order_by("id").values_list("topic", flat=True)
    assert topics[-3:] == ["need.changed"] * 3


async def test_an_open_need_stays_within_its_rules(rollback: None) -> None:
    need = await make_need()
    by = await actor(await need.owner)

    with pytest.raises(InvalidInput) as refusal:
        await needs.save_need(need_input(budget_fen=0), owner_id=need.owner_id, need=need, by=by)
    assert set(refusal.value.fields) == {"budget_fen"}
    assert (await DatasetNeed.get(id=need.id)).budget_fen == 20000000


async def test_closing_is_final(rollback: None) -> None:
    need = await make_need()
    by = await actor(await need.owner)
    need = await needs.close_need(need, "已线下成交", by=by)

    assert need.status == NeedStatus.CLOSED
    with pytest.raises(needs.NeedNotEditable):
        await needs.save_need(need_input(), owner_id=need.owner_id, need=need, by=by)
    with pytest.raises(InvalidTransition):
        await needs.publish_need(need, by=by)


async def test_a_viewer_changes_nothing(rollback: None) -> None:
    need = await make_need(published=False)
    by = await actor(await need.owner, "viewer")
    before = await OutboxMessage.all().count()

    for denied in (
        needs.save_need(need_input(title="x"), owner_id=need.owner_id, need=need, by=by),
        needs.publish_need(need, by=by),
        needs.close_need(need, "x", by=by),
    ):
        with pytest.raises(NotPermitted):
            await denied
    again = await DatasetNeed.get(id=need.id)
    assert (again.status, again.title) == (NeedStatus.DRAFT, need.title)
    assert await OutboxMessage.all().count() == before
