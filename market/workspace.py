"""The first screen after signing in: what must I do, what waits on others, what changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.expressions import Q

from billing import queues
from billing.tasks import tasks_of as payments_to_do
from market.accounts.states import OrganisationKind
from market.complaints.models import Complaint, ViolationReport
from market.complaints.states import ComplaintLevel, ComplaintStatus, ViolationStatus
from market.disputes.tasks import tasks_of as disputes_to_do
from market.job_tasks import Desk, Task, job_task, jobs_of_owner
from market.kit import clock, web
from market.kit.actor import Actor
from market.kit.i18n import gettext as _
from market.orders.change_models import ContractChange
from market.orders.models import Contract, DeliveryBatch, Order, Signature
from market.orders.states import BatchStatus, ChangeStatus, ContractStatus, OrderStatus
from market.pilots.models import PilotSubmission
from market.pilots.states import PilotStatus, SubmissionStatus
from market.recent_changes import changes_of
from market.selection.tasks import tasks_of as selections_to_do
from market.services.tasks import tasks_of as quotes_to_do
from market.tendering.access import own_bids
from market.tendering.judging_tasks import tasks_of as judging_to_do
from market.tendering.posting_models import JobInvitation
from market.tendering.states import BidStatus, JobStatus

AT_MOST = 8


async def show(request: Request) -> Response:
    """The desk of the actor's organisation."""
    actor = web.signed_in(request)
    if actor.kind == OrganisationKind.BUREAU:
        return web.redirect(web.path_for("bureau:overview"))
    todo, waiting = await desk_of(actor)
    changes = await changes_of(actor.organisation_id) if actor.organisation_id else []
    return await web.render(
        request, "market/workspace.html", todo=todo, waiting=waiting, changes=changes, most=AT_MOST
    )


async def desk_of(actor: Actor) -> Desk:
    """What the organisation must do, and what it waits for, the nearest deadline first."""
    makers: dict[str, Callable[[UUID], Awaitable[Desk]]] = {
        OrganisationKind.DEMAND: _demand_desk,
        OrganisationKind.SUPPLIER: _supplier_desk,
        OrganisationKind.OPERATOR: _operator_desk,
    }
    judging = [Task(*row) for row in await judging_to_do(actor)]
    if actor.organisation_id is None:
        return judging, []
    make = makers.get(actor.kind)
    todo, waiting = await make(actor.organisation_id) if make else ([], [])
    todo += judging
    for row in await disputes_to_do(actor):
        task = Task(row.title, row.action, row.url, row.noun, row.status, row.due_at)
        (todo if row.is_ours else waiting).append(task)
    todo += [*await _objections(actor.organisation_id), *await _views(actor.organisation_id)]
    todo += [Task(*row) for row in await payments_to_do(actor.organisation_id)]
    todo += [Task(*row) for row in await quotes_to_do(actor)]
    todo += [Task(*row) for row in await selections_to_do(actor)]
    return sorted(todo, key=_nearest), sorted(waiting, key=_nearest)


def _nearest(task: Task) -> tuple[bool, dt.datetime]:
    return task.due_at is None, task.due_at or clock.now()


def _contract(contract: Contract, action: str) -> Task:
    url = web.path_for("contracts:show", number=contract.number)
    return Task(contract.job.title, action, url, "contract", contract.status.value)


def _order(order: Order, action: str) -> Task:
    url = web.path_for("orders:show", number=order.number)
    return Task(order.job.title, action, url, "order", order.status.value)


def _batch(batch: DeliveryBatch, action: str) -> Task:
    url = web.path_for("batches:show", number=batch.number)
    title = f"{batch.order.job.title} · {batch.number}"
    return Task(title, action, url, "delivery", batch.status.value, batch.accept_by)


async def _operator_desk(_own: UUID) -> Desk:
    """The money that waits for a person."""
    return [
        Task(f"{item.label} · {item.number}", item.action, item.url, "flag", "open")
        for item in await queues.exceptions()
    ], []


async def _demand_desk(own: UUID) -> Desk:
    todo, waiting = await jobs_of_owner(own)
    unsigned, signed = await _contracts(Q(buyer_id=own), own)
    todo += [_contract(row, _("Sign the contract")) for row in unsigned]
    waiting += [_contract(row, _("The supplier signs")) for row in signed]
    unanswered, answered = await _changes_of(Q(contract__buyer_id=own), own)
    todo, waiting = todo + unanswered, waiting + answered
    orders = await Order.filter(buyer_id=own, status__in=_LIVE).select_related("job")
    delivered = await _delivered(orders)
    waiting += [
        _order(row, _("The supplier delivers"))
        for row in orders
        if row.status != OrderStatus.PLACED and row.id not in delivered
    ]
    batches = await _batches(Q(order__buyer_id=own), BatchStatus.SUBMITTED, BatchStatus.SAMPLING)
    todo += [_batch(row, _("Inspect the sample")) for row in batches]
    return todo, waiting


async def _invitations(own: UUID, bid_on: set[UUID]) -> list[Task]:
    """The open jobs a supplier is invited to and has not bid on."""
    guests = JobInvitation.filter(organisation_id=own, job__status__in=_OPEN).order_by("-id")
    return [
        job_task(row.job, _("You are invited to bid"), row.job.bid_deadline_at)
        for row in await guests.limit(50).select_related("job")
        if row.job_id not in bid_on
    ]


async def _pilots_to_submit(own: UUID) -> list[Task]:
    """Open pilots to which the firm has sent no answers."""
    rows = PilotSubmission.filter(
        bidder_id=own, status=SubmissionStatus.ISSUED, pilot__status=PilotStatus.OPEN
    )
    return [
        Task(row.pilot.job.title, _("Submit the pilot"),
             web.path_for("pilots:show", number=row.pilot.job.number), "pilot", row.status.value,
             row.pilot.closes_at)
        for row in await rows.select_related("pilot__job")
    ]  # fmt: skip


