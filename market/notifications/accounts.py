"""Mail about people and organisations; all of it is always sent."""

from market.accounts import labels, mail_tokens
from market.accounts.models import Invitation, Organisation, Person
from market.kit import i18n, outbox
from market.notifications.mailing import send, tell
from market.notifications.recipients import members, operators


async def confirm_address(message: outbox.Message) -> None:
    """person.registered: the confirming link, or, to who has an account, that someone tried again."""
    person = await Person.get_or_none(email=message.payload["email"])
    if person is None:
        return
    if person.email_confirmed_at is not None:
        await tell(message, [person], template="person.known")
    else:
        await tell(message, [person], token=mail_tokens.confirmation(person))


async def send_reset_link(message: outbox.Message) -> None:
    """password.reset_requested: the link, to an address that has an account; else nothing."""
    person = await Person.get_or_none(email=message.payload["email"])
    if person is not None:
        await tell(message, [person], token=mail_tokens.reset(person))


async def warn_of_new_password(message: outbox.Message) -> None:
    """password.changed: so that a stranger's change is noticed."""
    await tell(message, [await Person.get(id=message.payload["person"])])


async def send_invitation(message: outbox.Message) -> None:
    """member.invited: the only place where the invitation's token is written."""
    invitation = await Invitation.get(id=message.payload["invitation"]).select_related(
        "organisation", "invited_by"
    )
    person = await Person.get_or_none(email=invitation.email)
    await send(
        message, invitation.email, locale=person.locale if person else i18n.DEFAULT,
        template=message.topic, name=person.name if person else "", unsubscribe_token="",
        invitation=invitation, roles=labels.roles, token=message.payload["token"],
    )  # fmt: skip


async def tell_operators(message: outbox.Message) -> None:
    """organisation.submitted: someone waits for verification."""
    organisation = await Organisation.get(id=message.payload["organisation"])
    await tell(message, await operators(), organisation=organisation)


async def tell_owners(message: outbox.Message) -> None:
    """organisation.verified, rejected, suspended, reinstated: the decision, with its reason."""
    organisation = await Organisation.get(id=message.payload["organisation"])
    await tell(message, await members(organisation.id), organisation=organisation)
