"""The machines of a base's application and of an objection to it."""

from enum import StrEnum


class CertificationStatus(StrEnum):
    """Where an application stands: 申报, 初审, 推荐, 遴选, 实地核查, 公示, 异议, 认定."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECOMMENDED = "recommended"
    SITE_VISIT = "site_visit"
    PUBLICISED = "publicised"
    OBJECTED = "objected"
    CERTIFIED = "certified"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


C = CertificationStatus
CERTIFICATION_TRANSITIONS = {
    C.DRAFT: frozenset({C.SUBMITTED, C.WITHDRAWN}),
    C.SUBMITTED: frozenset({C.RECOMMENDED, C.RETURNED, C.DECLINED, C.WITHDRAWN}),
    C.RETURNED: frozenset({C.SUBMITTED, C.WITHDRAWN}),
    C.RECOMMENDED: frozenset({C.SITE_VISIT, C.PUBLICISED, C.DECLINED}),
    C.SITE_VISIT: frozenset({C.PUBLICISED, C.DECLINED}),
    C.PUBLICISED: frozenset({C.OBJECTED, C.CERTIFIED}),
    C.OBJECTED: frozenset({C.PUBLICISED, C.DECLINED}),
    C.CERTIFIED: frozenset({C.REVOKED}),
    C.DECLINED: frozenset(),
    C.WITHDRAWN: frozenset(),
    C.REVOKED: frozenset(),
}


class ObjectionStatus(StrEnum):
    """What became of an objection (异议)."""

    PENDING = "pending"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


OBJECTION_TRANSITIONS = {
    ObjectionStatus.PENDING: frozenset({ObjectionStatus.UPHELD, ObjectionStatus.DISMISSED}),
    ObjectionStatus.UPHELD: frozenset(),
    ObjectionStatus.DISMISSED: frozenset(),
}


class MaterialKind(StrEnum):
    """Papers that are uploaded; the annexes and the list of firms are made here (附件1 二)."""

    ESTABLISHMENT = "establishment"
    PREMISES = "premises"
    INVESTMENT = "investment"