async def _objections(own: UUID) -> list[Task]:
    rows = Complaint.filter(
        job__owner_id=own, status=ComplaintStatus.PENDING, level=ComplaintLevel.OBJECTION
    ).select_related("job")
    return [
        Task(row.job.title, _("Answer the objection"), web.path_for("complaints:show", number=row.number),
             "complaint", row.status.value, row.due_at)
        for row in await rows.limit(50)
    ]  # fmt: skip


async def _views(own: UUID) -> list[Task]:
    rows = ViolationReport.filter(
        accused_id=own, status=ViolationStatus.PENDING, viewed_at=None,
        view_due_at__gt=clock.now(),
    )  # fmt: skip
    return [
        Task(row.number, _("State our view"), web.path_for("violations:show", number=row.number),
             "violation", row.status.value, row.view_due_at)
        for row in await rows.limit(50)
    ]  # fmt: skip


async def _supplier_desk(own: UUID) -> Desk:
    bids = await (await own_bids(own)).filter(status__in=_SUPPLIER_BIDS)
    todo = await _invitations(own, {row.job_id for row in bids}) + await _pilots_to_submit(own)
    todo += [
        job_task(row.job, _("Confirm your bid again"), row.job.bid_deadline_at)
        for row in bids
        if row.status == BidStatus.INVALID
    ]
    waiting = [
        job_task(row.job, _("Bids are opened"), row.job.bid_deadline_at)
        for row in bids
        if row.status == BidStatus.SUBMITTED
    ]
    unsigned, signed = await _contracts(Q(supplier_id=own), own)
    todo += [_contract(row, _("Sign the contract")) for row in unsigned]
    waiting += [_contract(row, _("The buyer signs")) for row in signed]
    unanswered, answered = await _changes_of(Q(contract__supplier_id=own), own)
    todo, waiting = todo + unanswered, waiting + answered
    orders = await Order.filter(supplier_id=own, status__in=_LIVE).select_related("job")
    delivered = await _delivered(orders)
    todo += [
        _order(row, _("Deliver a batch"))
        for row in orders
        if row.status != OrderStatus.PLACED and row.id not in delivered
    ]
    waiting += [
        _order(row, _("The buyer pays the first stage"))
        for row in orders
        if row.status == OrderStatus.PLACED
    ]
    rework = await _batches(Q(order__supplier_id=own), BatchStatus.REJECTED, BatchStatus.REWORK)
    todo += [_batch(row, _("Rework the delivery")) for row in rework]
    batches = await _batches(Q(order__supplier_id=own), BatchStatus.SUBMITTED, BatchStatus.SAMPLING)
    waiting += [_batch(row, _("The buyer inspects")) for row in batches]
    return todo, waiting


_OPEN = (JobStatus.OPEN_ENQUIRIES, JobStatus.OPEN_BIDDING)
_SUPPLIER_BIDS = (BidStatus.INVALID, BidStatus.SUBMITTED)
_AWAY = (BatchStatus.PLANNED, BatchStatus.REJECTED, BatchStatus.REWORK)
_LIVE = (OrderStatus.PLACED, OrderStatus.FUNDED, OrderStatus.IN_PROGRESS)


async def _delivered(orders: list[Order]) -> set[UUID]:
    """Those whose whole quantity is with the buyer: nothing is awaited of the supplier."""
    handed: dict[UUID, Decimal] = defaultdict(Decimal)
    rows = DeliveryBatch.filter(order_id__in=[row.id for row in orders])
    for batch in await rows.exclude(status__in=_AWAY):
        handed[batch.order_id] += batch.quantity
    return {row.id for row in orders if handed[row.id] >= row.quantity}


async def _contracts(whose: Q, own: UUID) -> tuple[list[Contract], list[Contract]]:
    """Pending contracts that `own` has not signed, and those it has."""
    rows = await Contract.filter(whose, status=ContractStatus.PENDING).select_related("job")
    mine = set(
        await Signature.filter(
            organisation_id=own, contract_id__in=[row.id for row in rows]
        ).values_list("contract_id", flat=True)
    )
    return [row for row in rows if row.id not in mine], [row for row in rows if row.id in mine]


async def _changes_of(whose: Q, own: UUID) -> tuple[list[Task], list[Task]]:
    """Pending changes that `own` has not signed, and those that wait for the other side or a notice."""
    rows = await ContractChange.filter(whose, status=ChangeStatus.PENDING).select_related(
        "contract__job"
    )
    digests = [row.digest for row in rows]
    signed = await Signature.filter(organisation_id=own, digest__in=digests).only("digest")
    mine = {signature.digest for signature in signed}
    open_ones = [row for row in rows if row.notice_ends_at is None]
    todo = [_change_task(row, _("Sign the change")) for row in open_ones if row.digest not in mine]
    waiting = [
        _change_task(row, _("The other side signs")) for row in open_ones if row.digest in mine
    ]
    waiting += [
        _change_task(row, _("The notice period runs")) for row in rows if row.notice_ends_at
    ]
    return todo, waiting


def _change_task(change: ContractChange, action: str) -> Task:
    url = web.path_for("changes:show", number=change.number)
    title = f"{change.contract.job.title} · {change.number}"
    return Task(title, action, url, "change", change.status.value, change.notice_ends_at)


async def _batches(whose: Q, *statuses: BatchStatus) -> list[DeliveryBatch]:
    query = DeliveryBatch.filter(whose, status__in=statuses).limit(50)
    return await query.select_related("order__job")


routes = [Route("/workspace", show, name="workspace:show")]
