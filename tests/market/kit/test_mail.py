"""Mail: once per key, through a real SMTP conversation, forgotten after it."""

import dataclasses
import socket
from collections.abc import Iterator
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from pydantic import SecretStr

from market.kit import mail
from market.settings import settings


class Inbox(MessageHandler):
    """Keeps what the server accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []

    def handle_message(self, message: Message) -> None:
        """Keep it."""
        self.messages.append(message)


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    handler = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(settings, "smtp_url", SecretStr(f"smtp://127.0.0.1:{port}"))
    yield handler
    controller.stop()


LETTER = mail.Mail(key="k1", recipient="a@example.com", subject="开标\n通知", text="正文")


async def test_a_mail_goes_out_once_and_is_forgotten(rollback: None, inbox: Inbox) -> None:
    await mail.send(LETTER)
    await mail.send(LETTER)
    (message,) = inbox.messages
    assert message["To"] == "a@example.com"
    row = await mail.SentMail.get()
    assert row.sent_at is not None
    assert (row.recipient, row.subject, row.text, row.html) == ("", "", "", "")


async def test_without_a_server_the_mailbox_keeps_it(rollback: None) -> None:
    await mail.send(LETTER)
    row = await mail.SentMail.get()
    assert (row.recipient, row.text) == ("a@example.com", "正文")


async def test_a_refused_mail_stays_to_be_sent_again(
    rollback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "smtp_url", SecretStr("smtp://127.0.0.1:1"))
    with pytest.raises(OSError, match="Connect"):
        await mail.send(LETTER)
    row = await mail.SentMail.get()
    assert (row.sent_at, row.text) == (None, "正文")


async def test_of_a_confidential_mail_nothing_is_written_down(rollback: None, inbox: Inbox) -> None:
    await mail.send(dataclasses.replace(LETTER, is_confidential=True))
    assert len(inbox.messages) == 1
    row = await mail.SentMail.get()
    assert (row.recipient, row.subject, row.text) == ("", "", "")


async def test_optional_mail_can_be_ended_by_one_click(rollback: None, inbox: Inbox) -> None:
    url = "https://market.example/unsubscribe/token"
    await mail.send(LETTER)
    await mail.send(dataclasses.replace(LETTER, key="k2", unsubscribe_url=url))
    binding, optional = inbox.messages
    assert (optional["List-Unsubscribe"], optional["List-Unsubscribe-Post"]) == (
        f"<{url}>", "List-Unsubscribe=One-Click",
    )  # fmt: skip
    assert (binding["List-Unsubscribe"], binding["List-Unsubscribe-Post"]) == (None, None)
