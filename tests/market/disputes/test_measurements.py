"""Re-measurement: a draw anybody can repeat, independent readers who know no side, and the count."""

import datetime as dt

import pytest

from market.accounts.models import Membership, Organisation
from market.disputes import deadlines, measurements
from market.disputes.forms import AppointmentInput
from market.disputes.measurements import EnoughReaders, NotBeingMeasured
from market.disputes.models import Dispute, Reading, Remeasurement
from market.disputes.states import DisputeStatus, ReadingStatus, Way
from market.disputes.verification import problems_of
from market.kit import clock
from market.kit.audit import LogEntry
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.states import InvalidTransition
from market.orders import sampling, seeds
from market.orders.forms import Finding
from market.orders.models import DeliveryBatch
from market.orders.states import BatchStatus
from tests.factories.accounts import actor, make_organisation
from tests.factories.disputes import (
    Case,
    being_measured,
    engaged,
    make_dispute,
    measured,
    mediated,
)

pytestmark = pytest.mark.usefixtures("rollback")
VALUE = 24_000_000


async def number_of(organisation_id: object) -> str:
    return (await Organisation.get(id=organisation_id)).number


async def appoint(case: Case, dispute: Dispute, number: str) -> Reading:
    appointment = AppointmentInput(organisation=number, expert="张主任医师")
    return await measurements.appoint_reader(dispute, appointment, by=case.mediator)


async def test_the_sub_sample_follows_from_both_committed_secrets() -> None:
    case = await make_dispute(lot=400)
    commitments = (case.dispute.buyer_commitment, case.dispute.supplier_commitment)
    dispute, drawn = await being_measured(case)
    assert dispute.status == DisputeStatus.RE_MEASUREMENT
    assert commitments == (
        seeds.commitment(drawn.buyer_secret),
        seeds.commitment(drawn.supplier_secret),
    )
    assert (drawn.lot_size, drawn.sample_size, drawn.readers) == (400, 50, 3)
    assert sampling.draw_sample(400, 50, bytes.fromhex(drawn.seed)) == drawn.indices
    assert len(set(drawn.items)) == 50
    assert await problems_of(dispute) == []
    drawn.indices = drawn.indices[::-1]
    await drawn.save()
    assert await problems_of(dispute) == ["other items were drawn than the seed gives"]


async def test_a_measurement_between_the_names_gives_the_conforming_share() -> None:
    case = await make_dispute()
    dispute = await measured(case, defects=10)  # of 50: 20 %
    found = await Remeasurement.get(dispute=dispute)
    assert (dispute.status, dispute.way) == (DisputeStatus.RESOLVED, Way.MEASUREMENT)
    assert (dispute.amount_fen, dispute.reduction_fen) == (19_200_000, 4_800_000)
    assert (found.verdict, found.low_bp, found.high_bp) == ("between", 1124, 3304)
    batch = await DeliveryBatch.get(id=dispute.batch_id)
    assert (batch.status, batch.settled_fen) == (BatchStatus.PARTIALLY_ACCEPTED, 19_200_000)
    moves = await LogEntry.filter(subject_id=batch.id, action__startswith="status:").order_by("id")
    assert [row.action for row in moves][-3:] == [
        "status:disputed", "status:re_inspected", "status:partially_accepted",
    ]  # fmt: skip


async def test_the_readers_are_paid_by_who_was_further_off() -> None:
    case = await make_dispute(amount_fen=20_000_000)  # the supplier asked 0.8 m more than measured
    dispute = await measured(case, defects=10)
    assert dispute.reader_fee_fen == 75_000  # 50 items, 3 readers, 5 yuan
    # buyer off by 19.2 m, supplier by 0.8 m
    assert (dispute.buyer_fee_fen, dispute.supplier_fee_fen) == (72_000, 3_000)


async def test_all_conforming_gives_the_full_price_whatever_was_named() -> None:
    case = await make_dispute(amount_fen=20_000_000)
    dispute = await measured(case, defects=1)  # 2 %, within the AQL of 2.5 %
    assert (dispute.amount_fen, dispute.reduction_fen) == (VALUE, 0)
    assert (dispute.buyer_fee_fen, dispute.supplier_fee_fen) == (75_000, 0)
    assert (await DeliveryBatch.get(id=dispute.batch_id)).status == BatchStatus.ACCEPTED


async def test_a_worthless_batch_gives_nothing() -> None:
    case = await make_dispute(by="buyer", amount_fen=12_000_000)
    dispute = await measured(case, defects=40)
    assert (dispute.amount_fen, dispute.reduction_fen) == (0, VALUE)
    batch = await DeliveryBatch.get(id=dispute.batch_id)
    assert (batch.status, batch.settled_fen) == (BatchStatus.REJECTED, 0)


