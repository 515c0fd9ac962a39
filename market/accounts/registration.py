"""Registration: a person alone, or a person who founds an organisation."""

from market.accounts import passwords
from market.accounts.forms import OrganisationInput, PersonInput
from market.accounts.models import Person
from market.accounts.organisations import found_organisation
from market.accounts.people import create_person
from market.kit import outbox
from market.kit.actor import Actor
from market.kit.db import transaction


async def register_person(
    person_input: PersonInput, *, organisation: OrganisationInput | None = None
) -> None:
    """Create a person, and their organisation when given, and ask for the confirming e-mail.

    Says nothing when the address is taken: its owner is told by e-mail instead, so that nobody can
    find out who is registered. Raises InvalidInput for a weak password.
    """
    passwords.check_strength(person_input.password, email=person_input.email)
    password_hash = await passwords.hash_password(person_input.password)
    async with transaction():
        await outbox.record("person.registered", email=person_input.email)
        if await Person.exists(email=person_input.email):
            return
        person = await create_person(
            person_input.email, name=person_input.name, password_hash=password_hash
        )
        if organisation is not None:
            actor = Actor(person_id=person.id, name=person.name)
            await found_organisation(organisation, by=actor)
