"""What every response and every unsafe request goes through: headers, cross-site refusal, request id, language."""

from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from market.kit import audit, i18n
from market.kit.ids import uuid7
from market.settings import settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOCALE_COOKIE = "locale"
SEE_OTHER = 303  # the answer to every form that was accepted
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self' https://checkout.stripe.com"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def is_cross_site(headers: Headers) -> bool:
    """Whether a browser sent an unsafe request from another site (fetch metadata, else the Origin)."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


class SecurityMiddleware:
    """Outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse cross-site writes that carry cookies; give every answer its headers and request id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        identifier = uuid7().hex
        audit.request_id.set(identifier)
        structlog.contextvars.bind_contextvars(request_id=identifier)
        cookie = headers.get("cookie")
        cookies = cookie_parser(cookie) if cookie else {}
        i18n.use_locale(i18n.choose_locale(cookies.get(LOCALE_COOKIE)))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == SEE_OTHER and (draft := scope.get("draft")):
                    await draft.forget()
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out.setdefault(name, value)
                out["x-request-id"] = identifier
                if settings.base_url.startswith("https"):
                    out["strict-transport-security"] = "max-age=31536000"
                if cookies and not scope["path"].startswith("/static/"):
                    out.setdefault("cache-control", "private, no-store")
            await send(message)

        if scope["method"] not in SAFE_METHODS and cookies and is_cross_site(headers):
            refusal = PlainTextResponse("cross-site request refused", status_code=403)
            await refusal(scope, receive, send_with_headers)
            return
        if "\0" in scope["path"]:
            await PlainTextResponse("not found", status_code=404)(scope, receive, send_with_headers)
            return
        # PostgreSQL keeps a NUL in no text, and nobody types one.
        scope["query_string"] = scope["query_string"].replace(b"%00", b"")
        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            if form := scope.get("form"):
                await form.close()
