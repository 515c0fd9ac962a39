"""Every list is a file too: the links stand on the page, and the files hold typed cells under Chinese headings."""

import csv
import io
import json
import re
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest
from openpyxl import load_workbook

from market.accounts import sessions
from market.app import create_app
from market.kit import clock
from market.settings import ROOT
from tests.matrix.test_roles import named_routes
from tests.matrix.world import MOMENT, World

pytestmark = [pytest.mark.committed, pytest.mark.once]
ROLES = ("buyer_a", "supplier_a", "bureau_a", "operator", "anonymous")
LINK = re.compile(r'href="([^"]*[?;&]format=(csv|xlsx|json)[^"]*)"')
NO_FILE = {
    "billing/epochs_list.html": "all roots are a file of their own, in the shape the script reads",
    "market/notifications/inbox_show.html": "one's own messages",
    "market/orders/reviews_reported.html": "a queue to be worked off",
    "market/tendering/job_reviews_list.html": "a queue to be worked off",
    "market/tendering/locks_list.html": "the rules stand in the configuration of each job",
    "market/tendering/jobs_sheets.html": "the sheets are part of the evaluation report",
    "market/tendering/judging_show.html": "a judge's marks leave the platform when all are handed in",
    "market/selection/_rows.html": "the pages that show these rows offer the files",
    "market/pools/pools_show.html": "the page of one pool",
}


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "ui.pager(" in path.read_text()
    ],
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_a_list_with_pages_offers_files(path: object) -> None:
    name = str(path).partition("/templates/")[2]
    text = (ROOT / "templates" / name).read_text()
    assert name in NO_FILE or re.search(r"list_toolbar\(|\.exports\(|files\.csv", text)


async def test_every_file_of_every_list(world: World) -> None:
    found: dict[str, dict[str, str]] = {}
    with clock.frozen_at(MOMENT):
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app()), base_url="http://testserver"
        ) as http:
            for role in ROLES:
                http.cookies.clear()
                if role in world.cookies:
                    http.cookies.set(sessions.COOKIE, world.cookies[role])
                for path in plain_pages():
                    page = await http.get(path)
                    links = {
                        fmt: urljoin(path, unescape(url)) for url, fmt in LINK.findall(page.text)
                    }
                    if page.status_code == 200 and links and path not in found:
                        found[path] = links
                        await check(http, path, links)
    assert len(found) > 20, sorted(found)


def plain_pages() -> list[str]:
    """Pages whose address needs nothing filled in."""
    return [
        route.path
        for route in named_routes()
        if "{" not in route.path and "GET" in (route.methods or ())
        and not route.path.startswith("/api")
    ]  # fmt: skip


async def check(http: httpx.AsyncClient, path: str, links: dict[str, str]) -> None:
    """The three files of a list say the same."""
    assert set(links) >= {"csv", "xlsx"}, path
    files = {fmt: await http.get(url) for fmt, url in links.items()}
    assert {answer.status_code for answer in files.values()} == {200}, path
    written = list(csv.reader(io.StringIO(files["csv"].content.decode("utf-8-sig"))))
    offers_json = "json" in files  # the calendar offers iCalendar instead
    rows = (
        json.loads(files["json"].content)["rows"]
        if offers_json
        else [dict(zip(written[0], line, strict=True)) for line in written[1:]]
    )
    sheet = load_workbook(io.BytesIO(files["xlsx"].content)).active
    assert sheet is not None
    titles = [str(cell.value) for cell in sheet[1]]
    assert written[0] == titles, path
    assert all(re.search(r"[\u4e00-\u9fff]|^(ID|API)", title) for title in titles), (path, titles)
    assert (sheet.freeze_panes, sheet.max_row) == ("A2", len(rows) + 1), path
    assert len(written) == len(rows) + 1, path
    for row in rows:
        assert list(row) == titles, path
    for line in sheet.iter_rows(min_row=2):
        assert all(cell.data_type != "f" for cell in line), path
    money = [index for index, title in enumerate(titles) if "（元）" in title]
    for line in sheet.iter_rows(min_row=2):
        assert all(
            line[i].data_type in ("n", "s") and not isinstance(line[i].value, str) for i in money
        ), path
