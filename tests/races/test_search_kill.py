"""Kill a real Meilisearch while it indexes and while it is searched: nothing is lost, somebody answers."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from market.directory.models import SupplierProfile
from market.kit import clock, outbox
from market.kit.outbox import OutboxMessage
from market.settings import settings
from search import consistency, engines, indexing
from search.engine import Query, SearchEngine
from tests.factories.directory import make_supplier

pytestmark = pytest.mark.committed
ANSWER_WITHIN = 10.0
"""Ten times the second that is promised: a busy machine must not fail the test."""


class Server:
    """A Meilisearch of one's own, to be killed and started again on the same files."""

    def __init__(self, binary: str, directory: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._command = [
            binary, "--http-addr", self.address, "--no-analytics", "--log-level", "ERROR",
            "--db-path", str(directory / "db"), "--max-indexing-threads", "1",
        ]  # fmt: skip
        self._directory = directory

    def start(self) -> None:
        """Run it and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, cwd=self._directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with httpx.Client() as http:
            for _attempt in range(400):
                try:
                    if http.get(f"http://{self.address}/health").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.05)
        raise AssertionError("meilisearch did not become healthy")

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._process.kill()
        self._process.wait(10)


@pytest.fixture
async def server(
    committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Server]:
    binary = shutil.which("meilisearch")
    if binary is None:
        pytest.skip("no meilisearch binary on PATH")
    running = Server(binary, tmp_path)
    running.start()
    monkeypatch.setattr(settings, "search_url", f"http://{running.address}")
    monkeypatch.setattr(settings, "market_data_dir", tmp_path)
    monkeypatch.setattr(engines, "_resting_until", 0.0)
    yield running
    running.kill()
    engine = engines.server()
    assert engine is not None
    await engine.close()
    await engines.embedded().close()


async def drain() -> None:
    """Hand what the outbox holds to the indexes alone, once: what fails is not due again."""
    with clock.frozen_at(clock.now()):
        await outbox.drain(dict.fromkeys(indexing.TOPICS, indexing.HANDLERS))


async def total(engine: SearchEngine) -> int:
    """How many suppliers an engine finds."""
    return (await engine.search("suppliers", Query())).total


async def test_killed_while_indexing_and_while_searching(server: Server) -> None:
    meilisearch = engines.server()
    assert meilisearch is not None
    await make_supplier()
    await drain()
    assert await engines.ask(total) == (1, False)

    for _n in range(3):
        await make_supplier()
    writing = asyncio.create_task(drain())
    await asyncio.sleep(0.05)
    server.kill()
    await writing
    waiting = OutboxMessage.filter(topic="supplier.changed", done_at=None)
    assert await waiting.exists(), "what Meilisearch did not take stays in the outbox"

    begun = time.monotonic()
    assert await engines.ask(total) == (4, True)
    assert time.monotonic() - begun < ANSWER_WITHIN

    await asyncio.to_thread(server.start)
    with clock.frozen_at(clock.now() + outbox.back_off(outbox.MAX_ATTEMPTS)):
        await drain()
    assert not await waiting.exists()
    assert await consistency.differences(meilisearch) == []
    assert await meilisearch.count("suppliers") == await SupplierProfile.all().count() == 4


async def test_what_is_written_during_a_rebuild_is_found_after_the_swap(server: Server) -> None:
    meilisearch = engines.server()
    assert meilisearch is not None
    before = await SupplierProfile.all().count()
    await make_supplier()
    await drain()
    rebuilding = asyncio.create_task(indexing.rebuild(meilisearch, "suppliers"))
    seen: list[int] = []
    while not rebuilding.done():
        if len(seen) < 2:
            await make_supplier()
        seen.append((await engines.ask(total))[0])
        await asyncio.sleep(0.02)
    await rebuilding
    await drain()
    assert min(seen) >= before + 1, "no reader saw half an index"
    assert await consistency.differences(meilisearch) == []
    assert await meilisearch.count("suppliers") == await SupplierProfile.all().count()
