"""Pages of accounts: a party's month, what is overdue, the fee schedule, the platform's quarterly report."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import account_statements, exports, fees, overdue, platform_reports, words
from billing.access import READERS, missing, require_operator
from market.accounts.models import Organisation
from market.accounts.permissions import require
from market.kit import clock, documents, tables, web
from market.kit.actor import Actor
from market.kit.i18n import N_
from market.orders import words as order_words


async def _party(actor: Actor) -> Organisation:
    require(actor, *READERS, verified=False)
    found = await Organisation.get_or_none(id=actor.organisation_id)
    if found is None:
        raise missing()
    return found


async def show_month(request: Request) -> Response:
    """The organisation's month: opening, movements, closing; as a file the movements."""
    party = await _party(web.signed_in(request))
    months = account_statements.months()
    month = request.path_params.get("month", months[0])
    sections = await account_statements.statement_for(party, account_statements.month_named(month))
    if tables.format_of(request):
        rows = [(section, one) for section in sections for one in section.movements]
        return exports.MOVEMENTS.of(request, rows, subject=f"{party.name} {month}")
    return await web.render(
        request, "billing/statements_show.html", month=month, months=months, sections=sections,
        words=words, behind=await account_statements.rows_behind(sections),
    )  # fmt: skip


async def print_month(request: Request) -> Response:
    """The month on paper, amounts in capitals."""
    party = await _party(web.signed_in(request))
    month = request.path_params["month"]
    sections = await account_statements.statement_for(party, account_statements.month_named(month))
    stated = [
        [str(one.kind), one.opening_fen, one.closing_fen, [move.digest for move in one.movements]]
        for one in sections
    ]
    number = f"{party.number}-{month}"
    digest = documents.digest_of({"party": party.number, "month": month, "sections": stated})
    return await web.render(
        request, "billing/statements_print.html", month=month, sections=sections, words=words,
        party=party, document=await documents.issue(N_("Statement of account"), number, digest),
    )  # fmt: skip


async def list_overdue(request: Request) -> Response:
    """Stages that are late by 国务院令第802号, with interest so far."""
    actor = web.signed_in(request)
    stages = await overdue.overdue_stages(actor)
    if file := await exports.OVERDUE.file(request, stages):
        return file
    return await web.render(
        request, "billing/overdue_list.html", stages=stages, order_words=order_words,
        interest_fen=sum(stage.clock.interest_fen for stage in stages if stage.clock),
    )  # fmt: skip


async def show_fees(request: Request) -> Response:
    """What the platform charges, every version of the rule."""
    return await web.render(
        request, "billing/fees_show.html", rules=fees.rules()[::-1],
        current=fees.rule_on(clock.today()).id,
    )  # fmt: skip


async def show_platform_report(request: Request) -> Response:
    """The quarter's report of suppliers' income, for the tax office."""
    require_operator(web.signed_in(request))
    quarters = platform_reports.quarters()
    quarter = request.query_params.get("quarter", quarters[0])
    earners = await platform_reports.report_of(quarter)
    if tables.format_of(request):
        return exports.PLATFORM.of(request, earners, subject=quarter)
    return await web.render(
        request, "billing/platform_report.html", quarter=quarter, quarters=quarters,
        earners=earners, words=words, source=platform_reports.SOURCE,
    )  # fmt: skip


routes = [
    Route("/statements", show_month, name="statements:current"),
    Route("/statements/{month}", show_month, name="statements:show"),
    Route("/statements/{month}/print", print_month, name="statements:print"),
    Route("/overdue", list_overdue, name="overdue:list"),
    Route("/fees", show_fees, name="fees:show"),
    Route("/operator/platform-report", show_platform_report, name="operator:platform_report"),
]
