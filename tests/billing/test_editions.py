"""New versions of a programme: drafted, edited, compared, published by another person, then fixed."""

import json

import pytest

from billing import edition_forms, editions, redemptions
from billing.models import VoucherPool, VoucherProgramme, VoucherRedemption
from billing.programmes import remaining_of, rule_of
from billing.states import ProgrammeStatus
from billing.vouchers.programmes import load_programmes
from billing.vouchers.rules import Programme
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from tests.factories.accounts import actor, make_organisation
from tests.factories.billing import COMPUTE_LINE, make_programme, unpaid_order
from tests.factories.vouchers import make_application, make_reviewed, make_reviewer, passed_until


async def colleague(by: Actor) -> Actor:
    """Another person of the same bureau."""
    from market.accounts.models import Organisation

    return await actor(await Organisation.get(id=by.organisation_id), "quality")


async def granted(programme: VoucherProgramme) -> VoucherRedemption:
    deal = await unpaid_order(extra_lines=[COMPUTE_LINE])
    assert deal.order is not None
    return await redemptions.redeem_voucher(deal.order, programme=programme, by=deal.buyer)


def with_rate(row: VoucherProgramme, bp: int):
    return editions.read_rule(json.dumps(row.rule | {"tiers": [{"rate_bp": bp}]}))


async def test_a_draft_is_compared_and_published_by_a_second_person(rollback: None) -> None:
    old = await make_programme(pool_fen=10_000_000)
    voucher = await granted(old)  # 6,000,001 fen at 50 %: 3,000,000
    first = await make_reviewer()
    draft = await editions.draft_version(old, by=first)
    assert (draft.version, draft.status) == (2, ProgrammeStatus.DRAFT)
    draft = await editions.save_draft(draft, with_rate(draft, 4000), by=first)
    diff = await editions.diff_with_force(draft)
    assert diff is not None
    assert [(one.claim, one.before_fen, one.after_fen) for one in diff.losers] == [
        (voucher.number, 3_000_000, 2_400_000)
    ]
    with pytest.raises(NotPermitted):
        await editions.publish_version(draft, by=first)
    assert (await VoucherProgramme.get(id=old.id)).status == ProgrammeStatus.OPEN
    second = await colleague(first)
    await editions.publish_version(draft, by=second)
    rows = {row.version: row for row in await VoucherProgramme.filter(code=old.code)}
    assert (rows[1].status, rows[2].status) == (ProgrammeStatus.CLOSED, ProgrammeStatus.OPEN)
    assert (rows[2].drafted_by_id, rows[2].published_by_id) == (first.person_id, second.person_id)
    assert rule_of(rows[2]).digest() == rows[2].digest
    assert (await granted(rows[2])).grant_fen == 2_400_000


async def test_v6_a_published_version_never_changes(rollback: None) -> None:
    programme = await make_programme()
    by = await make_reviewer()
    for verb in (editions.publish_version, editions.discard_draft):
        with pytest.raises(editions.VersionPublished):
            await verb(programme, by=by)
    with pytest.raises(editions.VersionPublished):
        await editions.save_draft(programme, with_rate(programme, 1), by=by)
    assert (await VoucherProgramme.get(id=programme.id)).digest == programme.digest


async def test_v1_versions_share_their_budget(rollback: None) -> None:
    old = await make_programme(pool_fen=10_000_000)
    await granted(old)
    first = await make_reviewer()
    draft = await editions.draft_version(old, by=first)
    assert await remaining_of(draft, rule_of(draft)) == {"pool:total": 7_000_000}
    funding = draft.rule["funding"] | {"pools": [{"period": "total", "fen": 2_999_999}]}
    low = editions.read_rule(json.dumps(draft.rule | {"funding": funding}))
    draft = await editions.save_draft(draft, low, by=first)
    with pytest.raises(InvalidInput):  # 3,000,000 are granted already
        await editions.publish_version(draft, by=await colleague(first))
    funding["pools"] = [{"period": "total", "fen": 4_000_000}]
    enough = editions.read_rule(json.dumps(draft.rule | {"funding": funding}))
    draft = await editions.save_draft(draft, enough, by=first)
    await editions.publish_version(draft, by=await colleague(first))
    assert (await granted(await VoucherProgramme.get(id=draft.id))).grant_fen == 1_000_000
    pool = await VoucherPool.get()
    assert (pool.limit_fen, pool.reserved_fen) == (4_000_000, 4_000_000)


async def test_what_contradicts_itself_or_is_incomplete_is_not_published(rollback: None) -> None:
    programme = await make_programme()
    first = await make_reviewer()
    draft = await editions.draft_version(programme, by=first)
    second = await colleague(first)
    for change in (
        {"tiers": None},
        {"validity": {"opens": "2026-12-31", "closes": "2026-01-01"}},
    ):
        rule = editions.read_rule(json.dumps(draft.rule | change))
        draft = await editions.save_draft(draft, rule, by=first)
        with pytest.raises(InvalidInput):
            await editions.publish_version(draft, by=second)
    assert (await VoucherProgramme.get(id=draft.id)).status == ProgrammeStatus.DRAFT


