"""What the JSON API says of people, organisations and tokens."""

import datetime as dt
from collections.abc import Iterable
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from market.accounts.models import ApiToken, Membership, Organisation, Person, Shareholding
from market.accounts.states import OrganisationKind, OrganisationStatus, Role
from market.kit.actor import Actor
from market.kit.paging import CursorQuery


class OrganisationOut(BaseModel):
    """An organisation as any signed-in party may know it."""

    number: str
    kind: OrganisationKind
    status: OrganisationStatus
    name: str
    uscc: str | None
    org_type: str
    size: str
    region_code: str
    industry: str
    summary: str
    verified_at: dt.datetime | None

    @classmethod
    def of(cls, row: Organisation) -> Self:
        """The public facts of an organisation."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ShareOut(BaseModel):
    """A shareholder as declared, the share in basis points; a person has no code."""

    holder_name: str
    holder_uscc: str
    share_bp: int


class ShareholdersOut(BaseModel):
    """Whom an organisation declares as its shareholders, the largest share first."""

    organisation: str
    holders: list[ShareOut]

    @classmethod
    def of(cls, organisation: Organisation, rows: Iterable[Shareholding]) -> Self:
        """From rows."""
        names = ShareOut.model_fields
        return cls(
            organisation=organisation.number,
            holders=[ShareOut(**{name: getattr(row, name) for name in names}) for row in rows],
        )


class VerificationOut(BaseModel):
    """Where an organisation's verification stands; `note` is why it was sent back or suspended."""

    number: str
    name: str
    kind: OrganisationKind
    status: OrganisationStatus
    uscc: str | None
    submitted_at: dt.datetime | None
    verified_at: dt.datetime | None
    note: str

    @classmethod
    def of(cls, row: Organisation) -> Self:
        """From a row."""
        same = [name for name in cls.model_fields if name != "note"]
        return cls(**{name: getattr(row, name) for name in same}, note=row.verification_note)


class VerificationQuery(CursorQuery):
    """Which standing is listed."""

    status: OrganisationStatus = OrganisationStatus.PENDING_VERIFICATION


class MeOut(BaseModel):
    """Who the caller is, for which organisation, in which role, within which scopes."""

    name: str
    email: str
    locale: str
    organisation: OrganisationOut | None
    role: Role | None
    scopes: list[str] | None

    @classmethod
    def of(cls, person: Person, organisation: Organisation | None, actor: Actor) -> Self:
        """The caller; `scopes` is null without a token."""
        return cls(
            name=person.name,
            email=person.email,
            locale=person.locale,
            organisation=OrganisationOut.of(organisation) if organisation else None,
            role=Role(actor.role) if organisation else None,
            scopes=None if actor.scopes is None else sorted(actor.scopes),
        )


class MemberOut(BaseModel):
    """A member of the caller's organisation."""

    name: str
    email: str
    role: Role
    since: dt.datetime

    @classmethod
    def of(cls, row: Membership) -> Self:
        """A membership with its person fetched."""
        return cls(
            name=row.person.name, email=row.person.email, role=row.role, since=row.created_at
        )


class MembersOut(BaseModel):
    """The members of the caller's organisation."""

    items: list[MemberOut]


class TokenOut(BaseModel):
    """An API token without its secret."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    expires_at: dt.datetime
    last_used_at: dt.datetime | None

    @classmethod
    def of(cls, row: ApiToken) -> Self:
        """What may be shown of a token."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class TokensOut(BaseModel):
    """The caller's API tokens in this organisation."""

    items: list[TokenOut]


class NewTokenOut(BaseModel):
    """A fresh API token; `token` is its only clear text."""

    token: str
    details: TokenOut


class OpeningKeyInput(BaseModel):
    """The passphrase of a new opening key; `replace` takes another one instead of the one in use."""

    passphrase: str = Field(min_length=1, max_length=200)
    replace: bool = False


class OpeningKeyOut(BaseModel):
    """A new opening key; the recovery file releases a share without the passphrase."""

    fingerprint: str
    recovery_file: str
