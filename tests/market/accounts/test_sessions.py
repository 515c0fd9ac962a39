"""Sessions: from a cookie or a token to the actor."""

from market.accounts import sessions
from market.kit.actor import ANONYMOUS
from tests.factories import make_membership, make_organisation, make_person


async def test_cookie_gives_actor(rollback: None) -> None:
    person = await make_person(name="李四")
    organisation = await make_organisation(kind="supplier", region_code="140200")
    membership = await make_membership(organisation, person=person, role="sales")
    token = await sessions.start_session(person, address="127.0.0.1", user_agent="test")

    found = await sessions.actor_from_cookie(token)

    assert (found.person_id, found.name) == (person.id, "李四")
    assert (found.organisation_id, found.kind, found.role) == (organisation.id, "supplier", "sales")
    assert (found.region_code, found.verified) == ("140200", True)
    assert found.memberships == ((membership.id, organisation.name, "supplier"),)
    assert await sessions.actor_from_cookie("x") is ANONYMOUS
