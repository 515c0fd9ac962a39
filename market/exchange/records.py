"""Writing a record: unchanged by its digest, refused by name where it belongs to another, else a new version."""

import hashlib
from uuid import UUID

from market.exchange.models import ExchangeRecord
from market.exchange.schemas import SCHEMA_VERSION, PushOutcome, Shape
from market.exchange.states import Collection, PushResult
from market.kit.audit import canonical
from market.kit.i18n import gettext as _
from market.kit.numbers import next_value

SERIES = "exchange"


async def write(
    collection: Collection, shape: Shape, *, origin_id: UUID | None, base_version: int | None
) -> PushOutcome:
    """Keep a record, inside a transaction that has drawn a number of SERIES: so writers stand in line.

    The same key with the same digest changes nothing. Another's key, or a version that is not the one
    to be replaced (`base_version` None: whatever stands), is a conflict and changes nothing either.
    """
    data = shape.model_dump(mode="json")
    digest = hashlib.sha256(canonical(data).encode()).hexdigest()
    known = await ExchangeRecord.get_or_none(collection=collection, key=shape.key)
    if known is not None and known.digest == digest:
        return PushOutcome(key=shape.key, result=PushResult.UNCHANGED, version=known.version)
    if reason := _conflict(known, origin_id, base_version):
        version = known.version if known else 0
        return PushOutcome(
            key=shape.key, result=PushResult.CONFLICT, version=version, reason=reason
        )
    row = known or ExchangeRecord(collection=collection, key=shape.key, origin_id=origin_id)
    row.version = await next_value(SERIES)
    row.digest, row.data, row.schema_version = digest, data, SCHEMA_VERSION
    row.region_code = shape.region_code
    await row.save()
    result = PushResult.CREATED if known is None else PushResult.UPDATED
    return PushOutcome(key=shape.key, result=result, version=row.version)


def _conflict(known: ExchangeRecord | None, origin_id: UUID | None, base: int | None) -> str:
    if known is None:
        return _("There is no such version here") if base else ""
    if known.origin_id != origin_id:
        return _("This record is kept by another platform")
    if base is not None and base != known.version:
        return _("The record has changed: version %(version)s stands now", version=known.version)
    return ""
