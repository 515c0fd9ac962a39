"""Pages that belong to no noun: home, health, errors, API description, development conveniences."""

import asyncio
import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.datastructures import URL, FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from tortoise.exceptions import DoesNotExist
from tortoise.exceptions import ValidationError as UnfitForColumn

from market.kit import api, documents, drafts, i18n, numbers, outbox, web
from market.kit.audit import request_id
from market.kit.errors import AppError, InvalidInput, NotFound, NotSignedIn
from market.kit.forms import MAX_FIELDS, field_errors
from market.kit.i18n import gettext as _
from market.kit.mail import SentMail
from market.kit.security import LOCALE_COOKIE
from market.settings import settings
from search import engines, refusals

log = structlog.get_logger(__name__)
MAX_OUTBOX_LAG = dt.timedelta(minutes=5)
API_TITLE = "数据标注公共服务平台 API"


async def healthz(_request: Request) -> Response:
    """The process is alive."""
    return PlainTextResponse("ok")


async def readyz(_request: Request) -> Response:
    """Database answers and the outbox is not falling behind; what search lacks is only told.

    `fallback`: the search server is away and the built-in index answers. `degraded`: the server
    has refused records, which the built-in index holds.
    """
    lag = await outbox.lag()
    ready = lag < MAX_OUTBOX_LAG
    refused = await refusals.open_count() if engines.server() else 0
    search = "fallback" if not await engines.primary().health() else "degraded" if refused else "ok"
    body = {
        "database": "ok",
        "search": search,
        "search_refused": refused,
        "outbox_lag_seconds": round(lag.total_seconds()),
        "ready": ready,
    }
    return JSONResponse(body, status_code=200 if ready else 503)


async def choose_language(request: Request) -> Response:
    """Remember the chosen language and go back."""
    data = await request.form()
    response = web.redirect(str(data.get("next", "/")))
    locale = i18n.choose_locale(str(data.get("locale", "")))
    response.set_cookie(LOCALE_COOKIE, locale, max_age=31536000, samesite="lax")
    return response


async def save_draft(request: Request) -> Response:
    """Keep a form that is not ready to be sent; by its button, or quietly while it is being typed."""
    data, draft = await _drafted(request)
    saved_at = await drafts.save(draft, data)
    if "_quiet" in data:
        return JSONResponse({"saved_at": saved_at.isoformat()})
    return web.redirect(draft.path, flash=_("The draft is saved"))


async def discard_draft(request: Request) -> Response:
    """Give back the form as it was before anything was typed."""
    _data, draft = await _drafted(request)
    await draft.forget()
    return web.redirect(draft.path, flash=_("The draft is discarded"))


async def _drafted(request: Request) -> tuple[FormData, drafts.Draft]:
    web.signed_in(request)
    data = request.scope["form"] = await request.form(max_fields=MAX_FIELDS, max_files=50)
    draft = drafts.Draft.from_ticket(request, str(data.get(drafts.TICKET, "")))
    if draft is None:
        raise InvalidInput(_("This form cannot be kept as a draft"))
    return data, draft


async def verify_document(request: Request) -> Response:
    """For anybody who holds a document: whether its digest or code went out from here, and when."""
    typed = str(request.path_params.get("digest") or request.query_params.get("code", "")).strip()
    found = await documents.find(typed)
    return await web.render(
        request, "market/documents_show.html", code=typed, document=found,
        newest=await documents.newest(found) if found else None,
        status_code=404 if typed and found is None else 200,
    )  # fmt: skip


async def components(request: Request) -> Response:
    """Every macro in every state (development only)."""
    _development_only()
    return await web.render(request, "market/dev/components.html")


async def mailbox(request: Request) -> Response:
    """The mail that would have gone out (development only)."""
    _development_only()
    mails = await SentMail.all().order_by("-id").limit(200)
    return await web.render(request, "market/dev/mail.html", mails=mails)


def _development_only() -> None:
    if settings.is_production:
        raise NotFound(_("This page does not exist"))


