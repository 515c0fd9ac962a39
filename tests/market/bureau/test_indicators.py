"""The catalogue is whole, its figures are right, and reported values come with their document."""

import datetime as dt

import httpx
import pytest

from market.bureau import readings, reports
from market.bureau.indicators import catalogue, indicator
from market.bureau.labels import digits
from market.bureau.maps import map_below
from market.bureau.measures import measured
from market.bureau.models import IndicatorReport
from market.bureau.periods import PeriodName, period_of
from market.bureau.readers import Reader
from market.bureau.reports import NotReported, ReportInput, report_value
from market.bureau.statistics import Slice
from market.bureau.targets import targets_of
from market.kit.audit import LogEntry
from market.kit.errors import InvalidInput, NotFound, NotPermitted
from market.vocabulary import regions
from market.vocabulary.regions import Region
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.bureau import make_fact

GROUPS = {"DV", "DS", "MD", "EN", "ST", "TR", "RV", "TX", "CS", "BS", "QA", "VC", "MT", "PX", "RK"}


def place(code: str) -> Region:
    found = regions.region(code)
    assert found is not None
    return found


def this_year(code: str) -> Slice:
    return Slice(place(code), period_of(PeriodName.YEAR))


def stated(**values: object) -> ReportInput:
    return ReportInput.model_validate(
        {
            "period": "2025",
            "value": "21",
            "document": "济政办字〔2025〕3号",
            "document_on": "2025-12-31",
            **values,
        }
    )


async def test_every_indicator_of_the_documents_is_there_and_answers(rollback: None) -> None:
    assert {code.partition("-")[0] for code in catalogue()} == GROUPS
    reader = Reader(this_year("370000"))
    for row in catalogue().values():
        assert row.name
        assert row.definition
        assert row.formula
        assert row.sources
        assert row.dimensions
        if row.measure:
            assert await measured(row.measure, reader) in (0, None), row.code


async def test_nothing_gathered_is_no_number(rollback: None) -> None:
    groups = await readings.readings_of(this_year("370100"))
    found = {one.indicator.code: one for _title, rows in groups for one in rows}
    assert (found["EN-lead"].value, found["EN-lead"].shown) == (None, "—")
    assert found["EN-lead"].source == "本平台没有采集，由企业填报"
    assert (found["TX-contracted"].value, found["TX-contracted"].before_bp) == (0, None)


async def test_a_reported_value_stands_with_its_document(rollback: None) -> None:
    bureau = await actor(await make_organisation(kind="bureau", region_code="370100"))
    leaders = indicator("EN-lead")
    await report_value(leaders, stated(), by=bureau)
    await report_value(leaders, stated(value="19", document_on="2025-06-30"), by=bureau)
    await report_value(leaders, stated(value="7", period="2024"), by=bureau)
    row = (await reports.latest_reports(place("370100")))["EN-lead"]
    assert (row.value, row.period, row.document_on) == (21, "2025", dt.date(2025, 12, 31))
    (target,) = [one for one in await targets_of(place("370100")) if one.indicator == "EN-lead"]
    assert (target.actual, target.reached_bp, target.is_met) == (21, 70_000, True)
    assert await LogEntry.filter(action="reported").count() == 3


@pytest.mark.parametrize(
    ("code", "values", "kind", "refusal"),
    [
        ("TX-contracted", {}, "bureau", NotReported),
        ("EN-lead", {"value": "1.5"}, "bureau", InvalidInput),
        ("EN-lead", {"region": "370000"}, "bureau", NotFound),
        ("EN-lead", {}, "supplier", NotPermitted),
    ],
)
async def test_a_value_that_may_not_be_reported_is_refused(
    rollback: None, code: str, values: dict[str, str], kind: str, refusal: type[Exception]
) -> None:
    by = await actor(await make_organisation(kind=kind, region_code="370100"))
    with pytest.raises(refusal):
        await report_value(indicator(code), stated(**values), by=by)
    assert await IndicatorReport.all().count() == 0


async def test_the_form_keeps_what_was_typed_and_puts_on_record(client: httpx.AsyncClient) -> None:
    bureau = await make_organisation(kind="bureau", region_code="370100")
    await signed_in_client(client, (await actor(bureau)).person_id)
    path = "/bureau/indicators/QA-speech/reports"
    typed = {
        "period": "2026",
        "value": "九十五",
        "document": "检测报告第3号",
        "document_on": "2026-01-31",
    }
    refused = await client.post(path, data=typed)
    assert (refused.status_code, "九十五" in refused.text) == (422, True)
    assert (await client.post(path, data={**typed, "value": "95.5"})).status_code == 303
    assert (await IndicatorReport.get()).value == 9550
    page = (await client.get("/bureau/indicators/QA-speech")).text
    assert "95.5" in page
    assert "检测报告第3号" in page
    rows = (await client.get("/bureau/indicators?format=json")).json()["rows"]
    (row,) = [row for row in rows if row["代码"] == "QA-speech"]
    assert (row["数值"], row["单位"]) == ("95.50", "%")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [("money", 123, "1.23"), ("money", -5, "-0.05"), ("percent", 9005, "90.05"), ("minutes", 90, "1.50"),
     ("ratio", 250, "2.50"), ("integer", 7, "7"), ("integer", None, "")],
)  # fmt: skip
def test_values_are_written_in_full(kind: str, value: int | None, text: str) -> None:
    assert digits(kind, value) == text


def test_every_province_has_its_own_tile() -> None:
    found = map_below(place("100000"), {"370000": 9, "110000": 4, "320000": 1}, str)
    assert len({(tile.column, tile.row) for tile in found.tiles}) == len(found.tiles) == 34
    levels = {tile.code: tile.level for tile in found.tiles if tile.level}
    assert levels == {"320000": 1, "110000": 2, "370000": 4}


async def test_an_indicator_opens_its_rows(client: httpx.AsyncClient) -> None:
    await make_fact(region_code="370100", amount_fen=1_234_567)
    bureau = await make_organisation(kind="bureau", region_code="370000")
    await signed_in_client(client, (await actor(bureau)).person_id)
    page = (await client.get("/bureau/indicators/TX-contracted")).text
    assert "12,345.67" in page
    assert "/bureau/deals?kind=contracted" in page
    assert (await client.get("/bureau/indicators/NO-such")).status_code == 404
