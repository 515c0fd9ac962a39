"""Uploaded and generated files: one interface for a local folder and an S3 bucket, typed by content."""

import datetime as dt
import hashlib
from functools import cache
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

import obstore
import puremagic
from obstore.store import LocalStore, from_url
from starlette.datastructures import UploadFile
from tortoise import Tortoise, fields
from tortoise.expressions import Q, Subquery

from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import Row, transaction
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _
from market.kit.ids import uuid7
from market.settings import settings

MIB = 1024 * 1024
MAX_BYTES = 20 * MIB
TEXTUAL = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".txt": "text/plain",
    ".md": "text/markdown",
}
BINARY = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
KINDS = TEXTUAL | BINARY
ORPHAN_AGE = dt.timedelta(days=1)
ORPHANS_AT_ONCE = 200
_SIGNATURE_ALIASES = {".jpeg": ".jpg", ".xlsx": ".zip", ".docx": ".zip"}


class StoredFile(Row):
    """A file's metadata; the bytes lie in the store under the key, which says nothing of its content."""

    key = fields.CharField(max_length=80, unique=True)
    filename = fields.CharField(max_length=200)
    content_type = fields.CharField(max_length=100)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    organisation_id = fields.UUIDField(null=True)
    uploaded_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "stored_files"
        indexes = (("sha256",),)


def _store() -> Any:
    return _store_at(settings.files_url, settings.market_data_dir / "files")


@cache
def _store_at(url: str, folder: Path) -> Any:
    if url:
        return from_url(url)
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder)


def safe_filename(name: str) -> str:
    """The name as a person may see it: no path, no control characters, at most 120 characters."""
    bare = PurePath(name.replace("\\", "/")).name
    clean = "".join(char for char in bare if char.isprintable() and char not in '<>:"|?*').strip(
        ". "
    )
    suffix = PurePath(clean).suffix[:10]
    return (clean[: 120 - len(suffix)].removesuffix(suffix) + suffix) or "file"


def check_content(filename: str, content: bytes, *, kinds: dict[str, str] | None = None) -> str:
    """The content type, decided by the bytes and agreeing with the name; raises InvalidInput otherwise."""
    allowed = kinds or KINDS
    suffix = PurePath(filename).suffix.lower()
    if suffix not in allowed:
        raise InvalidInput(
            _("The file must be one of: %(kinds)s", kinds=", ".join(sorted(allowed)))
        )
    if suffix in TEXTUAL:
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidInput(_("%(name)s must be UTF-8 text", name=filename)) from None
        return allowed[suffix]
    expected = _SIGNATURE_ALIASES.get(suffix, suffix)
    try:
        matches = puremagic.magic_string(content[:65536], filename)
    except puremagic.PureError:  # no signature known
        matches = []
    found = {match.extension.lower() for match in matches}
    if not found & {suffix, expected} or (expected == ".zip" and not content.startswith(b"PK")):
        raise InvalidInput(_("The content of %(name)s does not match its type", name=filename))
    return allowed[suffix]


async def store(
    filename: str,
    content: bytes,
    *,
    by: Actor,
    kinds: dict[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    content_type: str = "",
) -> StoredFile:
    """Check and keep a file; call it before the verb that attaches it. Raises InvalidInput.

    `content_type` is given by a caller that has read the content itself.
    """
    name = safe_filename(filename)
    if not content:
        raise InvalidInput(_("The file %(name)s is empty", name=name))
    if len(content) > max_bytes:
        raise InvalidInput(_("The file is larger than %(limit)s MB", limit=max_bytes // MIB))
    content_type = content_type or check_content(name, content, kinds=kinds)
    key = uuid7().hex
    await obstore.put_async(_store(), key, content)
    return await StoredFile.create(
        key=key,
        filename=name,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        organisation_id=by.organisation_id,
        uploaded_by_id=by.person_id,
    )


async def store_upload(
    upload: UploadFile,
    *,
    by: Actor,
    field: str = "file",
    kinds: dict[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> StoredFile:
    """Keep a file that came in a form's field, reading no more than the limit.

    Raises InvalidInput, of that field.
    """
    content, name = await upload.read(max_bytes + 1), upload.filename or "file"
    try:
        return await store(name, content, by=by, kinds=kinds, max_bytes=max_bytes)
    except InvalidInput as exc:
        raise InvalidInput(exc.message, fields={field: exc.message}) from None


async def read(file: StoredFile) -> bytes:
    """The bytes of a stored file; raises ValueError when they no longer match its digest."""
    result = await obstore.get_async(_store(), file.key)
    content = bytes(await result.bytes_async())
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ValueError(f"stored file {file.id} does not match its digest")
    return content


async def get_file(file_id: UUID) -> StoredFile:
    """The metadata row of a file."""
    return await StoredFile.get(id=file_id)


def _references() -> list[tuple[type[Row], str]]:
    """Every column of every table that refers to a stored file, from the models themselves."""
    return [
        (model, f"{name}_id")
        for model in Tortoise.apps["models"].values()
        for name in model._meta.fk_fields | model._meta.o2o_fields
        if model._meta.fields_map[name].related_model is StoredFile
    ]


async def sweep_orphans() -> int:
    """Delete files that no row refers to a day after they came (a refused verb leaves its upload
    behind); how many. Foreign keys are the only references that count: keep a file by one.
    """
    referred = Q(
        *(
            Q(id__in=Subquery(model.exclude(**{column: None}).values(column)))
            for model, column in _references()
        ),
        join_type=Q.OR,
    )
    orphans = StoredFile.filter(created_at__lt=clock.now() - ORPHAN_AGE).exclude(referred)
    async with transaction():
        found = await orphans.order_by("id").limit(ORPHANS_AT_ONCE)
        await StoredFile.filter(id__in=[file.id for file in found]).delete()
    if found:  # rows first: what a crash leaves are bytes nobody knows, never a row without bytes
        await obstore.delete_async(_store(), [file.key for file in found])
    return len(found)
