"""Verbs of assignment: who works on an order, in which group, and who is refused for what reason."""

import hashlib
import hmac
from typing import Any
from uuid import UUID

from market.accounts.states import OrganisationKind, Role
from market.directory.models import Talent
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import Conflict, InvalidInput, NotFound
from market.kit.i18n import gettext as _
from market.orders.models import Contract, Order
from market.orders.parties import require_side
from market.orders.states import OrderStatus
from market.orders.work_forms import AssignmentInput, GroupInput
from market.orders.work_models import AnnotatorGroup, Assignment
from market.settings import settings
from market.tendering.models import Job
from market.training.models import TrainingModule
from market.training.standing import Reason, Requirement, standing_of

KEEPERS = (Role.PROJECT, Role.QUALITY)
OVER = (OrderStatus.CANCELLED, OrderStatus.REFUNDED, OrderStatus.COMPLETED)
GENERAL_GRADE = "一般数据"


class NotAssignable(Conflict):
    """The annotator lacks what the contract asks for; the message names each thing."""

    title = "This annotator cannot be assigned"


class OrderOver(Conflict):
    """Nobody is assigned to an order that has ended."""

    title = "The order has ended"


async def requirement_of(order: Order) -> Requirement:
    """What the contract, the job and, for protected data, the platform ask of every annotator."""
    contract = await Contract.get(id=order.contract_id)
    job = await Job.get(id=order.job_id)
    needed = Requirement((), job.data_grade, job.health_level, job.min_level)
    modules = TrainingModule.filter(number__in=contract.terms["training"])
    found = await modules.order_by("number")
    if not found and needed.needs_clearance:
        platform = TrainingModule.filter(owner__kind=OrganisationKind.OPERATOR, retired_at=None)
        found = await platform.order_by("number")
    return Requirement(found, job.data_grade, job.health_level, job.min_level)


@atomic()
async def open_group(order: Order, content: GroupInput, *, by: Actor) -> AnnotatorGroup:
    """Open a group of annotators, the supplier's act; its code is all the client sees of it.

    Raises OrderOver, NotPermitted.
    """
    order = await _own(order, by)
    last = await AnnotatorGroup.filter(order_id=order.id).count()
    group = await AnnotatorGroup.create(order=order, code=f"G{last + 1}", name=content.name)
    await audit.record(order, "group_opened", by=by, after={"group": group.code})
    return group


@atomic()
async def assign_talent(order: Order, content: AssignmentInput, *, by: Actor) -> Assignment:
    """Put one of the firm's talents into a group, as annotator or as reviewer, never as both.

    Raises NotAssignable naming what is missing or expired; OrderOver, NotFound, NotPermitted.
    """
    order = await _own(order, by)
    group = await AnnotatorGroup.get_or_none(order_id=order.id, code=content.group)
    talent = await Talent.get_or_none(id=content.talent, organisation_id=order.supplier_id)
    if group is None or talent is None:
        raise NotFound(_("There is no such entry"))
    await _require_one_role(order, talent, is_reviewer=content.is_reviewer)
    reasons = await standing_of(talent, await requirement_of(order))
    if lacking := [reason.text for reason in reasons if not reason.met]:
        raise NotAssignable(
            _("%(name)s cannot be assigned: %(why)s", name=talent.name, why="; ".join(lacking))
        )
    assignment = await Assignment.create(
        group=group,
        talent=talent,
        pseudonym=pseudonym(order.id, talent.id),
        is_reviewer=content.is_reviewer,
        standing=[_checked(reason) for reason in reasons],
        assigned_at=clock.now(),
    )
    after = {"group": group.code, "annotator": assignment.pseudonym}
    await audit.record(order, "annotator_assigned", by=by, after=after)
    return assignment


@atomic()
async def end_assignment(order: Order, assignment_id: UUID, *, by: Actor) -> Assignment:
    """Take an annotator off an order; what was done stays traceable. NotFound, NotPermitted."""
    order = await _own(order, by)
    found = await Assignment.get_or_none(id=assignment_id, group__order_id=order.id)
    if found is None:
        raise NotFound(_("There is no such entry"))
    assignment = await lock(found)
    if assignment.removed_at is None:
        assignment.removed_at = clock.now()
        await assignment.save(update_fields=["removed_at"])
        await audit.record(order, "annotator_removed", by=by, after={"annotator": found.pseudonym})
    return assignment


async def working_group(order: Order, code: str) -> AnnotatorGroup | None:
    """The group a delivery names; the only one there is when it names none.

    Raises InvalidInput for an unknown or empty group, and for none where the contract asks for
    trained annotators.
    """
    groups = await AnnotatorGroup.filter(order_id=order.id).order_by("code")
    if not groups and not code:
        await _require_no_training(order)
        return None
    named = [group for group in groups if not code or group.code == code]
    if len(named) != 1:
        known = ", ".join(group.code for group in groups)
        raise InvalidInput(fields={"group": _("Name one of the groups %(known)s", known=known)})
    if not await Assignment.exists(group_id=named[0].id, is_reviewer=False):
        text = _("Nobody is assigned to group %(code)s", code=named[0].code)
        raise InvalidInput(fields={"group": text})
    return named[0]


async def _require_no_training(order: Order) -> None:
    contract = await Contract.get(id=order.contract_id)
    if contract.terms["training"]:
        text = _("The contract asks for trained annotators: assign them to a group first")
        raise InvalidInput(fields={"group": text})


def pseudonym(order_id: UUID, talent_id: UUID) -> str:
    """Stable within an order, unlinkable between orders without SECRET_KEY."""
    key = settings.secret_key.get_secret_value().encode()
    whole = hmac.new(key, b"pseudonym" + order_id.bytes + talent_id.bytes, hashlib.sha256)
    return f"A-{whole.hexdigest()[:8]}"


async def _own(order: Order, by: Actor) -> Order:
    require_side(by, order.supplier_id, *KEEPERS)
    order = await lock(order)
    if order.status in OVER:
        raise OrderOver(_("Nobody can be assigned to an order that has ended"))
    return order


async def _require_one_role(order: Order, talent: Talent, *, is_reviewer: bool) -> None:
    """GB/T 45674-2025: who annotates does not review, and nobody stands in two places at once."""
    present = Assignment.filter(group__order_id=order.id, talent_id=talent.id, removed_at=None)
    for other in await present:
        if other.is_reviewer != is_reviewer:
            raise NotAssignable(_("An annotator of this order cannot review it, nor the reverse"))
        raise NotAssignable(_("%(name)s is assigned already", name=talent.name))


def _checked(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "until": reason.until.isoformat() if reason.until else ""}
