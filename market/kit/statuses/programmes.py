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
