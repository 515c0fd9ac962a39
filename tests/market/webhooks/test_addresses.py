"""Where a webhook may go: the public internet over https, and nowhere inside."""

import asyncio
from typing import Any

import pytest

from market.settings import settings
from market.webhooks.addresses import Forbidden, check_url, resolve

INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:10.0.0.1]",
    "[2002:a00:1::]", "[64:ff9b::a00:1]",
)  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_a_number_inside_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="公共互联网"):
        check_url(f"https://{host}/hook")


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "https://", "https://a:b@example.com/",
     "https://example.com/#x", "https://example.com:0/", "https://example.com:99999/",
     "https://例子.example/", "https://example.com/" + "x" * 500, "javascript:alert(1)"],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="地址"):
        check_url(url)


def test_an_address_outside_is_kept_as_it_is() -> None:
    url = "https://hooks.example.com:8443/market?key=1"
    assert check_url(f" {url} ") == url


def names_resolve_to(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
    async def getaddrinfo(_host: str, port: int, **_options: Any) -> list[Any]:
        return [(0, 0, 0, "", (number, port)) for number in numbers]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_the_number_is_pinned_and_the_name_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    names_resolve_to(monkeypatch, "93.184.216.34", "2606:2800:220:1::1")
    target = await resolve("https://hooks.example.com:8443/a?b=1")
    assert (target.url, target.host, target.authority) == (
        "https://93.184.216.34:8443/a?b=1", "hooks.example.com", "hooks.example.com:8443",
    )  # fmt: skip
    names_resolve_to(monkeypatch, "2606:2800:220:1::1")
    assert (await resolve("https://hooks.example.com")).url == "https://[2606:2800:220:1::1]:443/"


async def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for numbers in (["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], []):
        names_resolve_to(monkeypatch, *numbers)
        with pytest.raises(Forbidden):
            await resolve("https://hooks.example.com/")


async def test_development_may_send_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "webhooks_to_private", True)
    assert check_url("http://127.0.0.1:9000/hook") == "http://127.0.0.1:9000/hook"
    assert (await resolve("http://127.0.0.1:9000/hook")).url == "http://127.0.0.1:9000/hook"
