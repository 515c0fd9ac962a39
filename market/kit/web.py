"""Pages: the template environment, links, redirects, flashes."""

import base64
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from market.kit import clock, i18n, money
from market.kit.actor import ANONYMOUS, Actor, spoken
from market.kit.errors import NotPermitted, NotSignedIn
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.statuses import STATUS_TONES
from market.settings import ROOT, settings

STATIC = Path(__file__).resolve().parent.parent / "static"
FLASH_COOKIE = "flash"
KEPT_PAGES = 512
_ONCE: dict[Hashable, bytes] = {}
_PATHS: dict[str, tuple[str, frozenset[str]]] = {}
Frame = Callable[[Request], Awaitable[Mapping[str, Any]]]


def register_routes(routes: Iterable[BaseRoute], prefix: str = "") -> None:
    """Learn every named route's path, for `path_for`."""
    for route in routes:
        if isinstance(route, Mount):
            register_routes(route.routes or (), prefix + route.path)
        elif isinstance(route, Route) and route.name:
            _PATHS[route.name] = (prefix + route.path_format, frozenset(route.param_convertors))


def path_for(name: str, /, **params: Any) -> str:
    """The path of a named route; parameters the path does not take become the query string."""
    path, known = _PATHS[name]
    filled = (
        path.format(**{key: quote(str(params[key]), safe="") for key in known}) if known else path
    )
    query = {
        key: value for key, value in params.items() if key not in known and value not in (None, "")
    }
    return f"{filled}?{urlencode(query, doseq=True)}" if query else filled


def absolute_url(name: str, /, **params: Any) -> str:
    """The address of a named route as e-mail and exports write it."""
    return settings.base_url.rstrip("/") + path_for(name, **params)


