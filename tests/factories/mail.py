"""The mail that would have gone out."""

from market.accounts.models import Person
from market.kit import outbox
from market.kit.actor import Actor
from market.kit.mail import SentMail
from market.worker import HANDLERS


async def deliver_mail() -> list[SentMail]:
    """What the mail handlers of everything recorded so far have just sent; other handlers rest."""
    known = {mail.id for mail in await SentMail.all()}
    mail_only = {
        topic: tuple(handler for handler in handlers if "notifications" in handler.__module__)
        for topic, handlers in HANDLERS.items()
    }
    await outbox.drain(mail_only)
    failed = await outbox.OutboxMessage.exclude(last_error="")
    assert [message.last_error for message in failed] == []
    return [mail for mail in await SentMail.all().order_by("id") if mail.id not in known]


async def address_of(by: Actor) -> str:
    """Where mail for an actor goes."""
    return (await Person.get(id=by.person_id)).email
