"""Rate limits on the actions worth abusing: log-in, registration, uploads, search."""

from functools import cache

from limits import parse
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string
from starlette.requests import Request

from market.kit.errors import TooManyRequests
from market.kit.i18n import gettext as _
from market.settings import settings


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(storage_from_string(f"async+{settings.rate_limit_storage}"))


async def limit(rate: str, *key: str) -> None:
    """Count one use of `key` against `rate` ("10/minute"); raises TooManyRequests beyond it.

    Counts are per process unless RATE_LIMIT_STORAGE names a shared store (redis://...).
    """
    if settings.rate_limits and not await _limiter().hit(parse(rate), *key):
        raise TooManyRequests(_("Too many attempts; please wait a moment and try again"))


def client_address(request: Request) -> str:
    """The caller's address (the server's proxy-headers setting decides whether to trust a proxy)."""
    return request.client.host if request.client else "unknown"
