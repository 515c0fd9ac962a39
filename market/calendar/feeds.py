"""Verbs of the calendar subscription: a secret address, shown once, replaced or revoked at will."""

import secrets

from market.accounts.models import Person
from market.accounts.sessions import hash_token
from market.calendar.models import CalendarFeed
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import NotFound
from market.kit.i18n import gettext as _


@atomic()
async def open_feed(*, by: Actor) -> str:
    """A new secret token of the actor's calendar; an earlier one ends. It is returned here only."""
    assert by.person_id is not None, "a person opens a feed"
    await lock_id(Person, by.person_id)
    await _revoke(by)
    token = secrets.token_urlsafe(32)
    feed = await CalendarFeed.create(person_id=by.person_id, token_hash=hash_token(token))
    await audit.record(feed, "opened", by=by)
    return token


@atomic()
async def revoke_feed(*, by: Actor) -> None:
    """End the actor's subscription; a second time changes nothing."""
    await _revoke(by)


async def _revoke(by: Actor) -> None:
    for feed in await CalendarFeed.filter(person_id=by.person_id, revoked_at=None):
        feed.revoked_at = clock.now()
        await feed.save(update_fields=["revoked_at"])
        await audit.record(feed, "revoked", by=by)


async def own_feed(by: Actor) -> CalendarFeed | None:
    """The actor's subscription in force."""
    return await CalendarFeed.filter(person_id=by.person_id, revoked_at=None).first()


async def person_of(token: str) -> Person:
    """Whose calendar a secret address is; NotFound for one that is unknown or revoked."""
    feed = await CalendarFeed.filter(
        token_hash=hash_token(token), revoked_at=None
    ).select_related("person").first()  # fmt: skip
    if feed is None:
        raise NotFound(_("This calendar address is not valid"))
    person: Person = feed.person
    return person
