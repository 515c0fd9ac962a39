"""The mail that would have gone out."""

from unittest.mock import patch

from market.accounts.models import Person
from market.kit import mail, outbox
from market.kit.actor import Actor
from market.kit.mail import Mail, SentMail
from market.worker import HANDLERS


async def deliver_mail() -> list[Mail]:
    """What the mail handlers of everything recorded so far have just sent; other handlers rest."""
    posted: list[Mail] = []
    really_send = mail.send

    async def send(letter: Mail) -> None:
        known = await SentMail.all().count()
        await really_send(letter)
        if await SentMail.all().count() > known:
            posted.append(letter)

    mail_only = {
        topic: tuple(handler for handler in handlers if "notifications" in handler.__module__)
        for topic, handlers in HANDLERS.items()
    }
    with patch.object(mail, "send", send):
        await outbox.drain(mail_only)
    failed = await outbox.OutboxMessage.exclude(last_error="")
    assert [message.last_error for message in failed] == []
    return posted


async def address_of(by: Actor) -> str:
    """Where mail for an actor goes."""
    return (await Person.get(id=by.person_id)).email
