"""What a draft contract's text says of the buyer's choices, read back so that they can be edited."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from market.orders.contract_forms import DraftInput, IsolationInput
from market.orders.states import MilestoneKind

NOTHING: dict[str, int] = {"share_bp": 0}


def draft_of(terms: Mapping[str, Any]) -> DraftInput:
    """The choices that made the text of a draft."""
    stages = {stage["kind"]: stage for stage in terms["payment"]}
    floors = [rule for rule in terms["quality"] if rule["floor"]]
    progress = stages.get(MilestoneKind.PROGRESS)
    values: dict[str, Any] = {
        f"{kind.value}_percent": _percent(stages.get(kind.value, NOTHING)["share_bp"])
        for kind in MilestoneKind
    }
    for kind in (MilestoneKind.ADVANCE, MilestoneKind.PROGRESS, MilestoneKind.ACCEPTANCE):
        if kind.value in stages:
            values[f"{kind.value}_days"] = stages[kind.value]["due_working_days"]
    if progress:
        values["progress_accepted_percent"] = _percent(progress["accepted_bp"])
    return DraftInput(
        **values,
        retention_days=terms["acceptance"]["retention_days"],
        inspection_days=terms["acceptance"]["working_days"],
        rework_limit=terms["acceptance"]["rework_limit"],
        rework_unit_price=Decimal(terms["acceptance"]["rework_unit_price"]),
        batch_floor=Decimal(floors[0]["floor"]) if floors else None,
        gold_set=floors[0]["gold_set"] if floors else "",
        notice_days=terms["termination"]["notice_days"],
        training=terms["training"],
        isolation=IsolationInput.model_validate(terms["isolation"]),
    )


def typed(draft: DraftInput) -> dict[str, Any]:
    """The choices as a form shows them."""
    names = (name for name in DraftInput.model_fields if name != "isolation")
    shown = {name: _plain(getattr(draft, name)) for name in names}
    return shown | {"training": "\n".join(draft.training)}


def _plain(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(bp: int) -> Decimal:
    return Decimal(bp) / 100
