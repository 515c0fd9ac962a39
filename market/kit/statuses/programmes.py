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
