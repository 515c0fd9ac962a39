"""Words for the codes of facts, in the reader's language."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from market.bureau.models import ActivityKind, FactKind, Side
from market.bureau.periods import Period, PeriodName, current_month, shifted
from market.kit import i18n, money
from market.kit.i18n import gettext as _
from market.orders.states import MilestoneKind
from market.vocabulary import regions
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from market.vocabulary.industries import INDUSTRIES
from market.vocabulary.terms import Vocabulary

Choices = list[tuple[str, str]]


def industry(code: str) -> str:
    """The industry's name."""
    return _term(INDUSTRIES, code)


def modality(code: str) -> str:
    """The modality's name."""
    return _term(MODALITIES, code)


def task(code: str) -> str:
    """The task's name."""
    return _term(TASK_TYPES, code)


def _term(vocabulary: Vocabulary[Any], code: str) -> str:
    return vocabulary.label(code, i18n.current_locale()) if code else _("not stated")


def region(code: str) -> str:
    """The region's own name; 济南市 without its province."""
    if code == regions.COUNTRY_CODE:
        return _("the whole country")
    found = regions.region(code)
    return found.name if found else code


def kind(value: FactKind) -> str:
    """What happened, as the columns of the reports are headed."""
    return {
        FactKind.CONTRACTED: _("Contracts signed"),
        FactKind.ACCEPTED: _("Work accepted"),
        FactKind.SETTLED: _("Payments settled"),
        FactKind.REFUNDED: _("Payments refunded"),
    }[value]


def activity(value: ActivityKind) -> str:
    """What happened."""
    return {
        ActivityKind.PUBLISHED: _("Job published"),
        ActivityKind.OPENED: _("Bids opened (count: bids)"),
        ActivityKind.FIRST_BID: _("First bid (count: minutes)"),
        ActivityKind.CONCLUDED: _("Call ended (1: awarded)"),
        ActivityKind.INSPECTED: _("Delivery inspected (1: accepted at once)"),
        ActivityKind.DELIVERED: _("Order completed (1: on time)"),
        ActivityKind.REGISTERED: _("Contract registered"),
        ActivityKind.FILED: _("Outside deal filed"),
        ActivityKind.VOUCHER_GRANTED: _("Voucher granted"),
        ActivityKind.VOUCHER_REDEEMED: _("Voucher redeemed"),
    }[value]


def activity_choices() -> Choices:
    """The kinds of what is counted beside the money, for a filter."""
    return [(kind.value, activity(kind)) for kind in ActivityKind]


def kind_choices() -> Choices:
    """The kinds of facts for a filter."""
    return [(value.value, kind(value)) for value in FactKind]


def side_choices() -> Choices:
    """Whose region counts, for a filter."""
    return [
        (Side.DEMAND.value, _("Buyer in the region")),
        (Side.SUPPLY.value, _("Supplier in the region")),
    ]


def period_choices() -> Choices:
    """The periods for a filter."""
    return [
        (PeriodName.MONTH.value, _("This month")),
        (PeriodName.QUARTER.value, _("This quarter")),
        (PeriodName.YEAR.value, _("This year")),
        (PeriodName.TWELVE.value, _("Last twelve months")),
        (PeriodName.CUSTOM.value, _("From and to")),
    ]


def month_choices() -> Choices:
    """The last five years' months, the latest first, for a custom period."""
    now = current_month()
    months = [shifted(now, -n) for n in range(60)]
    return [(month, month) for month in months]


def industry_choices() -> Choices:
    """The industries for a filter."""
    return list(INDUSTRIES.choices(i18n.current_locale()))


def modality_choices() -> Choices:
    """The modalities for a filter."""
    return list(MODALITIES.choices(i18n.current_locale()))


def task_choices() -> Choices:
    """The tasks for a filter."""
    return list(TASK_TYPES.choices(i18n.current_locale()))


def change(bp: int | None, comparison: str) -> str:
    """ "+12.4 % than ..." of a change in basis points; a sentence when there was nothing before."""
    if bp is None:
        return _("nothing in the period before")
    if bp == 0:
        return _("no change %(comparison)s", comparison=comparison)
    return _("%(change)s %(comparison)s", change=signed(bp), comparison=comparison)


def changes(before: int | None, year_ago: int | None, period: Period) -> str:
    """Both changes of a figure: on the period before, and on the same months a year ago where that
    is another."""
    first = change(before, period.comparison)
    if period.before_first == period.year_before.first:
        return first
    second = (
        _("nothing in the same months last year")
        if year_ago is None
        else change(year_ago, _("on the same months last year"))
    )
    return _("%(first)s; %(second)s", first=first, second=second)


def signed(bp: int) -> str:
    """ "+12.4%" or "−3.0%" of a change in basis points."""
    return f"{'+' if bp > 0 else '−' if bp < 0 else ''}{percent(abs(bp))}"


def percent(bp: int) -> str:
    """ "12.4%" of 1240 basis points: one decimal, as reports write it."""
    return f"{bp // 100}.{bp % 100 // 10}%"


def amount(kind: str, value: int | None) -> str:
    """A value as plans write it: money in 万 or 亿, shares in percent; a dash when not measured."""
    if value is None:
        return _("not measured")
    if kind == "money":
        return money.format_short(value)
    return percent(value) if kind == "percent" else f"{value:,}"


def figure(kind: str, value: int | None) -> str:
    """An indicator's value as a page writes it; a dash where nothing is known."""
    if value is None:
        return "—"
    if kind == "money":
        return money.format_short(value)
    return digits(kind, value) + ("%" if kind == "percent" else "")


def digits(kind: str, value: int | None) -> str:
    """An indicator's value in its unit, in full: yuan, percent, hours with two decimals, or whole."""
    if value is None:
        return ""
    if kind in ("money", "percent", "ratio"):
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    if kind == "minutes":
        hundredths = (value * 200 + 60) // 120
        return f"{hundredths // 100}.{hundredths % 100:02d}"
    return str(value)


def typed(kind: str, value: int | None) -> Decimal | None:
    """The same as a number, for a cell of a table."""
    return None if value is None else Decimal(digits(kind, value))


def headline(fen: int) -> tuple[str, str]:
    """A large figure and its unit, three to four digits: ("2.22", "亿元"), ("1,408", "万元")."""
    number, unit = money.format_short(fen).split(" ")
    whole, _dot, _decimals = number.partition(".")
    return (whole if len(whole.lstrip("-")) > 2 else number), unit


def current_year() -> str:
    """The year under way, for a form."""
    return current_month()[:4]


def month_marks(months: Sequence[str]) -> list[str]:
    """What stands under a chart's axis: "3月" within one year, the whole month across years."""
    if len({month[:4] for month in months}) > 1:
        return list(months)
    return [_("month %(number)s", number=int(month[5:])) for month in months]


def stage(value: MilestoneKind) -> str:
    """The name of a payment stage."""
    return {
        MilestoneKind.ADVANCE: _("Advance"),
        MilestoneKind.PROGRESS: _("Progress payment"),
        MilestoneKind.ACCEPTANCE: _("On acceptance"),
        MilestoneKind.RETENTION: _("Retention"),
    }[value]
