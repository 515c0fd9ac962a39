"""The commands on imported records: no worker has run, and no answer is stale."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console

from market.directory.models import SupplierProfile
from market.imports import import_file
from market.kit import i18n
from market.settings import settings
from search import batches, commands, engines

RECORDS = Path(__file__).parent / "data" / "records.json"
JUDGEMENTS = Path(__file__).parent / "data" / "judgements.json"


@pytest.fixture
async def imported(
    rollback: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[dict[str, Any]]:
    """The records of the search tests, loaded as `market import` loads them; nothing is indexed."""
    monkeypatch.setattr(settings, "market_data_dir", tmp_path)
    monkeypatch.setattr(settings, "search_url", "")
    i18n.use_locale("zh_CN")
    report = await import_file(RECORDS)
    assert report.errors == []
    yield json.loads(RECORDS.read_text(encoding="utf-8"))
    await engines.embedded().close()


async def test_a_search_right_after_an_import(imported: dict[str, Any]) -> None:
    answer = await commands.search_once("suppliers", "点云 3D框", limit=3)
    assert answer["hits"]
    known = {record["id"] for record in imported["suppliers"]}
    assert {hit["id"] for hit in answer["hits"]} <= known
    assert all(hit["reasons"][0].startswith("匹配：") for hit in answer["hits"])
    assert set(answer) == {"hits", "total", "constraints", "took_ms"}


@pytest.mark.parametrize("target", ["jobs", "talents", "datasets"])
async def test_every_target_is_searched(imported: dict[str, Any], target: str) -> None:
    records = imported["dataset_needs" if target == "datasets" else target]
    wanted = records[0].get("title") if target != "talents" else records[0]["task_types"][0]
    answer = await commands.search_once(target, wanted, limit=5)
    assert records[0]["id"] in [hit["id"] for hit in answer["hits"]]


async def test_constraints_are_named(imported: dict[str, Any]) -> None:
    answer = await commands.search_once("suppliers", "济南 驻场 标注")
    assert [(one["kind"], one["token"], one["label"]) for one in answer["constraints"]] == [
        ("onsite", "onsite", "驻场"), ("region", "region:370100", "山东省济南市"),
    ]  # fmt: skip


async def test_a_batch_answers_each_query(imported: dict[str, Any], tmp_path: Path) -> None:
    asked = tmp_path / "queries.json"
    asked.write_text(json.dumps([
        {"id": "a", "target": "suppliers", "query": "医学影像"},
        {"id": "b", "target": "jobs", "query": "完全无关的词语组合"},
    ]), encoding="utf-8")  # fmt: skip
    answers = (await commands.search_batch(asked, limit=2)).answers
    once = await commands.search_once("suppliers", "医学影像", limit=2)
    assert answers["a"] == [hit["id"] for hit in once["hits"]]
    assert set(answers) == {"a", "b"}


async def test_matches_are_the_same_once_and_in_a_batch(
    imported: dict[str, Any], tmp_path: Path
) -> None:
    job = imported["jobs"][0]["id"]
    asked = tmp_path / "jobs.json"
    asked.write_text(json.dumps([job]), encoding="utf-8")
    once = await commands.match_once(job)
    batch = (await commands.match_batch(asked)).answers
    eligible = [one["id"] for one in once["eligible"]]
    assert batch == {job: {"eligible": eligible, "refused": once["refused"]}}
    assert {*eligible, *once["refused"]} == {one["id"] for one in imported["suppliers"]}
    assert all(reasons for reasons in once["refused"].values())


async def test_a_change_is_seen_by_the_next_command(imported: dict[str, Any]) -> None:
    before = await commands.search_once("suppliers", "医学影像", limit=50)
    first = before["hits"][0]["id"]
    profile = await SupplierProfile.get(organisation__external_id=first)
    profile.published_at = None
    await profile.save()
    after = await commands.search_once("suppliers", "医学影像", limit=50)
    assert [hit["id"] for hit in after["hits"]] == [hit["id"] for hit in before["hits"][1:]]


async def test_quality_through_the_database(imported: dict[str, Any]) -> None:
    found = await commands.evaluate(JUDGEMENTS)
    assert found["violations"] == ()
    assert found["precision_at_1"] == 1.0, found["misses"]
    assert found["ndcg_at_5"] >= 0.97, found["misses"]
    assert found["job_to_supplier_ndcg"] >= 0.97


async def test_a_rebuild_and_the_verification(imported: dict[str, Any]) -> None:
    await commands.reindex(console=Console(quiet=True))
    assert await engines.embedded().count("suppliers") == len(imported["suppliers"])
    assert await commands.verify_index() == []
    await SupplierProfile.filter(organisation__external_id="S01").update(park="别处")
    (difference,) = await commands.verify_index()
    assert difference.endswith("differs in park")


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: commands.search_once("firms", "x"), "firms is none of"),
        (lambda: commands.search_once("jobs", "x", engine="other"), "no such engine: other"),
        (lambda: commands.search_once("jobs", "x", engine="meilisearch"), "SEARCH_URL"),
        (lambda: commands.match_once("J-none"), "no job has the id or number J-none"),
    ],
)
async def test_what_cannot_be_answered_is_said(
    imported: dict[str, Any], ask: Any, sentence: str
) -> None:
    with pytest.raises(typer.BadParameter, match=sentence):
        await ask()


async def test_without_the_server_the_embedded_index_answers(
    imported: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "search_url", "http://127.0.0.1:9")
    answer = await commands.search_once("suppliers", "医学影像")
    assert answer["hits"]
    assert "搜索服务器没有响应" in capsys.readouterr().err


async def test_answers_print_for_people(
    imported: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    commands.print_hits(await commands.search_once("suppliers", "济南 医学影像"))
    commands.print_match(await commands.match_once(imported["jobs"][0]["id"]))
    printed = capsys.readouterr().out
    assert "山东省济南市" in printed
    assert "✗" in printed


_BATCHES = [
    (
        '\ufeff[{"id":"a","query":"医学影像","more":1},\r\n{"id":1,"target":"jobs","query":""},'
        '{"id":"b","target":"firms","query":"x"},{"id":"c","query":null},{"query":"x"},'
        '{"id":"a","query":"x"},7]',
        ["a", "1"],
        [
            "第 3 条：target：firms 不在 suppliers, jobs, talents, datasets 之中",
            "第 4 条：query：须为文字", "第 5 条：id：须为文字或整数", "第 6 条：id：a 重复出现",
            "第 7 条：须为 {id, target, query}",
        ],
    ),
    (
        '{"id":"a","query":"医学影像"}\r\n{"id":"b","query":\r\n\r\n{"id":"c","query":"点云"}\r\n',
        ["a", "c"],
        ["第 2 行：不是 JSON：Expecting value: line 1 column 19 (char 18)"],
    ),
    ('{"queries":[{"id":"a","query":"医学影像","relevance":{}}]}', ["a"], []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answered", "refused"), _BATCHES)
async def test_a_bad_entry_of_a_batch_loses_no_good_one(
    imported: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    answered: list[str],
    refused: list[str],
) -> None:
    asked = tmp_path / "queries.json"
    asked.write_bytes(text.encode("utf-8"))
    done = await commands.search_batch(asked)
    assert (list(done.answers), done.refused) == (answered, refused)
    if refused:
        with pytest.raises(typer.Exit) as left:
            batches.finish(done)
        assert left.value.exit_code == 1
    else:
        batches.finish(done)
    printed = capsys.readouterr()
    assert json.loads(printed.out) == done.answers
    assert printed.err.splitlines() == refused


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'[{"id":"a"},\n{"id" 1}]', "line 2 column 7"),
        (b'{"x": 1}', "列表"),
        (b"\xff\xfe", "not JSON"),
        (b"", "not JSON"),
    ],
)
async def test_a_file_that_is_no_batch_is_a_wrong_call(
    tmp_path: Path, text: bytes, sentence: str
) -> None:
    i18n.use_locale("zh_CN")
    asked = tmp_path / "queries.json"
    asked.write_bytes(text)
    with pytest.raises(typer.BadParameter, match=sentence):
        await commands.search_batch(asked)


async def test_an_unknown_job_of_a_batch_is_named(imported: dict[str, Any], tmp_path: Path) -> None:
    job = imported["jobs"][0]["id"]
    asked = tmp_path / "jobs.json"
    asked.write_text(json.dumps(["nope", {"id": job}, None]), encoding="utf-8")
    done = await commands.match_batch(asked)
    assert list(done.answers) == [job]
    assert done.refused == [
        "第 1 条：no job has the id or number nope", "第 3 条：id：须为文字或整数",
    ]  # fmt: skip
