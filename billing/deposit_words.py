"""The words of deposits and fees in custody."""

from billing.deposit_states import (
    ForfeitCode,
    HoldingPayoutKind,
    HoldingPurpose,
    ReturnGround,
)
from billing.forfeitures import RULES
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

PURPOSES = {
    HoldingPurpose.BID_DEPOSIT: N_("Bid deposit"),
    HoldingPurpose.PERFORMANCE_DEPOSIT: N_("Performance deposit"),
    HoldingPurpose.PILOT_FEE: N_("Fees of a paid pilot"),
    HoldingPurpose.READER_FEE: N_("Third readers' fees"),
}
SOURCES = {
    HoldingPurpose.BID_DEPOSIT: "招标投标法实施条例第二十六条、第五十七条",
    HoldingPurpose.PERFORMANCE_DEPOSIT: "招标投标法实施条例第五十八条",
}
PAYOUTS = {
    HoldingPayoutKind.PRINCIPAL: N_("Back to its payer"),
    HoldingPayoutKind.INTEREST: N_("Interest to its payer"),
    HoldingPayoutKind.FORFEIT: N_("Kept, to the beneficiary"),
    HoldingPayoutKind.FEE: N_("Fee for the work"),
}
GROUNDS = {
    ReturnGround.CONTRACT_SIGNED: N_("The contract is signed (article 57: within five days)"),
    ReturnGround.JOB_ENDED: N_("The job ended without an award"),
    ReturnGround.BID_WITHDRAWN: N_("The bid was withdrawn in time (article 35: within five days)"),
    ReturnGround.NO_BID: N_("No bid was placed"),
    ReturnGround.ORDER_COMPLETED: N_("The order is completed"),
    ReturnGround.ORDER_ENDED: N_("The order has ended"),
    ReturnGround.WORK_CANCELLED: N_("The work was cancelled"),
}

EVENTS = {
    "asked": N_("is to be paid into custody"),
    "received": N_("is in custody"),
    "returning": N_("goes back to you"),
    "paid_out": N_("has been paid out"),
    "paying": N_("is being paid out"),
    "forfeit_proposed": N_(
        "is claimed by the other side: a proposal to keep it waits for a decision"
    ),
    "forfeit_agreed": N_("is kept: the proposal was agreed to"),
    "forfeit_refused": N_("is not kept: the proposal was refused"),
    "letter_submitted": N_("is to be covered by a letter of guarantee, which is being checked"),
    "letter_accepted": N_("is covered: the letter of guarantee was accepted"),
    "letter_refused": N_("is not covered: the letter of guarantee was refused"),
}


def happened(value: str) -> str:
    """What happened to a deposit, as the end of a sentence."""
    return _(EVENTS[value])


def purpose(value: str) -> str:
    """What the money is for."""
    return _(PURPOSES[HoldingPurpose(value)])


def source(value: str) -> str:
    """The rule a purpose stands on; empty where the parties agreed on it."""
    return SOURCES.get(HoldingPurpose(value), "")


def payout(value: str) -> str:
    """What an instruction pays."""
    return _(PAYOUTS[HoldingPayoutKind(value)])


def ground(value: str) -> str:
    """Why a deposit goes back."""
    return _(GROUNDS[ReturnGround(value)])


def code(value: str) -> str:
    """Why a deposit is kept, with the article."""
    rule = RULES[ForfeitCode(value)]
    return f"{_(rule.label)}（{rule.source}）"


def codes(purpose_value: str) -> list[tuple[str, str]]:
    """The reasons for a kind of deposit, for a form field."""
    return [(one.value, code(one)) for one, rule in RULES.items() if rule.purpose == purpose_value]
