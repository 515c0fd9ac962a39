"""What the pages show of a contract, its versions and changes, and who may do what there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from market.accounts.states import Role
from market.kit import audit
from market.kit.actor import Actor
from market.orders.change_models import ContractChange, ContractVersion
from market.orders.changes import LIVE, PROPOSERS
from market.orders.curves import Curve, curve_of
from market.orders.differences import Difference, differences
from market.orders.models import Contract, Order, Signature
from market.orders.states import ChangeStatus, ContractStatus
from market.orders.steps import Event, Step, contract_steps, events
from market.orders.terms import verification_code
from market.orders.views import Side, side_of


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract with its signatures, versions and changes, and what the reader may do now."""

    contract: Contract
    side: Side
    order: Order | None
    signatures: Sequence[Signature]
    versions: Sequence[ContractVersion]
    changes: Sequence[ContractChange]
    steps: Sequence[Step]
    history: Sequence[Event]
    curve: Curve | None
    has_signed: bool

    @property
    def is_party(self) -> bool:
        """Whether the reader is of one of the two sides."""
        return self.side.is_buyer or self.side.is_supplier

    @property
    def code(self) -> str:
        """The verification code of the version in force."""
        return verification_code(self.contract.digest)

    @property
    def _is_pending(self) -> bool:
        return bool(self.contract.status == ContractStatus.PENDING)

    @property
    def may_refuse(self) -> bool:
        """Whether the reader may refuse to sign."""
        return self._is_pending and self.is_party and self.side.is_owner

    @property
    def may_sign(self) -> bool:
        """Whether the reader may sign now."""
        return self.may_refuse and not self.has_signed

    @property
    def may_settle(self) -> bool:
        """Whether the buyer may still write its choices into the draft."""
        return (
            self._is_pending and self.side.is_buyer and self.side.may(Role.BUYER)
        ) and not self.signatures

    @property
    def pending(self) -> ContractChange | None:
        """The change that awaits signatures or the end of its notice."""
        waiting = [one for one in self.changes if one.status == ChangeStatus.PENDING]
        return waiting[0] if waiting else None

    @property
    def is_changeable(self) -> bool:
        """Whether the contract is in force and its order under way."""
        is_live = self.order is not None and self.order.status in LIVE
        return bool(is_live and self.contract.status == ContractStatus.ACTIVE)

    @property
    def may_propose(self) -> bool:
        """Whether the reader may propose a change."""
        is_free = self.is_changeable and self.pending is None
        return is_free and self.is_party and self.side.may(*PROPOSERS)

    @property
    def may_end(self) -> bool:
        """Whether the reader may propose the contract's end, or give notice."""
        return self.may_propose and self.side.is_owner


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change with what differs, who signed it, and what the reader may do now."""

    change: ContractChange
    contract: Contract
    side: Side
    differences: Sequence[Difference]
    signatures: Sequence[Signature]
    history: Sequence[Event]
    is_own: bool
    has_signed: bool

    @property
    def _is_open(self) -> bool:
        is_party = self.side.is_buyer or self.side.is_supplier
        is_owner = is_party and self.side.is_owner
        return is_owner and bool(self.change.status == ChangeStatus.PENDING)

    @property
    def may_sign(self) -> bool:
        """Whether the reader may sign."""
        return self._is_open and not self.has_signed and self.change.notice_ends_at is None

    @property
    def may_refuse(self) -> bool:
        """Whether the reader may refuse it, or take it back."""
        return self._is_open and (self.change.notice_ends_at is None or self.is_own)


async def contract_view(contract: Contract, actor: Actor) -> ContractView:
    """Everything the contract's page shows."""
    signed = [row for row in contract.signatures if row.digest == contract.digest]
    order: Any = contract.order
    return ContractView(
        contract=contract,
        side=side_of(actor, contract.buyer_id, contract.supplier_id),
        order=order,
        signatures=signed,
        versions=await ContractVersion.filter(contract_id=contract.id).order_by("-number"),
        changes=await ContractChange.filter(contract_id=contract.id).order_by("-id"),
        steps=contract_steps(contract),
        history=events(await audit.history(contract), "contract"),
        curve=curve_of(contract.terms),
        has_signed=any(row.organisation_id == actor.organisation_id for row in signed),
    )


async def change_view(change: ContractChange, actor: Actor) -> ChangeView:
    """Everything a change's page shows."""
    contract: Contract = change.contract
    before = await ContractVersion.get(contract_id=contract.id, digest=change.before_digest)
    signed = await Signature.filter(contract_id=contract.id, digest=change.digest).select_related(
        "organisation"
    )
    return ChangeView(
        change=change,
        contract=contract,
        side=side_of(actor, contract.buyer_id, contract.supplier_id),
        differences=differences(before.terms, change.terms),
        signatures=signed,
        history=events(await audit.history(change), "change"),
        is_own=change.proposed_by_organisation_id == actor.organisation_id,
        has_signed=any(row.organisation_id == actor.organisation_id for row in signed),
    )


@dataclass(frozen=True, slots=True)
class Period:
    """A run of versions under the same isolation rules: who was in force when."""

    rules: dict[str, Any]
    versions: str
    in_force_from: Any
    in_force_until: Any
    change: ContractChange | None


async def isolation_periods(contract: Contract) -> list[Period]:
    """When which isolation rules were in force, the newest first."""
    periods: list[Period] = []
    rows = ContractVersion.filter(contract_id=contract.id).select_related("change")
    for row in await rows.order_by("number"):
        rules, last = row.terms["isolation"], periods[-1] if periods else None
        if last and last.rules == rules:
            first = last.versions.partition("-")[0]
            periods[-1] = Period(
                rules, f"{first}-v{row.number}", last.in_force_from, row.in_force_until,
                last.change,
            )  # fmt: skip
        else:
            periods.append(
                Period(rules, f"v{row.number}", row.in_force_from, row.in_force_until, row.change)
            )
    return periods[::-1]
