"""What happens in a test and must not have happened afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.transactions import in_transaction


class _Undo(Exception):
    """Leaves a transaction so that it is rolled back."""


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """A transaction, or within one a savepoint, that is rolled back in the end."""
    try:
        async with in_transaction():
            yield
            raise _Undo
    except _Undo:
        pass
