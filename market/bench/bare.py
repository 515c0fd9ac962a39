"""The floor of the web benchmark: Starlette, asyncpg and Jinja2 on the same rows, nothing of ours in it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import asyncpg
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_ROW = """
<article class="job-card"><h2><a href="/jobs/{{ job.number }}">{{ job.title }}</a></h2>
<p>{{ job.summary[:160] }}</p><dl><dt>编号</dt><dd>{{ job.number }}</dd><dt>行业</dt><dd>{{ job.industry }}</dd>
<dt>模态</dt><dd>{{ job.modality }}</dd><dt>数量</dt><dd>{{ job.volume }} {{ job.unit }}</dd>
<dt>预算</dt><dd>{{ "{:,.2f}".format(job.budget_fen / 100) }} 元</dd>
<dt>截止</dt><dd>{{ job.bid_deadline_at }}</dd></dl></article>
"""
_PAGE = Environment(autoescape=True).from_string(
    "<!doctype html><html lang=zh><head><title>需求</title></head><body><h1>标注需求（{{ total }}）</h1>"
    "<nav>" + "<a href='/jobs?industry=x'>分面</a> " * 120 + "</nav>"
    "{% for job in jobs %}" + _ROW + "{% endfor %}</body></html>"
)
_SELECT = "SELECT * FROM jobs WHERE status = 'open_bidding' ORDER BY bid_deadline_at, id LIMIT 20"
_COUNT = (
    "SELECT count(*) FROM (SELECT 1 FROM jobs WHERE status = 'open_bidding' LIMIT 1000) AS found"
)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    query = dict(parse_qsl(parts.query))
    app.state.pool = await asyncpg.create_pool(
        user=parts.username,
        password=parts.password,
        database=parts.path.lstrip("/"),
        host=query.get("host") or parts.hostname,
        port=parts.port or 5432,
        min_size=1,
        max_size=10,
    )
    yield
    await app.state.pool.close()


async def _list(request: Request) -> HTMLResponse:
    pool: Any = request.app.state.pool
    async with pool.acquire() as connection:
        jobs = await connection.fetch(_SELECT)
        total = await connection.fetchval(_COUNT)
    return HTMLResponse(_PAGE.render(jobs=jobs, total=total))


def create_app() -> Starlette:
    """The bare application."""
    return Starlette(routes=[Route("/jobs", _list)], lifespan=_lifespan)
