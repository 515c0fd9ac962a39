"""Signatures a receiver's own library accepts, and the example of docs/api.md."""

import datetime as dt
import re

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from market.settings import ROOT
from market.webhooks import signing

BODY = '{"type":"order.settled","data":{"order":"订单"}}'


def signed(*keys: str, at: dt.datetime | None = None) -> dict[str, str]:
    return signing.headers(keys, event_id="msg_1", at=at or dt.datetime.now(dt.UTC), body=BODY)


def test_the_reference_library_accepts_it() -> None:
    secret = signing.new_secret()
    assert Webhook(secret).verify(BODY, signed(secret))["type"] == "order.settled"


def test_during_a_rotation_both_secrets_accept_it() -> None:
    old, new = signing.new_secret(), signing.new_secret()
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, signed(new, old))["type"] == "order.settled"


def test_another_secret_body_or_age_is_refused() -> None:
    secret = signing.new_secret()
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify(BODY, signed(secret))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + " ", signed(secret))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signed(secret, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))


def test_the_published_example_of_the_standard() -> None:
    found = signing.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", event_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330, body='{"test": 2432232314}',
    )  # fmt: skip
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_in_the_documentation_checks_what_we_send() -> None:
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    code = re.search(r"```python\n(.*?def is_from_market.*?)```", text, re.S)
    assert code is not None
    names: dict[str, object] = {}
    exec(code[1], names)
    check = names["is_from_market"]
    assert callable(check)
    old, new = signing.new_secret(), signing.new_secret()
    assert check(old, signed(new, old), BODY.encode())
    assert not check(old, signed(new), BODY.encode())
    assert not check(old, signed(old), BODY.encode() + b" ")
    assert not check(old, signed(old, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)), BODY.encode())
