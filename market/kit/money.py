"""Money in integer fen: parsing, writing, rates in basis points, allocation. No float anywhere."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

Rounding = Literal["floor", "half_up"]
_YUAN = re.compile(r"^(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>万|亿|万元|亿元|元)?$")
_SCALE = {"万": 10**4, "亿": 10**8}
MAX_FEN = 10**15


def parse_yuan(text: str) -> int:
    """Fen of an amount typed in yuan ("1,234.5", "24万元"); ValueError names the broken rule."""
    match = _YUAN.match(
        text.strip().removeprefix("¥").removeprefix("￥").replace("，", ",").strip()
    )
    if not match:
        raise ValueError("not_an_amount")
    fen = Decimal(match["number"].replace(",", "")) * _SCALE.get((match["unit"] or "")[:1], 1) * 100
    if fen != fen.to_integral_value():
        raise ValueError("finer_than_a_fen")
    if fen > MAX_FEN:
        raise ValueError("amount_too_large")
    return int(fen)


def parse_unit_price(text: str) -> Decimal:
    """A unit price in yuan with at most four decimals ("0.035"); ValueError names the broken rule."""
    try:
        price = Decimal(text.strip().removeprefix("¥").replace(",", ""))
    except InvalidOperation:
        raise ValueError("not_an_amount") from None
    if not price.is_finite() or price < 0:
        raise ValueError("not_an_amount")
    if price > Decimal(10) ** 10:
        raise ValueError("amount_too_large")
    if price != price.quantize(Decimal("0.0001")):
        raise ValueError("finer_than_four_decimals")
    return price.quantize(Decimal("0.0001"))


def line_total(unit_price: Decimal, quantity: Decimal | int) -> int:
    """Fen of a line: unit price in yuan times quantity, rounded half up once."""
    return int((unit_price * quantity * 100).quantize(Decimal(1), ROUND_HALF_UP))


def apply_bp(amount_fen: int, bp: int, rounding: Rounding = "floor") -> int:
    """`bp` basis points of an amount, in fen (90 fen at 3500 bp: floor 31, half up 32)."""
    product = amount_fen * bp
    return (product + 5000) // 10000 if rounding == "half_up" else product // 10000


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` fen by `weights` so that the parts sum exactly (largest remainder, stable ties).

    Ties go to the earlier part. Raises ValueError for negative or all-zero weights.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if total < 0 else 1
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    short = abs(total) - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: (-shares[i][1], i))[:short]:
        parts[index] += 1
    return [sign * part for part in parts]


def format_yuan(fen: int) -> str:
    """ "1,234.56" of 123456 fen."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{yuan:,}.{rest:02d}"


def format_short(fen: int) -> str:
    """An amount for reading: "3.2 亿元", "24 万元", "1,234.56 元"."""
    for scale, unit in ((10**10, "亿元"), (10**6, "万元")):
        if abs(fen) >= scale:
            return f"{(Decimal(fen) / scale).quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():,f} {unit}"
    return f"{format_yuan(fen)} 元"


def format_percent(bp: int) -> str:
    """Basis points as a percentage: 1250 is 12.5%."""
    return f"{Decimal(bp) / 100:f}".rstrip("0").rstrip(".") + "%" if bp % 100 else f"{bp // 100}%"


def capital(fen: int) -> str:
    """The amount in capital Chinese numerals, as contracts and invoices write it (大写)."""
    import cn2an  # takes as long to load as all of the kit, and prices are decided without it

    if fen == 0:
        return "零元整"
    prefix = "负" if fen < 0 else ""
    words = str(cn2an.an2cn(f"{abs(fen) // 100}.{abs(fen) % 100:02d}", "rmb"))
    return prefix + words
