"""`market statistics`: the bureau's figures made anew."""

import time
from typing import Annotated

import typer

from market.commands.common import console, with_database

app = typer.Typer(no_args_is_help=True, help="The sums behind the bureau's figures.")


@app.command("rebuild")
def rebuild(
    facts: Annotated[
        bool,
        typer.Option(help="State the facts beside the money anew from their source rows, first."),
    ] = False,
) -> None:
    """Sum all facts again into the rollups; then `market verify statistics` compares."""
    from market.bureau.activities import restate
    from market.bureau.rebuilding import rebuild_rollups

    begun = time.perf_counter()
    if facts:
        console.print(
            f"{with_database(restate):,} source rows: {time.perf_counter() - begun:.1f} s"
        )
    begun = time.perf_counter()
    rows = with_database(rebuild_rollups)
    counts = ", ".join(f"{table} {count:,}" for table, count in rows.items())
    console.print(f"{counts}: {time.perf_counter() - begun:.1f} s")


@app.callback()
def _group() -> None:
    """Keep `rebuild` a command of its own though it is the only one."""
