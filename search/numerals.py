"""Chinese numerals, colloquial money and units as people write them in a query."""

from __future__ import annotations

import re
from decimal import Decimal

from market.vocabulary.annotation import UNITS
from search.normalisation import normalise

YUAN_SCALE = 10_000
"""Unit prices in an index are whole ten-thousandths of a yuan: four decimals, no float."""

NUMBER = r"(?:\d[\d,]*(?:\.\d+)?\s*[十百千万亿kw]*|[零〇一二两三四五六七八九十百千万亿半]+)"
_YUAN_WORD = r"(?:元|块钱|块|圆|yuan|rmb|cny)"
_SMALL = r"[零一二两三四五六七八九\d](?![\d.天日周月年个人名万千百张框条例])"
MONEY = (
    rf"(?:(?:¥|rmb|cny)\s*{NUMBER}\s*{_YUAN_WORD}?"
    rf"|{NUMBER}\s*{_YUAN_WORD}(?:{_SMALL}(?:[毛角](?:{_SMALL}分?)?)?)?"
    rf"|{NUMBER}\s*(?:毛钱|毛|角)(?:{_SMALL}分?)?"
    rf"|{NUMBER}\s*(?:分{_SMALL}(?!分)厘?|分钱|分(?![割类钟级析])))"
)
_AMOUNT = re.compile(
    rf"(?P<yuan>{NUMBER})\s*{_YUAN_WORD}(?:(?P<jiao>{_SMALL})(?:[毛角](?P<fen>{_SMALL})?)?)?"
    rf"|(?P<jiao2>{NUMBER})\s*[毛角]钱?(?P<fen2>{_SMALL})?|(?P<fen3>{NUMBER})\s*分(?P<li>{_SMALL})?"
    rf"|(?P<bare>{NUMBER})"
)
_WORTH = {
    "yuan": Decimal(1),
    "bare": Decimal(1),
    "jiao": Decimal("0.1"),
    "fen": Decimal("0.01"),
    "li": Decimal("0.001"),
}

_ENGLISH_UNITS = {
    "hour": "小时",
    "minute": "分钟",
    "box": "框",
    "frame": "帧",
    "image": "张",
    "图": "张",
    "时薪": "人时",
    "日薪": "人天",
}
UNIT_WORDS = {
    **_ENGLISH_UNITS,
    **{
        normalise(word): unit.zh
        for unit in UNITS.values()
        for word in (unit.zh, *unit.synonyms)
        if word not in ("WSI", "切片", "病例", "轮廓", "整包", "record", "picture")
    },
}
UNIT = "(?:" + "|".join(sorted(map(re.escape, UNIT_WORDS), key=len, reverse=True)) + ")"
_PERIOD_DAYS: dict[str, Decimal | int] = {
    "个工作日": Decimal("1.4"),
    "工作日": Decimal("1.4"),
    "天": 1,
    "日": 1,
    "day": 1,
    "周": 7,
    "星期": 7,
    "week": 7,
    "季度": 90,
    "个月": 30,
    "月": 30,
    "month": 30,
    "年": 365,
}
PERIOD = "(?:" + "|".join(_PERIOD_DAYS) + ")"


def parse_number(text: str) -> Decimal | None:
    """Read 100, 1,000, 2万, 1.5万, 一百, 两千, 三千二 or 半; None where it is no number."""
    compact = text.replace(",", "").replace(" ", "").replace("〇", "零")
    if compact == "半":
        return Decimal("0.5")
    compact = compact.replace("k", "千").replace("w", "万")
    if compact and compact[0] in "百千万亿":
        compact = f"一{compact}"
    try:
        return Decimal(compact)
    except ArithmeticError:
        pass
    import cn2an  # slow to load, and few numbers are written out

    try:
        return Decimal(str(cn2an.cn2an(compact, "smart")))
    except ValueError:
        return None


def parse_money(text: str) -> Decimal | None:
    """Read 3元, 三块钱, 三块五, 一块二毛五, 一毛五, 5分 or ¥0.05 in yuan; a bare number is yuan."""
    found = _AMOUNT.search(text)
    if found is None:
        return None
    total = Decimal(0)
    for name, written in found.groupdict().items():
        amount = parse_number(written) if written else Decimal(0)
        if amount is None:
            return None
        total += amount * _WORTH[name.rstrip("23")]
    return total


def scaled_price(yuan: Decimal) -> int:
    """Yuan as whole ten-thousandths, the form in which indexes hold unit prices."""
    return int((yuan * YUAN_SCALE).to_integral_value())


def period_days(word: str) -> Decimal:
    """Calendar days in one period word; a month counts 30, five working days a week."""
    return Decimal(_PERIOD_DAYS[word])


def plain(number: Decimal | float) -> str:
    """A number for people: thousands separated, no needless zeros."""
    value = Decimal(str(number)).quantize(Decimal("0.0001")).normalize()
    return f"{value:,f}"
