"""Tables of price reductions: what a dispute took off an order's price, stage by stage."""

from typing import Any
from uuid import UUID

from tortoise import fields

from billing.ledger_models import AppendOnly, fk


class PriceReduction(AppendOnly):
    """What one dispute takes off an order. `covered_fen` of it could be taken off stages not yet
    released; the rest the supplier owes the buyer outside custody."""

    order_id: UUID
    dispute_id: UUID

    order: Any = fk("Order", "price_reductions")
    dispute: Any = fields.OneToOneField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="price_reduction"
    )
    amount_fen = fields.BigIntField()
    covered_fen = fields.BigIntField()

    class Meta:
        table = "price_reductions"


class ReductionShare(AppendOnly):
    """What a reduction takes off one stage."""

    reduction_id: UUID
    milestone_id: UUID

    reduction: Any = fk("PriceReduction", "shares")
    milestone: Any = fk("Milestone", "reduction_shares")
    amount_fen = fields.BigIntField()

    class Meta:
        table = "price_reduction_shares"
        unique_together = (("reduction", "milestone"),)
