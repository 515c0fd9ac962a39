"""Pages of the operator's finance: exception queues, and the signed report of every day."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.queryset import QuerySet

from billing import exports, ledger_routes, queues, reconciliation, words
from billing.access import missing, require_operator
from billing.bank_models import Reconciliation
from billing.chart import AccountKind
from market.kit import documents, tables, web
from market.kit.actor import Actor
from market.kit.paging import paginate


def reports_of(actor: Actor) -> QuerySet[Reconciliation]:
    """Every report, the newest first, for the operator."""
    require_operator(actor)
    return Reconciliation.all().order_by("-id")


async def report_to_read(actor: Actor, number: str) -> Reconciliation:
    """One report."""
    report = await reports_of(actor).get_or_none(number=number)
    if report is None:
        raise missing()
    return report


async def show_queues(request: Request) -> Response:
    """Every exception with its age and what to do."""
    actor = web.signed_in(request)
    require_operator(actor)
    items = await queues.exceptions()
    if file := await exports.EXCEPTIONS.file(request, items):
        return file
    kinds = {item.kind: 0 for item in items}
    for item in items:
        kinds[item.kind] += 1
    kind = request.query_params.get("kind", "")
    return await web.render(
        request, "billing/operator_queues.html", kind=kind, counts=kinds, labels=queues.KINDS,
        total=len(items), items=[item for item in items if kind in ("", item.kind)],
    )  # fmt: skip


async def list_reports(request: Request) -> Response:
    """The reports, and one more on demand."""
    actor = web.signed_in(request)
    reports = reports_of(actor)
    if request.method == "POST":
        made = await reconciliation.reconcile(by=actor)
        return web.see_other(request, "reconciliations:show", number=made.number)
    if file := await exports.RECONCILIATIONS.file(request, reports):
        return file
    page = await paginate(request, reports)
    return await web.render(request, "billing/reconciliations_list.html", page=page)


async def show_report(request: Request) -> Response:
    """One report down to the rows; whether it is as it was signed."""
    actor = web.signed_in(request)
    report = await report_to_read(actor, request.path_params["number"])
    if tables.format_of(request):
        rows = reconciliation.stated_rows(report)
        return exports.RECONCILED.of(request, rows, subject=report.number)
    return await web.render(request, "billing/reconciliations_show.html", **_context(report))


async def print_report(request: Request) -> Response:
    """The report on paper, with its digest, signature and key."""
    actor = web.signed_in(request)
    report = await report_to_read(actor, request.path_params["number"])
    document = await documents.issue(reconciliation.NOUN, report.number, report.digest)
    return await web.render(
        request, "billing/reconciliations_print.html", document=document, **_context(report)
    )


def _context(report: Reconciliation) -> dict[str, Any]:
    return {
        "report": report,
        "problems": reconciliation.problems_of(report),
        "comparison_label": reconciliation.comparison_label,
        "row_label": reconciliation.row_label,
        "account_label": lambda code: words.place(AccountKind(code)),
    }


routes = [
    Route("/operator/queues", show_queues, name="operator:queues"),
    Route(
        "/operator/reconciliations", list_reports, name="reconciliations:list",
        methods=["GET", "POST"],
    ),
    Route("/operator/reconciliations/{number}", show_report, name="reconciliations:show"),
    Route("/operator/reconciliations/{number}/print", print_report, name="reconciliations:print"),
    *ledger_routes.routes,
]  # fmt: skip
