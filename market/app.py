"""The web application: every route table, middleware and error handler - the map on one screen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

import billing.api
import billing.bank_api
import billing.deadlines
import billing.deposit_api
import billing.late_routes
import billing.routes
import billing.voucher_api
import market.accounts.api
import market.accounts.routes
import market.bulletins.api
import market.bulletins.routes
import market.bureau.api
import market.bureau.routes
import market.calendar.api
import market.calendar.registry
import market.calendar.routes
import market.certification.api
import market.certification.routes
import market.complaints.api
import market.complaints.routes
import market.datasets.api
import market.datasets.routes
import market.directory.api
import market.directory.routes
import market.disputes.api
import market.disputes.routes
import market.exchange.api
import market.exchange.routes
import market.fairs.api
import market.fairs.routes
import market.fairs.timetable_routes
import market.imports.routes
import market.incidents.api
import market.incidents.routes
import market.library.api
import market.library.routes
import market.notifications.api
import market.notifications.routes
import market.ocds.api
import market.ocds.routes
import market.orders.api
import market.orders.review_api
import market.orders.routes
import market.pilots.api
import market.pilots.routes
import market.pools.api
import market.pools.routes
import market.prices.api
import market.prices.routes
import market.registration.api
import market.registration.routes
import market.reputation.api
import market.reputation.routes
import market.reserve.api
import market.reserve.routes
import market.rewards.api
import market.rewards.routes
import market.risks.api
import market.risks.routes
import market.selection.api
import market.selection.routes
import market.services.api
import market.services.routes
import market.tendering.api
import market.tendering.routes
import market.training.api
import market.training.routes
import market.webhooks.api
import market.webhooks.routes
import search.alert_api
import search.alert_routes
import search.api
import search.dictionary_api
import search.dictionary_routes
import search.query_routes
import search.refusal_routes
import search.routes
from market import frame, home, pages, workspace
from market.accounts.sessions import SessionMiddleware
from market.kit import api, db, web
from market.kit.security import SecurityMiddleware
from search.discovery import warm_up

OPERATIONS = [
    *market.accounts.api.operations,
    *market.directory.api.operations,
    *market.pools.api.operations,
    *market.fairs.api.operations,
    *market.tendering.api.operations,
    *market.pilots.api.operations,
    *market.complaints.api.operations,
    *market.calendar.api.operations,
    *market.notifications.api.operations,
    *market.training.api.operations,
    *market.orders.api.operations,
    *market.orders.review_api.operations,
    *market.disputes.api.operations,
    *market.reputation.api.operations,
    *market.datasets.api.operations,
    *billing.api.operations,
    *billing.voucher_api.operations,
    *billing.bank_api.operations,
    *billing.deposit_api.operations,
    *billing.late_routes.operations,
    *search.api.operations,
    *search.alert_api.operations,
    *search.dictionary_api.operations,
    *market.prices.api.operations,
    *market.bureau.api.operations,
    *market.ocds.api.operations,
    *market.risks.api.operations,
    *market.incidents.api.operations,
    *market.exchange.api.operations,
    *market.webhooks.api.operations,
    *market.registration.api.operations,
    *market.rewards.api.operations,
    *market.bulletins.api.operations,
    *market.certification.api.operations,
    *market.library.api.operations,
    *market.selection.api.operations,
    *market.reserve.api.operations,
    *market.services.api.operations,
]

market.calendar.registry.register(billing.deadlines.SOURCES)

ROUTES: list[BaseRoute] = [
    *home.routes,
    *pages.routes,
    *workspace.routes,
    *market.accounts.routes.routes,
    *market.directory.routes.routes,
    *market.pools.routes.routes,
    *market.fairs.routes.routes,
    *market.fairs.timetable_routes.routes,
    *market.tendering.routes.routes,
    *market.pilots.routes.routes,
    *market.complaints.routes.routes,
    *market.calendar.routes.routes,
    *market.notifications.routes.routes,
    *market.training.routes.routes,
    *market.orders.routes.routes,
    *market.disputes.routes.routes,
    *market.reputation.routes.routes,
    *market.datasets.routes.routes,
    *market.imports.routes.routes,
    *billing.routes.routes,
    *search.routes.routes,
    *search.alert_routes.routes,
    *search.query_routes.routes,
    *search.refusal_routes.routes,
    *search.dictionary_routes.routes,
    *market.prices.routes.routes,
    *market.bureau.routes.routes,
    *market.risks.routes.routes,
    *market.incidents.routes.routes,
    *market.exchange.routes.routes,
    *market.webhooks.routes.routes,
    *market.ocds.routes.routes,
    *market.registration.routes.routes,
    *market.rewards.routes.routes,
    *market.bulletins.routes.routes,
    *market.certification.routes.routes,
    *market.library.routes.routes,
    *market.selection.routes.routes,
    *market.reserve.routes.routes,
    *market.services.routes.routes,
    *api.routes(OPERATIONS),
    *pages.description_routes(OPERATIONS),
    Mount("/static", StaticFiles(directory=web.STATIC), name="static"),
]


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the database for the life of the process."""
    await db.connect()
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    try:
        yield
    finally:
        await warming
        await db.disconnect()


def create_app() -> Starlette:
    """The application as uvicorn serves it and the tests call it."""
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(SecurityMiddleware), Middleware(SessionMiddleware)],
        exception_handlers=pages.ERROR_HANDLERS,
        lifespan=lifespan,
    )
    app.state.frame = frame.context
    web.register_routes(ROUTES)
    return app
