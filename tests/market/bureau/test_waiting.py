"""The line of applications that wait for a bureau: its region's, those not decided, with their lists."""

import httpx

from market.bureau.waiting import Waiting, applications_waiting
from tests.factories import actor, make_organisation, signed_in_client
from tests.factories.complaints import make_bureau
from tests.factories.programmes import make_project


async def test_what_waits_is_counted_in_ones_region_until_it_is_decided(
    client: httpx.AsyncClient,
) -> None:
    bureau = await make_bureau()
    assert await applications_waiting(bureau) == []
    owner, elsewhere = [
        await actor(await make_organisation(kind="supplier", region_code=code))
        for code in (bureau.region_code, "110105")
    ]
    await make_project(owner)
    await make_project(owner, admitted_by=bureau)
    await make_project(elsewhere)
    (line,) = await applications_waiting(bureau)
    assert line == Waiting("项目储备库", 1, "/reserve?status=submitted")
    assert await applications_waiting(owner) == []
    await signed_in_client(client, bureau.person_id)
    text = (await client.get("/bureau/overview")).text
    assert '<a href="/reserve?status=submitted">项目储备库 1</a>' in text
    (shown,) = (await client.get(f"{line.link}&format=json")).json()["rows"]
    assert shown
