"""What is exchanged, which way, and what came of a pushed record."""

from enum import StrEnum


class Collection(StrEnum):
    """Kinds of records; each has a schema of its own."""

    ORGANISATIONS = "organisations"
    REGISTRATIONS = "registrations"
    STATISTICS = "statistics"


class ExchangeDirection(StrEnum):
    """Seen from here."""

    PULL = "pull"
    PUSH = "push"


class PushResult(StrEnum):
    """What came of one record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
