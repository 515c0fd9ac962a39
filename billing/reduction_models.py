"""Tables of what lowers an order's price: a dispute, stage by stage, or a signed change."""

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
        indexes = (("order_id",),)


class Repayment(AppendOnly):
    """The buyer's word that the supplier repaid what a reduction left uncovered, outside custody."""

    reduction_id: UUID

    reduction: Any = fields.OneToOneField(
        "models.PriceReduction", on_delete=fields.RESTRICT, related_name="repayment"
    )
    amount_fen = fields.BigIntField()
    reference = fields.CharField(max_length=64)
    confirmed_at = fields.DatetimeField()

    class Meta:
        table = "repayments"


class PriceChange(AppendOnly):
    """A signed change, or the end, of a contract that lowered an order's price, as its money followed:
    `returned_fen` went back to the buyer, the rest is owed no more."""

    order_id: UUID
    change_id: UUID

    order: Any = fk("Order", "price_changes")
    change: Any = fields.OneToOneField(
        "models.ContractChange", on_delete=fields.RESTRICT, related_name="price_change"
    )
    lowered_fen = fields.BigIntField()
    returned_fen = fields.BigIntField()

    class Meta:
        table = "price_changes"
        indexes = (("order_id",),)


class ReductionShare(AppendOnly):
    """What a reduction takes off one stage."""

    reduction_id: UUID
    milestone_id: UUID

    reduction: Any = fk("PriceReduction", "shares")
    milestone: Any = fk("Milestone", "reduction_shares")
    amount_fen = fields.BigIntField()

    class Meta:
        table = "price_reduction_shares"
        indexes = (("milestone_id",),)
        unique_together = (("reduction", "milestone"),)
