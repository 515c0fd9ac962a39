"""Tables of people, organisations and the keys they hold."""

from typing import Any
from uuid import UUID

from tortoise import fields

from market.accounts.states import (
    ORGANISATION_TRANSITIONS,
    OrganisationKind,
    OrganisationStatus,
    Role,
)
from market.kit.db import Row
from market.kit.states import Stateful


class Person(Row):
    """Someone who signs in; acts only through a membership."""

    email = fields.CharField(max_length=254, unique=True)  # lower case
    name = fields.CharField(max_length=80)
    phone = fields.CharField(max_length=20, default="")
    password_hash = fields.CharField(max_length=200)
    locale = fields.CharField(max_length=10, default="zh_CN")
    email_confirmed_at = fields.DatetimeField(null=True)
    totp_secret = fields.BinaryField(null=True)  # sealed, see second_factor.py
    totp_confirmed_at = fields.DatetimeField(null=True)
    totp_last_step = fields.BigIntField(default=0)  # a code is accepted once
    muted_mail: Any = fields.JSONField(default=list)  # groups of mail switched off

    class Meta:
        table = "people"


class RecoveryCode(Row):
    """A one-time code that stands in for the second factor; only its SHA-256 is kept."""

    person_id: UUID
    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name="recovery_codes"
    )
    digest = fields.CharField(max_length=64)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_codes"
        unique_together = (("person", "digest"),)


class Organisation(Stateful):
    """A legal body with one kind and a verified identity."""

    TRANSITIONS = ORGANISATION_TRANSITIONS
    OTHER_STARTS = frozenset({OrganisationStatus.ACTIVE})  # the operator's own

    licence_file_id: UUID | None
    number = fields.CharField(max_length=20, unique=True)
    external_id = fields.CharField(max_length=64, null=True, unique=True)  # id in an import
    kind = fields.CharEnumField(OrganisationKind, max_length=32)
    status = fields.CharEnumField(
        OrganisationStatus, max_length=32, default=OrganisationStatus.REGISTERED
    )
    name = fields.CharField(max_length=120)
    uscc = fields.CharField(max_length=18, null=True, unique=True)
    org_type = fields.CharField(max_length=32)  # vocabulary: enterprise, public_institution, ...
    size = fields.CharField(max_length=16, default="")  # micro, small, medium, large
    scale_class = fields.CharField(max_length=32, default="")
    region_code = fields.CharField(max_length=6)
    industry = fields.CharField(max_length=32, default="")
    address = fields.CharField(max_length=200, default="")
    contact_name = fields.CharField(max_length=80, default="")
    contact_phone = fields.CharField(max_length=40, default="")
    summary = fields.TextField(default="")
    tags: Any = fields.JSONField(default=list)
    licence_file: Any = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    verification_note = fields.TextField(default="")
    submitted_at = fields.DatetimeField(null=True)  # the latest request for verification
    verified_at = fields.DatetimeField(null=True)

    class Meta:
        table = "organisations"
        indexes = (("kind", "status"), ("region_code",))

    @property
    def is_verified(self) -> bool:
        """Whether it may act in the market."""
        return bool(self.status == OrganisationStatus.ACTIVE)


class Membership(Row):
    """A person's role in an organisation."""

    person_id: UUID
    organisation_id: UUID
    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name="memberships"
    )
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="memberships"
    )
    role = fields.CharEnumField(Role, max_length=32)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "memberships"
        indexes = (("organisation_id",),)
        unique_together = (("person", "organisation"),)


class Shareholding(Row):
    """Who owns a part of an organisation, as it declares; a holder without a code is a person."""

    organisation_id: UUID
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="shareholdings"
    )
    holder_name = fields.CharField(max_length=120)
    holder_uscc = fields.CharField(max_length=18, default="")
    share_bp = fields.IntField()  # 1 to 10,000

    class Meta:
        table = "shareholdings"
        unique_together = (("organisation", "holder_name", "holder_uscc"),)


class Invitation(Row):
    """An offer of a role, sent to an address; the token itself is only in the e-mail."""

    organisation_id: UUID
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT, related_name="invitations"
    )
    email = fields.CharField(max_length=254)
    role = fields.CharEnumField(Role, max_length=32)
    token_hash = fields.CharField(max_length=64, unique=True)
    invited_by: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name=False
    )
    expires_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitations"
        indexes = (("organisation_id",),)


class Session(Row):
    """A signed-in browser; revoked by setting `revoked_at`."""

    person_id: UUID
    membership_id: UUID | None
    token_hash = fields.CharField(max_length=64, unique=True)
    person: Any = fields.ForeignKeyField(
        "models.Person", on_delete=fields.CASCADE, related_name="sessions"
    )
    membership: Any = fields.ForeignKeyField(
        "models.Membership", null=True, on_delete=fields.SET_NULL, related_name=False
    )
    address = fields.CharField(max_length=64, default="")
    user_agent = fields.CharField(max_length=200, default="")
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"
        indexes = (("person_id",),)


class ApiToken(Row):
    """A key for programs: acts as its membership, within its scopes."""

    membership_id: UUID
    token_hash = fields.CharField(max_length=64, unique=True)
    prefix = fields.CharField(max_length=16)
    name = fields.CharField(max_length=80)
    membership: Any = fields.ForeignKeyField(
        "models.Membership", on_delete=fields.CASCADE, related_name="tokens"
    )
    scopes: Any = fields.JSONField(default=list)
    expires_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_tokens"
        indexes = (("membership_id",),)


class OpeningKey(Row):
    """A holder's key pair for openings; without an organisation, the operator's recovery key."""

    organisation_id: UUID | None
    organisation: Any = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT, related_name="opening_keys"
    )
    public_key = fields.BinaryField()
    private_box = fields.BinaryField(
        null=True
    )  # AES-GCM under the passphrase; null: only in a file
    kdf: Any = fields.JSONField(default=dict)  # argon2id: salt, passes, memory, lanes
    created_by_id = fields.UUIDField(null=True)
    replaced_at = fields.DatetimeField(null=True)  # its shares of running openings stay with it

    class Meta:
        table = "opening_keys"
        indexes = (("organisation_id", "replaced_at"),)
