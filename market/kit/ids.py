"""Identifiers: time-ordered UUIDv7 keys."""

from uuid import UUID

import uuid_utils.compat


def uuid7() -> UUID:
    """A fresh time-ordered key."""
    return uuid_utils.compat.uuid7()
