"""The demo's neighbours: tied by telephone, address and an owner."""

import pytest

from market.kit.actor import Actor
from market.risks.graph_view import groups_in, links_of
from market.seed import securities
from market.seed.deals import Cast
from market.vocabulary import regions
from tests.factories.accounts import actor, make_organisation


@pytest.mark.usefixtures("rollback")
async def test_the_neighbours_hang_together_by_what_they_declare() -> None:
    firms = {
        name: await actor(await make_organisation(kind="supplier", region_code="140200"))
        for name in securities.NEIGHBOURS
    }
    nobody = Actor.system("test")
    await securities.declare_neighbours(Cast(nobody, nobody, nobody, people={}, suppliers=firms))
    place = regions.region("140000")
    assert place is not None
    (group,) = await groups_in(place)
    assert len(group.parties) == len(firms)
    tied = [link for link in links_of([group]) if link.shared.what == "shareholder"]
    assert [link.shared.shown for link in tied] == [securities.HOLDER] * len(securities.OWNERS)
