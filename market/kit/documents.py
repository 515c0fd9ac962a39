"""Formal documents: what a printed page states has a digest, by which anybody learns whether it is ours."""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Self

import segno
from markupsafe import Markup
from tortoise import fields

from market.kit import clock
from market.kit.audit import canonical
from market.kit.db import Row
from market.kit.i18n import gettext as _
from market.kit.web import absolute_url

CODE_LENGTH = 16
_NOT_HEX = re.compile(r"[^0-9a-f]")


class IssuedDocument(Row):
    """A digest that went out under a number, the first time that it did; nothing of the content."""

    digest = fields.CharField(max_length=64, unique=True)
    noun = fields.CharField(max_length=80)
    number = fields.CharField(max_length=40)
    issued_at = fields.DatetimeField(default=clock.now)

    class Meta:
        table = "issued_documents"
        indexes = (("noun", "number"),)


@dataclass(frozen=True, slots=True)
class Document:
    """What head and foot of a printed page say."""

    noun: str
    number: str
    digest: str
    issued_at: dt.datetime

    @classmethod
    def of(cls, row: IssuedDocument) -> Self:
        """A document as the reader's language names it."""
        return cls(_(row.noun), row.number, row.digest, row.issued_at)

    @property
    def verification_code(self) -> str:
        """The sixteen digits printed on the document, by which anybody finds it."""
        return code_of(self.digest)

    @property
    def verification_url(self) -> str:
        """The address that says whether the platform issued it."""
        return absolute_url("documents:show", digest=self.digest[:CODE_LENGTH])

    @property
    def qr(self) -> Markup:
        """The address as a QR code: SVG without any style, as our content security policy wants it."""
        drawn = segno.make(self.verification_url, error="m", micro=False)
        return Markup(  # noqa: S704 - drawn by the library from an address of ours
            drawn.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
        )


def digest_of(content: Any) -> str:
    """SHA-256 of what a document states, in canonical JSON (sorted keys, no spaces, UTF-8)."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def code_of(digest: str) -> str:
    """A digest's first sixteen digits in groups of four."""
    return "-".join(digest[start : start + 4].upper() for start in range(0, CODE_LENGTH, 4))


async def issue(noun: str, number: str, digest: str) -> Document:
    """The document to print. `noun` is its msgid; the same digest is issued once, whoever prints it again."""
    row, _is_new = await IssuedDocument.get_or_create(
        {"noun": noun, "number": number}, digest=digest
    )
    return Document.of(row)


async def find(text: str) -> Document | None:
    """The document of a digest or of the code printed on it; None when we issued no such thing."""
    code = _NOT_HEX.sub("", text.lower())
    if len(code) < CODE_LENGTH:
        return None
    row = await IssuedDocument.filter(digest__startswith=code).first()
    return Document.of(row) if row else None


async def newest(document: Document) -> Document:
    """The last document issued under the same number: a statement may have changed since."""
    row = await IssuedDocument.filter(number=document.number).order_by("-issued_at", "-id").first()
    return Document.of(row) if row else document
