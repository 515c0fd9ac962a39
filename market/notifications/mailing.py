"""One e-mail for each recipient, in their language, once for each message of the outbox."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from market.accounts import mail_tokens
from market.accounts.mail_groups import GROUP_OF
from market.accounts.models import Person
from market.kit import i18n, mail, outbox, web
from market.notifications import inbox


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Within the block texts are in `locale`."""
    before = i18n.current_locale()
    i18n.use_locale(locale)
    try:
        yield
    finally:
        i18n.use_locale(before)


async def tell(
    message: outbox.Message, people: Iterable[Person], *, template: str = "",
    confidential: bool = False, **context: Any,
) -> None:  # fmt: skip
    """Send templates/email/<template or topic>/ to each of `people` but those who muted its group.

    Its subject becomes a notice on the site for all of them, unless it is confidential.
    """
    name = template or message.topic
    group = GROUP_OF.get(name)
    for person in people:
        if not confidential:
            with speaking(person.locale):
                await inbox.note(message, person, template=name, context=context)
        if group in person.muted_mail:
            continue
        token = mail_tokens.unsubscription(person, group) if group else ""
        await send(
            message, person.email, locale=person.locale, template=name, name=person.name,
            unsubscribe_token=token, confidential=confidential, **context,
        )  # fmt: skip


async def send(
    message: outbox.Message, address: str, *, locale: str, template: str,
    confidential: bool = False, **context: Any,
) -> None:  # fmt: skip
    """Send one rendered e-mail to an address; a second run of the handler sends nothing."""
    with speaking(locale):
        parts = {
            part: web.render_text(
                f"email/{template}/{part}", absolute_url=web.absolute_url, **context
            )
            for part in ("subject.txt", "body.txt", "body.html")
        }
    await mail.send(
        mail.Mail(
            key=f"{message.id}:{template}:{address}",
            recipient=address,
            subject=parts["subject.txt"].strip(),
            text=parts["body.txt"].strip() + "\n",
            html=parts["body.html"],
            is_confidential=confidential,
            unsubscribe_url=context.get("stop_url")
            or _unsubscribe_url(context.get("unsubscribe_token", "")),
        )
    )


def _unsubscribe_url(token: str) -> str:
    return web.absolute_url("accounts:unsubscribe", token=token) if token else ""
