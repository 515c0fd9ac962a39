"""How every status is shown: one tone, one icon and one word, the same on every page."""

from typing import Final, Literal, NamedTuple

Tone = Literal["neutral", "info", "waiting", "success", "danger", "muted"]


class StatusTone(NamedTuple):
    """Colour, icon (a key of `ICONS` in `templates/_macros/icons.html`) and English msgid."""

    tone: Tone
    icon: str
    label: str


_JOB: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "review": StatusTone("waiting", "eye", "Under review"),
    "open_enquiries": StatusTone("info", "question", "Open for questions"),
    "open_bidding": StatusTone("info", "inbox", "Open for bids"),
    "prequalification": StatusTone("info", "shield", "Prequalification"),
    "pilot": StatusTone("info", "flask", "Pilot under way"),
    "opening": StatusTone("waiting", "unlock", "Opening bids"),
    "evaluation": StatusTone("waiting", "scale", "Under evaluation"),
    "stand_still": StatusTone("waiting", "pause", "Standstill period"),
    "awarded": StatusTone("success", "flag", "Awarded"),
    "completed": StatusTone("success", "check", "Completed"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
    "unsuccessful": StatusTone("danger", "cross", "Procurement failed"),
}

_BID: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "submitted": StatusTone("info", "lock", "Bid submitted, sealed"),
    "invalid": StatusTone("danger", "alert", "Needs re-confirmation"),
    "opened": StatusTone("info", "unlock", "Bid opened"),
    "evaluated": StatusTone("info", "scale", "Bid evaluated"),
    "awarded": StatusTone("success", "flag", "Bid won"),
    "unsuccessful": StatusTone("muted", "minus", "Bid not successful"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
    "disqualified": StatusTone("danger", "cross", "Bid rejected"),
}

_PILOT: Final = {
    "prepared": StatusTone("neutral", "pencil", "Pilot prepared"),
    "open": StatusTone("info", "play", "Pilot open"),
    "released": StatusTone("success", "check", "Results released"),
    "invited": StatusTone("waiting", "clock", "Invited"),
    "issued": StatusTone("waiting", "clock", "Pilot items issued"),
    "submitted": StatusTone("info", "upload", "Pilot submitted"),
    "scored": StatusTone("success", "check", "Pilot scored"),
    "expired": StatusTone("muted", "clock", "Nothing submitted"),
}

_QUESTION: Final = {
    "asked": StatusTone("waiting", "question", "Awaiting an answer"),
    "answered": StatusTone("success", "check", "Answered"),
}

_AWARD: Final = {
    "pending": StatusTone("waiting", "clock", "Award in standstill"),
    "active": StatusTone("success", "flag", "Award in force"),
    "unsuccessful": StatusTone("danger", "cross", "Award failed"),
    "cancelled": StatusTone("muted", "cross", "Award revoked"),
}

_JUDGE: Final = {
    "invited": StatusTone("waiting", "clock", "Invited"),
    "appointed": StatusTone("waiting", "shield", "Appointed, declaration due"),
    "judging": StatusTone("info", "scale", "Judging"),
    "finished": StatusTone("success", "check", "Finished judging"),
    "recused": StatusTone("muted", "minus", "Recused"),
    "released": StatusTone("muted", "undo", "Released"),
}

_CLARIFICATION: Final = {
    "asked": StatusTone("waiting", "question", "Awaiting an answer"),
    "answered": StatusTone("info", "chat", "Explained, to be judged"),
    "accepted": StatusTone("success", "check", "Explanation accepted"),
    "rejected": StatusTone("danger", "cross", "Explanation refused"),
    "lapsed": StatusTone("danger", "clock", "Not answered in time"),
}

_CONTRACT: Final = {
    "pending": StatusTone("waiting", "pencil", "Awaiting signatures"),
    "active": StatusTone("info", "play", "Contract in force"),
    "terminated": StatusTone("muted", "stop", "Contract ended"),
    "cancelled": StatusTone("muted", "cross", "Signing refused"),
}

_CHANGE: Final = {
    "pending": StatusTone("waiting", "pencil", "Awaiting signatures"),
    "active": StatusTone("success", "check", "Change in force"),
    "cancelled": StatusTone("muted", "cross", "Change refused"),
}

