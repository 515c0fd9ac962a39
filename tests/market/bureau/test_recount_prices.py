"""The script of the price index: solves the quality-adjusted index by itself, and finds a wrong one."""

import csv
import dataclasses
import io
import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import httpx
import pytest

from market.bureau.recount_prices import DIGITS, ROUNDING, Deal, adjusted, areas, recount
from market.bureau.recounting import PRICES_SCRIPT, wrong_figures
from market.prices import views
from market.prices.hedonic import Adjusted, adjusted_index
from market.prices.models import PriceObservation
from market.prices.observations import count
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.prices import build_price, make_prices

MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10")
REGIONS = ("370100", "370200", "140200", "110105", "350100")
Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def market(seed: int, size: int) -> list[PriceObservation]:
    """Contracts of some months, provinces and characteristics, a part of them not stated."""
    draw = random.Random(seed)
    varying = [draw.random() < 0.7 for _characteristic in range(3)]
    return [
        build_price(
            f"{draw.uniform(1, 90):.4f}", month=draw.choice(MONTHS), region_code=draw.choice(REGIONS),
            quality_bp=draw.choice((None, 9000, 9500, 9900)) if varying[0] else 9000,
            quantity=Decimal(draw.randint(1, 9_999_999)) / 100 if varying[1] else Decimal(3000),
            days=draw.choice((None, 7, 30, 90)) if varying[2] else 60,
        )
        for _contract in range(size)
    ]  # fmt: skip


def by_month(rows: Sequence[PriceObservation]) -> dict[str, list[Deal]]:
    found: defaultdict[str, list[Deal]] = defaultdict(list)
    for row in rows:
        quality, days = str(row.quality_bp or ""), str(row.days or "")
        price = int(row.unit_price * 10_000)
        found[row.month].append(
            Deal(row.month, row.region_code, price, row.quantity, quality, days, ("", ""))
        )
    return found


@pytest.mark.parametrize("seed", range(12))
def test_both_solve_the_same_index(seed: int) -> None:
    rows = market(seed, 20 + 8 * seed)
    found = adjusted_index(rows)
    with localcontext(prec=DIGITS):
        due = adjusted(by_month(rows))
    if found is None or due is None:
        assert found is None
        assert due is None
        return
    assert (due["n"], due["controls"]) == (found.n, list(found.controls))
    assert [month for month, _index, _error in due["months"]] == [one.month for one in found.months]
    for one, (_month, index, error) in zip(found.months, due["months"], strict=True):
        assert abs(one.index_bp - index) <= ROUNDING
        assert abs(one.error_bp - error) <= ROUNDING


def test_what_cannot_be_told_apart_gives_no_index() -> None:
    """Each month has its own quality; and two months of fewer than thirty contracts."""
    rows = [
        build_price(str(10 + n), month=month, quality_bp=quality)
        for month, quality in (("2026-09", 9000), ("2026-10", 9900)) for n in range(20)
    ]  # fmt: skip
    with localcontext(prec=DIGITS):
        assert adjusted(by_month(rows)) is None
        assert adjusted(by_month(rows[6:35])) is None
    assert adjusted_index(rows) is None


def test_a_region_lies_in_those_above_it_by_their_codes() -> None:
    known = {"100000", "110000", "370000", "370100", "370102"}
    assert areas("370102", known) == ["370102", "370100", "370000", "100000"]
    assert areas("110105", known) == ["110105", "110000", "100000"]
    assert areas("999999", known) == ["999999", "100000"]
    assert areas("100000", known) == ["100000"]


async def priced() -> None:
    """A market whose index stands for the country and Shandong."""
    rows = market(5, 120)
    await PriceObservation.bulk_create(rows)
    for row in {(row.month, row.region_code): row for row in rows}.values():
        await count(row)


def of_second_month(place: int, change: int) -> Change:
    """A page's index with one number of its second month changed."""

    def planted(stated: dict[str, Any]) -> dict[str, Any] | None:
        base, one, *others = stated["rows"]
        wrong = [*one]
        wrong[place] += change
        return stated | {"rows": [base, wrong, *others]}

    return planted


PLANTED: dict[str, Change] = {
    "the raw index": of_second_month(1, 1),
    "the index": of_second_month(2, -1),
    "the error": of_second_month(3, 1),
    "the contracts of a month": of_second_month(4, 1),
    "all contracts": lambda stated: stated | {"n": stated["n"] + 1},
    "what is held equal": lambda stated: stated | {"controls": []},
    "a month left out": lambda stated: stated | {"rows": stated["rows"][:-1]},
    "no index": lambda _stated: None,
}


async def test_a_wrong_index_of_the_page_is_caught(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await priced()
    assert await wrong_figures([]) == []

    def planted(rows: Sequence[Any]) -> Adjusted | None:
        if (found := adjusted_index(rows)) is None:
            return None
        *others, last = found.months
        last = dataclasses.replace(last, index_bp=last.index_bp + 1)
        return dataclasses.replace(found, months=[*others, last])

    monkeypatch.setattr(views, "_KEPT", {})
    monkeypatch.setattr(views, "adjusted_index", planted)
    lines = await wrong_figures([])
    assert {line.partition(" ")[0] for line in lines} >= {"100000", "370000"}
    assert all(" adjusted: 2026-" in line for line in lines)


async def test_a_bureau_recounts_its_own_prices(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await priced()
    await make_prices("5", "6", task_type="organ_contouring")
    bureau = await make_organisation(kind="bureau", region_code="370000")
    await signed_in_client(client, (await actor(bureau)).person_id)
    for name in ("prices.csv", "figures.json", "recount_prices.py"):
        answer = await client.get(
            f"/bureau/recount/{name}?period=custom&first=2026-07&last=2026-10"
        )
        assert answer.status_code == 200
        (tmp_path / name).write_bytes(answer.content)
    assert (tmp_path / "recount_prices.py").read_bytes() == PRICES_SCRIPT.read_bytes()
    prices, figures = str(tmp_path / "prices.csv"), tmp_path / "figures.json"
    assert recount(prices, str(figures)) == []
    rows = list(csv.DictReader(io.StringIO((tmp_path / "prices.csv").read_text("utf-8"))))
    assert {row["region"] for row in rows} == {"370100", "370200"}
    sound = json.loads(figures.read_text("utf-8"))
    pages = {page["months"][0]: page for page in sound["prices"] if "adjusted" in page}
    assert sorted(pages) == ["2026-09", "2026-10"]
    last = pages["2026-10"]
    key = "lesion_segmentation|例"
    stated = last["adjusted"][key]
    assert stated["n"] == len(rows) - 2
    for name, planted in PLANTED.items():
        last["adjusted"] = {key: found} if (found := planted(stated)) else {}
        figures.write_text(json.dumps(sound), "utf-8")
        (line,) = recount(prices, str(figures))
        assert f"{key} adjusted: " in line, name
    last["adjusted"] = {key: stated, "organ_contouring|例": stated}
    figures.write_text(json.dumps(sound), "utf-8")
    (line,) = recount(prices, str(figures))
    assert line.endswith("the contracts give None"), "two contracts"


def test_the_script_needs_the_standard_library_alone() -> None:
    lines = PRICES_SCRIPT.read_text("utf-8").splitlines()
    imported = [line for line in lines if line.startswith(("import", "from"))]
    assert not [line for line in imported if "market" in line or "numpy" in line]
