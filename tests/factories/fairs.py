"""Fairs for tests, made through the verbs."""

import datetime as dt
from typing import Any

from market.fairs import fairs, registrations
from market.fairs.forms import FairInput, RegistrationInput
from market.fairs.models import Fair, FairRegistration
from market.kit import clock
from market.kit.actor import Actor
from tests.factories.accounts import actor, make_organisation


def fair_input(**values: Any) -> FairInput:
    """Two tables and three slots, a week after registration has ended."""
    now = clock.now().replace(microsecond=0)
    defaults: dict[str, Any] = {
        "title": "济南市数据标注供需对接会", "summary": "医院与标注企业面对面，每场二十分钟。",
        "venue": "数字经济产业园 201 会议厅", "region_code": "370100", "slots": 3, "slot_minutes": 20,
        "tables": 2, "min_meetings": 1, "closes_at": now + dt.timedelta(days=3),
        "starts_at": now + dt.timedelta(days=10),
    }  # fmt: skip
    return FairInput.model_validate({**defaults, **values})


async def make_fair(*, by: Actor | None = None, is_open: bool = True, **values: Any) -> Fair:
    """A fair of `by`, or of a new bureau."""
    host = by or await actor(await make_organisation(kind="bureau"))
    fair = await fairs.draft_fair(fair_input(**values), by=host)
    return await fairs.open_fair(fair, by=host) if is_open else fair


async def register(fair: Fair, *, by: Actor, **values: Any) -> FairRegistration:
    """A registration for pictures."""
    defaults: dict[str, Any] = {"contact": "王工", "interests": ["图像"], "max_meetings": 3}
    return await registrations.register(
        fair, RegistrationInput.model_validate({**defaults, **values}), by=by
    )


async def host_of(fair: Fair) -> Actor:
    """The owner of the fair's host."""
    return await actor(await fair.host)
