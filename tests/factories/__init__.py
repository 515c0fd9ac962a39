"""Rows for tests, with keyword defaults."""

from tests.factories.accounts import (
    PASSPHRASE,
    PASSWORD,
    actor,
    make_membership,
    make_opening_key,
    make_organisation,
    make_person,
    make_uscc,
    signed_in_client,
)

__all__ = [
    "PASSPHRASE",
    "PASSWORD",
    "actor",
    "make_membership",
    "make_opening_key",
    "make_organisation",
    "make_person",
    "make_uscc",
    "signed_in_client",
]
