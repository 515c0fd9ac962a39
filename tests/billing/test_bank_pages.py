"""The operator's finance at the custody account: statement, queue, proposal, second person, return."""

import httpx
import pytest

from billing.bank_models import BankDecision, BankStatement
from billing.bank_statements import on_statement_uploaded
from billing.bank_states import DecisionStatus
from billing.models import BankLine
from billing.states import BankLineStatus
from market.accounts.models import Organisation
from market.kit import clock
from market.kit.outbox import Message
from market.settings import settings
from tests.factories.accounts import actor, signed_in_client
from tests.factories.billing import operator_actor

ROW = "交易日期,交易流水号,对方户名,贷方发生额,附言\n{day},R0001,代付公司,8.00,货款\n"


async def page(client: httpx.AsyncClient, path: str) -> str:
    """A page that is there."""
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return answer.text


async def test_from_the_file_to_the_money_sent_back(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "four_eyes_above_fen", 100)
    first = await operator_actor()
    await signed_in_client(client, first.person_id)
    content = ROW.format(day=clock.today()).encode("gb18030")
    files, data = {"file": ("明细.csv", content, "text/csv")}, {"account": "0000 1"}
    sent = await client.post("/operator/bank/statements", files=files, data=data)
    assert sent.status_code == 303
    again = await client.post("/operator/bank/statements", files=files, data=data)
    statement = await BankStatement.get()
    assert again.status_code == 422
    assert statement.number in again.text
    await on_statement_uploaded(Message("m", "t", {"statement": str(statement.id)}))
    assert "明细.csv" in await page(client, sent.headers["location"])

    line = await BankLine.get()
    assert line.number in await page(client, "/operator/bank")
    assert line.number in (await client.get("/operator/bank?format=csv")).text
    asked = await client.post(
        f"/operator/bank/lines/{line.number}", data={"kind": "return", "reason": "查无对应订单"}
    )
    decision = await BankDecision.get()
    assert asked.headers["location"] == f"/operator/bank/decisions/{decision.number}"
    assert (await client.post(asked.headers["location"], data={"agree": "1"})).status_code == 403

    second = await actor(await Organisation.get(id=first.organisation_id), "finance")
    await signed_in_client(client, second.person_id)
    assert (await client.post(asked.headers["location"], data={"agree": "1"})).status_code == 303
    assert (await BankDecision.get()).status == DecisionStatus.APPROVED
    path = f"{asked.headers['location']}/returned"
    assert (await client.post(path, data={"reference": "OUT-0001"})).status_code == 303
    assert (await BankLine.get()).status == BankLineStatus.RETURNED
    assert "OUT-0001" in await page(client, asked.headers["location"])


async def test_the_api_enters_returns_and_confirms(client: httpx.AsyncClient) -> None:
    await signed_in_client(client, (await operator_actor()).person_id)
    typed = {"bank_reference": "R0001", "booked_on": str(clock.today()), "payer_name": "代付公司",
             "amount_fen": 800}  # fmt: skip
    line = (await client.post("/api/v1/bank/lines", json=typed)).json()
    assert (line["status"], line["left_fen"]) == ("suspense", 800)
    assert (await client.post("/api/v1/bank/lines", json=typed)).status_code == 422
    path = f"/api/v1/bank/lines/{line['number']}"
    wanted = {"kind": "return", "reason": "查无对应订单"}
    made = (await client.post(f"{path}/decisions", json=wanted)).json()
    assert (made["status"], made["amount_fen"]) == ("approved", 800)
    done = await client.post(
        f"/api/v1/bank/decisions/{made['number']}/returned", json={"reference": "OUT-0001"}
    )
    assert done.json()["status"] == "done"
    assert (await client.get(path)).json()["status"] == "returned"
    assert len((await client.get("/api/v1/bank/lines")).json()["items"]) == 1
