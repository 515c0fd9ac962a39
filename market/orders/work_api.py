"""JSON operations of guidelines, annotator groups and provenance."""

from market.kit.api import Call, Nothing, operation
from market.orders import access, assignments, guidelines, inspections, provenance
from market.orders.change_schemas import (
    AssignmentOut,
    GroupOut,
    GroupsOut,
    GuidelineOut,
    GuidelinesOut,
    ProvenanceOut,
)
from market.orders.schemas import OrderOut
from market.orders.work_forms import (
    AssignmentInput,
    GroupInput,
    GuidelineInput,
    ReductionInput,
    RemovalInput,
)
from market.orders.work_models import AnnotatorGroup, Assignment, GuidelineVersion

READ, WRITE = "orders:read", "orders:write"
TAG = "deliveries"


@operation("GET", "/orders/{number}/guidelines", summary="Guideline versions", tag=TAG,
           returns=GuidelinesOut, scope=READ)  # fmt: skip
async def list_guidelines(call: Call[Nothing, Nothing]) -> GuidelinesOut:
    """Newest first, with what each touched."""
    order = await access.own_order(call.actor, call.path("number"))
    rows = GuidelineVersion.filter(order_id=order.id).order_by("-sequence").select_related("change")
    return GuidelinesOut(items=[GuidelineOut.of(row) for row in await rows])


@operation("POST", "/orders/{number}/guidelines", summary="Publish a guideline version", tag=TAG,
           body=GuidelineInput, returns=GuidelineOut, status=201, scope=WRITE)  # fmt: skip
async def publish_guideline(call: Call[GuidelineInput, Nothing]) -> GuidelineOut:
    """The buyer's; with re-work wished, opens the change order over the affected items."""
    order = await access.own_order(call.actor, call.path("number"))
    version = await guidelines.publish_guideline(order, call.body, by=call.actor)
    return GuidelineOut.of(await GuidelineVersion.get(id=version.id).select_related("change"))


@operation("GET", "/orders/{number}/annotators", summary="Assigned annotators", tag=TAG,
           returns=GroupsOut, scope=READ)  # fmt: skip
async def list_annotators(call: Call[Nothing, Nothing]) -> GroupsOut:
    """By pseudonym, with what was checked."""
    order = await access.own_order(call.actor, call.path("number"))
    rows = Assignment.filter(group__order_id=order.id).select_related("group").order_by("id")
    return GroupsOut(items=[AssignmentOut.of(row, row.group) for row in await rows])


@operation("POST", "/orders/{number}/annotators/groups", summary="Open an annotator group",
           tag=TAG, body=GroupInput, returns=GroupOut, status=201, scope=WRITE)  # fmt: skip
async def open_group(call: Call[GroupInput, Nothing]) -> GroupOut:
    """Its code is all the client sees of it."""
    order = await access.own_order(call.actor, call.path("number"))
    group = await assignments.open_group(order, call.body, by=call.actor)
    return GroupOut(code=group.code)


@operation("POST", "/orders/{number}/annotators/assign", summary="Assign an annotator", tag=TAG,
           body=AssignmentInput, returns=AssignmentOut, status=201, scope=WRITE)  # fmt: skip
async def assign_talent(call: Call[AssignmentInput, Nothing]) -> AssignmentOut:
    """Refused with every reason when training, clearance, level, certificate or consent lacks."""
    order = await access.own_order(call.actor, call.path("number"))
    row = await assignments.assign_talent(order, call.body, by=call.actor)
    return AssignmentOut.of(row, await AnnotatorGroup.get(id=row.group_id))


@operation("POST", "/orders/{number}/annotators/remove", summary="Take an annotator off", tag=TAG,
           body=RemovalInput, returns=AssignmentOut, scope=WRITE)  # fmt: skip
async def end_assignment(call: Call[RemovalInput, Nothing]) -> AssignmentOut:
    """What was delivered stays traceable."""
    order = await access.own_order(call.actor, call.path("number"))
    row = await assignments.end_assignment(order, call.body.assignment, by=call.actor)
    return AssignmentOut.of(row, await AnnotatorGroup.get(id=row.group_id))


@operation("POST", "/orders/{number}/reduction", summary="Allow reduced inspection", tag=TAG,
           body=ReductionInput, returns=OrderOut, scope=WRITE)  # fmt: skip
async def allow_reduction(call: Call[ReductionInput, Nothing]) -> OrderOut:
    """The buyer's consent of GB/T 2828.1 clause 9.3.3.1, or its end."""
    order = await access.own_order(call.actor, call.path("number"))
    await inspections.allow_reduction(order, is_allowed=call.body.is_allowed, by=call.actor)
    return await OrderOut.read(order)


@operation("GET", "/batches/{number}/provenance", summary="Provenance of a batch", tag=TAG,
           returns=ProvenanceOut, scope=READ)  # fmt: skip
async def show_provenance(call: Call[Nothing, Nothing]) -> ProvenanceOut:
    """Batch, annotator group by pseudonyms, guideline version, item digests."""
    batch = await access.own_batch(call.actor, call.path("number"))
    return ProvenanceOut.model_validate(await provenance.chain_of(batch))


operations = [
    list_guidelines, publish_guideline, list_annotators, open_group, assign_talent,
    end_assignment, allow_reduction, show_provenance,
]  # fmt: skip
