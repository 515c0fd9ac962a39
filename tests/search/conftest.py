"""Engines under test: embedded in memory and on disk, and a real Meilisearch where there is one."""

import json
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
from search.own_server import is_installed, own_server

DATA = Path(__file__).parent / "data"
ENGINES = ["memory", "disk", "meilisearch"]


def load(name: str) -> dict[str, Any]:
    """A JSON file of tests/search/data."""
    loaded: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def meilisearch_url() -> Iterator[str]:
    if not is_installed():
        pytest.skip("no meilisearch binary on PATH")
    with own_server() as url:
        yield url


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
