"""Statuses of organisations, authorities, vouchers and money."""

from typing import Final

from market.kit.statuses.tone import StatusTone

ORGANISATION: Final = {
    "registered": StatusTone("neutral", "building", "Registered"),
    "pending_verification": StatusTone("waiting", "eye", "Awaiting verification"),
    "active": StatusTone("success", "shield", "Verified"),
    "suspended": StatusTone("danger", "pause", "Suspended"),
    "closed": StatusTone("muted", "stop", "Closed"),
}

CREDENTIAL: Final = {
    "pending": StatusTone("waiting", "eye", "Awaiting verification"),
    "verified": StatusTone("success", "shield", "Verified"),
    "rejected": StatusTone("danger", "cross", "Verification failed"),
    "expired": StatusTone("danger", "clock", "Expired"),
    "revoked": StatusTone("muted", "stop", "Revoked"),
}

CERTIFICATION: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "submitted": StatusTone("waiting", "eye", "Preliminary review"),
    "returned": StatusTone("danger", "undo", "Returned for correction"),
    "recommended": StatusTone("info", "arrow-up", "Recommended"),
    "site_visit": StatusTone("info", "building", "Site visit"),
    "publicised": StatusTone("waiting", "eye", "Public notice period"),
    "objected": StatusTone("danger", "flag", "Objection raised"),
    "certified": StatusTone("success", "shield", "Certified"),
    "declined": StatusTone("muted", "cross", "Not certified"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
    "revoked": StatusTone("danger", "cross", "Revoked"),
}

CERTIFICATION_OBJECTION: Final = {
    "pending": StatusTone("waiting", "clock", "Awaiting an answer"),
    "upheld": StatusTone("danger", "flag", "Objection upheld"),
    "dismissed": StatusTone("muted", "minus", "Objection dismissed"),
}

BULLETIN: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "issued": StatusTone("success", "check", "Bulletin issued"),
    "replaced": StatusTone("muted", "undo", "Replaced by a correction"),
    "discarded": StatusTone("muted", "cross", "Bulletin discarded"),
}

REWARD_CLAIM: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "submitted": StatusTone("waiting", "upload", "Submitted"),
    "granted": StatusTone("success", "check", "Reward granted"),
    "refused": StatusTone("muted", "cross", "Reward refused"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
}

VOUCHER: Final = {
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

APPLICATION: Final = {
    "under_review": StatusTone("waiting", "eye", "Under review"),
    "returned": StatusTone("waiting", "undo", "Returned for correction"),
    "granted": StatusTone("info", "ticket", "Granted"),
    "settled": StatusTone("success", "check", "Settled"),
    "refused": StatusTone("danger", "cross", "Refused"),
    "withdrawn": StatusTone("muted", "undo", "Withdrawn"),
    "lapsed": StatusTone("muted", "clock", "Lapsed"),
}

PROGRAMME: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "open": StatusTone("success", "play", "Open for claims"),
    "paused": StatusTone("waiting", "pause", "Paused"),
    "exhausted": StatusTone("muted", "minus", "Used up"),
    "closed": StatusTone("muted", "stop", "Closed"),
}

MONEY: Final = {
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
    "returned": StatusTone("success", "undo", "Returned"),
    "forfeited": StatusTone("danger", "flag", "Forfeited"),
}

HOLDING: Final = {
    "awaited": StatusTone("waiting", "clock", "Awaited"),
    "held": StatusTone("info", "lock", "In custody"),
    "covered": StatusTone("info", "shield", "Covered by a guarantee"),
    "leaving": StatusTone("waiting", "play", "Being paid out"),
    "returned": StatusTone("success", "undo", "Given back"),
    "paid_over": StatusTone("success", "coin", "Paid over"),
    "cancelled": StatusTone("muted", "cross", "Cancelled"),
}

FORFEITURE: Final = {
    "proposed": StatusTone("waiting", "clock", "Forfeiture proposed"),
    "agreed": StatusTone("danger", "flag", "Forfeiture agreed"),
    "refused": StatusTone("muted", "cross", "Forfeiture refused"),
}

