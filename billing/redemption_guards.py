"""What must hold before a voucher is reserved, and how it lowers the stages still to be paid."""

from uuid import UUID

from billing.models import VoucherProgramme
from billing.order_claims import Facts
from billing.programmes import rule_of
from billing.stages import OVER
from billing.states import ProgrammeStatus
from billing.vouchers.combinations import exclusive_groups
from billing.vouchers.rules import Programme
from market.kit.errors import Conflict
from market.kit.i18n import gettext as _
from market.kit.money import allocate
from market.orders.models import Order
from market.orders.states import MilestoneKind, OrderStatus


class VoucherNotRedeemable(Conflict):
    """The rule, the pool or another voucher of the order forbids it; the sentence says which."""

    title = "This voucher cannot be used"


def require_open(order: Order, programme: VoucherProgramme, *, is_filed: bool) -> None:
    """The programme takes claims, or did when this one was filed, and the order can still use one."""
    superseded = is_filed and programme.status == ProgrammeStatus.CLOSED
    if programme.status != ProgrammeStatus.OPEN and not superseded:
        raise VoucherNotRedeemable(_("This programme takes no claims now"))
    if order.status in (*OVER, OrderStatus.COMPLETED):
        raise VoucherNotRedeemable(_("Vouchers are applied before the order is completed"))


def require_alone(facts: Facts, rule: Programme) -> None:
    """A contract uses a programme once, and one voucher of an exclusive group (V3)."""
    groups = exclusive_groups(rule)
    for other in facts.programmes.values():
        theirs = rule_of(other)
        taken = exclusive_groups(theirs)
        if theirs.id == rule.id or groups & taken:
            raise VoucherNotRedeemable(
                _(
                    "“%(title)s” is applied to this contract already, and it may be used once",
                    title=theirs.title,
                )
            )


def stage_shares(facts: Facts, grant_fen: int) -> dict[UUID, int]:
    """The grant over the stages still to be paid before acceptance, by what is due (P5)."""
    open_stages = [
        stage
        for stage in facts.stages
        if stage.is_payable
        and stage.payment is None
        and stage.milestone.kind != MilestoneKind.RETENTION
    ]
    due = [stage.due_fen for stage in open_stages]
    if sum(due) < grant_fen:
        raise VoucherNotRedeemable(
            _(
                "A voucher that lowers what you pay must be applied before you pay: too little of "
                "this order is still open"
            )
        )
    parts = allocate(grant_fen, due)
    return {
        stage.milestone.id: part for stage, part in zip(open_stages, parts, strict=True) if part
    }