async def test_most_readers_decide_an_item() -> None:
    case = await make_dispute()
    dispute, drawn = await being_measured(case)
    names = drawn.items
    for number, marked in enumerate((names[:20], names[10:20], [])):
        name = f"复测机构{number}"
        by = await actor(await make_organisation(kind="supplier", name=name), "quality")
        reading = await engaged(case, dispute, by)
        findings = [Finding(item=item, defect="missed") for item in marked]
        await measurements.mark_items(reading, findings, by=by)
        state = await Dispute.get(id=dispute.id)
        assert (state.status == DisputeStatus.RESOLVED) == (number == 2)
    drawn = await Remeasurement.get(id=drawn.id)
    assert drawn.nonconforming == names[10:20]


async def test_a_reader_is_a_third_organisation_asked_once() -> None:
    case = await make_dispute()
    dispute, _drawn = await being_measured(case)
    bureau = await make_organisation(kind="bureau", region_code="370100")
    closed = await make_organisation(kind="supplier", verified=False)
    first = await make_organisation(kind="supplier")
    await appoint(case, dispute, first.number)
    for number in (
        await number_of(case.order.buyer_id),
        await number_of(case.order.supplier_id),
        bureau.number,
        closed.number,
        first.number,
        "O-0",
    ):
        with pytest.raises(InvalidInput):
            await appoint(case, dispute, number)
    for _place in range(2):
        await appoint(case, dispute, (await make_organisation(kind="supplier")).number)
    with pytest.raises(EnoughReaders):
        await appoint(case, dispute, (await make_organisation(kind="supplier")).number)
    assert await Reading.all().count() == 3


async def test_nobody_of_a_party_reads_for_another_organisation() -> None:
    case = await make_dispute()
    dispute, _drawn = await being_measured(case)
    reading = await appoint(case, dispute, await number_of(case.reader.organisation_id))
    await Membership.create(
        person_id=case.reader.person_id, organisation_id=case.order.buyer_id, role="viewer"
    )
    with pytest.raises(NotPermitted):
        await measurements.accept_reading(reading, by=case.reader)
    with pytest.raises(NotPermitted):
        await measurements.accept_reading(reading, by=case.deal.buyer)
    assert (await Reading.get(id=reading.id)).status == ReadingStatus.ASKED
    await measurements.decline_reading(reading, by=case.reader)
    assert (await Reading.get(id=reading.id)).status == ReadingStatus.DECLINED


async def test_marks_name_drawn_items_once_after_the_declaration() -> None:
    case = await make_dispute()
    dispute, drawn = await being_measured(case)
    reading = await appoint(case, dispute, await number_of(case.reader.organisation_id))
    with pytest.raises(InvalidTransition):
        await measurements.mark_items(reading, [], by=case.reader)
    reading = await measurements.accept_reading(reading, by=case.reader)
    item = drawn.items[0]
    for names in (["not drawn"], [item, item]):
        with pytest.raises(InvalidInput):
            await measurements.mark_items(
                reading, [Finding(item=name, defect="missed") for name in names], by=case.reader
            )
    assert (await Reading.get(id=reading.id)).nonconforming == []
    await measurements.mark_items(reading, [], by=case.reader)
    with pytest.raises(InvalidTransition):
        await measurements.mark_items(reading, [], by=case.reader)


async def test_an_idle_reader_makes_room_for_another() -> None:
    case = await make_dispute()
    dispute, _drawn = await being_measured(case)
    reading = await engaged(case, dispute)
    with clock.frozen_at(reading.due_at + dt.timedelta(seconds=1)):
        assert await deadlines.lapse_readings() == 1
        assert await deadlines.lapse_readings() == 0
        with pytest.raises(InvalidTransition):
            await measurements.mark_items(reading, [], by=case.reader)
    assert (await Reading.get(id=reading.id)).status == ReadingStatus.LAPSED


async def test_nobody_is_appointed_before_the_measurement_or_by_others() -> None:
    case = await make_dispute()
    dispute = await mediated(case)
    number = await number_of(case.reader.organisation_id)
    with pytest.raises(NotBeingMeasured):
        await appoint(case, dispute, number)
    other = await actor(await make_organisation(kind="operator", name="另一平台"), "quality")
    with pytest.raises(NotPermitted):
        await measurements.appoint_reader(dispute, AppointmentInput(organisation=number), by=other)
    assert await Reading.all().count() == 0
