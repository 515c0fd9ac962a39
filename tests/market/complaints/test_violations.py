"""The reported is heard, repetition makes the measure heavier, who reported stays unknown."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.accounts.models import Organisation
from market.accounts.states import OrganisationStatus
from market.complaints import access, measures, violations
from market.complaints.models import ViolationReport
from market.complaints.states import Measure, ViolationStatus
from market.complaints.violations import NotHeardYet
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted, NotSignedIn
from tests.factories import actor, make_organisation, make_person
from tests.factories.complaints import make_bureau, make_report, measure_input


async def sides() -> tuple[Organisation, Actor, Actor, Actor]:
    """The reported with its owner, a reporter of another organisation, the operator."""
    accused = await make_organisation(kind="supplier")
    return (
        accused,
        await actor(accused),
        await actor(await make_organisation(kind="demand")),
        await actor(await make_organisation(kind="operator")),
    )


@given(st.integers(min_value=0, max_value=20))
def test_the_ladder_never_goes_down(earlier: int) -> None:
    here, next_one = measures.mildest_after(earlier), measures.mildest_after(earlier + 1)
    assert measures.LADDER.index(here) <= measures.LADDER.index(next_one)
    assert (here == Measure.WARNING) == (earlier == 0)


async def test_anyone_signed_in_may_report_others_only(rollback: None) -> None:
    accused, owner, _reporter, _operator = await sides()
    homeless = Actor(person_id=(await make_person()).id, name="独立举报人")

    row = await make_report(accused, by=homeless)

    assert row.status == ViolationStatus.PENDING
    with pytest.raises(NotPermitted):
        await make_report(accused, by=owner)
    with pytest.raises(NotSignedIn):
        await make_report(accused, by=Actor())
    with pytest.raises(Conflict):
        await make_report(accused, by=homeless)
    assert await ViolationReport.filter(status=ViolationStatus.PENDING).count() == 1


async def test_the_reporter_is_in_no_log_and_the_reported_sees_no_evidence_of_theirs(
    rollback: None,
) -> None:
    accused, owner, reporter, operator = await sides()
    row = await make_report(accused, by=reporter)
    await violations.give_view(row, "我方已处分涉事员工并通知客户。", by=owner)

    entries = await audit.history(row)

    assert [entry.actor_label for entry in entries] == ["reporter", "reporter", owner.name]
    assert entries[0].actor_person_id is None
    seen = await access.report_to_read(owner, row.number)
    assert await access.report_evidence(owner, seen) == []
    assert (await access.report_to_read(operator, row.number)).id == row.id
    with pytest.raises(NotFound):
        await access.report_to_read(await actor(await make_organisation()), row.number)
    with pytest.raises(NotFound):
        await access.own_report(owner, row.number)


async def test_the_reported_is_heard_before_the_decision(rollback: None) -> None:
    accused, owner, reporter, operator = await sides()
    row = await make_report(accused, by=reporter)

    with pytest.raises(NotHeardYet):
        await violations.decide_report(row, measure_input(), by=operator)
    assert (await ViolationReport.get(id=row.id)).status == ViolationStatus.PENDING

    assert row.view_due_at is not None
    with clock.frozen_at(row.view_due_at + dt.timedelta(seconds=1)):
        with pytest.raises(Conflict):
            await violations.give_view(row, "我方意见：情况不属实。", by=owner)
        decided = await violations.decide_report(row, measure_input(), by=operator)
    assert (decided.status, decided.measure) == (ViolationStatus.UPHELD, Measure.WARNING)


async def test_public_when_final_until_it_expires(rollback: None) -> None:
    accused, owner, reporter, operator = await sides()
    row = await make_report(accused, by=reporter)
    row = await violations.give_view(row, "我方意见：情况属实，已整改。", by=owner)
    row = await violations.decide_report(row, measure_input(), by=operator)
    assert row.final_at is not None
    assert row.expires_at is not None

    assert await access.public_decisions(accused) == []
    with clock.frozen_at(row.final_at):
        assert [one.id for one in await access.public_decisions(accused)] == [row.id]
    with clock.frozen_at(row.expires_at):
        assert await access.public_decisions(accused) == []


async def test_repetition_makes_the_measure_heavier(rollback: None) -> None:
    accused, owner, _reporter, operator = await sides()
    given = [
        measure_input(),
        measure_input(measure="points", points=6),
        measure_input(measure="suspension", days=30),
    ]
    for position, decision in enumerate(given):
        row = await make_report(accused, by=await actor(await make_organisation()))
        await violations.give_view(row, "我方意见：情况属实，已整改。", by=owner)
        if position:
            with pytest.raises(InvalidInput) as refused:
                await violations.decide_report(row, given[position - 1], by=operator)
            assert list(refused.value.fields) == ["measure"]
        await violations.decide_report(row, decision, by=operator)

    assert (await Organisation.get(id=accused.id)).status == OrganisationStatus.SUSPENDED


async def test_a_suspension_ends_by_the_clock_unless_another_stands(rollback: None) -> None:
    accused, owner, reporter, operator = await sides()
    row = await make_report(accused, by=reporter)
    await violations.give_view(row, "我方意见：情况属实，已整改。", by=owner)
    decision = measure_input(measure="suspension", days=30)
    row = await violations.decide_report(row, decision, by=operator)
    assert row.suspended_until is not None

    with clock.frozen_at(row.suspended_until - dt.timedelta(seconds=1)):
        assert await measures.lift_ended_suspensions() == 0
    with clock.frozen_at(row.suspended_until):
        assert await measures.lift_ended_suspensions() == 1
        assert await measures.lift_ended_suspensions() == 0
    assert (await Organisation.get(id=accused.id)).status == OrganisationStatus.ACTIVE

    again = await violations.decide_report(await heard(accused, owner), decision, by=operator)
    await Organisation.filter(id=accused.id).update(verification_note="证照已过期")
    assert again.suspended_until is not None
    with clock.frozen_at(again.suspended_until):
        assert await measures.lift_ended_suspensions() == 0
    assert (await Organisation.get(id=accused.id)).status == OrganisationStatus.SUSPENDED


async def heard(accused: Organisation, owner: Actor) -> ViolationReport:
    """Another report about which the reported has stated its view."""
    row = await make_report(accused, by=await actor(await make_organisation()))
    return await violations.give_view(row, "我方意见：情况属实，已整改。", by=owner)


async def test_a_bureau_decides_in_its_region_only(rollback: None) -> None:
    accused, owner, _reporter, _operator = await sides()
    row = await heard(accused, owner)
    declined = measure_input(is_upheld=False, measure=None)

    with pytest.raises(NotFound):
        await violations.decide_report(row, declined, by=await make_bureau("140000"))
    row = await violations.decide_report(row, declined, by=await make_bureau("370100"))

    assert (row.status, row.measure, row.final_at) == (ViolationStatus.DECLINED, None, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"measure": None}, "measure"), ({"measure": "points"}, "points"),
     ({"measure": "suspension"}, "days")],
)  # fmt: skip
async def test_a_measure_is_complete(rollback: None, values: dict[str, object], field: str) -> None:
    accused, owner, _reporter, operator = await sides()
    row = await heard(accused, owner)

    with pytest.raises(InvalidInput) as refused:
        await violations.decide_report(row, measure_input(**values), by=operator)

    assert list(refused.value.fields) == [field]
    assert (await ViolationReport.get(id=row.id)).status == ViolationStatus.PENDING
