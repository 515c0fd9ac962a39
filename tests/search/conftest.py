"""Engines under test: embedded in memory and on disk, and a real Meilisearch where there is one."""

import json
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from market.settings import settings
from search import engines, indexing
from search.documents import KINDS, Kind
from search.embedded_engine import EmbeddedEngine
from search.engine import SearchEngine
from search.entries import SETTINGS, index_document
from search.example_records import documents_of
from search.meilisearch_engine import MeilisearchEngine

DATA = Path(__file__).parent / "data"
ENGINES = ["memory", "disk", "meilisearch"]


def load(name: str) -> dict[str, Any]:
    """A JSON file of tests/search/data."""
    loaded: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def meilisearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binary = shutil.which("meilisearch")
    if binary is None:
        pytest.skip("no meilisearch binary on PATH")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    directory = tmp_path_factory.mktemp("meilisearch")
    server = subprocess.Popen(
        [
            binary, "--http-addr", address, "--no-analytics", "--log-level", "ERROR",
            "--db-path", str(directory / "db"), "--dump-dir", str(directory / "dumps"),
            "--snapshot-dir", str(directory / "snapshots"), "--max-indexing-threads", "1",
        ],
        cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_until_healthy(f"http://{address}", server)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_until_healthy(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert server.poll() is None, "meilisearch ended at its start"
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("meilisearch did not become healthy within 10 s")


@pytest.fixture(scope="module", params=ENGINES)
async def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SearchEngine]:
    made: SearchEngine
    if request.param == "meilisearch":
        made = MeilisearchEngine(request.getfixturevalue("meilisearch_url"))
    else:
        made = EmbeddedEngine(tmp_path_factory.mktemp("index") if request.param == "disk" else None)
    yield made
    await made.close()


@pytest.fixture
def index() -> str:
    """A fresh index name, so that cases never meet on a shared server."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def records() -> dict[str, Any]:
    return load("records.json")


@pytest.fixture(scope="session")
def judgements() -> dict[str, Any]:
    return load("judgements.json")


async def fill(engine: SearchEngine, records: dict[str, Any], prefix: str) -> dict[Kind, str]:
    """Index all records; the index name of each kind."""
    names = {kind: f"{prefix}_{kind}" for kind in KINDS}
    for kind, documents in documents_of(records).items():
        await engine.configure(names[kind], SETTINGS[kind])
        await engine.upsert(names[kind], [index_document(document) for document in documents])
    return names


@pytest.fixture
async def http(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The client of a site with an index of its own."""
    monkeypatch.setattr(settings, "market_data_dir", tmp_path)
    monkeypatch.setattr(settings, "search_url", "")
    await indexing.prepare(engines.embedded())
    yield client
    await engines.embedded().close()
