"""The project reserve: tiers step by step, the second person, who sees it."""

from typing import Any

import httpx
import pytest

from market.kit import audit, outbox
from market.kit.actor import Actor
from market.kit.errors import Conflict, InvalidInput, NotFound, NotPermitted
from market.kit.mail import SentMail
from market.reserve import access, projects
from market.reserve.forms import MoveDecision, MoveInput, ProjectInput
from market.reserve.models import ReserveProject, TierMove
from market.reserve.states import ProjectStatus, Tier
from market.worker import HANDLERS
from tests.factories.accounts import actor, make_organisation, signed_in_client
from tests.factories.programmes import OPINION, PROJECT, make_project

pytestmark = pytest.mark.usefixtures("rollback")
YES = MoveDecision(decision="approve", opinion=OPINION)
NO = MoveDecision(decision="refuse", opinion="进度不足，暂不调整。")


def to(target: str) -> MoveInput:
    return MoveInput.model_validate({"target": target, "reason": "年度复核结果，见评审纪要。"})


async def cast() -> tuple[Actor, Actor, Actor]:
    """An owner, and two people of the bureau above it."""
    office = await make_organisation(kind="bureau", region_code="370000")
    owner = await make_organisation(kind="supplier", region_code="370100")
    return await actor(owner), await actor(office), await actor(office, "quality")


async def test_up_one_tier_at_a_time_down_any_and_out() -> None:
    owner, first, second = await cast()
    row = await make_project(owner, admitted_by=first)
    assert (row.status, row.tier) == (ProjectStatus.ADMITTED, Tier.BASIC)
    with pytest.raises(InvalidInput):
        await projects.propose_move(row, to("strategic"), by=first)
    for target in ("special", "strategic"):
        move = await projects.propose_move(row, to(target), by=first)
        with pytest.raises(Conflict):
            await projects.propose_move(row, to(target), by=second)
        with pytest.raises(Conflict):
            await projects.decide_move(move, YES, by=first)
        assert (await ReserveProject.get(id=row.id)).tier is row.tier
        await projects.decide_move(move, YES, by=second)
        row = await ReserveProject.get(id=row.id)
        assert row.tier == target
    refused = await projects.propose_move(row, to("basic"), by=second)
    await projects.decide_move(refused, NO, by=first)
    assert (await ReserveProject.get(id=row.id)).tier is Tier.STRATEGIC
    move = await projects.propose_move(row, to("basic"), by=second)
    await projects.decide_move(move, YES, by=first)
    row = await ReserveProject.get(id=row.id)
    found = await projects.totals("3701")
    assert (found.by_tier, found.investment_fen["basic"]) == (
        {"basic": 1, "special": 0, "strategic": 0}, 800_000_000,
    )  # fmt: skip
    actions = [entry.action for entry in await audit.history(row)]
    assert [a for a in actions if a in ("promoted", "demoted")] == [
        "promoted",
        "promoted",
        "demoted",
    ]
    move = await projects.propose_move(row, to("remove"), by=first)
    await projects.decide_move(move, YES, by=second)
    row = await ReserveProject.get(id=row.id)
    assert (row.status, projects.targets_of(row)) == (ProjectStatus.REMOVED, [])
    assert (await projects.totals("37")).projects == 0
    await outbox.drain(HANDLERS)
    assert await SentMail.filter(subject__contains=row.number).count() == 7


async def test_only_whose_it_is() -> None:
    owner, first, _second = await cast()
    away = await actor(await make_organisation(kind="bureau", region_code="320000"))
    with pytest.raises(NotPermitted):
        await make_project(first)
    waiting = await make_project(owner)
    assert (await projects.totals("")).waiting == 1
    other = await actor(await make_organisation(kind="demand", region_code="370100"))
    for stranger in (away, other):
        with pytest.raises(NotFound):
            await access.project_to_see(stranger, waiting.number)
    with pytest.raises(NotPermitted):
        await make_project(owner, admitted_by=away)
    with pytest.raises(NotFound):
        await projects.withdraw_project(waiting, by=other)
    with pytest.raises(ValueError, match=r"ends|结束"):
        ProjectInput.model_validate(PROJECT | {"ends_on": "2025-12-31"})
    gone = await projects.withdraw_project(waiting, by=owner)
    assert gone.status is ProjectStatus.WITHDRAWN
    assert not await TierMove.exists()


async def test_the_pages_of_the_reserve(client: httpx.AsyncClient) -> None:
    owner, first, second = await cast()
    await signed_in_client(client, owner.person_id)
    sent = await client.post("/reserve/new", data=PROJECT)
    assert sent.status_code == 303
    page = sent.headers["location"]
    steps: list[tuple[Actor, str, dict[str, Any]]] = [
        (first, "answer", {"decision": "admit", "opinion": OPINION}),
        (first, "moves", {"target": "special", "reason": "年度复核结果，见评审纪要。"}),
    ]
    for by, path, data in steps:
        await signed_in_client(client, by.person_id)
        assert (await client.post(f"{page}/{path}", data=data)).status_code == 303
    move = await TierMove.get()
    own = await client.post(
        f"{page}/moves/{move.id}", data={"decision": "approve", "opinion": OPINION}
    )
    assert own.status_code == 409
    await signed_in_client(client, second.person_id)
    done = await client.post(
        f"{page}/moves/{move.id}", data={"decision": "approve", "opinion": OPINION}
    )
    assert done.status_code == 303
    listed = await client.get("/reserve", params={"tier": "special"})
    assert PROJECT["title"] in listed.text
    assert (await client.get("/reserve?format=csv")).text.count("特色库") == 1
