"""A Meilisearch of one's own in a temporary directory, for as long as something is measured or tested."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from search.engine import SearchError

BINARY = "meilisearch"
_START_SECONDS = 60


def is_installed() -> bool:
    """Whether the binary is on PATH."""
    return shutil.which(BINARY) is not None


@contextmanager
def own_server(*, threads: int = 1) -> Iterator[str]:
    """The address of a fresh server on the loopback, gone with its data afterwards. Raises SearchError."""
    binary = shutil.which(BINARY)
    if binary is None:
        raise SearchError(f"no {BINARY} binary on PATH")
    with tempfile.TemporaryDirectory(prefix="market-search-") as folder:
        address = f"127.0.0.1:{_free_port()}"
        server = subprocess.Popen(
            [
                binary, "--http-addr", address, "--no-analytics", "--log-level", "ERROR",
                "--db-path", str(Path(folder, "db")), "--dump-dir", str(Path(folder, "dumps")),
                "--snapshot-dir", str(Path(folder, "snapshots")),
                "--max-indexing-threads", str(threads),
            ],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_until_healthy(f"http://{address}", server)
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    given_up_at = time.monotonic() + _START_SECONDS
    while time.monotonic() < given_up_at and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SearchError(f"{BINARY} did not start at {url}")
