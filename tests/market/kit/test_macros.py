"""The component page shows every macro, and nothing the content security policy forbids."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from market import pages
from market.kit import web
from market.kit.actor import ANONYMOUS
from market.settings import ROOT

TEMPLATES = ROOT / "templates"
web.register_routes(pages.routes)


def render(template: str, **context: Any) -> str:
    request = SimpleNamespace(url=SimpleNamespace(path="/"))
    frame = {"request": request, "actor": ANONYMOUS, "nav": [], "flashes": []}
    return web.environment.get_template(template).render(**frame, **context)


def macro(source: str, **context: Any) -> str:
    text = '{% import "_macros.html" as ui %}' + source
    return web.environment.from_string(text).render(**context)


def test_component_page_shows_every_macro() -> None:
    exported = re.findall(r"set (\w+) =", (TEMPLATES / "_macros.html").read_text("utf-8"))
    page = (TEMPLATES / "market/dev/components.html").read_text("utf-8")
    shown = set(re.findall(r"\bui\.(\w+)\(", page)) | {"error_summary", "icon"}
    assert set(exported) == shown


def test_component_page_keeps_the_content_security_policy() -> None:
    html = render("market/dev/components.html")
    assert not re.search(r"<[^>]+\s(style|on\w+)=", html)
    assert "<style" not in html
    assert re.findall(r"<script(?! type=\"module\" src=\"/static/js/)", html) == []


def test_texts_are_escaped() -> None:
    form = SimpleNamespace(values={"a": "<b>"}, errors={"a": "<i>"}, message="", is_submitted=True)
    html = macro('{{ ui.field(form, "a", "<u>") }}{{ ui.error_summary(form) }}', form=form)
    assert not re.search("<[biu]>", html)
    assert html.count("&lt;") == 4


@pytest.mark.parametrize(
    ("number", "links"),
    [(1, "1 2 3 62"), (3, "1 2 3 4 5 62"), (31, "1 29 30 31 32 33 62"), (62, "1 60 61 62")],
)
def test_pager_shows_the_ends_and_the_neighbours(number: int, links: str) -> None:
    page = SimpleNamespace(number=number, pages=62, size=20, total=1234, url=lambda n: f"?page={n}")
    html = macro("{{ ui.pager(page) }}", page=page)
    assert " ".join(re.findall(r">(\d+)</(?:a|span)>", html)) == links
    assert f'<span aria-current="page">{number}</span>' in html


def test_amounts_from_the_database_are_shown_in_yuan() -> None:
    form = SimpleNamespace(values={"a": 123456}, errors={}, message="", is_submitted=False)
    assert 'value="1,234.56"' in macro('{{ ui.field(form, "a", "Budget", "money") }}', form=form)


def test_line_chart_breaks_where_a_figure_is_missing() -> None:
    points = [("1", 50), ("2", None), ("3", 100), ("4", 25)]
    html = macro('{{ ui.line_chart(points, "Prices fell") }}', points=points)
    assert 'd="M0.0 50.0M66.67 0.0L100.0 75.0"' in html


def test_stylesheets_stay_readable() -> None:
    sheets = list((web.STATIC / "css").glob("*.css"))
    assert {sheet.stem for sheet in sheets} == {"tokens", "frame", "components", "charts", "blocks"}
    assert all(len(sheet.read_text("utf-8").splitlines()) < 900 for sheet in sheets)
