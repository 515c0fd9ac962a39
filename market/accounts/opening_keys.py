"""An organisation's opening key: kept under a passphrase the platform never stores, and as a file outside it.

The key opens nothing by itself: it unlocks the organisation's share of a job's key at an opening.
The row without an organisation is the operator's offline recovery key, of which only the public half is here.
"""

import asyncio
import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from market.accounts.models import OpeningKey, Organisation
from market.accounts.permissions import require
from market.accounts.states import OrganisationStatus, Role
from market.kit import audit, boxes, clock, outbox
from market.kit.actor import Actor
from market.kit.db import atomic, lock_id
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _

MIN_LENGTH, MIN_DISTINCT = 12, 6
FILE_KIND = "market-opening-key"
NONCE = 12


@dataclass(frozen=True, slots=True)
class Cost:
    """What guessing one passphrase costs: argon2id passes, KiB, lanes (RFC 9106, second choice)."""

    passes: int = 3
    memory: int = 65536
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A fresh key pair, its private half also under a passphrase; made before the transaction."""

    private: bytes
    public: bytes
    box: bytes
    kdf: dict[str, int | str]


class KeyExists(Conflict):
    """A key is replaced only on purpose: openings that run are bound to the one before."""

    title = "Your organisation has an opening key"


def check_passphrase(passphrase: str, again: str) -> None:
    """Refuse a passphrase that a stolen database would give away. Raises InvalidInput."""
    if len(passphrase) < MIN_LENGTH or len(set(passphrase)) < MIN_DISTINCT:
        text = _(
            "At least %(count)s characters, not the same few again and again", count=MIN_LENGTH
        )
        raise InvalidInput(fields={"passphrase": text})
    if passphrase != again:
        raise InvalidInput(fields={"again": _("The two passphrases differ")})


async def new_pair(passphrase: str, *, cost: Cost | None = None) -> KeyPair:
    """A key pair under a passphrase; takes its time, so call it outside a transaction."""
    private = boxes.new_private()
    box, kdf = await asyncio.to_thread(_locked, private, passphrase, cost or Cost())
    return KeyPair(private, boxes.public_of(private), box, kdf)


def _locked(private: bytes, passphrase: str, cost: Cost) -> tuple[bytes, dict[str, int | str]]:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE)
    sealed = AESGCM(_derive(passphrase, salt, cost)).encrypt(
        nonce, private, boxes.public_of(private)
    )
    return nonce + sealed, {"salt": salt.hex(), **asdict(cost)}


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, time_cost=cost.passes, memory_cost=cost.memory,
        parallelism=cost.lanes, hash_len=32, type=Type.ID,
    )  # fmt: skip


@atomic()
async def keep_key(pair: KeyPair, *, by: Actor, replace: bool = False) -> OpeningKey:
    """Give the actor's organisation its opening key: owner or buyer; another one, its owner only.

    Shares of running openings stay with the key they were sealed to. Raises KeyExists.
    """
    require(by, *(() if replace else (Role.BUYER,)), verified=False)
    assert by.organisation_id is not None, "require() wants an organisation"
    organisation = await lock_id(Organisation, by.organisation_id)
    before = await current_key(organisation.id)
    if before is not None and not replace:
        raise KeyExists(_("Your organisation has an opening key already"))
    if before is not None:
        before.replaced_at = clock.now()
        await before.save(update_fields=["replaced_at"])
    key = await OpeningKey.create(
        organisation=organisation, public_key=pair.public, private_box=pair.box, kdf=pair.kdf,
        created_by_id=by.person_id,
    )  # fmt: skip
    await audit.record(
        organisation, "opening key", by=by,
        before={"fingerprint": fingerprint(before.public_key)} if before else None,
        after={"fingerprint": fingerprint(key.public_key)},
    )  # fmt: skip
    await outbox.record("opening_key.created", organisation=organisation.id)
    return key


@atomic()
async def keep_recovery_key(public: bytes) -> OpeningKey:
    """Make a public key the operator's offline recovery key, instead of the one before."""
    await OpeningKey.filter(organisation_id=None, replaced_at=None).update(replaced_at=clock.now())
    key = await OpeningKey.create(public_key=public)
    shown = {"fingerprint": fingerprint(public)}
    await audit.record(key, "recovery key", by=Actor.system("operator"), after=shown)
    return key


async def current_key(organisation_id: UUID | None) -> OpeningKey | None:
    """The key new shares are sealed to; of no organisation: the operator's recovery key."""
    return await OpeningKey.filter(organisation_id=organisation_id, replaced_at=None).first()


async def keys_of_bureaus(region_codes: list[str]) -> list[OpeningKey]:
    """The present keys of the verified bureaus of these regions."""
    return await OpeningKey.filter(
        replaced_at=None, organisation__kind="bureau", organisation__region_code__in=region_codes,
        organisation__status=OrganisationStatus.ACTIVE,
    ).order_by("id").select_related("organisation")  # fmt: skip


async def unlock(key: OpeningKey, passphrase: str) -> bytes:
    """The private half; outside a transaction. InvalidInput names the field of a wrong passphrase."""
    if key.private_box is None:
        raise InvalidInput(fields={"passphrase": _("This key is only in its recovery file")})
    try:
        return await asyncio.to_thread(_opened, key, passphrase)
    except InvalidTag:
        raise InvalidInput(fields={"passphrase": _("This is not the passphrase")}) from None


def _opened(key: OpeningKey, passphrase: str) -> bytes:
    cost = Cost(key.kdf["passes"], key.kdf["memory"], key.kdf["lanes"])
    derived = _derive(passphrase, bytes.fromhex(key.kdf["salt"]), cost)
    box = bytes(key.private_box or b"")
    return AESGCM(derived).decrypt(box[:NONCE], box[NONCE:], bytes(key.public_key))


def recovery_file(private: bytes, *, name: str) -> str:
    """The private half as a file to be kept outside the platform; `name` says whose it is."""
    content = {
        "kind": FILE_KIND, "name": name, "fingerprint": fingerprint(boxes.public_of(private)),
        "private_key": base64.b64encode(private).decode(),
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=1)


def read_recovery_file(key: OpeningKey, content: bytes) -> bytes:
    """The private half from its file. InvalidInput when it is no such file, or another key's."""
    try:
        private = base64.b64decode(json.loads(content)["private_key"], validate=True)
        public = boxes.public_of(private)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise InvalidInput(fields={"file": _("This is not a recovery file")}) from None
    if public != bytes(key.public_key):
        raise InvalidInput(fields={"file": _("This is the recovery file of another key")})
    return private


def fingerprint(public: bytes) -> str:
    """What people compare: the first 16 hexadecimal digits of the public key's SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]
