"""Kinds of calls, and the machines of an entry and of an objection to it."""

from enum import StrEnum


class CallKind(StrEnum):
    """What is selected: 标杆企业 (苏数发〔2025〕62号 三(四)), 典型应用案例 (四(十))."""

    BENCHMARK = "benchmark"
    CASE = "case"


class EntryStatus(StrEnum):
    """Where an entry stands: 申报, 评审, 公示, 异议, 入选."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    PUBLICISED = "publicised"
    OBJECTED = "objected"
    SELECTED = "selected"
    DECLINED = "declined"
    REVOKED = "revoked"


E = EntryStatus
ENTRY_TRANSITIONS = {
    E.SUBMITTED: frozenset({E.RETURNED, E.WITHDRAWN, E.PUBLICISED, E.DECLINED}),
    E.RETURNED: frozenset({E.SUBMITTED, E.WITHDRAWN}),
    E.PUBLICISED: frozenset({E.OBJECTED, E.SELECTED}),
    E.OBJECTED: frozenset({E.PUBLICISED, E.DECLINED}),
    E.SELECTED: frozenset({E.REVOKED}),
    E.WITHDRAWN: frozenset[EntryStatus](),
    E.DECLINED: frozenset[EntryStatus](),
    E.REVOKED: frozenset[EntryStatus](),
}
PUBLIC = (E.PUBLICISED, E.OBJECTED, E.SELECTED)
