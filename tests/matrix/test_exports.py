"""Every list is a file too: the links stand on the page, and the files hold typed cells under Chinese headings."""

import csv
import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from market.accounts import sessions
from market.app import create_app
from market.kit import clock, tables
from market.settings import ROOT
from tests.matrix.test_roles import PRINTED, steps
from tests.matrix.world import MOMENT, World

pytestmark = [pytest.mark.committed, pytest.mark.once]
PLAIN = tables._plain
FILED = 60
UNTYPED = re.compile(r"=(\d{4}-\d\d-\d\d( \d\d:\d\d)?|-?[\d,]*\d\.\d\d%?)")
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


async def test_every_file_of_every_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of every file begins like a formula here, to see that none becomes one."""
    monkeypatch.setattr(tables, "_plain", _as_formula)
    found: dict[str, dict[str, str]] = {}
    with clock.frozen_at(MOMENT):
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app()), base_url="http://testserver"
        ) as http:
            for path, role in pages_of(world):
                http.cookies.clear()
                if role in world.cookies:
                    http.cookies.set(sessions.COOKIE, world.cookies[role])
                page = await http.get(path)
                lists = files_of(path, page.text) if page.status_code == 200 else {}
                for name, links in lists.items():
                    if name not in found:
                        found[name] = links
                        await check(http, name, links)
    assert len(found) > FILED, sorted(found)


def files_of(path: str, text: str) -> dict[str, dict[str, str]]:
    """The lists that a page offers as files: of each its address in the formats there are."""
    found: dict[str, dict[str, str]] = {}
    for link, fmt in LINK.findall(text):
        url = urljoin(path, unescape(link))
        found.setdefault(url.replace(f"format={fmt}", "format="), {})[fmt] = url
    return found


def _as_formula(kind: tables.Kind, cell: Any) -> Any:
    plain = PLAIN(kind, cell)
    return f"={plain}" if kind == "text" else plain


def pages_of(world: World) -> list[tuple[str, str]]:
    """Every page, its address filled with A's rows, and who of the first that may read it does."""
    return [
        (step.path, next(role for role in ROLES if role in step.rule.allowed))
        for step in steps(world)
        if step.method == "GET" and not step.is_api
        and step.name not in PRINTED and not step.rule.allowed.isdisjoint(ROLES)
    ]  # fmt: skip


async def check(http: httpx.AsyncClient, path: str, links: dict[str, str]) -> None:
    """The files of a list say the same: typed cells under frozen headings."""
    assert "xlsx" in links, path
    files = {fmt: await http.get(url) for fmt, url in links.items()}
    assert {answer.status_code for answer in files.values()} == {200}, path
    for sheet in load_workbook(io.BytesIO(files["xlsx"].content)):
        check_cells(path, sheet)
    if "csv" not in files:  # a workbook of several tables, or one that has another shape as a page
        return
    written = list(csv.reader(io.StringIO(files["csv"].content.decode("utf-8-sig"))))
    offers_json = "json" in files  # the calendar offers iCalendar instead
    rows = (
        json.loads(files["json"].content)["rows"]
        if offers_json
        else [dict(zip(written[0], line, strict=True)) for line in written[1:]]
    )
    [sheet] = load_workbook(io.BytesIO(files["xlsx"].content))
    titles = [cell.value for cell in sheet[1]]
    assert written[0] == titles, path
    assert len(written) == len(rows) + 1 == sheet.max_row, path
    for row in rows:
        assert list(row) == titles, path


def check_cells(path: str, sheet: Worksheet) -> None:
    """Chinese headings, frozen; numbers, money and dates typed; no formula whatever a text begins with."""
    titles = [str(cell.value) for cell in sheet[1]]
    assert all(re.search(r"[\u4e00-\u9fff]|^(ID|API)", title) for title in titles), (path, titles)
    assert sheet.freeze_panes == "A2", path
    money = [index for index, title in enumerate(titles) if "（元）" in title]
    for line in sheet.iter_rows(min_row=2):
        assert all(cell.data_type != "f" for cell in line), path
        texts = [cell.value for cell in line if isinstance(cell.value, str)]
        assert all(text.startswith("=") and not UNTYPED.fullmatch(text) for text in texts), (
            path, texts,
        )  # fmt: skip
        assert not any(isinstance(line[index].value, str) for index in money), path
