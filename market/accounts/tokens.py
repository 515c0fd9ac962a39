"""API tokens: a program acts as a member, within the scopes and the time the member chose."""

import datetime as dt
import secrets

from market.accounts.forms import TokenInput
from market.accounts.models import ApiToken, Membership
from market.accounts.sessions import TOKEN_PREFIX, hash_token
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import atomic, lock
from market.kit.errors import InvalidInput, NotPermitted
from market.kit.i18n import gettext as _

MAX_TOKENS = 20
SHOWN_CHARACTERS = 8


@atomic()
async def create_token(details: TokenInput, *, by: Actor) -> tuple[ApiToken, str]:
    """Create a token for the actor's present membership; returns it and its only clear text.

    A token cannot create one with more scopes than it has. Raises InvalidInput.
    """
    membership = await Membership.select_for_update().get_or_none(
        person_id=by.person_id, organisation_id=by.organisation_id, revoked_at=None
    )
    if membership is None:
        raise NotPermitted(_("Please sign in and choose an organisation"))
    if by.scopes is not None and not by.scopes.issuperset(details.scopes):
        raise InvalidInput(fields={"scopes": _("A token cannot give more than it has")})
    now = clock.now()
    live = ApiToken.filter(membership=membership, revoked_at=None, expires_at__gt=now)
    if await live.count() >= MAX_TOKENS:
        raise InvalidInput(_("You have too many tokens; revoke one first"))
    clear = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = await ApiToken.create(
        token_hash=hash_token(clear),
        prefix=clear[:SHOWN_CHARACTERS],
        name=details.name,
        membership=membership,
        scopes=sorted(set(details.scopes)),
        expires_at=now + dt.timedelta(days=details.days),
    )
    await audit.record(token, "created", by=by, after={"name": token.name, "scopes": token.scopes})
    return token, clear


@atomic()
async def revoke_token(token: ApiToken, *, by: Actor) -> None:
    """End a token now; a second time changes nothing."""
    row = await lock(token)
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        await row.save(update_fields=["revoked_at"])
        await audit.record(row, "revoked", by=by)
