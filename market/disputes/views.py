"""What the page of a dispute shows, and who may do what there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from market.accounts.states import OrganisationKind, Role
from market.disputes import labels
from market.disputes.access import shown_amounts
from market.disputes.models import Dispute, Evidence, Reading, Remeasurement
from market.disputes.parties import NEGOTIATORS
from market.disputes.states import ENGAGED, LIVE, MEDIATED, DisputeStatus, ReadingStatus
from market.kit import audit, clock
from market.kit.actor import Actor
from market.orders.steps import Event, Step

S = DisputeStatus
CASEWORK = (Role.QUALITY, Role.PROJECT)


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute as one reader sees it."""

    dispute: Dispute
    actor: Actor
    buyer_fen: int | None
    supplier_fen: int | None
    steps: Sequence[Step]
    evidence: Sequence[Evidence]
    measurement: Remeasurement | None
    readings: Sequence[Reading]
    history: Sequence[Event]

    @property
    def is_party(self) -> bool:
        """Whether the reader's organisation is a side."""
        own = self.actor.organisation_id
        return own in (self.dispute.claimant_id, self.dispute.respondent_id)

    @property
    def is_buyer(self) -> bool:
        """Whether it is the buyer's."""
        return bool(self.actor.organisation_id == self.dispute.order.buyer_id)

    @property
    def days_left(self) -> int | None:
        """Working days until the clock moves the dispute on."""
        due = self.dispute.due_at
        if due is None:
            return None
        if due < clock.now():
            return -1
        return clock.working_days_between(clock.today(), clock.in_china(due).date())

    @property
    def may_answer(self) -> bool:
        """Whether the reader answers for the respondent."""
        is_asked = self.actor.organisation_id == self.dispute.respondent_id
        return is_asked and self._has(*NEGOTIATORS) and self.dispute.status == S.OPEN

    @property
    def may_withdraw(self) -> bool:
        """Whether the reader may take the dispute back."""
        is_own = self.actor.organisation_id == self.dispute.claimant_id
        is_early = self.dispute.status in (S.OPEN, S.ANSWERED)
        return is_own and self._has(*NEGOTIATORS) and is_early

    @property
    def may_commit(self) -> bool:
        """Whether the reader may put its own secret into the draw."""
        is_drawn = self.dispute.status not in LIVE or self.measurement is not None
        return self.is_party and self._has(*NEGOTIATORS) and not is_drawn

    @property
    def may_agree(self) -> bool:
        """Whether the reader's side has a proposal to accept."""
        dispute = self.dispute
        agreed = dispute.buyer_agreed_at if self.is_buyer else dispute.supplier_agreed_at
        is_open = dispute.status == S.MEDIATION and dispute.proposal_fen is not None
        return self.is_party and self._has(*NEGOTIATORS) and is_open and agreed is None

    @property
    def may_refuse(self) -> bool:
        """Whether the reader's side may have the batch measured instead of the proposal."""
        is_open = self.dispute.status == S.MEDIATION and self.dispute.proposal_fen is not None
        return self.is_party and self._has(*NEGOTIATORS) and is_open

    @property
    def may_refer(self) -> bool:
        """Whether the reader's side may ask the bureau."""
        is_new = self.dispute.status in MEDIATED and self.dispute.referred_at is None
        return self.is_party and self._has(*NEGOTIATORS) and is_new

    @property
    def may_take_up(self) -> bool:
        """Whether the reader may become the mediator."""
        is_free = self.dispute.mediator_organisation_id is None
        return self._is_mediating and is_free and self.dispute.status in (S.ANSWERED, *MEDIATED)

    @property
    def may_propose(self) -> bool:
        """Whether the reader mediates the dispute now."""
        return self._is_mediator and self.dispute.status == S.MEDIATION

    @property
    def may_appoint(self) -> bool:
        """Whether the reader may engage another third reader."""
        if self.measurement is None or self.dispute.status != S.RE_MEASUREMENT:
            return False
        engaged = sum(reading.status in ENGAGED for reading in self.readings)
        return self._is_mediator and engaged < self.measurement.readers

    @property
    def may_decide(self) -> bool:
        """Whether the reader is the bureau a party has referred the dispute to."""
        is_bureau = self.actor.kind == OrganisationKind.BUREAU and self._has(*CASEWORK)
        is_referred = self.dispute.referred_at is not None
        return is_bureau and is_referred and self.dispute.status in MEDIATED

    @property
    def shows_marks(self) -> bool:
        """Whether each reader's marks are open: once all have read."""
        return bool(self.dispute.status == S.RESOLVED)

    @property
    def marked(self) -> int:
        """How many readers have read."""
        return sum(reading.status == ReadingStatus.MARKED for reading in self.readings)

    @property
    def _is_mediating(self) -> bool:
        kinds = (OrganisationKind.OPERATOR, OrganisationKind.BUREAU)
        return self.actor.kind in kinds and self._has(*CASEWORK)

    @property
    def _is_mediator(self) -> bool:
        own = self.dispute.mediator_organisation_id in (None, self.actor.organisation_id)
        return self._is_mediating and own

    def _has(self, *roles: Role) -> bool:
        return self.actor.verified and self.actor.role in (Role.OWNER, *roles)


async def dispute_view(dispute: Dispute, actor: Actor) -> DisputeView:
    """Everything the dispute's page shows this reader."""
    buyer_fen, supplier_fen = shown_amounts(dispute, actor)
    measurement = await Remeasurement.get_or_none(dispute=dispute)
    readings = await Reading.filter(measurement=measurement).order_by("id").select_related(
        "organisation"
    ) if measurement else []  # fmt: skip
    entries = await audit.history(dispute)
    return DisputeView(
        dispute=dispute,
        actor=actor,
        buyer_fen=buyer_fen,
        supplier_fen=supplier_fen,
        steps=_steps(dispute, entries),
        evidence=await Evidence.filter(dispute=dispute)
        .order_by("id")
        .select_related("file", "organisation"),
        measurement=measurement,
        readings=readings,
        history=[
            Event(entry.created_at, labels.action(entry), _who(entry.actor_label), "")
            for entry in reversed(entries)
        ],
    )


def _who(actor: str) -> str:
    return labels.platform() if actor.startswith("system:") else actor


def _steps(dispute: Dispute, entries: Sequence[Any]) -> list[Step]:
    """Raised, answered, mediated, measured, resolved; what was skipped is left out at the end."""
    reached = {
        entry.action.partition(":")[2]: entry.created_at
        for entry in entries
        if entry.action.startswith("status:")
    }
    names = labels.steps()
    if dispute.status == S.WITHDRAWN:
        names = {S.WITHDRAWN.value: labels.status(S.WITHDRAWN)}
    is_over = dispute.status not in LIVE
    first = "current" if dispute.status == S.OPEN else "done"
    steps = [Step(labels.status(S.OPEN), first, dispute.created_at)]
    for status, label in names.items():
        at = reached.get(status)
        if at is None and (is_over or status in _passed(dispute)):
            continue
        is_present = status == dispute.status and not is_over
        state = "current" if is_present else "done" if at else "todo"
        steps.append(Step(label, state, at, dispute.due_at if is_present else None))
    return steps


def _passed(dispute: Dispute) -> tuple[DisputeStatus, ...]:
    """What a dispute beyond mediation will not come to any more."""
    return (S.ANSWERED,) if dispute.status in MEDIATED else ()
