"""The tables of a page: what the page shows is what its CSV, XLSX and JSON hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from market.kit.errors import NotFound
from market.kit.i18n import gettext as _
from market.kit.tables import Column, Format, format_of, table_response


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table by name; `links` holds the address each row opens ("" = none), in the rows' order."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    links: Sequence[str] = ()
    note: str = ""
    keys: Sequence[str] = ()  # the rows' codes, for programs

    def link(self, index: int) -> str:
        """The address the row opens."""
        return self.links[index] if self.links else ""

    def export_url(self, request: Request, fmt: str) -> str:
        """This table as a file, under the same filters."""
        return f"?{request.url.include_query_params(table=self.name, format=fmt).query}"


def exported(request: Request, sheets: Sequence[Sheet]) -> Response | None:
    """The file when the address asks for one (`?table=regions&format=xlsx`), else None."""
    fmt = format_of(request)
    return file_of(request, sheets, fmt) if fmt else None


def file_of(request: Request, sheets: Sequence[Sheet], fmt: Format) -> Response:
    """The table that `table` names, without it the page's first; raises NotFound for another."""
    name = request.query_params.get("table", sheets[0].name)
    for sheet in sheets:
        if sheet.name == name:
            return table_response(request, sheet.title, sheet.columns, sheet.rows, fmt)
    raise NotFound(_("This page has no such table"))
