"""Where an incident stands, what it is about, how grave it is, and the steps it goes through."""

from enum import StrEnum


class IncidentStatus(StrEnum):
    """Open until what happened is repaired; closed once it has been reviewed."""

    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"


S = IncidentStatus
INCIDENT_TRANSITIONS = {
    S.OPEN: frozenset({S.RESOLVED}),
    S.RESOLVED: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
}


class IncidentKind(StrEnum):
    """What is hurt."""

    NETWORK = "network"  # 网络安全事件
    PERSONAL_INFORMATION = "personal_information"  # 个人信息泄露、篡改、丢失
    QUALITY = "quality"  # 质量事故


class IncidentLevel(StrEnum):
    """The four levels of the national guide to grading (分级指南); quality is graded alike."""

    GENERAL = "general"
    SERIOUS = "serious"
    MAJOR = "major"
    EXTRAORDINARY = "extraordinary"


class OperatorClass(StrEnum):
    """Whose network it is: the law's clocks differ."""

    OTHER = "other"
    CENTRAL = "central"  # 中央和国家机关各部门及其直属单位
    CRITICAL = "critical"  # 关键信息基础设施


class IncidentStep(StrEnum):
    """What has to be done, in the order of the page."""

    CONTAINED = "contained"
    NOTIFIED = "notified"
    RESOLVED = "resolved"
    REVIEWED = "reviewed"


NEEDS = {
    IncidentStep.CONTAINED: frozenset[IncidentStep](),
    IncidentStep.NOTIFIED: frozenset[IncidentStep](),
    IncidentStep.RESOLVED: frozenset({IncidentStep.CONTAINED, IncidentStep.NOTIFIED}),
    IncidentStep.REVIEWED: frozenset({IncidentStep.RESOLVED}),
}