GUARANTEE: Final = {
    "submitted": StatusTone("waiting", "clock", "Being checked"),
    "accepted": StatusTone("success", "shield", "Letter accepted"),
    "refused": StatusTone("danger", "cross", "Letter refused"),
    "released": StatusTone("muted", "undo", "Letter given back"),
    "claimed": StatusTone("danger", "flag", "Called on the issuer"),
}

LABOUR_PAYEE: Final = {
    "registered": StatusTone("waiting", "eye", "To be confirmed"),
    "confirmed": StatusTone("success", "check", "Paid in person"),
    "ended": StatusTone("muted", "stop", "Paid to the organisation"),
}

INVOICE: Final = {
    "draft": StatusTone("neutral", "pencil", "Draft"),
    "requested": StatusTone("waiting", "clock", "Invoice requested"),
    "issued": StatusTone("success", "file", "Invoice issued"),
    "partially_reversed": StatusTone("waiting", "half", "Partly reversed by red-letter invoice"),
    "reversed": StatusTone("danger", "undo", "Reversed by red-letter invoice"),
}

BANK_LINE: Final = {
    "unmatched": StatusTone("waiting", "question", "Unmatched"),
    "matched": StatusTone("success", "link", "Matched"),
    "applied": StatusTone("success", "check", "Set against what is owed"),
    "suspense": StatusTone("danger", "pause", "In suspense"),
    "returned": StatusTone("muted", "undo", "Returned"),
}

BANK_STATEMENT: Final = {
    "queued": StatusTone("waiting", "clock", "Queued"),
    "columns_wanted": StatusTone("waiting", "question", "Columns wanted"),
    "reading": StatusTone("info", "play", "Being read"),
    "read": StatusTone("success", "check", "Read"),
    "unreadable": StatusTone("danger", "cross", "Cannot be read"),
}

BANK_DECISION: Final = {
    "proposed": StatusTone("waiting", "eye", "Waits for a second person"),
    "approved": StatusTone("info", "play", "With the bank"),
    "done": StatusTone("success", "check", "Carried out"),
    "refused": StatusTone("muted", "cross", "Not agreed"),
}

EVENT: Final = {
    "pending": StatusTone("waiting", "clock", "Queued"),
    "delivered": StatusTone("success", "check", "Message delivered"),
    "failed": StatusTone("waiting", "alert", "Failed, will retry"),
    "parked": StatusTone("waiting", "pause", "Parked"),
    "dead": StatusTone("danger", "cross", "Given up"),
}

CASE: Final = {
    "open": StatusTone("danger", "flag", "Red flag open"),
    "explained": StatusTone("waiting", "chat", "Explanation received"),
    "cleared": StatusTone("success", "check", "Cleared"),
    "escalated": StatusTone("danger", "arrow-up", "Escalated"),
}

INCIDENT: Final = {
    "open": StatusTone("danger", "alert", "Being worked on"),
    "resolved": StatusTone("waiting", "check", "Repaired"),
    "closed": StatusTone("muted", "lock", "Incident closed"),
}

WEBHOOK: Final = {
    "active": StatusTone("success", "play", "Endpoint in use"),
    "paused": StatusTone("muted", "pause", "Endpoint paused"),
    "stopped": StatusTone("danger", "stop", "Endpoint stopped"),
    "removed": StatusTone("muted", "cross", "Endpoint removed"),
}

WEBHOOK_DELIVERY: Final = {
    "waiting": StatusTone("waiting", "clock", "Event on its way"),
    "delivered": StatusTone("success", "check", "Event delivered"),
    "given_up": StatusTone("danger", "cross", "Event given up"),
}

FILING: Final = {
    "submitted": StatusTone("waiting", "clock", "Awaiting an answer"),
    "accepted": StatusTone("success", "check", "Accepted"),
    "returned": StatusTone("danger", "undo", "Returned"),
    "withdrawn": StatusTone("neutral", "cross", "Withdrawn"),
}

FLAG: Final = {
    "open": StatusTone("waiting", "flag", "To be looked into"),
    "confirmed": StatusTone("danger", "flag", "Confirmed"),
    "dismissed": StatusTone("neutral", "check", "Nothing wrong"),
}
