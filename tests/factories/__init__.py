"""Rows for tests, with keyword defaults."""

from tests.factories.accounts import (
    PASSWORD,
    actor,
    make_membership,
    make_organisation,
    make_person,
    make_uscc,
    signed_in_client,
)

__all__ = [
    "PASSWORD",
    "actor",
    "make_membership",
    "make_organisation",
    "make_person",
    "make_uscc",
    "signed_in_client",
]
