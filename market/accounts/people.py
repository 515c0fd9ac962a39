"""Persons: the confirmed address, passwords, own details, wanted mail."""

from collections.abc import Collection

from market.accounts import mail_tokens, passwords, sessions
from market.accounts.forms import ProfileInput
from market.accounts.mail_groups import GROUPS
from market.accounts.models import Person
from market.kit import audit, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id, transaction
from market.kit.errors import InvalidInput
from market.kit.i18n import current_locale
from market.kit.i18n import gettext as _


async def create_person(
    email: str, *, name: str, password_hash: str, confirmed: bool = False
) -> Person:
    """Write a new person; part of the verbs that register one. `email` is in lower case."""
    person = await Person.create(
        email=email,
        name=name,
        password_hash=password_hash,
        locale=current_locale(),
        email_confirmed_at=clock.now() if confirmed else None,
    )
    await audit.record(person, "registered", by=Actor(person_id=person.id, name=name))
    return person


@atomic()
async def confirm_email(token: str) -> Person:
    """Note that the person reads the address; a second click changes nothing. Raises LinkExpired."""
    person = await lock(await mail_tokens.person_to_confirm(token))
    if person.email_confirmed_at is None:
        person.email_confirmed_at = clock.now()
        await person.save(update_fields=["email_confirmed_at"])
        await audit.record(
            person, "email_confirmed", by=Actor(person_id=person.id, name=person.name)
        )
    return person


@atomic()
async def request_password_reset(email: str) -> None:
    """Ask for a reset link; the same work is done whether the address is known or not."""
    await outbox.record("password.reset_requested", email=email)


async def reset_password(token: str, password: str) -> Person:
    """Set a new password by a mailed link, once; ends every session. Raises LinkExpired, InvalidInput.

    The link came by e-mail, so it confirms the address too.
    """
    person = await mail_tokens.person_to_reset(token)
    passwords.check_strength(password, email=person.email)
    password_hash = await passwords.hash_password(password)
    async with transaction():
        await lock(person)
        person = await mail_tokens.person_to_reset(token)
        return await _set_password(person, password_hash, reset=True)


async def change_password(current: str, password: str, *, by: Actor) -> None:
    """Replace the actor's own password and end their other sessions; raises InvalidInput."""
    person = await Person.get(id=by.person_id)
    if not await passwords.is_right(current, password_hash=person.password_hash):
        raise InvalidInput(fields={"current": _("The present password is not right")})
    passwords.check_strength(password, email=person.email)
    password_hash = await passwords.hash_password(password)
    async with transaction():
        await _set_password(await lock(person), password_hash, keep=by)


async def _set_password(
    person: Person, password_hash: str, *, reset: bool = False, keep: Actor | None = None
) -> Person:
    person.password_hash = password_hash
    if reset and person.email_confirmed_at is None:
        person.email_confirmed_at = clock.now()
    await person.save(update_fields=["password_hash", "email_confirmed_at"])
    await sessions.end_all_sessions(person.id, but=keep.session_id if keep else None)
    await audit.record(
        person,
        "password_reset" if reset else "password_changed",
        by=Actor(person_id=person.id, name=person.name),
    )
    await outbox.record("password.changed", person=person.id)
    return person


@atomic()
async def edit_person(profile: ProfileInput, *, by: Actor) -> Person:
    """Change the actor's own name, telephone and language."""
    assert by.person_id is not None
    person = await lock_id(Person, by.person_id)
    person.name, person.phone, person.locale = profile.name, profile.phone, profile.locale
    await person.save(update_fields=["name", "phone", "locale"])
    return person


@atomic()
async def choose_mail(wanted: Collection[str], *, by: Actor) -> None:
    """Keep the groups of mail in `wanted` and switch the other ones off."""
    assert by.person_id is not None
    person = await lock_id(Person, by.person_id)
    person.muted_mail = [group for group in GROUPS if group not in wanted]
    await person.save(update_fields=["muted_mail"])


@atomic()
async def unsubscribe(token: str) -> str:
    """Switch off the group of mail named by a mailed link; returns it. Raises LinkExpired."""
    found, group = await mail_tokens.person_to_unsubscribe(token)
    person = await lock(found)
    person.muted_mail = sorted({*person.muted_mail, group})
    await person.save(update_fields=["muted_mail"])
    return group
