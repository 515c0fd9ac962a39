"""Passwords: argon2id, computed off the event loop, and the rule a new one must meet."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _

MIN_LENGTH = 10
MAX_LENGTH = 128
MIN_DISTINCT = 5
_hasher = PasswordHasher()
_COMMON = frozenset({
    "1234567890", "0123456789", "0987654321", "12345678910", "123456789a", "a123456789",
    "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "qwerty12345", "password12", "password123",
    "passw0rd123", "iloveyou123", "woaini1314", "woaini520", "woaini1314520", "5201314520",
})  # fmt: skip


def check_strength(password: str, *, email: str, field: str = "password") -> None:
    """Refuse a password that is short, common, or made from the e-mail address; raises InvalidInput."""
    name = email.partition("@")[0]
    if len(password) < MIN_LENGTH:
        fault = _("A password needs at least %(count)s characters", count=MIN_LENGTH)
    elif len(password) > MAX_LENGTH:
        fault = _("A password has at most %(count)s characters", count=MAX_LENGTH)
    elif len(set(password)) < MIN_DISTINCT or password.lower() in _COMMON:
        fault = _("This password is too easy to guess")
    elif len(name) > 3 and name in password.lower():
        fault = _("A password must not contain your e-mail address")
    else:
        return
    raise InvalidInput(fields={field: fault})


async def hash_password(password: str) -> str:
    """The argon2id hash of a password; call it before the transaction, it takes its time."""
    return await asyncio.to_thread(_hasher.hash, password)


async def is_right(password: str, *, password_hash: str | None) -> bool:
    """Whether a password fits; without a hash it takes as long as with one and is never right."""
    return await asyncio.to_thread(_verify, password_hash or _unknown(), password)


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _unknown() -> str:
    """A hash nobody's password has, so that an unknown address costs the same time."""
    return _hasher.hash(secrets.token_bytes(32))
