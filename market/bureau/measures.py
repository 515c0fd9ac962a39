"""How each indicator is computed from the platform's rows; nothing here makes a number up."""

from collections.abc import Awaitable, Callable, Mapping

from market.bureau import stocks
from market.bureau.models import ActivityKind, FactKind
from market.bureau.readers import Reader, hundredths
from market.bureau.statistics import share_bp


async def measured(name: str, reader: Reader) -> int | None:
    """The value of a measure in its indicator's unit; None of nothing (a share of no cases)."""
    family, _colon, rest = name.partition(":")
    if rest:
        return await _FAMILIES[family](reader, rest)
    return await _SINGLE[name](reader)


async def _traded(reader: Reader, kind: str) -> int:
    return (await reader.trade())[FactKind(kind)].amount_fen


async def _deals(reader: Reader, kind: str) -> int:
    return (await reader.trade())[FactKind(kind)].deals


async def _amount(reader: Reader, kind: str) -> int:
    return (await reader.activity(ActivityKind(kind))).amount_fen


async def _events(reader: Reader, kind: str) -> int:
    return (await reader.activity(ActivityKind(kind))).events


async def _share(reader: Reader, kind: str) -> int | None:
    found = await reader.activity(ActivityKind(kind))
    return share_bp(found.hits, found.events)


async def _missed(reader: Reader, kind: str) -> int | None:
    found = await reader.activity(ActivityKind(kind))
    return share_bp(found.events - found.hits, found.events)


async def _mean(reader: Reader, kind: str) -> int | None:
    found = await reader.activity(ActivityKind(kind))
    return (2 * found.hits + found.events) // (2 * found.events) if found.events else None


async def _ratio(reader: Reader, kind: str) -> int | None:
    found = await reader.activity(ActivityKind(kind))
    return hundredths(found.hits, found.events)


async def _leverage(reader: Reader) -> int | None:
    found = await reader.activity(ActivityKind.VOUCHER_REDEEMED)
    return hundredths(found.base_fen, found.amount_fen)


async def _cross(reader: Reader) -> int | None:
    return (await reader.trade()).cross_province_bp


_FAMILIES: Mapping[str, Callable[[Reader, str], Awaitable[int | None]]] = {
    "trade": _traded,
    "deals": _deals,
    "amount": _amount,
    "events": _events,
    "share": _share,
    "missed": _missed,
    "mean": _mean,
    "ratio": _ratio,
    **stocks.FAMILIES,
}
_SINGLE: Mapping[str, Callable[[Reader], Awaitable[int | None]]] = {
    "leverage": _leverage,
    "cross": _cross,
    **stocks.SINGLE,
}
