"""One signed request to one endpoint: pinned address, no redirect, no proxy, ten seconds."""

import asyncio
import ssl
import time
from dataclasses import dataclass
from functools import cache

import httpx

from market.webhooks.addresses import Forbidden, resolve

SECONDS = 10
USER_AGENT = "market-webhooks/1.0"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try; without a status code nobody answered."""

    status_code: int | None
    error: str
    milliseconds: int = 0

    @property
    def is_delivered(self) -> bool:
        """Any 2xx: the receiver has it."""
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def is_gone(self) -> bool:
        """410: the receiver wants no more of them."""
        return self.status_code == 410


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


async def post(url: str, body: str, headers: dict[str, str]) -> Outcome:
    """Send; never raises for what the other side does. The answer's body is not read."""
    start = time.monotonic()
    try:
        async with asyncio.timeout(SECONDS):
            status, error = await _sent(url, body, headers)
    except Forbidden as exc:
        status, error = None, str(exc)
    except TimeoutError:
        status, error = None, f"no answer within {SECONDS} s"
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as exc:
        status, error = None, f"{type(exc).__name__}: {exc}"[:300]
    return Outcome(status, error, int((time.monotonic() - start) * 1000))


async def _sent(url: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    target = await resolve(url)
    async with (
        httpx.AsyncClient(verify=_trust(), trust_env=False, follow_redirects=False) as http,
        http.stream(
            "POST",
            target.url,
            content=body.encode(),
            headers={
                **headers, "host": target.authority, "content-type": "application/json",
                "user-agent": USER_AGENT,
            },
            extensions={"sni_hostname": target.host},
        ) as answer,
    ):  # fmt: skip
        status = answer.status_code
    return status, "" if 200 <= status < 300 else f"HTTP {status}"
