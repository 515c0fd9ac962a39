"""Step bars and histories of contract, order and batch."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from market.kit.audit import LogEntry
from market.kit.i18n import gettext as _
from market.orders import words
from market.orders.models import Contract, DeliveryBatch, Milestone, Order
from market.orders.states import BatchStatus, ContractStatus, OrderStatus

DRAWING = f"status:{BatchStatus.SAMPLING}"
ENDED_BADLY = ("cancelled", "refunded", "rejected")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a step bar."""

    label: str
    state: str
    at: dt.datetime | None = None
    due: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a history, as the timeline shows it."""

    at: dt.datetime
    text: str
    actor: str
    detail: str
    tone: str = ""


def events(entries: Sequence[LogEntry], noun: str) -> list[Event]:
    """The history, newest first."""
    return [
        Event(
            entry.created_at, words.action(entry, noun), _label(entry.actor_label), entry.reason,
            "danger" if entry.action.partition(":")[2] in ENDED_BADLY else "",
        )
        for entry in reversed(entries)
        if entry.action != DRAWING  # "sampled" follows it and says more
    ]  # fmt: skip


def _label(actor: str) -> str:
    return _("the platform") if actor.startswith("system:") else actor


def _reached(entries: Sequence[LogEntry]) -> dict[str, dt.datetime]:
    """When each status was last entered."""
    return {
        entry.action.partition(":")[2]: entry.created_at
        for entry in entries
        if entry.action.startswith("status:")
    }


def contract_steps(contract: Contract) -> list[Step]:
    """Drafted, signed by each side, in force."""
    newest_first = sorted(contract.signatures, key=lambda row: row.signed_at, reverse=True)
    signed = {row.organisation_id: row.signed_at for row in newest_first}
    is_over = contract.status == ContractStatus.CANCELLED
    steps = [Step(_("Drafted"), "done", contract.created_at)]
    for label, party in (
        (_("Signed by the buyer"), contract.buyer_id),
        (_("Signed by the supplier"), contract.supplier_id),
    ):
        at = signed.get(party)
        state = "done" if at else "failed" if is_over else "current"
        steps.append(Step(label, state, at))
    in_force = contract.activated_at
    state = "done" if in_force else "failed" if is_over else "todo"
    return [*steps, Step(_("Takes effect"), state, in_force)]


def order_steps(order: Order, entries: Sequence[LogEntry], advance: Milestone | None) -> list[Step]:
    """Signed, paid in, delivered, completed; where it broke off when it did."""
    reached = _reached(entries)
    plan: list[tuple[str, str, dt.datetime | None]] = [
        (_("First payment"), OrderStatus.FUNDED, advance.due_at if advance else None),
        (_("First delivery"), OrderStatus.IN_PROGRESS, None),
        (_("All accepted"), OrderStatus.COMPLETED, order.due_at),
    ]
    has_failed = order.status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
    return [
        Step(_("Contract signed by both"), "done", order.created_at),
        *_from_plan(plan, reached, has_failed=has_failed),
    ]


def batch_steps(batch: DeliveryBatch, entries: Sequence[LogEntry]) -> list[Step]:
    """Planned, delivered, sampled, decided - of the present round."""
    reached = {
        BatchStatus.SUBMITTED.value: batch.submitted_at,
        BatchStatus.ACCEPTED.value: batch.decided_at,
    }
    history = _reached(entries)
    sampled = history.get(BatchStatus.SAMPLING.value)
    if sampled and batch.submitted_at and sampled >= batch.submitted_at:
        reached[BatchStatus.SAMPLING.value] = sampled
    if batch.status == BatchStatus.REWORK:
        reached = {}
    plan: list[tuple[str, str, dt.datetime | None]] = [
        (_("Delivered"), BatchStatus.SUBMITTED, None),
        (_("Drawing the sample"), BatchStatus.SAMPLING, None),
        (_("Verdict"), BatchStatus.ACCEPTED, batch.accept_by),
    ]
    first = Step(_("Seeds committed"), "done", batch.created_at)
    has_failed = batch.status in (BatchStatus.REJECTED, BatchStatus.DISPUTED)
    done = {key: at for key, at in reached.items() if at and not (has_failed and key == "accepted")}
    return [first, *_from_plan(plan, done, has_failed=has_failed)]


def _from_plan(
    plan: Sequence[tuple[str, str, dt.datetime | None]],
    reached: Mapping[str, dt.datetime],
    *,
    has_failed: bool,
) -> list[Step]:
    steps: list[Step] = []
    is_next = True
    for label, status, due in plan:
        at = reached.get(status)
        if at:
            steps.append(Step(label, "done", at))
            continue
        state = ("failed" if has_failed else "current") if is_next else "todo"
        steps.append(Step(label, state, None, due))
        is_next = False
    return steps
