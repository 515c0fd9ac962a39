"""Amounts open down to their ledger rows; the trial balance; what is due is settled from the page."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from billing import payouts
from billing.chart import CUSTODY_BANK
from billing.ledger_models import LedgerAccount
from billing.ledger_rows import rows_behind
from billing.models import Payment, Payout, Settlement
from market.kit.errors import NotPermitted
from tests.billing.test_batch_settlements import accepted
from tests.factories.accounts import signed_in_client
from tests.factories.billing import operator_actor


def shown(rows: dict[UUID, list[Any]]) -> list[list[str]]:
    return [[posting.transaction.kind for posting in found] for found in rows.values()]


async def test_what_is_due_is_settled_from_the_page_and_opens_its_rows(
    client: httpx.AsyncClient,
) -> None:
    deal = await accepted()
    operator = await operator_actor()
    assert deal.order is not None
    await signed_in_client(client, operator.person_id)
    page = await client.get("/operator/payments/settlements")
    assert deal.order.number in page.text
    assert await Settlement.all().count() == 0
    done = await client.post("/operator/payments/settlements", follow_redirects=True)
    assert done.status_code == 200
    assert "已结算 1 笔" in done.text
    assert deal.order.number not in done.text
    settlement = await Settlement.get(order_id=deal.order.id)
    payout = await Payout.get(settlement=settlement)
    paid = await Payment.filter(order_id=deal.order.id)

    assert shown(await rows_behind([settlement])) == [["settlement"]]
    assert shown(await rows_behind([payout])) == [[]]
    await payouts.confirm_bank_payout(payout, reference="BANK-1", by=operator)
    assert shown(await rows_behind([payout])) == [["payout"]]
    assert shown(await rows_behind(paid)) == [["payment"], ["payment"]]

    listed = await client.get("/operator/ledger?all=1")
    account = await LedgerAccount.get(code=CUSTODY_BANK.code)
    assert f"account={account.id}" in listed.text
    entries = await client.get(f"/operator/ledger?account={account.id}&format=csv")
    assert len(entries.text.strip().splitlines()) == 1 + 3  # two receipts and the payout
    assert (await client.get("/operator/ledger?account=nonsense")).status_code == 404


async def test_a_program_reads_and_settles_what_the_operators_pages_show(
    client: httpx.AsyncClient,
) -> None:
    deal = await accepted()
    assert deal.order is not None
    await signed_in_client(client, deal.buyer.person_id)
    for path in ("operator/exceptions", "operator/settlements", "ledger/accounts"):
        assert (await client.get(f"/api/v1/{path}")).status_code == 403
    assert (await client.post("/api/v1/operator/settlements")).status_code == 403
    assert await Settlement.all().count() == 0

    await signed_in_client(client, (await operator_actor()).person_id)
    due = (await client.get("/api/v1/operator/settlements")).json()
    assert (due["count"], [one["order"] for one in due["items"]]) == (1, [deal.order.number])
    made = (await client.post("/api/v1/operator/settlements")).json()
    assert made == {"settled": 1, "left_out": {}}
    assert (await client.get("/api/v1/operator/settlements")).json() == {"count": 0, "items": []}
    accounts = (await client.get("/api/v1/ledger/accounts?limit=100")).json()["items"]
    custody = next(one for one in accounts if one["code"] == CUSTODY_BANK.code)
    assert custody["balance_fen"] == (await LedgerAccount.get(code=CUSTODY_BANK.code)).balance_fen
    assert (await client.get("/api/v1/operator/exceptions?kind=late")).json() == {"items": []}


async def test_lists_of_both_sides_show_the_rows(client: httpx.AsyncClient) -> None:
    deal = await accepted()
    operator = await operator_actor()
    await signed_in_client(client, operator.person_id)
    await client.post("/operator/payments/settlements")
    for payout in await Payout.all():
        await payouts.confirm_bank_payout(payout, reference="BANK-2", by=operator)
    for by, paths in (
        (deal.supplier, ("/payouts", "/settlements", "/statements")),
        (deal.buyer, ("/settlements", "/statements")),
        (operator, ("/operator/payments",)),
    ):
        await signed_in_client(client, by.person_id)
        for path in paths:
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert 'class="breakdown"' in answer.text, path


@pytest.mark.parametrize("role", ["viewer"])
async def test_a_viewer_of_the_operator_settles_nothing(
    client: httpx.AsyncClient, role: str
) -> None:
    await accepted()
    await signed_in_client(client, (await operator_actor(role)).person_id)
    assert (await client.get("/operator/payments/settlements")).status_code == 200
    assert (
        await client.post("/operator/payments/settlements")
    ).status_code == NotPermitted.status_code
    assert await Settlement.all().count() == 0
