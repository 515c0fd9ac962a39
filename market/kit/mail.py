"""E-mail through SMTP, or into a mailbox page when no server is set; each message is sent once per key."""

import hashlib
import hmac
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
    """An e-mail to one person. `key` names it: a second send with the same key does nothing.

    Of a confidential one neither address nor content is ever written down: that it was sent to whom
    would say too much, such as who has bid. `unsubscribe_url` ends such mail by one POST (RFC 8058).
    """

    key: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    is_confidential: bool = False
    unsubscribe_url: str = ""


async def send(mail: Mail) -> None:
    """Send through SMTP_URL (`smtp://user:password@host:port`, `smtps://` for TLS), or keep it in the mailbox.

    Raises aiosmtplib.SMTPException when the server refuses; the outbox then tries again. A crash
    between the server's yes and our note can send twice: Message-ID is the key, so clients fold it.
    """
    assert not is_in_verb(), "mail is sent by outbox handlers, never inside a verb"
    key = _digest(mail.key)
    kept = Mail("", "", "", "") if mail.is_confidential else mail
    row, _ = await SentMail.get_or_create(
        key=key,
        defaults={
            "recipient": kept.recipient,
            "subject": kept.subject,
            "text": kept.text,
            "html": kept.html,
        },
    )
    if row.sent_at is not None:
        return
    if url := settings.smtp_url.get_secret_value():
        await _deliver(url, mail, key=key)
        row.recipient = row.subject = row.text = row.html = ""
    row.sent_at = clock.now()
    await row.save(update_fields=["sent_at", "recipient", "subject", "text", "html"])


def _digest(key: str) -> str:
    """Keyed, so that nobody can try addresses against the rows."""
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()


async def _deliver(url: str, mail: Mail, *, key: str) -> None:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{key[:32]}@{urlsplit(settings.base_url).hostname}>"
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
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
