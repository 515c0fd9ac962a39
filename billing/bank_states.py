"""State machines of the custody account's statements and of what people decide about their lines."""

from enum import StrEnum


class StatementStatus(StrEnum):
    """How far a statement file has been read."""

    QUEUED = "queued"
    COLUMNS_WANTED = "columns_wanted"
    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"


S = StatementStatus
STATEMENT_TRANSITIONS = {
    S.QUEUED: frozenset({S.READING, S.COLUMNS_WANTED, S.UNREADABLE}),
    S.COLUMNS_WANTED: frozenset({S.QUEUED}),
    S.READING: frozenset({S.READ}),
    S.READ: frozenset[StatementStatus](),
    S.UNREADABLE: frozenset[StatementStatus](),
}


class DecisionKind(StrEnum):
    """What a person may have done with a receipt."""

    APPLY = "apply"
    RETURN = "return"
    UNDO = "undo"
    INTEREST = "interest"


class DecisionStatus(StrEnum):
    """A decision is carried out by its maker or, above an amount, by a second person.

    A return is approved first and done when the bank has paid.
    """

    PROPOSED = "proposed"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"


D = DecisionStatus
DECISION_TRANSITIONS = {
    D.PROPOSED: frozenset({D.APPROVED, D.DONE, D.REFUSED}),
    D.APPROVED: frozenset({D.DONE}),
    D.DONE: frozenset[DecisionStatus](),
    D.REFUSED: frozenset[DecisionStatus](),
}
