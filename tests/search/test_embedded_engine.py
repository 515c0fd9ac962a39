"""The embedded engine on disk: a writing and a reading process share one directory."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from search.embedded_engine import EmbeddedEngine
from search.engine import IndexDocument, IndexSettings, Query

SETTINGS = IndexSettings(keywords=("regions",), numbers=("staff",))


def document(record_id: str, text: str = "煤矿") -> IndexDocument:
    return IndexDocument(record_id, (text,), source={"id": record_id})


async def total(engine: EmbeddedEngine, name: str = "jobs") -> int:
    return (await engine.search(name, Query())).total


async def test_a_reader_sees_each_commit_and_swap_of_a_writer(tmp_path: Path) -> None:
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    await writer.configure("jobs", SETTINGS)
    await writer.upsert("jobs", [document("a")])
    assert await total(reader) == 1
    await writer.upsert("jobs", [document("b")])
    assert await total(reader) == 2
    await writer.configure("aside", SETTINGS)
    await writer.upsert("aside", [document(str(n)) for n in range(5)])
    await writer.swap("jobs", "aside")
    assert await total(reader) == 5
    await writer.drop("aside")
    assert await total(reader) == 5


async def test_two_writers_take_turns(tmp_path: Path) -> None:
    first, second = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    await first.configure("jobs", SETTINGS)
    await asyncio.gather(
        *(engine.upsert("jobs", [document(f"{name}{n}")])
          for n in range(4) for name, engine in (("a", first), ("b", second)))
    )  # fmt: skip
    assert await total(EmbeddedEngine(tmp_path)) == 8


async def test_records_survive_a_restart(tmp_path: Path) -> None:
    before = EmbeddedEngine(tmp_path)
    await before.configure("jobs", SETTINGS)
    await before.upsert("jobs", [document("a")])
    await before.close()
    after = EmbeddedEngine(tmp_path)
    assert await after.configure("jobs", SETTINGS) is False
    assert await total(after) == 1


@pytest.mark.parametrize("on_disk", [True, False])
async def test_changed_settings_start_an_empty_index(tmp_path: Path, on_disk: bool) -> None:
    engine = EmbeddedEngine(tmp_path if on_disk else None)
    await engine.configure("jobs", SETTINGS)
    await engine.upsert("jobs", [document("a")])
    assert await engine.configure("jobs", IndexSettings(keywords=("colour",))) is True
    assert await total(engine) == 0


def test_dropping_leaves_no_generation_behind(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    asyncio.run(engine.configure("jobs", SETTINGS))
    asyncio.run(engine.drop("jobs"))
    assert [path.name for path in tmp_path.iterdir()] == ["jobs.lock"]


async def test_searches_beside_a_writing_thread_see_whole_records(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    await engine.configure("jobs", SETTINGS)
    await engine.upsert("jobs", [document(str(n)) for n in range(20)])
    writing = asyncio.gather(
        *(engine.upsert("jobs", [document(str(n), "煤矿 视频")]) for n in range(10))
    )
    while not writing.done():
        hits = (await engine.search("jobs", Query("煤矿", per_page=50))).hits
        assert sorted(hit.id for hit in hits) == sorted(map(str, range(20)))
        assert all(hit.source == {"id": hit.id} for hit in hits)
        await asyncio.sleep(0)
    await writing


async def of_batches(*batches: list[IndexDocument]) -> AsyncIterator[list[IndexDocument]]:
    for batch in batches:
        yield batch


async def test_an_index_takes_over_the_records_of_others(tmp_path: Path) -> None:
    parts = [EmbeddedEngine(tmp_path / name) for name in "ab"]
    for number, part in enumerate(parts):
        await part.configure("jobs", SETTINGS)
        await part.load("jobs", of_batches([document(f"{number}{n}") for n in range(3)]))
    engine = EmbeddedEngine(tmp_path / "whole")
    await engine.configure("jobs", SETTINGS)
    await engine.upsert("jobs", [document("x")])
    await engine.adopt("jobs", parts)
    reader = EmbeddedEngine(tmp_path / "whole")
    assert await total(reader) == 7
    # it goes on as any other index: records are replaced and deleted, segments merged and swept
    for n in range(9):
        await engine.upsert("jobs", [document("00", "视频"), document(f"y{n}")])
    await engine.delete("jobs", ["10"])
    assert await total(reader) == 15
    assert [hit.id for hit in (await reader.search("jobs", Query("视频"))).hits] == ["00"]


async def test_records_of_another_schema_are_refused(tmp_path: Path) -> None:
    other, engine = EmbeddedEngine(tmp_path / "other"), EmbeddedEngine(tmp_path / "whole")
    await other.configure("jobs", IndexSettings(keywords=("colour",)))
    await engine.configure("jobs", SETTINGS)
    with pytest.raises(ValueError, match="another schema"):
        await engine.adopt("jobs", [other])
    assert await total(engine) == 0
