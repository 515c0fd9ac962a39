"""What `market fair` asks of fairs, as plain values, and how a person reads them."""

from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from market.fairs import access, computing
from market.fairs.computing import Told
from market.fairs.models import Fair
from market.fairs.schemas import TimetableOut
from market.kit.actor import Actor
from market.kit.errors import Conflict


async def compute(number: str, told: Told) -> dict[str, Any]:
    """Compute a fair's timetable in this process; the meetings with its proof."""
    fair = await Fair.get_or_none(number=number).select_related("host")
    if fair is None:
        raise typer.BadParameter(f"no fair has the number {number}")
    try:
        asked = await computing.request_timetable(fair, by=Actor.system("command"), is_now=True)
    except Conflict as error:
        raise typer.BadParameter(error.message) from None
    found = await computing.compute(asked, told=told)
    host = Actor(organisation_id=fair.host_id)
    return TimetableOut.of(found, fair, await access.meetings_to_see(host, fair)).model_dump(
        mode="json"
    )


def print_timetable(found: dict[str, Any]) -> None:
    """The timetable as a table, the proof beneath it."""
    console = Console()
    table = Table("slot", "table", "buyer", "supplier", "score", box=None)
    for one in found["meetings"]:
        table.add_row(*(str(one[name]) for name in ("slot", "table", "buyer", "supplier", "score")))
    console.print(table)
    console.print(
        f"{found['status']}: {len(found['meetings'])} meetings, objective {found['objective']}, "
        f"bound {found['bound']}, gap {found['bound'] - found['objective']}, "
        f"{found['model']}, {found['took_ms']} ms"
    )
