"""The real web and worker processes of a site of its own, on loopback."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Servers:
    """A web server and a worker over one SQLite database, restarted to let days pass."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{_free_port()}"
        self._log = (folder / "servers.log").open("a")
        self._environment = {
            **os.environ,
            "MARKET_DATA_DIR": str(folder),
            "BASE_URL": self.url,
            "WORKER_POLL_SECONDS": "0.1",
        }
        self._environment.pop("DATABASE_URL", None)
        self._running: list[subprocess.Popen[bytes]] = []

    def fill(self, module: str = "tests.browser.cast") -> None:
        """Write the cast, or what `module` makes of it, into the database."""
        subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log, check=True,
        )  # fmt: skip

    def start(self, *, days_ahead: int = 0) -> None:
        """Start both, their clocks `days_ahead` of the real one, and wait until they are ready."""
        port = self.url.rpartition(":")[2]
        for command in (("serve", "--port", port), ("worker",)):
            self._running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.browser.later", str(days_ahead), *command],
                    cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log,
                )
            )  # fmt: skip
        for _attempt in range(400):
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise TimeoutError(f"the servers are not ready; see {self._log.name}")

    def stop(self) -> None:
        """Stop both, as an operator would."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(timeout=30)
        self._running.clear()

    def close(self) -> None:
        """Stop, and close the log."""
        self.stop()
        self._log.close()
