"""Formal documents: one digest is issued once, found by anybody who holds it, and tells no stranger more."""

import datetime as dt
import re

import httpx
import pytest

from market.kit import clock, documents
from market.kit.documents import IssuedDocument
from tests.factories import signed_in_client
from tests.factories.orders import Deal, deliver, inspect, make_order

CONTENT = {"number": "S-1", "net_fen": 100}
DIGEST = documents.digest_of(CONTENT)


def test_the_digest_is_of_the_content_not_of_its_order() -> None:
    assert documents.digest_of({"net_fen": 100, "number": "S-1"}) == DIGEST
    assert documents.digest_of({"net_fen": 101, "number": "S-1"}) != DIGEST
    assert documents.code_of("0123456789abcdef" * 4) == "0123-4567-89AB-CDEF"


async def test_a_digest_is_issued_once(rollback: None) -> None:
    with clock.frozen_at(dt.datetime(2026, 3, 2, 9, tzinfo=clock.CHINA)):
        first = await documents.issue("Settlement", "S-1", DIGEST)
    with clock.frozen_at(dt.datetime(2026, 3, 5, 9, tzinfo=clock.CHINA)):
        again = await documents.issue("Settlement", "S-1", DIGEST)
        later = await documents.issue("Settlement", "S-1", "f" * 64)
    assert (again, first.issued_at) == (first, dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC))
    assert await documents.newest(first) == later
    assert await IssuedDocument.all().count() == 2


@pytest.mark.parametrize(
    "typed", [DIGEST, DIGEST.upper(), documents.code_of(DIGEST), f" {DIGEST[:16]} "]
)
async def test_it_is_found_by_digest_and_code(rollback: None, typed: str) -> None:
    issued = await documents.issue("Settlement", "S-1", DIGEST)
    assert await documents.find(typed) == issued


@pytest.mark.parametrize("typed", ["", DIGEST[:15], "%" * 16, "_" * 16, "e" * 64])
async def test_nothing_else_finds_it(rollback: None, typed: str) -> None:
    await documents.issue("Settlement", "S-1", DIGEST)
    assert await documents.find(typed) is None


async def test_the_qr_code_has_no_style(rollback: None) -> None:
    qr = str((await documents.issue("Settlement", "S-1", DIGEST)).qr)
    assert re.fullmatch(r'<svg viewBox="0 0 \d+ \d+" class="qr"><path [^>]*/></svg>', qr)
    assert "style" not in qr


async def _accepted(nonconforming: int = 0) -> tuple[Deal, str]:
    deal = await make_order()
    batch = await inspect(deal, await deliver(deal), nonconforming=nonconforming)
    return deal, batch.number


async def test_the_acceptance_report_is_printed_and_verified_by_a_stranger(
    client: httpx.AsyncClient,
) -> None:
    deal, number = await _accepted(nonconforming=1)
    buyer = await signed_in_client(client, deal.buyer.person_id)
    page = await buyer.get(f"/batches/{number}/print")
    assert page.status_code == 200
    for told in (
        "验收报告",
        number,
        "济南市第一人民医院",
        "山东明眸数据标注有限公司",
        "GB/T 2828.1",
    ):
        assert told in page.text
    (issued,) = await IssuedDocument.all()
    assert issued.digest in page.text
    assert f"http://testserver/documents/{issued.digest[:16]}" in page.text
    assert '<svg viewBox="0 0' in page.text
    again = await buyer.get(f"/batches/{number}/print")
    assert (again.status_code, await IssuedDocument.all().count()) == (200, 1)
    client.cookies.clear()
    stranger = await client.get(f"/documents/{issued.digest[:16]}")
    assert (stranger.status_code, "验收报告" in stranger.text) == (200, True)
    assert number in stranger.text
    for kept in ("济南市第一人民医院", "山东明眸数据标注有限公司", deal.contract.number):
        assert kept not in stranger.text


async def test_an_undecided_batch_has_no_report(client: httpx.AsyncClient) -> None:
    deal = await make_order()
    batch = await deliver(deal)
    buyer = await signed_in_client(client, deal.buyer.person_id)
    assert (await buyer.get(f"/batches/{batch.number}/print")).status_code == 404
    assert await IssuedDocument.all().count() == 0


async def test_what_was_never_issued_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/documents/{DIGEST}")
    assert (answer.status_code, "本平台未出具过" in answer.text) == (404, True)
    assert (await client.get("/documents")).status_code == 200
    assert (await client.get("/documents", params={"code": DIGEST})).status_code == 404