_ORDER: Final = {
    "placed": StatusTone("waiting", "coin", "Awaiting funds"),
    "funded": StatusTone("info", "coin", "Funded"),
    "in_progress": StatusTone("info", "play", "In progress"),
    "completed": StatusTone("success", "check", "Completed"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
    "refunded": StatusTone("muted", "undo", "Refunded"),
}

_MILESTONE: Final = {
    "planned": StatusTone("neutral", "circle", "Planned"),
    "due": StatusTone("waiting", "clock", "Due"),
    "met": StatusTone("success", "check", "Condition met"),
    "paid": StatusTone("success", "coin", "Paid"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
}

_DELIVERY: Final = {
    "planned": StatusTone("neutral", "circle", "Not yet delivered"),
    "submitted": StatusTone("waiting", "box", "Delivered, awaiting inspection"),
    "sampling": StatusTone("info", "search", "Sampling inspection"),
    "accepted": StatusTone("success", "check", "Accepted"),
    "rejected": StatusTone("danger", "cross", "Not accepted"),
    "rework": StatusTone("waiting", "undo", "In rework"),
    "disputed": StatusTone("danger", "flag", "Disputed"),
    "re_inspected": StatusTone("info", "search", "Re-inspected"),
    "partially_accepted": StatusTone("waiting", "half", "Partly accepted"),
}

_SEVERITY: Final = {
    "normal": StatusTone("neutral", "equal", "Normal inspection"),
    "tightened": StatusTone("waiting", "arrow-up", "Tightened inspection"),
    "reduced": StatusTone("success", "arrow-down", "Reduced inspection"),
    "stopped": StatusTone("danger", "stop", "Inspection discontinued"),
}

_DISPUTE: Final = {
    "open": StatusTone("danger", "flag", "Dispute raised"),
    "answered": StatusTone("waiting", "chat", "Dispute answered"),
    "mediation": StatusTone("waiting", "people", "In mediation"),
    "re_measurement": StatusTone("info", "search", "Being re-measured"),
    "resolved": StatusTone("success", "check", "Resolved"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

_READING: Final = {
    "asked": StatusTone("waiting", "clock", "Asked to read"),
    "accepted": StatusTone("info", "eye", "Reading"),
    "marked": StatusTone("success", "check", "Reading done"),
    "declined": StatusTone("muted", "cross", "Declined to read"),
    "lapsed": StatusTone("muted", "clock", "Not read in time"),
}

_FILING = {
    "submitted": StatusTone("waiting", "clock", "Awaiting an answer"),
    "accepted": StatusTone("success", "check", "Accepted"),
    "returned": StatusTone("danger", "undo", "Returned"),
    "withdrawn": StatusTone("neutral", "cross", "Withdrawn"),
}
_FLAG = {
    "open": StatusTone("waiting", "flag", "To be looked into"),
    "confirmed": StatusTone("danger", "flag", "Confirmed"),
    "dismissed": StatusTone("neutral", "check", "Nothing wrong"),
}
_COMPLAINT: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "pending": StatusTone("waiting", "clock", "Awaiting decision"),
    "upheld": StatusTone("danger", "check", "Upheld"),
    "declined": StatusTone("muted", "cross", "Declined"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

_ORGANISATION: Final = {
    "registered": StatusTone("neutral", "building", "Registered"),
    "pending_verification": StatusTone("waiting", "eye", "Awaiting verification"),
    "active": StatusTone("success", "shield", "Verified"),
    "suspended": StatusTone("danger", "pause", "Suspended"),
    "closed": StatusTone("muted", "stop", "Closed"),
}

_CREDENTIAL: Final = {
    "pending": StatusTone("waiting", "eye", "Awaiting verification"),
    "verified": StatusTone("success", "shield", "Verified"),
    "rejected": StatusTone("danger", "cross", "Verification failed"),
    "expired": StatusTone("danger", "clock", "Expired"),
    "revoked": StatusTone("muted", "stop", "Revoked"),
}

_CERTIFICATION: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "submitted": StatusTone("waiting", "eye", "Preliminary review"),
    "returned": StatusTone("danger", "undo", "Returned for correction"),
    "recommended": StatusTone("info", "arrow-up", "Recommended"),
    "site_visit": StatusTone("info", "building", "Site visit"),
    "publicised": StatusTone("waiting", "eye", "Public notice period"),
    "objected": StatusTone("danger", "flag", "Objection raised"),
    "certified": StatusTone("success", "shield", "Certified"),
    "declined": StatusTone("muted", "cross", "Declined"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
    "revoked": StatusTone("danger", "cross", "Revoked"),
}

_CERTIFICATION_OBJECTION: Final = {
    "pending": StatusTone("waiting", "clock", "Awaiting an answer"),
    "upheld": StatusTone("danger", "flag", "Objection upheld"),
    "dismissed": StatusTone("muted", "minus", "Objection dismissed"),
}

_VOUCHER: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "submitted": StatusTone("waiting", "upload", "Submitted"),
    "district_review": StatusTone("waiting", "eye", "District review"),
    "credit_check": StatusTone("waiting", "search", "Duplicate and credit check"),
    "city_review": StatusTone("waiting", "eye", "City review"),
    "expert_review": StatusTone("waiting", "people", "Expert review"),
    "publication": StatusTone("waiting", "eye", "Public notice period"),
    "approved": StatusTone("success", "check", "Approved"),
    "declined": StatusTone("muted", "cross", "Declined"),
    "issued": StatusTone("success", "ticket", "Issued"),
    "active": StatusTone("success", "ticket", "Usable"),
    "reserved": StatusTone("info", "lock", "Reserved"),
    "used": StatusTone("info", "check", "Used"),
    "redeemed": StatusTone("success", "check", "Redeemed"),
    "verified": StatusTone("success", "shield", "Use verified"),
    "claimed": StatusTone("waiting", "coin", "Payment claimed"),
    "paid": StatusTone("success", "coin", "Paid"),
    "settled": StatusTone("success", "check", "Settled"),
    "released": StatusTone("neutral", "undo", "Released"),
    "expired": StatusTone("muted", "clock", "Expired"),
    "exhausted": StatusTone("muted", "minus", "Used up"),
    "clawed_back": StatusTone("danger", "undo", "Clawed back"),
}

_APPLICATION: Final = {
    "under_review": StatusTone("waiting", "eye", "Under review"),
    "returned": StatusTone("waiting", "undo", "Returned for correction"),
    "granted": StatusTone("info", "ticket", "Granted"),
    "settled": StatusTone("success", "check", "Settled"),
    "refused": StatusTone("danger", "cross", "Refused"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
    "lapsed": StatusTone("muted", "clock", "Lapsed"),
}

_PROGRAMME: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "open": StatusTone("success", "play", "Open for claims"),
    "paused": StatusTone("waiting", "pause", "Paused"),
    "exhausted": StatusTone("muted", "minus", "Used up"),
    "closed": StatusTone("muted", "stop", "Closed"),
}

_MONEY: Final = {
    "pending": StatusTone("waiting", "clock", "Awaiting payment"),
    "processing": StatusTone("info", "play", "Processing"),
    "succeeded": StatusTone("success", "check", "Payment received"),
    "paid": StatusTone("success", "coin", "Paid"),
    "partially_paid": StatusTone("waiting", "half", "Partly paid"),
    "overdue": StatusTone("danger", "alert", "Overdue"),
    "failed": StatusTone("danger", "cross", "Failed"),
    "reversed": StatusTone("muted", "undo", "Receipt taken back"),
    "refunded": StatusTone("muted", "undo", "Refunded"),
    "partially_refunded": StatusTone("waiting", "half", "Partly refunded"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
    "expired": StatusTone("muted", "clock", "Expired"),
    "held": StatusTone("waiting", "lock", "Held"),
    "posted": StatusTone("success", "check", "Posted"),
    "voided": StatusTone("muted", "cross", "Voided"),
    "settled": StatusTone("success", "check", "Settled"),
    "reversed": StatusTone("danger", "undo", "Reversed"),
    "returned": StatusTone("success", "undo", "Returned"),
    "forfeited": StatusTone("danger", "flag", "Forfeited"),
}

_INVOICE: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "requested": StatusTone("waiting", "clock", "Invoice requested"),
    "issued": StatusTone("success", "file", "Invoice issued"),
    "partially_reversed": StatusTone("waiting", "half", "Partly reversed by red-letter invoice"),
    "reversed": StatusTone("danger", "undo", "Reversed by red-letter invoice"),
}

_BANK_LINE: Final = {
    "unmatched": StatusTone("waiting", "question", "Unmatched"),
    "matched": StatusTone("success", "link", "Matched"),
    "applied": StatusTone("success", "check", "Set against what is owed"),
    "suspense": StatusTone("danger", "pause", "In suspense"),
    "returned": StatusTone("muted", "undo", "Returned"),
}

_BANK_STATEMENT: Final = {
    "queued": StatusTone("waiting", "clock", "Queued"),
    "columns_wanted": StatusTone("waiting", "question", "Columns wanted"),
    "reading": StatusTone("info", "play", "Being read"),
    "read": StatusTone("success", "check", "Read"),
    "unreadable": StatusTone("danger", "cross", "Cannot be read"),
}

_BANK_DECISION: Final = {
    "proposed": StatusTone("waiting", "eye", "Waits for a second person"),
    "approved": StatusTone("info", "play", "With the bank"),
    "done": StatusTone("success", "check", "Carried out"),
    "refused": StatusTone("muted", "cross", "Not agreed"),
}

_EVENT: Final = {
    "pending": StatusTone("waiting", "clock", "Queued"),
    "delivered": StatusTone("success", "check", "Message delivered"),
    "failed": StatusTone("waiting", "alert", "Failed, will retry"),
    "parked": StatusTone("waiting", "pause", "Parked"),
    "dead": StatusTone("danger", "cross", "Given up"),
}

_CASE: Final = {
    "open": StatusTone("danger", "flag", "Red flag open"),
    "explained": StatusTone("waiting", "chat", "Explanation received"),
    "cleared": StatusTone("success", "check", "Cleared"),
    "escalated": StatusTone("danger", "arrow-up", "Escalated"),
}

_LISTING: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "pending": StatusTone("waiting", "eye", "Under review"),
    "published": StatusTone("success", "eye", "Published"),
    "paused": StatusTone("waiting", "pause", "Paused"),
    "hidden": StatusTone("muted", "lock", "Hidden"),
    "closed": StatusTone("muted", "stop", "Closed"),
    "fulfilled": StatusTone("success", "check", "Need met"),
}

_POOL: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "open": StatusTone("success", "people", "Pool in use"),
    "closed": StatusTone("muted", "stop", "Pool closed"),
}

_POOL_MEMBERSHIP: Final = {
    "applied": StatusTone("waiting", "clock", "Application under review"),
    "admitted": StatusTone("success", "check", "Admitted to the pool"),
    "refused": StatusTone("danger", "cross", "Application refused"),
    "suspended": StatusTone("danger", "pause", "Place suspended"),
    "expired": StatusTone("muted", "clock", "Expired"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

_FAIR: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "open": StatusTone("info", "people", "Fair announced"),
    "published": StatusTone("success", "calendar", "Timetable published"),
    "held": StatusTone("success", "check", "Fair held"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
}

_TIMETABLE: Final = {
    "waiting": StatusTone("waiting", "clock", "Waiting to be computed"),
    "solving": StatusTone("info", "play", "Being computed"),
    "solved": StatusTone("success", "check", "Computed"),
    "failed": StatusTone("danger", "alert", "Failed"),
    "overtaken": StatusTone("muted", "history", "Overtaken by a change"),
}

_FAIR_REGISTRATION: Final = {
    "registered": StatusTone("success", "check", "Registered for the fair"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

_NOUNS: Final = {
    "job": _JOB,
    "bid": _BID,
    "pilot": _PILOT,
    "question": _QUESTION,
    "award": _AWARD,
    "contract": _CONTRACT,
    "change": _CHANGE,
    "order": _ORDER,
    "milestone": _MILESTONE,
    "delivery": _DELIVERY,
    "severity": _SEVERITY,
    "dispute": _DISPUTE,
    "reading": _READING,
    "complaint": _COMPLAINT,
    "violation": _COMPLAINT,
    "flag": _FLAG,
    "filing": _FILING,
    "organisation": _ORGANISATION,
    "credential": _CREDENTIAL,
    "certification": _CERTIFICATION,
    "certification_objection": _CERTIFICATION_OBJECTION,
    "voucher": _VOUCHER,
    "programme": _PROGRAMME,
    "voucher_application": _APPLICATION,
    "payment": _MONEY,
    "refund": _MONEY,
    "payout": _MONEY,
    "settlement": _MONEY,
    "deposit": _MONEY,
    "invoice": _INVOICE,
    "bank_line": _BANK_LINE,
    "bank_statement": _BANK_STATEMENT,
    "bank_decision": _BANK_DECISION,
    "event": _EVENT,
    "case": _CASE,
    "listing": _LISTING,
    "pool": _POOL,
    "fair": _FAIR,
    "timetable": _TIMETABLE,
    "fair_registration": _FAIR_REGISTRATION,
    "pool_membership": _POOL_MEMBERSHIP,
    "judge": _JUDGE,
    "clarification": _CLARIFICATION,
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
