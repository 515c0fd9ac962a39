"""The four questions a clerk of a bureau comes with, answered at first sight, each with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.access import programmes_of
from billing.application_access import queue_of
from billing.models import VoucherProgramme
from billing.programmes import remaining_of, rule_of
from billing.states import ProgrammeStatus
from billing.voucher_models import VoucherApplication
from billing.voucher_states import ApplicationStatus
from market.accounts.states import OrganisationKind
from market.bureau import labels, statistics
from market.bureau.models import FactKind
from market.bureau.periods import PeriodName, period_of
from market.bureau.queries import StatisticsQuery
from market.bureau.statistics import Slice
from market.kit import money, web
from market.kit.actor import Actor
from market.kit.errors import NotPermitted
from market.kit.i18n import gettext as _
from market.prices import monitor, views
from market.prices.queries import PricesQuery
from market.risks.attention import contracts_to_look_at
from market.vocabulary.regions import COUNTRY_CODE, Region

WAITING = (ApplicationStatus.UNDER_REVIEW, ApplicationStatus.RETURNED)
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an answer, with the page it rests on."""

    text: str
    link: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, its answer in a few lines, and the page with all of it."""

    name: str
    question: str
    lines: Sequence[Line]
    link: str
    more: str


async def answers_for(region: Region, by: Actor) -> list[Answer]:
    """Volume and its change, the price that rose most, vouchers left, contracts to look at."""
    return [
        await _volume(region),
        await _price(region),
        await _vouchers(by),
        await _contracts(region),
    ]


def _of_region(region: Region) -> str:
    """The region as a filter asks for it: the whole country by its absence."""
    return "" if region.code == COUNTRY_CODE else region.code


async def _volume(region: Region) -> Answer:
    part = Slice(region, period_of(PeriodName.MONTH))
    query = StatisticsQuery(region=_of_region(region), period=PeriodName.MONTH)
    now, before, year_ago = [
        statistics.total_of((await statistics.volume_by(one, "month")).values())
        for one in (part, part.before, part.year_before)
    ]
    lines = [
        Line(
            _("%(kind)s: %(amount)s, %(count)s deals", kind=labels.kind(kind),
              amount=money.format_short(now[kind].amount_fen), count=now[kind].deals),
            web.path_for("bureau:deals", **query.params(kind=kind.value)),
            labels.changes(
                statistics.change_bp(now[kind].amount_fen, before[kind].amount_fen),
                statistics.change_bp(now[kind].amount_fen, year_ago[kind].amount_fen),
                part.period,
            ),
        )
        for kind in (FactKind.CONTRACTED, FactKind.SETTLED)
    ]  # fmt: skip
    return Answer(
        "volume",
        _("How much was traded in %(region)s this month?", region=labels.region(region.code)),
        lines,
        web.path_for("bureau:regions", **query.params()),
        _("This month by region"),
    )


async def _price(region: Region) -> Answer:
    """The task whose median rose most on the month before, as the page of prices has it."""
    query = PricesQuery(region=_of_region(region))
    month = await monitor.default_month(region)
    top = monitor.riser(await monitor.lines_of(region, month))
    return Answer(
        "prices",
        _("Which price rose most, and on what evidence?"),
        [_risen(top, query)] if top else [Line(_("No median rose on the month before."))],
        web.path_for("bureau:prices", **query.params()),
        _("All unit prices"),
    )


def _risen(line: monitor.Line, query: PricesQuery) -> Line:
    assert line.month_before is not None, "a rise has something before it"
    return Line(
        views.rise_of(line),
        views.link_to(query, line, is_bureau=True),
        _("Median of %(n)s contracts in %(month)s against %(m)s the month before.",
          n=line.cell.n, month=line.cell.month, m=line.month_before.n),
    )  # fmt: skip


async def _vouchers(by: Actor) -> Answer:
    question = _("How much is left in the voucher pools, and who waits?")
    link, more = web.path_for("bureau:vouchers"), _("Voucher programmes")
    try:
        open_ones = await programmes_of(by).filter(status=ProgrammeStatus.OPEN)
        waiting = queue_of(by).filter(status__in=WAITING)
    except NotPermitted as refusal:  # the role of this member sees no money
        return Answer("vouchers", question, [Line(str(refusal))], link, more)
    left = [line for programme in open_ones if (line := await _left(programme, by))]
    left.sort(key=lambda one: -one[1])
    total = money.format_short(sum(fen for _line, fen in left))
    lines = [
        Line(_("%(amount)s left in %(count)s pools", amount=total, count=len(left)))
        if left
        else Line(_("No open programme of this region states a budget")),
        *[line for line, _fen in left[:SHOWN]],
        Line(
            _("%(count)s applications wait", count=await waiting.count()),
            web.path_for("vouchers:queue"),
        ),
        *map(_waiting, await waiting.limit(SHOWN)),
    ]
    return Answer("vouchers", question, lines, link, more)


async def _left(programme: VoucherProgramme, by: Actor) -> tuple[Line, int] | None:
    """What is left of a programme with a budget: of its pools the least, for each of them binds."""
    amounts = (await remaining_of(programme, rule_of(programme))).values()
    if not amounts:
        return None
    fen = min(amounts)
    text = _("%(title)s: %(amount)s left", title=programme.title, amount=money.format_short(fen))
    is_own = by.kind == OrganisationKind.BUREAU
    return Line(text, web.path_for("programmes:show", code=programme.code) if is_own else ""), fen


def _waiting(application: VoucherApplication) -> Line:
    return Line(
        _("%(who)s: %(amount)s", who=application.claimant.name,
          amount=money.format_short(application.quoted_fen)),
        web.path_for("vouchers:application", number=application.number),
        application.programme.title,
    )  # fmt: skip


async def _contracts(region: Region) -> Answer:
    found = await contracts_to_look_at(region.prefix, SHOWN)
    lines = [
        Line(
            f"{one.number} {one.title}",
            one.link,
            _("%(amount)s; %(reasons)s", amount=money.format_short(one.amount_fen),
              reasons=_("; ").join(reason.text for reason in one.reasons[:SHOWN])),
        )
        for one in found
    ]  # fmt: skip
    return Answer(
        "contracts",
        _("Which three contracts should I look at, and why?"),
        lines or [Line(_("No contract of your region has a flag"))],
        web.path_for("risks:list"),
        _("Red flags"),
    )
