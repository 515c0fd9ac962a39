"""Volumes as tables and charts: one row a month, region, industry or modality."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from market.bureau import labels, statistics
from market.bureau.findings import lead_finding, trend_finding
from market.bureau.models import FactKind
from market.bureau.sheets import Sheet
from market.bureau.statistics import Volume
from market.kit.i18n import gettext as _
from market.kit.tables import Column

SHOWN_BARS = 8
Word = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart's points under the sentence that says what they show; its table is `sheet`."""

    title: str
    points: list[tuple[Any, ...]]
    sheet: Sheet


def columns(first: str) -> list[Column]:
    """Name, contracts, and the amount of each kind of event."""
    return [
        Column(first),
        Column(_("Contracts"), "integer"),
        *(Column(_("%(kind)s (yuan)", kind=labels.kind(kind)), "money") for kind in FactKind),
    ]


def cells(volume: Volume) -> list[int]:
    """The cells of `columns` after the first."""
    return [
        volume[FactKind.CONTRACTED].deals,
        *(volume[kind].amount_fen for kind in FactKind),
    ]


def month_chart(months: Mapping[str, Volume], link: Word) -> Chart:
    """Contracted and settled amounts month by month."""
    rows = [[month, *cells(volume)] for month, volume in months.items()]
    links = [link(month) for month in months]
    amounts = [
        (volume[FactKind.CONTRACTED].amount_fen, volume[FactKind.SETTLED].amount_fen)
        for volume in months.values()
    ]
    title = trend_finding(
        [(month, signed) for month, (signed, _s) in zip(months, amounts, strict=True)]
    )
    marks = labels.month_marks(list(months))
    points = [(mark, *pair) for mark, pair in zip(marks, amounts, strict=True)]
    sheet = Sheet(
        "months", _("Volume by month"), columns(_("Month")), rows, links, keys=list(months)
    )
    return Chart(title, points, sheet)


def breakdown(
    name: str, dimension: str, volumes: Mapping[str, Volume], *, word: Word, link: Word
) -> Chart:
    """The contracted amount's largest parts as bars, all of them in the table."""
    ranked = statistics.ranked(volumes, FactKind.CONTRACTED)
    rows = [[word(code), *cells(volume)] for code, volume in ranked]
    links = [link(code) for code, _volume in ranked]
    points = [(word(code), v[FactKind.CONTRACTED].amount_fen) for code, v in ranked]
    title = _("Volume by %(dimension)s", dimension=dimension)
    sheet = Sheet(name, title, columns(dimension), rows, links, keys=[code for code, _v in ranked])
    return Chart(lead_finding(dimension, points), points[:SHOWN_BARS], sheet)
