"""The words of the custody account: why a receipt was applied or waits, and what people decide."""

from billing.bank_matching import Rung, Verdict, Why
from billing.bank_states import DecisionKind
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

WHY = {
    Why.EXACT: N_("Payment code, payer and amount agree"),
    Why.PART: N_("Payment code and payer agree: a part of the amount, set aside until the rest comes"),
    Why.OVERPAID: N_("Payment code and payer agree: paid too much, the rest waits"),
    Why.UNIQUE_AMOUNT: N_("The payer's only open transfer of this amount"),
    Why.UNIQUE_SUM: N_("The payer's only open transfers that make this amount"),
    Why.THIRD_PARTY: N_("Paid by a third party: not applied by itself"),
    Why.CODE_NOT_OPEN: N_("No open transfer has this payment code"),
    Why.SUMS_DIFFER: N_("The payments named make another amount"),
    Why.CONTRADICTION: N_("The narrative names one payment, the amount is another's"),
    Why.OTHER_PURPOSE: N_("The narrative says it is for something else"),
    Why.UNKNOWN_PAYER: N_("No payment code, and this payer has no open transfer"),
    Why.NO_SUM: N_("No payment code, and no open transfers of this payer make the amount"),
    Why.SEVERAL_SUMS: N_("No payment code, and several open transfers of this payer make the amount"),
    Why.TOO_MANY: N_("No payment code, and this payer has too many open transfers"),
}  # fmt: skip
RUNGS = {
    Rung.SUB_ACCOUNT: N_("Sub-account"),
    Rung.CODE: N_("Payment code"),
    Rung.PAYER_AMOUNT: N_("Payer and amount"),
    Rung.SUBSET: N_("Sum of open transfers"),
    Rung.QUEUE: N_("By a person"),
}
DECISIONS = {
    DecisionKind.APPLY: N_("Apply to payments"),
    DecisionKind.RETURN: N_("Send back to the payer"),
    DecisionKind.UNDO: N_("Undo"),
    DecisionKind.INTEREST: N_("Interest of the custody bank"),
}


def reason_of(verdict: Verdict) -> str:
    """Why a receipt was applied or waits, as a sentence."""
    return _(WHY[verdict.why])


def rung(value: str) -> str:
    """How a part of a receipt found its payment."""
    return _(RUNGS[Rung(value)])


def decision(value: str) -> str:
    """What a person wants done with a receipt."""
    return _(DECISIONS[DecisionKind(value)])
