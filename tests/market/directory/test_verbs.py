"""Verbs of the directory: who may, what is kept, what is logged and announced."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from market.directory import certificates, profiles, rates, tags, talents
from market.directory.forms import (
    LEVELS,
    CapacityInput,
    CertificateInput,
    ConsentInput,
    DeliveryInput,
    QualityInput,
    SecurityInput,
    WhoInput,
)
from market.directory.models import (
    CapabilityPrice,
    Certificate,
    DailyCapacity,
    DirectoryTag,
    SupplierProfile,
    Talent,
)
from market.kit import audit, clock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.outbox import OutboxMessage
from tests.factories import actor, make_organisation
from tests.factories.directory import (
    make_supplier,
    make_talent,
    price_input,
    profile_input,
    talent_input,
)


async def test_a_section_leaves_the_others_alone(rollback: None) -> None:
    organisation = await make_organisation(kind="supplier")
    by = await actor(organisation, "sales")
    await profiles.save_profile(organisation.id, profile_input(), by=by)

    security = SecurityInput(mlps="二级", vpn=True, cctv_months=6)
    profile = await profiles.save_profile(organisation.id, security, by=by)

    assert (profile.mlps, profile.cctv_months, profile.is_onsite) == ("二级", 6, False)
    assert profile.security == {"vpn": True}
    assert profile.staff_total == 220
    assert profile.quality == {"accuracy": 0.985}
    history = await audit.history(profile)
    assert history[-1].after["mlps"] == "二级"
    assert "staff_total" not in history[-1].after


async def test_publishing_needs_the_words_by_which_one_is_found(rollback: None) -> None:
    organisation = await make_organisation(kind="supplier")
    by = await actor(organisation)
    profile = await profiles.save_profile(organisation.id, WhoInput(staff_total=3), by=by)

    with pytest.raises(profiles.ProfileIncomplete) as refusal:
        await profiles.publish_profile(profile, by=by)
    assert refusal.value.message == "还缺：企业简介, 数据模态, 任务类型"
    assert (await SupplierProfile.get(id=profile.id)).published_at is None

    await profiles.save_profile(organisation.id, profile_input(), by=by)
    listed = await profiles.publish_profile(profile, by=by)
    again = await profiles.publish_profile(profile, by=by)
    assert listed.published_at == again.published_at


async def test_who_may_not(rollback: None) -> None:
    profile = await make_supplier(published=False)
    organisation = await profile.organisation
    viewer = await actor(organisation, "viewer")
    unverified = await make_organisation(kind="supplier", verified=False)
    newcomer = await actor(unverified)
    draft = await profiles.save_profile(unverified.id, profile_input(), by=newcomer)
    before = await OutboxMessage.all().count()

    for denied in (
        profiles.save_profile(organisation.id, profile_input(staff_total=999), by=viewer),
        profiles.publish_profile(profile, by=viewer),
        profiles.publish_profile(draft, by=newcomer),
        rates.set_prices(profile, [], by=viewer),
        certificates.add_certificate(organisation.id, CertificateInput(name="TISAX"), by=viewer),
    ):
        with pytest.raises(NotPermitted):
            await denied
    assert (await SupplierProfile.get(id=profile.id)).staff_total == 220
    assert await SupplierProfile.filter(published_at=None).count() == 2
    assert await CapabilityPrice.filter(profile=profile).count() == 1
    assert await Certificate.all().count() == 0
    assert await OutboxMessage.all().count() == before


async def test_tags_exist_only_while_listed(rollback: None) -> None:
    profile = await make_supplier(organisation_values={"region_code": "370102"})
    rows = DirectoryTag.filter(subject_id=profile.id)
    regions = await rows.filter(facet="region").order_by("value").values_list("value", flat=True)
    assert regions == ["370000", "370100", "370102"]

    await profiles.unpublish(profile, by=await actor(await profile.organisation))
    assert await DirectoryTag.filter(subject_id=profile.id).count() == 0


async def test_prices_are_replaced_added_changed_and_removed(rollback: None) -> None:
    profile = await make_supplier()
    by = await actor(await profile.organisation, "sales")

    await rates.set_prices(profile, [price_input(task="a"), price_input(task="b")], by=by)
    price = await rates.save_price(profile, price_input(task="c", min_price="0.0350"), by=by)
    await rates.save_price(profile, price_input(task="c", max_price="91"), price=price, by=by)
    gone = await CapabilityPrice.get(profile=profile, task="a")
    await rates.remove_row(profile, gone, by=by)
    await rates.remove_row(profile, gone, by=by)

    rows = await CapabilityPrice.filter(profile=profile).order_by("task")
    assert [(row.task, row.max_price) for row in rows] == [
        ("b", Decimal("90.0000")),
        ("c", Decimal("91.0000")),
    ]


async def test_a_row_of_another_profile_is_not_removed(rollback: None) -> None:
    profile, other = await make_supplier(), await make_supplier()
    by = await actor(await profile.organisation)
    foreign = await DailyCapacity.get(profile=other)

    await rates.remove_row(profile, foreign, by=by)
    await rates.set_capacities(profile, [CapacityInput(unit="帧点云", quantity=Decimal(9))], by=by)

    assert await DailyCapacity.filter(profile=other).count() == 1
    assert [row.unit for row in await DailyCapacity.filter(profile=profile)] == ["帧点云"]


async def test_a_certificate_counts_to_the_end_of_its_last_day(rollback: None) -> None:
    profile = await make_supplier(certs=["等保三级"])
    organisation = await profile.organisation
    by = await actor(organisation, "quality")
    day = clock.today()
    for name, last in (("ISO27001", day), ("ISO 9001", day - dt.timedelta(days=1))):
        await certificates.add_certificate(
            organisation.id, CertificateInput(name=name, valid_until=last), by=by
        )
    renewed = CertificateInput(name="ISO/IEC 27001", valid_until=day + dt.timedelta(days=365))
    await certificates.add_certificate(organisation.id, renewed, by=by)

    profile = await SupplierProfile.get(id=profile.id)
    rows = await Certificate.filter(organisation=organisation)
    found = {item.name: item.state for item in certificates.standings(profile, rows)}
    assert found == {"ISO/IEC 27001": "valid", "ISO 9001": "expired", "等保三级": "declared"}
    assert certificates.names_in_force(profile, rows) == ["ISO/IEC 27001", "等保三级"]


async def test_removing_the_last_certificate_removes_its_name(rollback: None) -> None:
    profile = await make_supplier(certs=[])
    organisation = await profile.organisation
    by = await actor(organisation)
    row = await certificates.add_certificate(
        organisation.id, CertificateInput(name="TISAX", number="T-1"), by=by
    )
    assert (await SupplierProfile.get(id=profile.id)).certs == ["TISAX"]

    await certificates.remove_certificate(row, by=by)
    await certificates.remove_certificate(row, by=by)
    assert (await SupplierProfile.get(id=profile.id)).certs == []


async def test_only_a_declared_name_is_taken_back(rollback: None) -> None:
    profile = await make_supplier(certs=["等保三级", "TISAX"])
    organisation = await profile.organisation
    by = await actor(organisation)
    await certificates.add_certificate(organisation.id, CertificateInput(name="TISAX"), by=by)

    for name in ("等保三级", "TISAX", "不存在"):
        await certificates.remove_name(organisation.id, name, by=by)

    assert (await SupplierProfile.get(id=profile.id)).certs == ["TISAX"]
    assert await DirectoryTag.filter(facet="certificate").values_list("value", flat=True) == [
        "TISAX"
    ]


async def test_only_an_operator_verifies(rollback: None) -> None:
    profile = await make_supplier()
    organisation = await profile.organisation
    owner = await actor(organisation)
    operator = await actor(await make_organisation(kind="operator"))
    row = await certificates.add_certificate(
        organisation.id, CertificateInput(name="TISAX"), by=owner
    )

    with pytest.raises(NotPermitted):
        await certificates.verify_certificate(row, by=owner)
    assert (await Certificate.get(id=row.id)).verified_at is None
    assert (await certificates.verify_certificate(row, by=operator)).verified_at is not None


async def test_consent_opens_and_withdrawal_closes(rollback: None) -> None:
    organisation = await make_organisation(kind="supplier")
    by = await actor(organisation, "project")
    talent = await talents.save_talent(talent_input(), organisation_id=organisation.id, by=by)
    assert talents.consented(talent) == {}

    given_one = ConsentInput(fields=["region", "rate"], evidence="书面同意书")
    talent = await talents.give_consent(talent, given_one, by=by)
    assert talents.consented(talent) == {
        "region_code": "320506", "rate_unit": "人时", "rate_min": Decimal("38.0000"),
        "rate_max": Decimal("55.0000"),
    }  # fmt: skip
    assert talents.shown_name(talent) == "周**"

    talent = await talents.withdraw_consent(talent, by=by)
    assert talents.consented(talent) == {}
    assert await DirectoryTag.filter(listing="talents").count() == 0
    topics = await OutboxMessage.filter(topic="talent.changed").count()
    assert topics == 3


async def test_unknown_fields_cannot_be_consented_to(rollback: None) -> None:
    talent = await make_talent()
    by = await actor(await make_organisation(kind="supplier"))

    with pytest.raises(InvalidInput) as refusal:
        await talents.give_consent(talent, ConsentInput(fields=["password"], evidence="x"), by=by)
    assert set(refusal.value.fields) == {"fields"}
    assert (await Talent.get(id=talent.id)).consented_at is None


async def test_the_log_never_holds_what_a_talent_says(rollback: None) -> None:
    talent = await make_talent(consent=["name"])
    by = await actor(await make_organisation(kind="supplier"))
    entries = await audit.history(talent)
    await talents.remove_talent(talent, by=by)

    assert "周岚希" not in str([(entry.before, entry.after) for entry in entries])
    assert await Talent.all().count() == 0


def test_levels_are_read_by_rank_and_by_field() -> None:
    named = WhoInput.model_validate({"staff_total": 99, "levels": {"五级": 40, "一级": 2}})
    typed = WhoInput.model_validate({"staff_total": 99, "level_5": "40", "level_1": "2"})
    assert named == typed
    assert named.changes()["levels"] == {"五级": 40, "四级": 0, "三级": 0, "二级": 0, "一级": 2}
    assert LEVELS[0] == "五级"


@pytest.mark.parametrize(
    ("text", "value"), [("98.5%", "0.985"), ("0.985", "0.985"), ("100％", "1"), ("0", "0")]
)
def test_shares_are_read_as_people_write_them(text: str, value: str) -> None:
    assert QualityInput.model_validate({"accuracy": text}).accuracy == Decimal(value)


@given(st.decimals(min_value="1.01", max_value=10**6, places=2))
def test_a_share_above_one_is_refused(number: Decimal) -> None:
    with pytest.raises(ValidationError):
        QualityInput.model_validate({"accuracy": str(number)})


@pytest.mark.parametrize(
    "broken",
    [
        {"min_price": "9", "max_price": "3"},
        {"min_price": "0.00001"},
        {"min_price": "-1"},
        {"unit": "斤"},
        {"task": ""},
    ],
)
def test_a_price_that_breaks_a_rule_is_refused(broken: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        price_input(**broken)


@pytest.mark.parametrize(
    "broken",
    [
        {"region_code": "999999"},
        {"skill_level": "六级"},
        {"certificate_number": ""},
        {"rate_unit": ""},
        {"rate_min": "60"},
        {"modalities": ["脑电波"]},
    ],
)
def test_a_talent_that_breaks_a_rule_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        talent_input(**broken)


@given(st.sampled_from(["370102", "110105", "140200", "320000", "659012", "999999"]))
def test_a_region_path_runs_from_itself_to_its_province(code: str) -> None:
    path = tags.region_path(code)
    assert path == [] if code == "999999" else path[0] == code
    assert all(above.endswith("0000") for above in path[-1:])


def test_delivery_takes_an_amount_as_typed() -> None:
    assert DeliveryInput.model_validate({"min_order_fen": "2万"}).min_order_fen == 2000000
