"""Statuses of what buyers and suppliers do with each other."""

from typing import Final

from market.kit.statuses.tone import StatusTone

JOB: Final = {
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

BID: Final = {
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

PILOT: Final = {
    "prepared": StatusTone("neutral", "pencil", "Pilot prepared"),
    "open": StatusTone("info", "play", "Pilot open"),
    "released": StatusTone("success", "check", "Results released"),
    "invited": StatusTone("waiting", "clock", "Invited"),
    "issued": StatusTone("waiting", "clock", "Pilot items issued"),
    "submitted": StatusTone("info", "upload", "Pilot submitted"),
    "scored": StatusTone("success", "check", "Pilot scored"),
    "expired": StatusTone("muted", "clock", "Nothing submitted"),
}

QUESTION: Final = {
    "asked": StatusTone("waiting", "question", "Awaiting an answer"),
    "answered": StatusTone("success", "check", "Answered"),
}

AWARD: Final = {
    "pending": StatusTone("waiting", "clock", "Award in standstill"),
    "active": StatusTone("success", "flag", "Award in force"),
    "unsuccessful": StatusTone("danger", "cross", "Award failed"),
    "cancelled": StatusTone("muted", "cross", "Award revoked"),
}

JUDGE: Final = {
    "invited": StatusTone("waiting", "clock", "Invited"),
    "appointed": StatusTone("waiting", "shield", "Appointed, declaration due"),
    "judging": StatusTone("info", "scale", "Judging"),
    "finished": StatusTone("success", "check", "Finished judging"),
    "recused": StatusTone("muted", "minus", "Recused"),
    "released": StatusTone("muted", "undo", "Released"),
}

CLARIFICATION: Final = {
    "asked": StatusTone("waiting", "question", "Awaiting an answer"),
    "answered": StatusTone("info", "chat", "Explained, to be judged"),
    "accepted": StatusTone("success", "check", "Explanation accepted"),
    "rejected": StatusTone("danger", "cross", "Explanation refused"),
    "lapsed": StatusTone("danger", "clock", "Not answered in time"),
}

CONTRACT: Final = {
    "pending": StatusTone("waiting", "pencil", "Awaiting signatures"),
    "active": StatusTone("info", "play", "Contract in force"),
    "terminated": StatusTone("muted", "stop", "Contract ended"),
    "cancelled": StatusTone("muted", "cross", "Signing refused"),
}

CHANGE: Final = {
    "pending": StatusTone("waiting", "pencil", "Awaiting signatures"),
    "active": StatusTone("success", "check", "Change in force"),
    "cancelled": StatusTone("muted", "cross", "Change refused"),
}

ORDER: Final = {
    "placed": StatusTone("waiting", "coin", "Awaiting funds"),
    "funded": StatusTone("info", "coin", "Funded"),
    "in_progress": StatusTone("info", "play", "In progress"),
    "completed": StatusTone("success", "check", "Completed"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
    "refunded": StatusTone("muted", "undo", "Refunded"),
}

MILESTONE: Final = {
    "planned": StatusTone("neutral", "circle", "Planned"),
    "due": StatusTone("waiting", "clock", "Due"),
    "met": StatusTone("success", "check", "Condition met"),
    "paid": StatusTone("success", "coin", "Paid"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
}

DELIVERY: Final = {
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

SEVERITY: Final = {
    "normal": StatusTone("neutral", "equal", "Normal inspection"),
    "tightened": StatusTone("waiting", "arrow-up", "Tightened inspection"),
    "reduced": StatusTone("success", "arrow-down", "Reduced inspection"),
    "stopped": StatusTone("danger", "stop", "Inspection discontinued"),
}

DISPUTE: Final = {
    "open": StatusTone("danger", "flag", "Dispute raised"),
    "answered": StatusTone("waiting", "chat", "Dispute answered"),
    "mediation": StatusTone("waiting", "people", "In mediation"),
    "re_measurement": StatusTone("info", "search", "Being re-measured"),
    "resolved": StatusTone("success", "check", "Resolved"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

READING: Final = {
    "asked": StatusTone("waiting", "clock", "Asked to read"),
    "accepted": StatusTone("info", "eye", "Reading"),
    "marked": StatusTone("success", "check", "Reading done"),
    "declined": StatusTone("muted", "cross", "Declined to read"),
    "lapsed": StatusTone("muted", "clock", "Not read in time"),
}

COMPLAINT: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "pending": StatusTone("waiting", "clock", "Awaiting decision"),
    "upheld": StatusTone("danger", "check", "Upheld"),
    "declined": StatusTone("muted", "cross", "Declined"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

LISTING: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "pending": StatusTone("waiting", "eye", "Under review"),
    "published": StatusTone("success", "eye", "Published"),
    "paused": StatusTone("waiting", "pause", "Paused"),
    "hidden": StatusTone("muted", "lock", "Hidden"),
    "closed": StatusTone("muted", "stop", "Closed"),
    "fulfilled": StatusTone("success", "check", "Need met"),
}

POOL: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "open": StatusTone("success", "people", "Pool in use"),
    "closed": StatusTone("muted", "stop", "Pool closed"),
}

POOL_MEMBERSHIP: Final = {
    "applied": StatusTone("waiting", "clock", "Application under review"),
    "admitted": StatusTone("success", "check", "Admitted to the pool"),
    "refused": StatusTone("danger", "cross", "Application refused"),
    "suspended": StatusTone("danger", "pause", "Place suspended"),
    "expired": StatusTone("muted", "clock", "Expired"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

FAIR: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "open": StatusTone("info", "people", "Fair announced"),
    "published": StatusTone("success", "calendar", "Timetable published"),
    "held": StatusTone("success", "check", "Fair held"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
}

TIMETABLE: Final = {
    "waiting": StatusTone("waiting", "clock", "Waiting to be computed"),
    "solving": StatusTone("info", "play", "Being computed"),
    "solved": StatusTone("success", "check", "Computed"),
    "failed": StatusTone("danger", "alert", "Failed"),
    "overtaken": StatusTone("muted", "history", "Overtaken by a change"),
}

FAIR_REGISTRATION: Final = {
    "registered": StatusTone("success", "check", "Registered for the fair"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}
