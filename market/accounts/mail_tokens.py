"""Signed links in e-mail: they prove that who clicks reads the address, and expire by themselves."""

import hashlib
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer

from market.accounts.models import Person
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.settings import settings

HOUR = 3600
CONFIRM_SECONDS = 72 * HOUR
RESET_SECONDS = HOUR
SIGN_IN_SECONDS = 300
UNSUBSCRIBE_SECONDS = 400 * 24 * HOUR


class LinkExpired(NotFound):
    """The link is too old, was used, or is not one of ours."""

    title = "This link is no longer valid"


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key.get_secret_value(), salt=f"mail:{purpose}")


def _fingerprint(person: Person) -> str:
    """Changes with the password, so that a link works until the first change."""
    return hashlib.sha256(person.password_hash.encode()).hexdigest()[:16]


def confirmation(person: Person) -> str:
    """The token that confirms the person's present address."""
    return _signer("confirm").dumps([str(person.id), person.email])


def reset(person: Person) -> str:
    """The token that lets a new password be set once."""
    return _signer("reset").dumps([str(person.id), _fingerprint(person)])


def password_given(person: Person) -> str:
    """The token of a log-in that still lacks its one-time code."""
    return _signer("second-factor").dumps([str(person.id), _fingerprint(person)])


def unsubscription(person: Person, group: str) -> str:
    """The token that switches one group of mail off."""
    return _signer("unsubscribe").dumps([str(person.id), group])


async def person_to_confirm(token: str) -> Person:
    """Whose address the token confirms; raises LinkExpired."""
    person, email = await _read("confirm", token, CONFIRM_SECONDS)
    if person.email != email:
        raise _expired()
    return person


async def person_to_reset(token: str) -> Person:
    """Who may set a new password; raises LinkExpired."""
    return await _unchanged("reset", token, RESET_SECONDS)


async def person_with_password(token: str) -> Person:
    """Who has given the password and must still give the code; raises LinkExpired."""
    return await _unchanged("second-factor", token, SIGN_IN_SECONDS)


async def person_to_unsubscribe(token: str) -> tuple[Person, str]:
    """Who switches which group of mail off; raises LinkExpired."""
    return await _read("unsubscribe", token, UNSUBSCRIBE_SECONDS)


async def _unchanged(purpose: str, token: str, seconds: int) -> Person:
    person, fingerprint = await _read(purpose, token, seconds)
    if fingerprint != _fingerprint(person):
        raise _expired()
    return person


async def _read(purpose: str, token: str, seconds: int) -> tuple[Person, str]:
    try:
        person_id, rest = _signer(purpose).loads(token, max_age=seconds)
    except BadSignature:
        raise _expired() from None
    person = await Person.get_or_none(id=UUID(person_id))
    if person is None:
        raise _expired()
    return person, rest


def _expired() -> LinkExpired:
    return LinkExpired(_("The link has expired or was used already; please ask for a new one"))
