"""The operator turns thief: database, files, SECRET_KEY and the platform's share do not read a bid before the opening.

The attacker below is everything an administrator is, reading only: every row of every table, every file,
the secret, all code of this repository. What is missing is one more share.
"""

import base64
import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from Crypto.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tortoise import Tortoise

from market.accounts import opening_keys
from market.accounts.models import OpeningKey
from market.kit import boxes, db
from market.kit.errors import InvalidInput
from market.settings import settings
from market.tendering import attachments, sealing, shares
from market.tendering.forms import Attachment
from market.tendering.models import Bid, Job
from market.tendering.sealed_models import JobKey, KeyShare
from market.tendering.states import Envelope, ShareHolder
from tests.factories import PASSPHRASE, actor, make_organisation, tendering

PRICE, PROPOSAL = "73.4567", "采用自研蓝鲸流水线"
PLAN = "座头鲸流水线的人员与设备清单".encode()
NEEDLES = (PRICE.encode(), PROPOSAL.encode(), b"unit_price")
PURPOSES = ("platform-share", "addressee", "job-key", "bidder-tag", "asker-alias", "")


async def loot() -> list[bytes]:
    """Every value of every row and every file as bytes, and what hides in hexadecimal or base64 in them."""
    found = []
    for model in Tortoise.apps["models"].values():
        rows = await db.connection().execute_query_dict(f'SELECT * FROM "{model._meta.db_table}"')
        for row in rows:
            for value in row.values():
                found += list(readings(value))
    for path in settings.market_data_dir.rglob("*"):
        if path.is_file() and "sqlite3" not in path.name:
            found.append(path.read_bytes())
    return sorted({thing for thing in found if len(thing) >= shares.SECRET})


def readings(value: Any) -> Iterator[bytes]:
    """A value as it stands and as an attacker may decode it."""
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    yield raw
    for word in re.findall(rb"[A-Za-z0-9+/=]{24,}", raw):
        try:
            yield base64.b64decode(word, validate=True)
        except ValueError:
            continue
    for word in re.findall(rb"(?:[0-9a-f]{2}){12,}", raw):
        yield bytes.fromhex(word.decode())


def symmetric_keys() -> list[bytes]:
    """Every key that SECRET_KEY yields, and SECRET_KEY itself."""
    secret = settings.secret_key.get_secret_value().encode()
    return [sealing.derived(purpose) for purpose in PURPOSES] + [secret[:32]]


def opened_with(key: bytes, box: bytes, contexts: list[bytes]) -> Iterator[bytes]:
    for context in contexts:
        try:
            yield AESGCM(key).decrypt(box[:12], box[12:], context)
        except (InvalidTag, ValueError):
            continue


async def sealed_job() -> tuple[Job, Bid, list[bytes]]:
    """A job with a bid, whose buyer and bureau have real keys of their own; what they know."""
    bureau = await make_organisation(kind="bureau", opening_key=False)
    buyer = await actor(await make_organisation(opening_key=False))
    privates = []
    for by in (buyer, await actor(bureau)):
        pair = await opening_keys.new_pair(PASSPHRASE, cost=opening_keys.Cost(1, 8, 1))
        await opening_keys.keep_key(pair, by=by)
        privates.append(pair.private)
    job = await tendering.published_job(by=buyer)
    plan = [Attachment("方案.txt", PLAN)]
    bid = await tendering.place_bid(job, unit_price=PRICE, proposal=PROPOSAL, files=plan)
    return job, await Bid.get(id=bid.id), privates


def attack(job: Job, bid: Bid, booty: list[bytes], privates: list[bytes]) -> list[str]:
    """Everything that can be tried with what was taken; what was read of the bid."""
    contexts = [
        shares._context(job.id, envelope, position) for envelope in Envelope for position in range(1, 4)
    ] + [job.id.bytes, b""]  # fmt: skip
    known = list(booty)
    for key in symmetric_keys():
        for box in booty:
            known += list(opened_with(key, box, contexts))
    for private in privates:
        for box in booty:
            for context in contexts:
                try:
                    known.append(boxes.unseal(private, box, bound_to=context))
                except (boxes.Unreadable, ValueError):
                    continue
    guesses = {thing for thing in known if len(thing) == boxes.KEY_LENGTH}
    halves = sorted({thing for thing in known if len(thing) == shares.SECRET})[:400]
    guesses |= {shares._private(job.id, Envelope.OFFER, half) for half in halves}
    parts = [h for h in halves if any(h == p for p in platform_and_held(known, booty))]
    for pair in combinations(parts, 2):
        for places in ((1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)):
            secret = Shamir.combine(list(zip(places, pair, strict=True)))
            guesses.add(shares._private(job.id, Envelope.OFFER, secret))
    read = [f"plain: {needle!r}" for needle in NEEDLES[:2] for thing in known if needle in thing]
    for guess in guesses:
        try:
            read.append(json.dumps(sealing.unseal(job, bid, Envelope.OFFER, guess)))
        except (boxes.Unreadable, ValueError):
            continue
    context = attachments._context(job, bid.bidder_tag, Envelope.OFFER)
    for box in {thing for thing in booty if len(thing) > attachments.BLOCK}:
        for guess in guesses:
            try:
                read.append(boxes.unseal(guess, box, bound_to=context).decode("utf-8", "replace"))
            except (boxes.Unreadable, ValueError):
                continue
    return read


def platform_and_held(known: list[bytes], booty: list[bytes]) -> list[bytes]:
    """What was decrypted rather than found: the shares an attacker can tell from other sixteen bytes."""
    taken = set(booty)
    return [thing for thing in known if len(thing) == shares.SECRET and thing not in taken]


@pytest.mark.usefixtures("rollback")
async def test_everything_but_a_second_share_reads_nothing() -> None:
    job, bid, privates = await sealed_job()
    booty = await loot()
    platform = await KeyShare.get(key__job=job, holder=ShareHolder.PLATFORM).select_related("key")
    assert shares.part_of(platform, platform.key, None), "the thief does hold the platform's share"
    assert attack(job, bid, booty, []) == []
    with_second = attack(job, bid, booty, privates[:1])
    assert [PRICE in text or PLAN.decode() in text for text in with_second] == [True, True], (
        "the same attack with a second share reads the offer and its file"
    )


@pytest.mark.usefixtures("rollback")
async def test_a_holders_key_alone_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from pydantic import SecretStr

    job, bid, privates = await sealed_job()
    booty = await loot()
    monkeypatch.setattr(
        settings, "secret_key", SecretStr("not the secret of this platform, at all")
    )
    for private in privates:
        assert attack(job, bid, booty, [private]) == []


@pytest.mark.usefixtures("rollback")
async def test_no_private_key_and_no_secret_is_stored_anywhere() -> None:
    job, _bid, privates = await sealed_job()
    everything = await loot()
    for private in privates:
        assert [thing for thing in everything if private in thing] == []
    assert [thing for thing in everything if PASSPHRASE.encode() in thing] == []
    assert await KeyShare.filter(secret__isnull=False).count() == 0
    key = await JobKey.get(job=job)
    assert [thing for thing in everything if len(thing) == 32 and _is_private_of(thing, key)] == []
    for row in await OpeningKey.filter(organisation_id__isnull=False):
        with pytest.raises(InvalidInput):
            await opening_keys.unlock(row, "a wrong passphrase")


def _is_private_of(thing: bytes, key: JobKey) -> bool:
    return boxes.public_of(thing) == bytes(key.public_key)
