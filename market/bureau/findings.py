"""Sentences over charts: what the figures show, computed from the same figures."""

from collections.abc import Sequence

from market.bureau import labels
from market.bureau.periods import current_month
from market.bureau.statistics import change_bp, share_bp
from market.kit import money
from market.kit.i18n import gettext as _


def trend_finding(points: Sequence[tuple[str, int]]) -> str:
    """What the contracted amounts of the months (month, fen) did: the peak, and the last move.

    The month under way is left out of the comparison of the last two: it is not over.
    """
    traded = [point for point in points if point[1]]
    if not traded:
        return _("Nothing was contracted in this period")
    peak = max(traded, key=lambda point: point[1])
    amount = money.format_short(peak[1])
    over = [point for point in points if point[0] < current_month()]
    change = change_bp(over[-1][1], over[-2][1]) if len(over) > 1 else None
    if change is None:
        return _("%(month)s was the strongest month: %(amount)s", month=peak[0], amount=amount)
    words = _("rose %(size)s") if change >= 0 else _("fell %(size)s")
    return _(
        "%(last)s %(moved)s on the month before; the strongest month was %(month)s: %(amount)s",
        last=over[-1][0],
        moved=words % {"size": labels.percent(abs(change))},
        month=peak[0],
        amount=amount,
    )


def lead_finding(dimension: str, points: Sequence[tuple[str, int]]) -> str:
    """Who leads (label, fen; the largest first), and with what share of the whole."""
    whole = sum(amount for _label, amount in points)
    share = share_bp(points[0][1], whole) if points else None
    if share is None:
        return _("Nothing was contracted in this period")
    if len(points) == 1:
        return _("All of it is %(name)s", name=points[0][0])
    return _(
        "%(dimension)s: %(name)s leads with %(share)s of the contracted amount",
        dimension=dimension,
        name=points[0][0],
        share=labels.percent(share),
    )
