"""Signing in: password, then the one-time code when the person asked for one."""

from market.accounts import mail_tokens, passwords, second_factor, sessions
from market.accounts.models import Person
from market.kit import audit, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, transaction
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _


class SignInRefused(InvalidInput):
    """Wrong address, wrong password, or an address not yet confirmed."""


async def check_password(email: str, password: str) -> Person:
    """Whose address and password these are; raises SignInRefused.

    An unknown address takes as long and says the same as a wrong password. The right password of an
    unconfirmed address sends the confirming e-mail again.
    """
    person = await Person.get_or_none(email=email)
    right = await passwords.is_right(
        password, password_hash=person.password_hash if person else None
    )
    if person is None or not right:
        raise SignInRefused(_("The e-mail address or the password is not right"))
    if person.email_confirmed_at is None:
        async with transaction():
            await outbox.record("person.registered", email=email)
        raise SignInRefused(
            _("Please confirm your e-mail address first; we have sent you the link again")
        )
    if passwords.is_outdated(person.password_hash):
        person.password_hash = await passwords.hash_password(password)
        await person.save(update_fields=["password_hash"])
    return person


@atomic()
async def sign_in(person: Person, *, address: str = "", user_agent: str = "") -> str:
    """Start a session for a person who has proved who they are; returns the cookie's token."""
    await audit.record(person, "signed_in", by=Actor(person_id=person.id, name=person.name))
    return await sessions.start_session(person, address=address, user_agent=user_agent)


@atomic()
async def sign_in_with_code(
    ticket: str, code: str, *, address: str = "", user_agent: str = ""
) -> tuple[Person, str]:
    """The second step: `ticket` proves the password, `code` is the app's. Raises InvalidInput, LinkExpired."""
    person = await lock(await mail_tokens.person_with_password(ticket))
    await second_factor.use_code(person, code)
    return person, await sign_in(person, address=address, user_agent=user_agent)
