"""People, organisations, actors and signed-in clients for tests."""

from itertools import count
from typing import Any
from uuid import UUID

import httpx

from market.accounts import opening_keys, sessions
from market.accounts.models import Membership, OpeningKey, Organisation, Person
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.kit import clock
from market.kit.actor import Actor
from market.kit.numbers import next_number
from market.vocabulary import uscc as codes

PASSWORD = "a long enough password"
PASSPHRASE = "a long enough passphrase"
CHEAP = opening_keys.Cost(passes=1, memory=8, lanes=1)
_sequence = count(1)
_pairs: list[opening_keys.KeyPair] = []


async def make_person(
    *, email: str = "", name: str = "张三", confirmed: bool = True, **values: Any
) -> Person:
    """A person; `confirmed` is the state of the e-mail address. Signs in with no password."""
    return await Person.create(
        email=email or f"person{next(_sequence)}@example.com",
        name=name,
        password_hash=values.pop("password_hash", "!"),
        email_confirmed_at=clock.now() if confirmed else None,
        **values,
    )


def make_uscc(region_code: str = "370100", pair: str = "91") -> str:
    """A valid 统一社会信用代码, another one each time."""
    return codes.compose(pair, region_code, f"MA{next(_sequence):06d}")


async def make_organisation(
    *,
    kind: str = "demand",
    verified: bool = True,
    region_code: str = "370100",
    name: str = "",
    opening_key: bool = True,
    **values: Any,
) -> Organisation:
    """An organisation without members; `verified` gives it a code, the active status and an opening key."""
    number = await next_number("O")
    if verified:
        values.setdefault("uscc", make_uscc(region_code))
        values.setdefault("verified_at", clock.now())
        values.setdefault("status", OrganisationStatus.ACTIVE)
    made = await Organisation.create(
        number=number,
        kind=OrganisationKind(kind),
        name=name or f"{kind} {number}",
        org_type=values.pop("org_type", "enterprise"),
        region_code=region_code,
        **values,
    )
    if verified and opening_key:
        await make_opening_key(made)
    return made


async def make_opening_key(organisation: Organisation | None) -> OpeningKey:
    """An opening key under PASSPHRASE, the same pair for everybody; of nobody: the operator's recovery key."""
    pair = await _pair()
    return await OpeningKey.create(
        organisation=organisation, public_key=pair.public, private_box=pair.box, kdf=pair.kdf
    )


async def _pair() -> opening_keys.KeyPair:
    if not _pairs:
        _pairs.append(await opening_keys.new_pair(PASSPHRASE, cost=CHEAP))
    return _pairs[0]


async def make_membership(
    organisation: Organisation, *, person: Person | None = None, role: str = "owner"
) -> Membership:
    """A membership, of a new person unless one is given."""
    return await Membership.create(
        person=person or await make_person(), organisation=organisation, role=Role(role)
    )


async def actor(
    organisation: Organisation, role: str = "owner", *, person: Person | None = None
) -> Actor:
    """A new member of the organisation (or `person`, made a member) as the actor of a verb."""
    membership = await make_membership(organisation, person=person, role=role)
    member: Person = await Person.get(id=membership.person_id)
    return _actor(organisation, member.id, member.name, role)


async def first_owner(organisation: Organisation) -> Actor:
    """The organisation's first owner as the actor of a verb; a new one where there is none."""
    owners = Membership.filter(organisation=organisation, role=Role.OWNER, revoked_at=None)
    membership = await owners.order_by("id").select_related("person").first()
    if membership is None:
        return await actor(organisation)
    return _actor(organisation, membership.person.id, membership.person.name, "owner")


def _actor(organisation: Organisation, person_id: UUID, name: str, role: str) -> Actor:
    return Actor(
        person_id=person_id,
        name=name,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        kind=organisation.kind.value,
        role=role,
        region_code=organisation.region_code,
        verified=organisation.is_verified,
    )


async def signed_in_client(
    client: httpx.AsyncClient, person: Person | UUID | None
) -> httpx.AsyncClient:
    """The same client, from now on with a session of this person (`actor.person_id` will do)."""
    row = person if isinstance(person, Person) else await Person.get(id=person)
    client.cookies.set(sessions.COOKIE, await sessions.start_session(row))
    return client
