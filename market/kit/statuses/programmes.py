"""Statuses of selections, the project reserve, datasets and service requests."""

from typing import Final

from market.kit.statuses.tone import StatusTone

ENTRY: Final = {
    "submitted": StatusTone("waiting", "clock", "Under review"),
    "returned": StatusTone("danger", "undo", "Returned for correction"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
    "publicised": StatusTone("waiting", "eye", "Public notice period"),
    "objected": StatusTone("danger", "flag", "Objection raised"),
    "selected": StatusTone("success", "star", "Selected"),
    "declined": StatusTone("muted", "cross", "Declined"),
    "revoked": StatusTone("danger", "cross", "Revoked"),
}

DATASET: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "listed": StatusTone("success", "database", "On offer"),
    "withdrawn": StatusTone("muted", "undo", "Taken off"),
}

RATING: Final = {
    "requested": StatusTone("waiting", "clock", "Rating asked for"),
    "scoring": StatusTone("info", "scale", "Being scored"),
    "published": StatusTone("success", "check", "Rating published"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
}

DATASET_GRADE: Final = {
    "unrated": StatusTone("neutral", "minus", "Not rated"),
    "passed": StatusTone("success", "star", "High quality"),
    "due": StatusTone("waiting", "clock", "Review due"),
    "failed": StatusTone("danger", "cross", "Below the mark"),
}

RESERVE_PROJECT: Final = {
    "submitted": StatusTone("waiting", "clock", "Waiting for admission"),
    "admitted": StatusTone("success", "box", "In the reserve"),
    "declined": StatusTone("muted", "cross", "Declined"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
    "removed": StatusTone("danger", "minus", "Taken out"),
}

TIER_MOVE: Final = {
    "proposed": StatusTone("waiting", "eye", "Waits for a second person"),
    "approved": StatusTone("success", "check", "Approved"),
    "refused": StatusTone("muted", "cross", "Not approved"),
}

SERVICE: Final = {
    "listed": StatusTone("success", "briefcase", "Offered"),
    "withdrawn": StatusTone("muted", "undo", "Taken off"),
}

QUOTE: Final = {
    "asked": StatusTone("waiting", "question", "Quote asked for"),
    "quoted": StatusTone("info", "coin", "Quote given"),
    "declined": StatusTone("muted", "cross", "Declined by the provider"),
    "accepted": StatusTone("success", "check", "Quote taken"),
    "refused": StatusTone("muted", "minus", "Quote refused"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}
