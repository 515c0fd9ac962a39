"""Payment stages of a contract: the buyer's draft as shares, and what a change leaves of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from market.kit import money
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.orders.contract_forms import DraftInput
from market.orders.states import MilestoneKind

LAST_STAGE_DAYS = 10
Stage = dict[str, Any]


def drafted(total_fen: int, draft: DraftInput) -> list[Stage]:
    """The stages of a contract's total, to the fen; a share of nothing makes no stage."""
    plan = (
        (MilestoneKind.ADVANCE, draft.advance_percent, draft.advance_days, Decimal(0)),
        (
            MilestoneKind.PROGRESS,
            draft.progress_percent,
            draft.progress_days,
            draft.progress_accepted_percent,
        ),
        (MilestoneKind.ACCEPTANCE, draft.acceptance_percent, draft.acceptance_days, Decimal(0)),
        (MilestoneKind.RETENTION, draft.retention_percent, 0, Decimal(0)),
    )
    kept = [stage for stage in plan if stage[1]]
    amounts = money.allocate(total_fen, [int(share * 100) for _kind, share, _days, _at in kept])
    return [
        {
            "position": position,
            "kind": kind.value,
            "share_bp": int(share * 100),
            "amount_fen": amount,
            "due_working_days": days,
            "accepted_bp": int(accepted * 100),
        }
        for position, ((kind, share, days, accepted), amount) in enumerate(
            zip(kept, amounts, strict=True), 1
        )
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order's stages stand: the positions whose amount stays, what disputes took off which
    (fen by position), and whether the contract ends."""

    fixed: Collection[int] = ()
    reduced: Mapping[int, int] = field(default_factory=dict)
    is_ending: bool = False

    def net_of(self, stage: Mapping[str, Any]) -> int:
        """A stage's amount less what disputes took off it."""
        return int(stage["amount_fen"]) - self.reduced.get(stage["position"], 0)


def revised(stages: Sequence[Mapping[str, Any]], total_fen: int, stand: Standing) -> list[Stage]:
    """The stages of a changed total: the fixed ones (paid, or being paid) keep their amount, the rest
    is shared among the others in their old proportion, to the fen.

    A rest with no open stage left becomes one more acceptance stage. Where the fixed stages exceed
    the new total, the end of a contract lowers them in proportion and leaves the others nothing, so
    that billing gives the difference back; else raises InvalidInput.
    """
    kept = [{**stage, "is_paid": stage["position"] in stand.fixed} for stage in stages]
    rest = max(0, total_fen - sum(stand.reduced.values()))
    paid = sum(stand.net_of(stage) for stage in kept if stage["is_paid"])
    if paid > rest:
        if not stand.is_ending:
            short = money.format_yuan(paid - rest)
            text = _("What is paid exceeds the new total by %(yuan)s yuan", yuan=short)
            raise InvalidInput(fields={"": text})
        lowered = [stage for stage in kept if stage["is_paid"]]
        _share(rest, lowered, [stand.net_of(stage) for stage in lowered], total_fen, stand)
        paid = rest
    still_open = [stage for stage in kept if not stage["is_paid"]]
    if not still_open and paid < rest:
        still_open = [_further(len(kept) + 1)]
        kept += still_open
    weights = [max(stage["share_bp"], 1) for stage in still_open]
    _share(rest - paid, still_open, weights, total_fen, stand)
    return kept


def _share(
    fen: int, among: Sequence[Stage], weights: Sequence[int], total_fen: int, stand: Standing
) -> None:
    """Give the stages `fen` by weight, on top of what disputes took off each."""
    amounts = money.allocate(fen, weights) if among else []
    for stage, amount in zip(among, amounts, strict=True):
        stage["amount_fen"] = amount + stand.reduced.get(stage["position"], 0)
        stage["share_bp"] = round(Decimal(stage["amount_fen"] * 10_000) / total_fen)


def _further(position: int) -> Stage:
    return {
        "position": position,
        "kind": MilestoneKind.ACCEPTANCE.value,
        "share_bp": 1,
        "amount_fen": 0,
        "due_working_days": LAST_STAGE_DAYS,
        "accepted_bp": 0,
        "is_paid": False,
    }
