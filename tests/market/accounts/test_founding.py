"""The first operator."""

import pytest

from market.accounts import founding, people
from market.accounts.models import Membership, Organisation, Person
from market.accounts.states import OrganisationKind, Role


async def test_the_first_operator_sets_a_password_by_link(rollback: None) -> None:
    token = await founding.found_operator("Root@Example.com", "何清")
    person = await people.reset_password(token, "correct horse battery staple")
    assert person.email == "root@example.com"
    member = await Membership.get(person=person).select_related("organisation")
    assert (member.role, member.organisation.kind, member.organisation.is_verified) == (
        Role.OWNER,
        OrganisationKind.OPERATOR,
        True,
    )


async def test_there_is_only_one_first_operator(rollback: None) -> None:
    await founding.found_operator("a@example.com", "甲")
    before = await Person.all().count(), await Organisation.all().count()
    with pytest.raises(founding.OperatorExists):
        await founding.found_operator("b@example.com", "乙")
    assert (await Person.all().count(), await Organisation.all().count()) == before
