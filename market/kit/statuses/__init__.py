"""How every status is shown: one tone, one icon and one word, the same on every page."""

from typing import Final

from market.kit.statuses import deals, offices, programmes
from market.kit.statuses.tone import StatusTone, Tone

__all__ = ["STATUS_TONES", "StatusTone", "StatusTones", "Tone"]

_NOUNS: Final = {
    "job": deals.JOB,
    "bid": deals.BID,
    "pilot": deals.PILOT,
    "question": deals.QUESTION,
    "award": deals.AWARD,
    "contract": deals.CONTRACT,
    "change": deals.CHANGE,
    "order": deals.ORDER,
    "milestone": deals.MILESTONE,
    "delivery": deals.DELIVERY,
    "severity": deals.SEVERITY,
    "dispute": deals.DISPUTE,
    "reading": deals.READING,
    "complaint": deals.COMPLAINT,
    "violation": deals.COMPLAINT,
    "flag": offices.FLAG,
    "filing": offices.FILING,
    "organisation": offices.ORGANISATION,
    "credential": offices.CREDENTIAL,
    "certification": offices.CERTIFICATION,
    "certification_objection": offices.CERTIFICATION_OBJECTION,
    "voucher": offices.VOUCHER,
    "programme": offices.PROGRAMME,
    "voucher_application": offices.APPLICATION,
    "payment": offices.MONEY,
    "refund": offices.MONEY,
    "payout": offices.MONEY,
    "settlement": offices.MONEY,
    "holding": offices.HOLDING,
    "forfeiture": offices.FORFEITURE,
    "guarantee": offices.GUARANTEE,
    "labour_payee": offices.LABOUR_PAYEE,
    "invoice": offices.INVOICE,
    "bank_line": offices.BANK_LINE,
    "bank_statement": offices.BANK_STATEMENT,
    "bank_decision": offices.BANK_DECISION,
    "event": offices.EVENT,
    "case": offices.CASE,
    "reward_claim": offices.REWARD_CLAIM,
    "bulletin": offices.BULLETIN,
    "webhook": offices.WEBHOOK,
    "incident": offices.INCIDENT,
    "webhook_delivery": offices.WEBHOOK_DELIVERY,
    "listing": deals.LISTING,
    "pool": deals.POOL,
    "fair": deals.FAIR,
    "timetable": deals.TIMETABLE,
    "fair_registration": deals.FAIR_REGISTRATION,
    "pool_membership": deals.POOL_MEMBERSHIP,
    "judge": deals.JUDGE,
    "clarification": deals.CLARIFICATION,
    "entry": programmes.ENTRY,
    "dataset": programmes.DATASET,
    "dataset_rating": programmes.RATING,
    "dataset_grade": programmes.DATASET_GRADE,
    "reserve_project": programmes.RESERVE_PROJECT,
    "tier_move": programmes.TIER_MOVE,
    "service": programmes.SERVICE,
    "quote": programmes.QUOTE,
}

_ANY_NOUN: Final = {
    "pending": StatusTone("waiting", "clock", "Pending"),
    "active": StatusTone("success", "play", "In force"),
    "open": StatusTone("info", "play", "Open"),
    "submitted": StatusTone("waiting", "upload", "Submitted"),
    "verified": StatusTone("success", "shield", "Verified"),
    "unsuccessful": StatusTone("muted", "minus", "Not successful"),
    "invalid": StatusTone("danger", "alert", "Not valid"),
}


class StatusTones(dict[tuple[str, str], StatusTone]):
    """By noun and value; a value its noun does not name for itself has its general meaning, noun ""."""

    def __missing__(self, key: tuple[str, str]) -> StatusTone:
        noun, value = key
        if not noun:
            raise KeyError(value)
        return self["", value]


def _by_noun_and_value() -> StatusTones:
    tones = StatusTones({("", value): tone for value, tone in _ANY_NOUN.items()})
    for noun, values in _NOUNS.items():
        for value, tone in values.items():
            tones[noun, value] = tone
            tones.setdefault(("", value), tone)
    return tones


STATUS_TONES: Final = _by_noun_and_value()
