"""Signed-in browsers and API tokens: from a cookie or a bearer token to the actor of a request."""

import datetime as dt
import hashlib
import secrets
from uuid import UUID

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from market.accounts.models import ApiToken, Membership, Organisation, Person, Session
from market.accounts.states import OrganisationStatus
from market.kit import clock
from market.kit.actor import ANONYMOUS, Actor
from market.kit.db import atomic
from market.settings import settings

COOKIE = "__Host-session" if settings.base_url.startswith("https") else "session"
LIFETIME = dt.timedelta(days=14)
TOUCH_EVERY = dt.timedelta(minutes=5)
# Every request reads these, and most of what its rows hold says nothing about the actor.
_PERSON = ("id", "name")
_ORGANISATION = ("id", "name", "kind", "status", "region_code")
_OF_SESSION = ("id", "last_seen_at", "membership_id", *(f"person__{name}" for name in _PERSON))
_OF_MEMBERSHIP = ("id", "role", *(f"organisation__{name}" for name in _ORGANISATION))
_OF_TOKEN = (
    "id", "last_used_at", "scopes", "membership__id", "membership__role", "membership__revoked_at",
    *(f"membership__person__{name}" for name in _PERSON),
    *(f"membership__organisation__{name}" for name in _ORGANISATION),
)  # fmt: skip
TOKEN_PREFIX = "mk_"  # noqa: S105 - the recognisable beginning of our API tokens


def hash_token(token: str) -> str:
    """What the database keeps of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


@atomic()
async def start_session(person: Person, *, address: str = "", user_agent: str = "") -> str:
    """Sign a person in; returns the cookie's token, which is stored only as a digest."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    first = await Membership.filter(person=person, revoked_at=None).order_by("id").first()
    await Session.create(
        token_hash=hash_token(token),
        person=person,
        membership=first,
        address=address[:64],
        user_agent=user_agent[:200],
        last_seen_at=now,
        expires_at=now + LIFETIME,
    )
    return token


@atomic()
async def end_session(session_id: UUID, *, by: Actor) -> None:
    """Revoke one of the actor's own sessions."""
    await Session.filter(id=session_id, person_id=by.person_id, revoked_at=None).update(
        revoked_at=clock.now()
    )


@atomic()
async def end_all_sessions(person_id: UUID, *, but: UUID | None = None) -> None:
    """Revoke every session of a person, `but` one: after a password change or on request."""
    await (
        Session.filter(person_id=person_id, revoked_at=None)
        .exclude(id=but)
        .update(revoked_at=clock.now())
    )


@atomic()
async def switch_organisation(session_id: UUID, membership_id: UUID, *, by: Actor) -> bool:
    """Act for another of one's organisations from now on; whether the membership is the person's."""
    own = await Membership.filter(
        id=membership_id, person_id=by.person_id, revoked_at=None
    ).exists()
    if own:
        await Session.filter(id=session_id).update(membership_id=membership_id)
    return own


async def actor_from_cookie(token: str) -> Actor:
    """The actor of a session cookie; ANONYMOUS when it is unknown, revoked or expired."""
    now = clock.now()
    session = (
        await Session.filter(token_hash=hash_token(token), revoked_at=None, expires_at__gt=now)
        .select_related("person")
        .only(*_OF_SESSION)
        .first()
    )
    if session is None:
        return ANONYMOUS
    if now - session.last_seen_at > TOUCH_EVERY:
        await Session.filter(id=session.id).update(last_seen_at=now)
    memberships = (
        await Membership.filter(person_id=session.person.id, revoked_at=None)
        .order_by("id")
        .select_related("organisation")
        .only(*_OF_MEMBERSHIP)
    )
    return _actor(session.person, memberships, session.membership_id, session.id)


def _actor(
    person: Person, memberships: list[Membership], chosen: UUID | None, session_id: UUID | None
) -> Actor:
    usable = [m for m in memberships if m.organisation.status != OrganisationStatus.CLOSED]
    current = next((m for m in usable if m.id == chosen), usable[0] if usable else None)
    listed = tuple((m.id, m.organisation.name, m.organisation.kind.value) for m in usable)
    if current is None:
        return Actor(person_id=person.id, name=person.name, session_id=session_id)
    return _acting(person, current.organisation, current, session_id=session_id, listed=listed)


def _acting(
    person: Person,
    organisation: Organisation,
    membership: Membership,
    *,
    session_id: UUID | None = None,
    listed: tuple[tuple[UUID, str, str], ...] = (),
    scopes: frozenset[str] | None = None,
) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        kind=organisation.kind.value,
        role=membership.role.value,
        region_code=organisation.region_code,
        verified=organisation.is_verified,
        scopes=scopes,
        session_id=session_id,
        memberships=listed,
    )


async def actor_from_token(token: str) -> Actor:
    """The actor of an API token; ANONYMOUS when it is unknown, revoked or expired."""
    now = clock.now()
    row = (
        await ApiToken.filter(token_hash=hash_token(token), revoked_at=None, expires_at__gt=now)
        .select_related("membership__person", "membership__organisation")
        .only(*_OF_TOKEN)
        .first()
    )
    if row is None or row.membership.revoked_at is not None:
        return ANONYMOUS
    if row.membership.organisation.status == OrganisationStatus.CLOSED:
        return ANONYMOUS
    if row.last_used_at is None or now - row.last_used_at > TOUCH_EVERY:
        await ApiToken.filter(id=row.id).update(last_used_at=now)
    member = row.membership
    return _acting(member.person, member.organisation, member, scopes=frozenset(row.scopes))


class SessionMiddleware:
    """Puts the actor into the scope; a request without cookie or token costs nothing.

    A token counts under /api/ only: pages know no scopes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Resolve the actor, then go on."""
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
            headers = Headers(scope=scope)
            authorization = headers.get("authorization", "")
            if authorization.startswith("Bearer ") and scope["path"].startswith("/api/"):
                scope["actor"] = await actor_from_token(authorization.removeprefix("Bearer "))
            elif token := cookie_parser(headers.get("cookie", "")).get(COOKIE):
                scope["actor"] = await actor_from_cookie(token)
                scope["session_token"] = token
        await self.app(scope, receive, send)
