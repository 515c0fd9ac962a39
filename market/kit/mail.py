"""E-mail through SMTP, or into a mailbox page when no server is set; each message is sent once per key."""

import hashlib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

import aiosmtplib
from tortoise import fields

from market.kit import clock
from market.kit.db import Row, is_in_verb
from market.settings import settings


class SentMail(Row):
    """One e-mail: the durable intent under a digest of its key, and when it went out.

    Once a server has taken it, address and content are forgotten: links and receipts must not lie
    in the database. Without a server they stay, for the mailbox page of development.
    """

    key = fields.CharField(max_length=64, unique=True)
    recipient = fields.CharField(max_length=254)
    subject = fields.CharField(max_length=300)
    text = fields.TextField()
    html = fields.TextField(default="")
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sent_mails"
        indexes = (("recipient",),)


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to one person. `key` names it: a second send with the same key does nothing."""

    key: str
    recipient: str
    subject: str
    text: str
    html: str = ""


async def send(mail: Mail) -> None:
    """Send through SMTP_URL (`smtp://user:password@host:port`, `smtps://` for TLS), or keep it in the mailbox.

    Raises aiosmtplib.SMTPException when the server refuses; the outbox then tries again. A crash
    between the server's yes and our note can send twice: Message-ID is the key, so clients fold it.
    """
    assert not is_in_verb(), "mail is sent by outbox handlers, never inside a verb"
    key = hashlib.sha256(mail.key.encode()).hexdigest()
    row, _ = await SentMail.get_or_create(
        key=key,
        defaults={
            "recipient": mail.recipient,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
        },
    )
    if row.sent_at is not None:
        return
    if url := settings.smtp_url.get_secret_value():
        await _deliver(url, mail, key=key)
        row.recipient = row.subject = row.text = row.html = ""
    row.sent_at = clock.now()
    await row.save(update_fields=["sent_at", "recipient", "subject", "text", "html"])


async def _deliver(url: str, mail: Mail, *, key: str) -> None:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{key[:32]}@{urlsplit(settings.base_url).hostname}>"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    parts = urlsplit(url)
    await aiosmtplib.send(
        message,
        hostname=parts.hostname,
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        timeout=20,
    )
