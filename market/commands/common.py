"""What every command uses: the database, the console, and options that mean the same everywhere."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from market.kit import db

R = TypeVar("R")
console = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Limit = Annotated[int, typer.Option(min=1, max=1000)]
Engine = Annotated[str, typer.Option(help="embedded or meilisearch; default: SEARCH_URL decides.")]


def with_database(work: Callable[[], Awaitable[R]]) -> R:
    """Run async work with the database open."""

    async def run() -> R:
        await db.connect()
        try:
            return await work()
        finally:
            await db.disconnect()

    return asyncio.run(run())


def show(value: Any, *, is_compact: bool = False) -> None:
    """Print a value as JSON on standard output; half a surrogate pair stays the escape it was."""
    shape: dict[str, Any] = {"separators": (",", ":")} if is_compact else {"indent": 2}
    text = json.dumps(value, ensure_ascii=False, default=str, **shape)
    typer.echo(text.encode("utf-8", "backslashreplace").decode())
