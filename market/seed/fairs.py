"""A fair whose timetable is solved and published."""

import datetime as dt

from market.fairs import fairs, registrations
from market.fairs.computing import compute, request_timetable
from market.fairs.forms import FairInput, RegistrationInput
from market.kit import clock
from market.kit.actor import Actor
from market.seed.deals import Cast, drain

INTERESTS = ["图像", "语音", "文本"]
SUPPLIERS_AT_MOST = 6


async def play_fair(cast: Cast, host: Actor) -> None:
    """Two buyers and the imported firms registered; the timetable is proven optimal; it is held next week."""
    closed = clock.now().replace(microsecond=0) - dt.timedelta(days=2)
    fair = FairInput.model_validate({
        "title": "医疗与智能制造数据标注供需对接会", "region_code": "370100",
        "summary": "医院、制造企业与标注企业面对面，每场二十分钟。", "venue": "泉城会展中心三层",
        "slots": 4, "slot_minutes": 20, "tables": 3, "min_meetings": 1, "closes_at": closed,
        "starts_at": closed + dt.timedelta(days=9),
    })  # fmt: skip
    with clock.frozen_at(closed - dt.timedelta(days=10)):
        made = await fairs.open_fair(await fairs.draft_fair(fair, by=host), by=host)
        firms = [cast.suppliers[name] for name in sorted(cast.suppliers)][:SUPPLIERS_AT_MOST]
        for party in (cast.hospital, cast.company, *firms):
            content = {"contact": "会务联系人", "interests": INTERESTS, "max_meetings": 4}
            await registrations.register(made, RegistrationInput.model_validate(content), by=party)
        await drain()
    with clock.frozen_at(closed + dt.timedelta(hours=1)):
        await compute(await request_timetable(made, by=host, is_now=True))
        await fairs.publish_fair(made, by=host)
        await drain()
