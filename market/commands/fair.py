"""`market fair`: what the host of a fair computes."""

from typing import Annotated, Any

import typer

from market.commands.common import Json, console, show, with_database

app = typer.Typer(no_args_is_help=True, help="Fairs between buyers and suppliers.")


@app.callback()
def fair() -> None:
    """Fairs between buyers and suppliers."""


@app.command("timetable")
def timetable(
    number: Annotated[str, typer.Argument(help="The fair's number.")], as_json: Json = False
) -> None:
    """Compute a fair's timetable here and now, with its proof; exit code 1 where none is proven."""
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    from market.fairs import commands

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(number, total=1.0)
        found: dict[str, Any] = with_database(
            lambda: commands.compute(number, lambda share: progress.update(task, completed=share))
        )
    show(found) if as_json else commands.print_timetable(found)
    raise typer.Exit(int(not found["is_proven"]))
