"""A load generator: keep-alive HTTP connections with optional think time, latencies in milliseconds."""

import asyncio
import math
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

SERVERS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"  # of PostgreSQL


@dataclass
class Outcome:
    """What one window of load measured."""

    latencies_ms: list[float] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return len(self.latencies_ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency that `share` of the requests did not exceed (nearest rank)."""
        ordered = sorted(self.latencies_ms)
        return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0

    def merge(self, other: "Outcome") -> None:
        """Add another window."""
        self.latencies_ms += other.latencies_ms
        self.errors += other.errors
        self.seconds += other.seconds


def cpu_of(pid: int) -> float:
    """Processor seconds of a process so far; none where the system does not say."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    ticks = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


class _Client:
    """One keep-alive connection; opens itself again when the server closed it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.request = (
            f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: identity\r\n\r\n"
        ).encode()
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self) -> bool:
        """One request; whether the answer was 200 and complete."""
        if self.streams is None:
            self.streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.streams
        writer.write(self.request)
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        start = lower.index(b"content-length:") + 15
        await reader.readexactly(int(lower[start : lower.index(b"\r\n", start)]))
        return head[9:12] == b"200"

    def close(self) -> None:
        """Drop the connection."""
        if self.streams:
            self.streams[1].close()
            self.streams = None


async def _user(url: str, until: float, think: float, outcome: Outcome) -> None:
    client = _Client(url)
    # An even start, as a crowd that has been there for a while; no security depends on it.
    await asyncio.sleep(random.random() * think)  # noqa: S311
    while time.perf_counter() < until:
        start = time.perf_counter()
        try:
            good = await asyncio.wait_for(client.get(), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            client.close()
            good = False
        if good:
            outcome.latencies_ms.append((time.perf_counter() - start) * 1000)
        else:
            outcome.errors += 1
            await asyncio.sleep(0.05)
        if think:
            await asyncio.sleep(think)
    client.close()


async def window(url: str, *, connections: int, seconds: float, think: float = 0.0) -> Outcome:
    """Load `url` with `connections` users for `seconds`, each pausing `think` seconds between requests."""
    outcome = Outcome()
    start = time.perf_counter()
    users = (_user(url, start + seconds, think, outcome) for _ in range(connections))
    await asyncio.gather(*users)
    outcome.seconds = time.perf_counter() - start
    return outcome
