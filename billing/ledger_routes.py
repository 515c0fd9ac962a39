"""Pages of the operator's finance: the trial balance with every account's rows, and what is due to be settled."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import batch_settlements, ledger_rows, words
from billing.access import require_operator
from billing.chart import AccountKind
from billing.ledger_models import LedgerAccount
from market.accounts.permissions import require
from market.accounts.states import OrganisationKind, Role
from market.kit import web
from market.kit.i18n import gettext as _
from market.kit.paging import paginate


async def show_ledger(request: Request) -> Response:
    """Every account with its balance; one of them (`?account=`) with its rows."""
    actor = web.signed_in(request)
    if key := request.query_params.get("account", ""):
        return await _account(request, await ledger_rows.account_to_see(actor, key))
    query, kind = ledger_rows.accounts_to_see(actor), request.query_params.get("kind", "")
    if kind in set(AccountKind):
        query = query.filter(kind=kind)
    elif not request.query_params.get("all"):
        query = query.exclude(balance_fen=0)
    return await ledger_rows.ACCOUNTS.file(request, query) or await web.render(
        request, "billing/ledger_accounts.html", page=await paginate(request, query), words=words,
        is_whole="all" in request.query_params, kind=kind,
    )  # fmt: skip


async def _account(request: Request, account: LedgerAccount) -> Response:
    query = ledger_rows.entries_of(account)
    return await ledger_rows.ENTRIES.file(request, query, subject=account.code) or await web.render(
        request, "billing/ledger_account.html", account=account, words=words,
        page=await paginate(request, query),
    )  # fmt: skip


async def settle(request: Request) -> Response:
    """What only its release is missing from; posted, it is settled at once instead of by the clock."""
    actor = web.signed_in(request)
    require_operator(actor)
    batch = None
    if request.method == "POST":
        require(actor, Role.FINANCE, kind=OrganisationKind.OPERATOR)
        batch = await batch_settlements.settle_due()
        if not batch.left_out:
            done = _("%(count)s settlements made", count=batch.settled)
            return web.see_other(request, "settlements:due", flash=done)
    count, orders = await batch_settlements.due_to_show()
    return await web.render(
        request, "billing/settlements_due.html", batch=batch, count=count, orders=orders
    )


routes = [
    Route("/operator/ledger", show_ledger, name="operator:ledger"),
    Route(
        "/operator/payments/settlements", settle, name="settlements:due", methods=["GET", "POST"]
    ),
]  # fmt: skip
