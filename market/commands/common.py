"""What every command uses: the database, the console, and options that mean the same everywhere.

A command loads what it needs when it runs: help, quotes and plans wait for no database.
"""

import asyncio
import json
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

R = TypeVar("R")
console = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Limit = Annotated[int, typer.Option(min=1, max=1000)]
Engine = Annotated[str, typer.Option(help="embedded or meilisearch; default: SEARCH_URL decides.")]


def with_database(work: Callable[[], Awaitable[R]]) -> R:
    """Run async work with the database open; exit 2 where it lacks the tables of this version."""
    from tortoise.exceptions import OperationalError

    from market.kit import db
    from market.kit.i18n import gettext as _

    async def run() -> R:
        await db.connect(db.with_options(threads=0))  # a command does one thing at a time
        try:
            return await work()
        except OperationalError:
            if await _is_migrated():
                raise
            typer.echo(
                _("The database lacks tables of this version. Run `market migrate` first."),
                err=True,
            )
            raise typer.Exit(2) from None
        finally:
            await db.disconnect()

    return asyncio.run(run())


async def _is_migrated() -> bool:
    """Whether every migration of this version has been applied."""
    from tortoise.migrations.recorder import MigrationRecorder

    from market import migrations
    from market.kit import db

    applied = {key.name for key in await MigrationRecorder(db.connection()).applied_migrations()}
    return all(each.name in applied for each in pkgutil.iter_modules(migrations.__path__))


def show(value: Any, *, is_compact: bool = False) -> None:
    """Print a value as JSON on standard output; half a surrogate pair stays the escape it was."""
    shape: dict[str, Any] = {"separators": (",", ":")} if is_compact else {"indent": 2}
    text = json.dumps(value, ensure_ascii=False, default=str, **shape)
    typer.echo(text.encode("utf-8", "backslashreplace").decode())
