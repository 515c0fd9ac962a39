"""Complaints and decisions on paper, with the digest of what they state."""

import hashlib
from typing import Any

from market.complaints.models import Complaint
from market.complaints.views import ComplaintView
from market.kit.audit import canonical
from market.kit.i18n import gettext as _


def decision_digest(complaint: Complaint) -> str:
    """SHA-256 of what the decision states, the complainant left out; empty before it."""
    if not complaint.is_decided:
        return ""
    stated = {
        "complaint": complaint.number, "job": complaint.job.number,
        "award": complaint.award.number if complaint.award else None,
        "level": complaint.level, "ground": complaint.ground, "ruling": complaint.ruling,
        "reasons": complaint.reasons, "decided_at": complaint.decided_at,
        "decided_by": complaint.decided_by.name if complaint.decided_by else None,
    }  # fmt: skip
    return hashlib.sha256(canonical(stated).encode()).hexdigest()


def document_of(complaint: Complaint, view: ComplaintView) -> dict[str, Any]:
    """What the frame of the printed page shows."""
    return {
        "noun": _("Decision on a complaint") if complaint.is_decided else view.level,
        "number": complaint.number, "digest": decision_digest(complaint),
        "verification_code": "", "verification_url": "",
    }  # fmt: skip
