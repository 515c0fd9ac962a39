"""Verbs of the network: a peer pulls what follows its version, or pushes records of its own."""

from typing import Any

from pydantic import ValidationError

from market.accounts.models import Organisation
from market.accounts.oversight import codes_within, own_region
from market.accounts.permissions import require
from market.accounts.states import Role
from market.exchange.models import ExchangeRecord, ExchangeSync
from market.exchange.records import SERIES, write
from market.exchange.schemas import (
    SHAPES,
    PulledRecord,
    PullOut,
    PullQuery,
    PushInput,
    PushOut,
    PushOutcome,
    Shape,
)
from market.exchange.states import Collection, ExchangeDirection, PushResult
from market.kit import clock
from market.kit.actor import Actor
from market.kit.db import atomic
from market.kit.errors import InvalidInput
from market.kit.forms import field_errors
from market.kit.i18n import gettext as _
from market.kit.numbers import next_value
from market.vocabulary import regions

PUSHERS = (Role.QUALITY, Role.PROJECT)


@atomic()
async def pull(collection: Collection, query: PullQuery, *, by: Actor) -> PullOut:
    """The records of one's region after a version, oldest first; an authority's act, and logged."""
    span = codes_within(own_region(by).prefix)
    rows = await (
        ExchangeRecord.filter(
            collection=collection, version__gt=query.after, region_code__range=span
        )
        .order_by("version")
        .limit(query.limit)
        .select_related("origin")
    )
    last = rows[-1].version if rows else query.after
    if rows:
        await _log(ExchangeDirection.PULL, collection, by, records=len(rows), version=last)
    return PullOut(records=[_pulled(row) for row in rows], next=last)


def _pulled(row: ExchangeRecord) -> PulledRecord:
    return PulledRecord(
        key=row.key, version=row.version, digest=row.digest, schema_version=row.schema_version,
        origin=(row.origin.uscc or row.origin.number) if row.origin is not None else "",
        data=row.data,
    )  # fmt: skip


@atomic()
async def push(collection: Collection, details: PushInput, *, by: Actor) -> PushOut:
    """Keep a peer's records; each is created, updated, unchanged or a named conflict.

    Sending the same again changes nothing. Raises InvalidInput, keeping nothing, when one record
    breaks the schema or lies outside the peer's region.
    """
    own = own_region(by)
    require(by, *PUSHERS, kind=by.kind)
    shapes = [
        _shape(collection, position, one.data) for position, one in enumerate(details.records)
    ]
    for position, shape in enumerate(shapes):
        if not regions.is_within(shape.region_code, own.code):
            raise InvalidInput(fields={f"records.{position}": _("This is not in your region")})
    await next_value(SERIES)
    results = [
        await write(
            collection, shape, origin_id=by.organisation_id, base_version=pushed.base_version
        )
        for shape, pushed in zip(shapes, details.records, strict=True)
    ]
    await _log(
        ExchangeDirection.PUSH, collection, by, records=len(results),
        changed=sum(one.result in (PushResult.CREATED, PushResult.UPDATED) for one in results),
        conflicts=_named(results),
    )  # fmt: skip
    return PushOut(results=results)


def _shape(collection: Collection, position: int, data: object) -> Shape:
    try:
        return SHAPES[collection].model_validate(data)
    except ValidationError as exc:
        errors = field_errors(exc)
        raise InvalidInput(
            fields={f"records.{position}.{name}": text for name, text in errors.items()}
        ) from None


def _named(results: list[PushOutcome]) -> list[dict[str, str]]:
    return [
        {"key": one.key, "reason": one.reason}
        for one in results
        if one.result == PushResult.CONFLICT
    ]


async def _log(
    direction: ExchangeDirection, collection: Collection, by: Actor, **figures: Any
) -> None:
    peer = await Organisation.get(id=by.organisation_id)
    await ExchangeSync.create(
        peer=peer, direction=direction, collection=collection, at=clock.now(), **figures
    )