async def test_only_the_regions_bureau_and_one_draft_at_a_time(rollback: None) -> None:
    programme = await make_programme()
    for by in (await make_reviewer("310000"), await make_reviewer(role="viewer"),
               await actor(await make_organisation())):  # fmt: skip
        with pytest.raises(NotPermitted):
            await editions.draft_version(programme, by=by)
    by = await make_reviewer()
    draft = await editions.draft_version(programme, by=by)
    with pytest.raises(Conflict):
        await editions.draft_version(programme, by=by)
    moved = editions.read_rule(json.dumps(draft.rule | {"id": "other", "region_code": "310000"}))
    draft = await editions.save_draft(draft, moved, by=by)
    assert (draft.code, draft.rule["id"], draft.rule["region_code"]) == (
        "test-compute", "test-compute", "370100",
    )  # fmt: skip
    await editions.discard_draft(draft, by=by)
    assert await VoucherProgramme.all().count() == 1


async def test_an_application_keeps_the_version_it_was_filed_under(rollback: None) -> None:
    programme = await make_reviewed(workflow=[
        {"step": "submit", "role": "subject"}, {"step": "city_review", "role": "city"},
        {"step": "reserve", "role": "platform"}, {"step": "use", "role": "subject"},
    ])  # fmt: skip
    made, _deal = await make_application(programme)
    first = await make_reviewer()
    draft = await editions.draft_version(programme, by=first)
    await editions.save_draft(draft, with_rate(draft, 100), by=first)
    draft = await editions.publish_version(draft, by=await colleague(first))
    assert draft.reviewed_since == programme.reviewed_since
    await passed_until(made, "use")
    voucher = await VoucherRedemption.get()
    assert (voucher.grant_fen, voucher.programme_id) == (3_000_000, programme.id)


def test_an_unknown_term_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidInput) as refused:
        editions.read_rule('{"id": "x", "surprise": 1}')
    assert set(refused.value.fields) == {"rule"}
    with pytest.raises(InvalidInput):
        editions.read_rule("not json")


@pytest.mark.parametrize("name", sorted(load_programmes()))
def test_the_form_gives_back_every_shipped_rule_unchanged(name: str) -> None:
    rule = load_programmes()[name]
    figures = edition_forms.figures_of(rule)
    assert len({one.name for one in figures}) == len(figures)
    model = edition_forms.input_model(rule)
    values = {key: value for key, value in edition_forms.initial(rule).items() if value != ""}
    assert edition_forms.edited(rule, model.model_validate(values)) == rule


def test_the_form_changes_what_was_typed_and_nothing_else() -> None:
    rule = load_programmes()["baoding-digital"]
    typed = edition_forms.initial(rule) | {
        "tiers_0_rate_bp": "32.5 %", "tiers_0_threshold_min_fen": "25万", "pool_0": "3000万",
        "caps_0_levels_0_limit": "40万", "closes": "2027-12-31",
    }  # fmt: skip
    values = {key: value for key, value in typed.items() if value != ""}
    changed = edition_forms.edited(rule, edition_forms.input_model(rule).model_validate(values))
    assert changed.tiers is not None
    assert changed.tiers[0].rate_bp == 3250
    assert changed.tiers[0].threshold is not None
    assert changed.tiers[0].threshold.min_fen == 25_000_000
    assert changed.caps[0].levels[0].limit == 40_000_000
    assert changed.funding.pools[0].fen == 3_000_000_000
    assert changed.validity.closes == "2027-12-31"
    assert changed.subject == rule.subject


@pytest.mark.parametrize("typed", ["nan", "inf", "12.345", "多", "101"])
def test_a_percentage_is_one(typed: str) -> None:
    rule = load_programmes()["qingdao-compute"]
    with pytest.raises(ValueError, match="tiers_0_rate_bp"):
        edition_forms.input_model(rule).model_validate({"title": "x", "tiers_0_rate_bp": typed})


def form_of(row: VoucherProgramme, **typed: object) -> Programme:
    """The rule of a programme with something typed into its form."""
    rule = rule_of(row)
    values = {**edition_forms.initial(rule), **typed}
    shown = {name: value for name, value in values.items() if value not in ("", None)}
    return edition_forms.edited(rule, edition_forms.input_model(rule).model_validate(shown))


async def test_rates_and_caps_are_added_and_taken_away_by_form(rollback: None) -> None:
    row = await make_programme(pool_fen=10_000_000)
    more = form_of(
        row, new_rate_bp="60", new_rate_min_fen="100000", new_cap="subject_year", new_cap_fen="5000"
    )
    high, low = more.tiers or ()
    assert (high.rate_bp, high.threshold and high.threshold.min_fen) == (6000, 10_000_000)
    assert (low.rate_bp, low.threshold) == (5000, None)
    assert [(cap.name, cap.levels[0].limit) for cap in more.caps or ()] == [
        ("subject_year", 500_000)
    ]
    row.rule = more.pinned()
    less = form_of(row, removed=["tiers:1", "caps:0"])
    assert [tier.rate_bp for tier in less.tiers or ()] == [6000]
    assert not less.caps
    for wrong in (
        {"removed": ["tiers:7"]}, {"new_rate_min_fen": "1"}, {"new_cap": "contract"},
        {"new_cap": "subject_year", "new_cap_fen": "1"},
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            form_of(row, **wrong)
