"""The page of talents in figures, and the same as an operation."""

from typing import NamedTuple

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import web
from market.kit.api import Call, Nothing, operation
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import whole
from market.kit.tables import Export
from market.training.statistics import TABLES, label, tables_for


class Cell(NamedTuple):
    """One figure of a table."""

    table: str
    name: str
    people: int | None


STATISTICS = Export(N_("Talents in figures"), (
    (N_("Statistical table"), "text", "table"), (N_("Cell"), "text", "name"),
    (N_("Number of people"), "integer", "people"),
))  # fmt: skip


async def show(request: Request) -> Response:
    """Talents by level, domain, modality and region, and people trained each year."""
    total, tables, is_public = await tables_for(web.actor_of(request))
    rows = {
        name: [Cell(_(TABLES[name]), label(name, key), n) for key, n in _ordered(name, cells)]
        for name, cells in tables.items()
    }
    cells = [cell for found in rows.values() for cell in found]
    return await STATISTICS.file(request, cells) or await web.render(
        request, "market/training/talent_statistics.html", total=total, rows=rows,
        titles={name: _(title) for name, title in TABLES.items()}, is_public=is_public,
        page=whole(request, cells),
    )  # fmt: skip


def _ordered(name: str, cells: dict[str, int | None]) -> list[tuple[str, int | None]]:
    if name == "trained":
        return sorted(cells.items())
    return sorted(cells.items(), key=lambda cell: (cell[0] == "*", -(cell[1] or 0), cell[0]))


class TalentStatisticsOut(BaseModel):
    """Counts of people by table and cell; null is a cell too small for the public, "*" the merged rest."""

    total: int | None
    tables: dict[str, dict[str, int | None]]
    is_public: bool


@operation("GET", "/talent-statistics", summary="Talents in figures", tag="training", public=True,
           returns=TalentStatisticsOut)  # fmt: skip
async def talent_statistics(call: Call[Nothing, Nothing]) -> TalentStatisticsOut:
    """Exact for an authority of its region; suppressed for everybody else."""
    total, tables, is_public = await tables_for(call.actor)
    return TalentStatisticsOut(total=total, tables=tables, is_public=is_public)


routes = [Route("/talent-statistics", show, name="talents:statistics")]
