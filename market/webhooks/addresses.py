"""Where a webhook may be sent: public addresses only, resolved once and pinned (against SSRF)."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from market.kit.i18n import gettext as _
from market.settings import settings

MAX_LENGTH = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(Exception):
    """The address is none we send to; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is requested: connected to by number, named by its host."""

    url: str  # with the number in place of the name
    host: str  # for the Host header and the certificate
    authority: str


def check_url(url: str) -> str:
    """The address when its form is right; ValueError says what is wrong. Nothing is resolved."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError(_("This is not an address")) from None
    schemes = ("https", "http") if settings.webhooks_to_private else ("https",)
    if parts.scheme not in schemes:
        raise ValueError(_("The address must begin with https://"))
    if not parts.hostname or parts.username or parts.password or parts.fragment or port == 0:
        raise ValueError(_("The address has a host and a path, no user name and no fragment"))
    if len(url) > MAX_LENGTH or not url.isascii() or not url.isprintable() or " " in url.strip():
        raise ValueError(_("The address is too long or holds characters that must be encoded"))
    literal = _number(parts.hostname)
    if literal is not None and not may_be_reached(literal):
        raise ValueError(_("This address is not on the public internet"))
    return url.strip()


def may_be_reached(address: Address) -> bool:
    """Whether a number is on the public internet; what carries an inner address is judged by that."""
    if settings.webhooks_to_private:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return may_be_reached(inner)
    return address.is_global and not address.is_multicast


async def resolve(url: str) -> Target:
    """The target of a request. Raises Forbidden unless every number of the host may be reached.

    The number is used for the connection itself, so that a second answer of the name server
    cannot lead elsewhere.
    """
    try:
        check_url(url)
    except ValueError as exc:
        raise Forbidden(str(exc)) from None
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Forbidden("the host name is unknown") from None
    numbers = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not numbers or not all(may_be_reached(number) for number in numbers):
        raise Forbidden("the host is not on the public internet")
    first = numbers[0]
    literal = f"[{first}]" if first.version == 6 else str(first)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    authority = parts.netloc.rpartition("@")[2]
    return Target(f"{parts.scheme}://{literal}:{port}{path}", host, authority)


def _number(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
