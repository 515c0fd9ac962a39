"""What a person has typed into a long form and not yet sent, kept for them alone."""

import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any, Literal, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import FormData
from starlette.requests import Request
from tortoise import fields

from market.kit import clock
from market.kit.actor import ANONYMOUS
from market.kit.db import Row, atomic
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.settings import settings

Keeping = Literal["kept", "sealed"]
LIFETIME = dt.timedelta(days=30)
MAX_BYTES = 200_000
TICKET = "_draft"
_NONCE = 12


class FormDraft(Row):
    """The fields of one form as [name, text] pairs in the order typed; `place` is a digest of whose and where.

    `sealed` holds them instead where a copy of the database must not tell what was typed.
    """

    place = fields.CharField(max_length=64, unique=True)
    data: Any = fields.JSONField(default=list)
    sealed = fields.BinaryField(null=True)
    saved_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "form_drafts"


@dataclass(frozen=True, slots=True)
class Draft:
    """A form's place to be kept in: whose it is, on which page, and whether it must be sealed."""

    owner: str
    path: str
    keeping: Keeping
    session: str

    @classmethod
    def of(cls, request: Request, keeping: Keeping) -> Self | None:
        """The place of the form on this page; None when nobody is signed in by a browser."""
        query = f"?{request.url.query}" if request.url.query else ""
        return cls._at(request, request.url.path + query, keeping)

    @classmethod
    def _at(cls, request: Request, path: str, keeping: Keeping) -> Self | None:
        by = request.scope.get("actor", ANONYMOUS)
        session = request.scope.get("session_token", "")
        if by.person_id is None or not session:
            return None
        return cls(f"{by.person_id} {by.organisation_id}", path, keeping, session)

    @classmethod
    def from_ticket(cls, request: Request, ticket: str) -> Self | None:
        """The place that a page handed out with its form; None when it was not one of ours."""
        try:
            path, keeping = _signer().loads(ticket)
        except BadSignature:
            return None
        return cls._at(request, path, keeping)

    @property
    def ticket(self) -> str:
        """What the form sends along so that it can be kept."""
        return str(_signer().dumps([self.path, self.keeping]))

    @property
    def place(self) -> str:
        """The key of the row; of a sealed draft nobody without the session can tell the page or the person."""
        if self.keeping == "sealed":
            return self._secret("place").hex()
        return hashlib.sha256(f"{self.owner} {self.path}".encode()).hexdigest()

    async def load(self) -> tuple[FormData, dt.datetime] | None:
        """What was typed and when; None when there is nothing."""
        kept = await FormDraft.filter(place=self.place, saved_at__gt=clock.now() - LIFETIME).first()
        if kept is None:
            return None
        pairs = kept.data if kept.sealed is None else self._opened(bytes(kept.sealed))
        return FormData([(name, value) for name, value in pairs]), kept.saved_at

    async def forget(self) -> None:
        """The form was sent, or the person does not want it any more."""
        await FormDraft.filter(place=self.place).delete()

    def _secret(self, purpose: str) -> bytes:
        # The database keeps only a digest of the session's token, so a copy of it derives nothing.
        info = f"draft {purpose} {self.owner} {self.path}".encode()
        return HKDF(SHA256(), 32, salt=None, info=info).derive(self.session.encode())

    def sealed(self, pairs: list[list[str]]) -> bytes:
        """The pairs under a key that only this session has (AES-256-GCM)."""
        nonce = secrets.token_bytes(_NONCE)
        content = json.dumps(pairs).encode()
        return nonce + AESGCM(self._secret("key")).encrypt(nonce, content, None)

    def _opened(self, box: bytes) -> Any:
        return json.loads(AESGCM(self._secret("key")).decrypt(box[:_NONCE], box[_NONCE:], None))


@atomic()
async def save(draft: Draft, typed: FormData) -> dt.datetime:
    """Keep the texts of a form in its place, instead of what lay there; files and passwords are left out.

    Raises InvalidInput above 200 kB.
    """
    pairs = [
        [name, value]
        for name, value in typed.multi_items()
        if isinstance(value, str) and not name.startswith("_") and "password" not in name
    ]
    if len(json.dumps(pairs)) > MAX_BYTES:
        raise InvalidInput(_("This is too long to be kept as a draft"))
    content: dict[str, Any] = {"data": pairs, "sealed": None}
    if draft.keeping == "sealed":
        content = {"data": [], "sealed": draft.sealed(pairs)}
    now = clock.now()
    await FormDraft.update_or_create({**content, "saved_at": now}, place=draft.place)
    return now


async def forget_expired() -> None:
    """Delete the drafts of a month ago."""
    await FormDraft.filter(saved_at__lt=clock.now() - LIFETIME).delete()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="draft")