routes = [
    Route("/healthz", healthz, name="health:alive"),
    Route("/readyz", readyz, name="health:ready"),
    Route("/language", choose_language, name="language:choose", methods=["POST"]),
    Route("/drafts", save_draft, name="drafts:save", methods=["POST"]),
    Route("/drafts/discard", discard_draft, name="drafts:discard", methods=["POST"]),
    Route("/documents", verify_document, name="documents:verify"),
    Route("/documents/{digest}", verify_document, name="documents:show"),
    Route("/dev/components", components, name="dev:components"),
    Route("/dev/mail", mailbox, name="dev:mail"),
]


def description_routes(operations: Iterable[api.Operation]) -> list[Route]:
    """The OpenAPI description, made when first asked for, and the page that shows it."""
    operations = list(operations)

    @cache
    def document() -> dict[str, Any]:
        return api.openapi(operations, title=API_TITLE, version="1")

    async def openapi(_request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(document))

    async def documentation(request: Request) -> Response:
        return await web.render(request, "market/api.html", operations=operations)

    return [
        Route("/api/openapi.json", openapi, name="api:openapi"),
        Route("/api", documentation, name="api:docs"),
    ]


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/v")


async def _answer(
    request: Request,
    status: int,
    title: str,
    detail: str = "",
    errors: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    if _wants_json(request):
        response = api.problem(status, title, detail, errors, request_id.get())
    else:
        response = await web.render(
            request,
            "errors/error.html",
            status_code=status,
            status=status,
            title=title,
            detail=detail,
            errors=errors or {},
            request_id=request_id.get(),
        )
    response.headers.update(headers or {})
    return response


def _page_of(request: Request) -> str:
    """The page somebody wanted, or whose form they sent: its draft stands there after signing in."""
    url = request.url if request.method == "GET" else URL(request.headers.get("referer", ""))
    if url.netloc and url.netloc != request.url.netloc:
        return "/"
    return f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"


async def app_error(request: Request, exc: Exception) -> Response:
    """Our own refusals: the sentence, with the status of its class."""
    assert isinstance(exc, AppError)
    if isinstance(exc, NotSignedIn) and not _wants_json(request):
        return web.redirect(web.path_for("accounts:sign_in", next=_page_of(request)))
    return await _answer(
        request, exc.status_code, _(exc.title), exc.message, getattr(exc, "fields", None)
    )


async def http_error(request: Request, exc: Exception) -> Response:
    """Starlette's own: no route, wrong method, malformed body."""
    assert isinstance(exc, HTTPException)
    title = {404: NotFound.title, 405: "Method not allowed"}.get(exc.status_code, "Bad request")
    detail = _("The form is too large or was cut off. Go back, shorten it and send it again.")
    return await _answer(
        request, exc.status_code, _(title),
        detail if exc.status_code == 400 and request.method == "POST" else "",
        headers=dict(exc.headers or {}),
    )  # fmt: skip


async def invalid(request: Request, exc: Exception) -> Response:
    """A validation that no form caught."""
    assert isinstance(exc, ValidationError)
    return await app_error(request, InvalidInput(fields=field_errors(exc)))


async def missing(request: Request, _exc: Exception) -> Response:
    """A row that is not there."""
    return await _answer(request, 404, _(NotFound.title))


async def unfit(request: Request, exc: Exception) -> Response:
    """A value no column holds: in the address it names no row, anywhere else it is our defect."""
    if any(len(str(value)) > numbers.MAX_LENGTH for value in request.path_params.values()):
        return await missing(request, exc)
    raise exc


async def crash(request: Request, exc: Exception) -> Response:
    """A defect of ours: logged with its request id, told without details."""
    log.error("unhandled error", path=request.url.path, exc_info=exc)
    return await _answer(request, 500, _(AppError.title))


ERROR_HANDLERS: dict[Any, Any] = {
    AppError: app_error,
    HTTPException: http_error,
    ValidationError: invalid,
    DoesNotExist: missing,
    UnfitForColumn: unfit,
    Exception: crash,
}
