"""Payment stages of a contract: the buyer's draft as shares, and what a change leaves of them."""

from collections.abc import Collection, Mapping, Sequence
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


def revised(
    stages: Sequence[Mapping[str, Any]], total_fen: int, *, fixed: Collection[int]
) -> list[Stage]:
    """The stages of a changed total: those at the `fixed` positions (paid, or being paid) keep their
    amount, the rest is shared among the others in their old proportion, to the fen.

    A rest with no open stage left becomes one more acceptance stage. Raises InvalidInput when the
    fixed stages exceed the new total.
    """
    paid = sum(stage["amount_fen"] for stage in stages if stage["position"] in fixed)
    if paid > total_fen:
        short = money.format_yuan(paid - total_fen)
        text = _("What is paid exceeds the new total by %(yuan)s yuan; refund it first", yuan=short)
        raise InvalidInput(fields={"": text})
    kept = [{**stage, "is_paid": stage["position"] in fixed} for stage in stages]
    still_open = [stage for stage in kept if not stage["is_paid"]]
    if not still_open and paid < total_fen:
        still_open = [_further(len(kept) + 1)]
        kept += still_open
    if still_open:
        weights = [max(stage["share_bp"], 1) for stage in still_open]
        amounts = money.allocate(total_fen - paid, weights)
        for stage, amount in zip(still_open, amounts, strict=True):
            stage["amount_fen"] = amount
            stage["share_bp"] = round(Decimal(amount * 10_000) / total_fen)
    return kept


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
