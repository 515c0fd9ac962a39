"""Files of a bid: each a box under the job's key, named and digested inside the sealed bid, read after the opening.

Before the opening a row tells of a file that it exists and, in steps of 64 KiB, how large it is.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import boxes, files
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.tendering import sealing, shares
from market.tendering.forms import Attachment
from market.tendering.models import Bid, Job, Lot
from market.tendering.sealed_models import BidFile, JobKey
from market.tendering.states import Envelope

AT_MOST = 5  # in one envelope
BLOCK = 64 * 1024
LARGEST_BOX = files.MAX_BYTES + BLOCK + 1024
RATE = "60/hour"
SEALED_NAME, OCTETS = "sealed.bin", "application/octet-stream"
KEEPER = Actor.system("sealing")  # whose file it is must not be seen on it
WRITTEN = ("filename", "content_type", "size", "sha256")


class FileDamaged(Conflict):
    """What is stored is not the file that was sealed with the bid, or is gone."""

    title = "This file is damaged"


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A stored box, and the facts of its content, which go into the sealed bid."""

    envelope: Envelope
    box: files.StoredFile
    facts: dict[str, Any]


async def seal_files(
    job: Job, lot: Lot | None, found: Sequence[Attachment], *, by: Actor
) -> list[SealedFile]:
    """Check files and keep a box of each, before the verb that attaches them; no clear byte is stored.

    What a refused verb leaves is swept by the clock. Raises InvalidInput, NotPermitted, shares.NoKeys.
    """
    require(by, Role.SALES, kind=OrganisationKind.SUPPLIER)
    if not found:
        return []
    assert by.organisation_id is not None, "a supplier acts for an organisation"
    await limit(RATE, "bid files", str(by.organisation_id))
    keys = await shares.public_keys(job)
    tag = sealing.bidder_tag(job.id, by.organisation_id, lot.id if lot else None)
    by_envelope: dict[Envelope, list[Attachment]] = defaultdict(list)
    for file in found:
        by_envelope[_envelope(keys, file)].append(file)
    for envelope, group in by_envelope.items():
        _check(envelope, group)
    return [
        await _seal(job, tag, envelope, keys[envelope], position, file)
        for envelope, group in by_envelope.items() for position, file in enumerate(group, 1)
    ]  # fmt: skip


def _envelope(keys: Mapping[Envelope, bytes], file: Attachment) -> Envelope:
    if Envelope.OFFER in keys:
        return Envelope.OFFER
    return Envelope.PRICE if file.is_price else Envelope.QUALIFICATION


def _check(envelope: Envelope, group: Collection[Attachment]) -> None:
    field = "price_files" if envelope == Envelope.PRICE else "files"
    if len(group) > AT_MOST:
        text = _("At most %(count)s files; pack more of them into one ZIP", count=AT_MOST)
        raise InvalidInput(fields={field: text})
    for file in group:
        name = files.safe_filename(file.filename)
        if not file.content:
            raise InvalidInput(fields={field: _("The file %(name)s is empty", name=name)})
        if len(file.content) > files.MAX_BYTES:
            text = _("The file is larger than %(limit)s MB", limit=files.MAX_BYTES // files.MIB)
            raise InvalidInput(fields={field: text})
        try:
            files.check_content(name, file.content)
        except InvalidInput as exc:
            raise InvalidInput(fields={field: exc.message}) from None


async def _seal(
    job: Job, tag: str, envelope: Envelope, public: bytes, position: int, file: Attachment
) -> SealedFile:
    content, name = file.content, files.safe_filename(file.filename)
    padded = content + bytes(-len(content) % BLOCK)
    context = _context(job, tag, envelope)
    box = await asyncio.to_thread(boxes.seal, public, padded, bound_to=context)
    stored = await files.store(
        SEALED_NAME, box, by=KEEPER, max_bytes=LARGEST_BOX, content_type=OCTETS
    )
    facts = {
        "position": position, "filename": name, "size": len(content),
        "content_type": files.check_content(name, content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    return SealedFile(envelope, stored, facts)


def _context(job: Job, tag: str, envelope: Envelope) -> bytes:
    return b"market bid file\0" + job.id.bytes + tag.encode() + envelope.encode()


def facts_of(sealed: Iterable[SealedFile]) -> dict[Envelope, list[dict[str, Any]]]:
    """What each envelope says of its files."""
    found: dict[Envelope, list[dict[str, Any]]] = defaultdict(list)
    for file in sealed:
        found[file.envelope].append(file.facts)
    return found


async def replace(bid: Bid, sealed: Sequence[SealedFile]) -> None:
    """Let a locked bid have these files and no others, in the caller's transaction."""
    await drop(bid)
    await BidFile.bulk_create([
        BidFile(bid=bid, envelope=file.envelope, position=file.facts["position"], box=file.box)
        for file in sealed
    ])  # fmt: skip


async def drop(bid: Bid) -> None:
    """Take the files of a locked bid back; their boxes are then nobody's, and are swept by the clock."""
    await BidFile.filter(bid=bid).delete()


async def name_opened(contents: Mapping[UUID, Mapping[Envelope, dict[str, Any]]]) -> None:
    """Write beside each file of the opened bids what its sealed bid says of it, in the opening's transaction.

    A file whose row is gone gets one without a box: nobody takes a file out of a bid unseen.
    """
    named = {
        (bid_id, envelope, facts["position"]): facts
        for bid_id, parts in contents.items() for envelope, part in parts.items()
        for facts in part["files"]
    }  # fmt: skip
    if not named:
        return
    rows = await BidFile.filter(bid_id__in=list(contents))
    kept = {(row.bid_id, row.envelope, row.position): row for row in rows}
    for (bid_id, envelope, position), facts in named.items():
        row = kept.get((bid_id, envelope, position))
        if row is None:
            await BidFile.create(bid_id=bid_id, envelope=envelope, **facts)
        else:
            row.update_from_dict(facts)
    if rows:
        await BidFile.bulk_update(rows, WRITTEN, batch_size=100)


async def opened_files(bids: Iterable[Bid]) -> dict[UUID, list[BidFile]]:
    """The files of bids whose envelopes have been opened, in their order; sealed ones are left out."""
    found: dict[UUID, list[BidFile]] = {bid.id: [] for bid in bids}
    rows = BidFile.filter(bid_id__in=list(found)).exclude(filename="")
    for file in await rows.order_by("-envelope", "position") if found else ():
        found[file.bid_id].append(file)
    return found


async def read(job: Job, bid: Bid, file: BidFile) -> bytes:
    """The clear bytes of a file of an opened envelope, as its bidder sealed them. Raises FileDamaged."""
    key = await JobKey.get(job=job, envelope=file.envelope).prefetch_related("shares")
    private = shares.combine(key, shares.shares_in_order(key))
    assert private is not None, "an opened envelope has its shares"
    problem = FileDamaged(_("%(name)s is not what was sealed with the bid", name=file.filename))
    box = await files.StoredFile.get_or_none(id=file.box_id)
    if box is None or file.size is None:
        raise problem
    try:
        stored = await files.read(box)
        context = _context(job, bid.bidder_tag, file.envelope)
        padded = await asyncio.to_thread(boxes.unseal, private, stored, bound_to=context)
    except (OSError, ValueError, boxes.Unreadable):
        raise problem from None
    content = padded[: file.size]
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise problem
    return content
