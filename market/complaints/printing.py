"""What a complaint and its decision state on paper, and the digest by which anybody can check it."""

from typing import Any

from market.complaints.models import Complaint
from market.kit import documents
from market.kit.i18n import N_

NOUNS = {
    "objection": N_("Objection to the owner"),
    "complaint": N_("Complaint to the bureau"),
    "decision": N_("Decision on a complaint"),
}


def stated_of(complaint: Complaint) -> dict[str, Any]:
    """What the document states; the complainant is left out, for the decision is public."""
    stated = {
        "complaint": complaint.number, "job": complaint.job.number,
        "award": complaint.award.number if complaint.award else None,
        "level": complaint.level, "ground": complaint.ground, "filed_at": complaint.filed_at,
    }  # fmt: skip
    if not complaint.is_decided:
        return {**stated, "statement": complaint.statement, "demand": complaint.demand}
    return {
        **stated, "ruling": complaint.ruling, "reasons": complaint.reasons,
        "decided_at": complaint.decided_at,
        "decided_by": complaint.decided_by.name if complaint.decided_by else None,
    }  # fmt: skip


def decision_digest(complaint: Complaint) -> str:
    """The decision's digest; empty before there is one."""
    return documents.digest_of(stated_of(complaint)) if complaint.is_decided else ""


async def document_of(complaint: Complaint) -> documents.Document:
    """What head and foot of the printed page say."""
    noun = NOUNS["decision" if complaint.is_decided else complaint.level.value]
    digest = documents.digest_of(stated_of(complaint))
    return await documents.issue(noun, complaint.number, digest)
