"""Verbs of the re-measurement: draw the sub-sample, engage third readers, read, and count."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationStatus, Role
from market.disputes.amounts import Measurement, majority, measured_amount
from market.disputes.forms import AppointmentInput
from market.disputes.models import Dispute, Reading, Remeasurement
from market.disputes.parties import (
    MEDIATING,
    locked,
    require_mediator,
    require_unrelated,
    working_days_on,
)
from market.disputes.resolutions import named, resolve
from market.disputes.rules import rules
from market.disputes.states import ENGAGED, DisputeStatus, ReadingStatus, Way
from market.kit import clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id
from market.kit.errors import Conflict, InvalidInput, NotPermitted
from market.kit.i18n import gettext as _
from market.kit.numbers import next_number
from market.orders import sampling, seeds
from market.orders.forms import Finding
from market.orders.models import DeliveredItem, DeliveryBatch, Order

READER_ROLES = (Role.QUALITY, Role.PROJECT)


class NotBeingMeasured(Conflict):
    """Readers are engaged and read while the dispute is being re-measured."""

    title = "The dispute is not being re-measured"


class EnoughReaders(Conflict):
    """As many readers are engaged as the rule asks for."""

    title = "Enough readers are engaged"


async def begin_measurement(order: Order, dispute: Dispute, *, by: Actor) -> Remeasurement:
    """Reveal both secrets of a locked dispute and draw the sub-sample that they decide.

    Anybody can repeat the draw from the row it leaves, as that of an acceptance sample.
    """
    batch = await lock_id(DeliveryBatch, dispute.batch_id)
    due = working_days_on(rules().reading_working_days)
    await dispute.move_to(DisputeStatus.RE_MEASUREMENT, by=by, due_at=due)
    buyer = seeds.open_sealed(dispute.id, bytes(dispute.buyer_secret))
    supplier = seeds.open_sealed(dispute.id, bytes(dispute.supplier_secret))
    seed = seeds.seed_of(buyer, supplier, batch.manifest_digest)
    size = rules().sample_size(batch.item_count)
    indices = sampling.draw_sample(batch.item_count, size, seed)
    rows = DeliveredItem.filter(batch_id=batch.id).order_by("position")
    names: Any = await rows.values_list("name", flat=True)
    made = await Remeasurement.create(
        dispute=dispute,
        lot_size=batch.item_count,
        sample_size=size,
        readers=rules().readers_for(dispute.value_fen),
        manifest_digest=batch.manifest_digest,
        buyer_secret=buyer,
        supplier_secret=supplier,
        seed=seed.hex(),
        indices=indices,
        items=[names[index] for index in indices],
        tolerated=order.aql,
    )
    await outbox.record("dispute.re_measurement", dispute=dispute.id)
    return made


@atomic()
async def appoint_reader(dispute: Dispute, appointment: AppointmentInput, *, by: Actor) -> Reading:
    """Ask a third organisation to read; one that declined or let it lapse is not asked again.

    Raises NotBeingMeasured, EnoughReaders, InvalidInput (organisation), NotPermitted.
    """
    order, dispute = await locked(dispute)
    await require_mediator(order, by)
    if dispute.mediator_organisation_id not in (None, by.organisation_id):
        raise NotPermitted(_("Another organisation mediates this dispute"))
    measurement = await _measurement(dispute)
    engaged = await Reading.filter(measurement=measurement, status__in=ENGAGED).count()
    if engaged >= measurement.readers:
        raise EnoughReaders(_("As many readers as needed are engaged already"))
    organisation = await _third_party(order, measurement, appointment.organisation)
    reading = await Reading.create(
        number=await next_number("R"),
        measurement=measurement,
        organisation=organisation,
        expert=appointment.expert,
        due_at=working_days_on(rules().reading_working_days),
    )
    await outbox.record("reading.asked", reading=reading.id)
    return reading


async def _measurement(dispute: Dispute) -> Remeasurement:
    if dispute.status != DisputeStatus.RE_MEASUREMENT:
        raise NotBeingMeasured(_("The dispute is not being re-measured"))
    return await Remeasurement.get(dispute=dispute)


async def _third_party(order: Order, measurement: Remeasurement, number: str) -> Organisation:
    found = await Organisation.get_or_none(number=number, status=OrganisationStatus.ACTIVE)
    problem = ""
    if found is None or found.kind in MEDIATING:
        problem = _("No verified organisation that could read has this number")
    elif found.id in (order.buyer_id, order.supplier_id):
        problem = _("A party cannot read its own dispute")
    elif await Reading.exists(measurement=measurement, organisation=found):
        problem = _("This organisation was asked already")
    if found is None or problem:
        raise InvalidInput(fields={"organisation": problem})
    return found


@atomic()
async def accept_reading(reading: Reading, *, by: Actor) -> Reading:
    """Take the reading on, declaring to be related to neither party. InvalidTransition, NotPermitted."""
    order, _case, reading = await _engaged(reading, by=by)
    await require_unrelated(order, by)
    await reading.move_to(
        ReadingStatus.ACCEPTED, by=by, reader_id=by.person_id, declared_at=clock.now()
    )
    return reading


@atomic()
async def decline_reading(reading: Reading, *, by: Actor) -> Reading:
    """Decline to read, as one must with any relation to a party. InvalidTransition, NotPermitted."""
    _order, dispute, reading = await _engaged(reading, by=by)
    await reading.move_to(ReadingStatus.DECLINED, by=by)
    await outbox.record("reading.declined", dispute=dispute.id)
    return reading


async def _engaged(reading: Reading, *, by: Actor) -> tuple[Order, Dispute, Reading]:
    require(by, *READER_ROLES)
    if by.organisation_id != reading.organisation_id:
        raise NotPermitted(_("Another organisation was asked to read"))
    measurement = await Remeasurement.get(id=reading.measurement_id)
    order, dispute = await locked(await Dispute.get(id=measurement.dispute_id))
    if dispute.status != DisputeStatus.RE_MEASUREMENT:
        raise NotBeingMeasured(_("The dispute is not being re-measured"))
    return order, dispute, await lock(reading)


@atomic()
async def mark_items(reading: Reading, findings: Sequence[Finding], *, by: Actor) -> Reading:
    """Record the items of the sub-sample that do not conform; the last reader's marks decide.

    Raises InvalidInput for an item that was not drawn or is listed twice, InvalidTransition,
    NotPermitted.
    """
    order, dispute, reading = await _engaged(reading, by=by)
    await require_unrelated(order, by)
    measurement = await lock_id(Remeasurement, reading.measurement_id)
    _require_drawn(measurement, findings)
    await reading.move_to(
        ReadingStatus.MARKED,
        by=by,
        marked_at=clock.now(),
        nonconforming=[finding.model_dump(mode="json") for finding in findings],
    )
    marked = await Reading.filter(measurement=measurement, status=ReadingStatus.MARKED)
    if len(marked) >= measurement.readers:
        await _conclude(order, dispute, measurement, marked)
    return reading


def _require_drawn(measurement: Remeasurement, findings: Sequence[Finding]) -> None:
    counts = Counter(finding.item for finding in findings)
    wrong = sorted(counts.keys() - set(measurement.items)) or sorted(
        item for item, count in counts.items() if count > 1
    )
    if wrong:
        text = _("Not drawn, or listed twice: %(items)s", items=", ".join(wrong[:5]))
        raise InvalidInput(fields={"nonconforming": text})


async def _conclude(
    order: Order, dispute: Dispute, measurement: Remeasurement, marked: Sequence[Reading]
) -> None:
    """Count what most readers found, and resolve the dispute by the formula."""
    found = majority(
        ([entry["item"] for entry in reading.nonconforming] for reading in marked),
        readers=len(marked),
    )
    result = Measurement(len(found), measurement.sample_size, measurement.lot_size)
    buyer_fen, supplier_fen = named(dispute)
    measured = measured_amount(
        dispute.value_fen,
        result,
        tolerated=measurement.tolerated,
        worthless_above_bp=rules().worthless_above_bp,
        buyer_fen=buyer_fen,
        supplier_fen=supplier_fen,
    )
    measurement.nonconforming = [item for item in measurement.items if item in found]
    measurement.verdict, measurement.measured_at = measured.verdict, clock.now()
    measurement.low_bp, measurement.high_bp = result.interval_bp
    await measurement.save()
    await resolve(
        order, dispute, amount_fen=measured.amount_fen, way=Way.MEASUREMENT,
        by=Actor.system("re-measurement"),
    )  # fmt: skip
