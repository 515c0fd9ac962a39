"""Several processes write one index from committed data: it equals the database, and what one process writes."""

from pathlib import Path

import pytest

from market.bench.directory import fill_directory
from market.settings import settings
from search import bulk, engines, indexing, sources
from search.embedded_engine import EmbeddedEngine
from search.engine import Query
from search.lexicon import extend
from tests.factories.directory import make_supplier

pytestmark = pytest.mark.committed


@pytest.fixture
async def engine(committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedEngine:
    """A fresh index directory; the other processes must find the database of the test."""
    monkeypatch.setattr(settings, "database_url", committed)
    monkeypatch.setattr(settings, "market_data_dir", tmp_path)
    return engines.embedded()


async def test_parts_written_by_processes_are_one_index(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill_directory(30)
    total = await sources.findable_count("suppliers")
    assert total >= 30
    told: list[int] = []
    monkeypatch.setattr(bulk, "MANY", 10)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    extend(
        7, [("synonyms", "测试数据", ("检验集",))]
    )  # the other processes use the words of this one
    try:
        built = await indexing.rebuild(
            engine, "suppliers", advance=lambda _kind, done, _all: told.append(done)
        )
        assert engine._current("suppliers").searcher.num_segments == 2
        assert (await engine.search("suppliers", Query("检验集"))).total == 30
        assert (built, len(told), told[-1]) == (total, 2, total)
        rows = await sources.documents("suppliers", await sources.findable_ids("suppliers"))
        assert await engine.scan("suppliers", offset=0, limit=99) == {
            row["id"]: row for row in rows
        }
        first, *_, last = await sources.findable_rows("suppliers")
        assert await sources.documents_between("suppliers", first, last) == rows
        await make_supplier()
        await indexing.refresh(engine, "suppliers", await sources.findable_ids("suppliers"))
        assert await engine.count("suppliers") == total + 1
    finally:
        extend(0, [])
    assert sorted(path.name for path in Path(engine.root or "").glob("*parts*")) == []