@cache
def static(path: str) -> str:
    """The address of a static file, with its digest so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def actor_of(request: Request) -> Actor:
    """Who makes this request (ANONYMOUS when nobody is signed in)."""
    actor: Actor = request.scope.get("actor", ANONYMOUS)
    return actor


def signed_in(request: Request, *kinds: str) -> Actor:
    """The actor of a request that needs a person, of an organisation of one of `kinds` when given.

    Raises NotSignedIn (the page then offers the log-in) or NotPermitted.
    """
    actor = actor_of(request)
    if not actor.is_authenticated:
        raise NotSignedIn(_("Please sign in to continue"))
    if kinds and actor.kind not in kinds:
        raise NotPermitted(_("Your organisation has no access to this page"))
    return actor


_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def _dt(moment: dt.datetime | None) -> str:
    return f"{clock.in_china(moment):%Y-%m-%d %H:%M}" if moment else "—"


def _date(value: dt.date | dt.datetime | None) -> str:
    if value is None:
        return "—"
    return f"{clock.in_china(value) if isinstance(value, dt.datetime) else value:%Y-%m-%d}"


def _weekday(value: dt.date | dt.datetime) -> str:
    day = clock.in_china(value) if isinstance(value, dt.datetime) else value
    return _(_WEEKDAYS[day.weekday()])


_RELATIVE = (
    (86400, N_("%(n)s days ago"), N_("in %(n)s days")),
    (3600, N_("%(n)s hours ago"), N_("in %(n)s hours")),
    (60, N_("%(n)s minutes ago"), N_("in %(n)s minutes")),
)


def _relative(moment: dt.datetime) -> str:
    seconds = int((moment - clock.now()).total_seconds())
    for length, past, future in _RELATIVE:
        if abs(seconds) >= length:
            return _(future if seconds > 0 else past, n=abs(seconds) // length)
    return _("just now")


def _time_left(moment: dt.datetime, working_days: int) -> str:
    if working_days < 0:
        return _("deadline passed")
    if clock.in_china(moment).date() == clock.today():
        return _("today")
    if working_days == 0:
        return _("before the next working day")
    return _("%(days)s working days left", days=working_days)


def _money(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}¥{money.format_yuan(abs(fen))}"


def _unit_price(value: Decimal) -> str:
    text = f"{value:.4f}".rstrip("0")
    whole, _dot, rest = text.partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def _number(value: int | Decimal | float) -> str:
    if isinstance(value, Decimal) and value % 1:
        return f"{value:,f}".rstrip("0")
    return f"{int(value):,}" if isinstance(value, Decimal) else f"{value:,}"


def _filesize(size: int) -> str:
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=not settings.is_production,
    )
    env.globals.update(
        _=_,
        url_for=path_for,
        static=static,
        STATUS_TONES=STATUS_TONES,
        now=clock.now,
        locale=i18n.current_locale,
        locales=i18n.SUPPORTED,
        is_production=settings.is_production,
        base_url=settings.base_url,
    )
    env.filters.update(
        money=_money,
        money_short=money.format_short,
        capital=money.capital,
        yuan=money.format_yuan,
        dt=_dt,
        date=_date,
        weekday=_weekday,
        relative=_relative,
        time_left=_time_left,
        unit_price=_unit_price,
        number=_number,
        percent=money.format_percent,
        filesize=_filesize,
        spoken=spoken,
    )
    return env


environment = _environment()


def render_text(template: str, **context: Any) -> str:
    """A template outside a request: e-mail, exports, print files."""
    return environment.get_template(template).render(**context)


async def render(
    request: Request, template: str, *, status_code: int = 200, **context: Any
) -> HTMLResponse:
    """A page inside the frame. A `form` in the context decides the status (422 when refused)."""
    form = context.get("form")
    if form is not None and status_code == 200:
        status_code = form.status_code
    frame: Frame = request.app.state.frame
    flashes, response_cookie = _take_flashes(request)
    html = environment.get_template(template).render(
        request=request, actor=actor_of(request), flashes=flashes, **await frame(request), **context
    )
    response = HTMLResponse(html, status_code=status_code)
    if response_cookie:
        response.delete_cookie(FLASH_COOKIE)
    return response


async def render_once(
    request: Request, template: str, *, version: Hashable, **context: Any
) -> HTMLResponse:
    """A page that is the same for every anonymous visitor, rendered once for each `version` of its content.

    Version, address and language decide, never time alone; signed-in people get a fresh frame.
    """
    if actor_of(request).is_authenticated or FLASH_COOKIE in request.cookies:
        return await render(request, template, **context)
    key = (template, request.url.path, request.url.query, i18n.current_locale(), version)
    if (body := _ONCE.get(key)) is None:
        body = bytes((await render(request, template, **context)).body)
        while len(_ONCE) >= KEPT_PAGES:
            del _ONCE[next(iter(_ONCE))]
        _ONCE[key] = body
    return HTMLResponse(body)


def inline_file(text: str, media_type: str) -> str:
    """The address of a file that is nowhere but in the page: for what may be shown once."""
    return f"data:{media_type};base64,{base64.b64encode(text.encode()).decode()}"


def see_other(request: Request, name: str, *, flash: str = "", **params: Any) -> Response:
    """The answer to every successful form: 303 to a page, with a sentence saying what was done."""
    return redirect(path_for(name, **params), flash=flash)


def local_path(path: str) -> str:
    """A path of this site; an address elsewhere is replaced by the home page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def redirect(path: str, *, flash: str = "") -> Response:
    """303 to a path of this site (an address elsewhere is replaced by the home page)."""
    response = RedirectResponse(local_path(path), status_code=303)
    if flash:
        response.set_cookie(
            FLASH_COOKIE,
            _signer().dumps([["success", flash]]),
            max_age=300,
            httponly=True,
            samesite="lax",
            secure=settings.base_url.startswith("https"),
        )
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key.get_secret_value(), salt="flash")


def _take_flashes(request: Request) -> tuple[list[tuple[str, str]], bool]:
    cookie = request.cookies.get(FLASH_COOKIE)
    if not cookie:
        return [], False
    try:
        return [(kind, text) for kind, text in _signer().loads(cookie, max_age=300)], True
    except BadSignature:
        return [], True
