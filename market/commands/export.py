"""`market export`: what is public, as files."""

from pathlib import Path
from typing import Annotated

import typer

from market.commands.common import console, with_database

app = typer.Typer(no_args_is_help=True, help="Write what is public to files.")


@app.command("facts")
def export_facts(out: Annotated[Path, typer.Option(file_okay=False)]) -> None:
    """The public facts behind the statistics, as CSV."""
    from market.bureau.exports import export_public_facts

    console.print(with_database(lambda: export_public_facts(out)))


@app.command("ocds")
def export_ocds(out: Annotated[Path, typer.Option(file_okay=False)]) -> None:
    """Every public job as OCDS 1.1 release and record packages, and compiled.jsonl for redflags."""
    from market.app import ROUTES
    from market.kit import web
    from market.ocds import commands

    web.register_routes(ROUTES)
    for path in with_database(lambda: commands.export(out, console=console)):
        console.print(str(path))
