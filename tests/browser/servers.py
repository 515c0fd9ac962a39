"""The real web and worker processes of a site of its own, on loopback."""

import contextlib
import signal
import time
from pathlib import Path

import httpx

from tests.races.processes import Launcher, free_port


class Servers:
    """A web server and a worker over one SQLite database, restarted to let days pass."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = folder / "servers.log"
        environment = {
            "MARKET_DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite://{folder / 'market.sqlite3'}",
            "BASE_URL": self.url,
            "WORKER_POLL_SECONDS": "0.1",
        }
        self._launcher = Launcher(environment, self._log)
        self._running: list[int] = []

    def fill(self, module: str = "tests.browser.cast") -> None:
        """Write the cast, or what `module` makes of it, into the database."""
        self._launcher.run(module)

    def start(self, *, days_ahead: int = 0) -> None:
        """Start both, their clocks `days_ahead` of the real one, and wait until they are ready."""
        port = self.url.rpartition(":")[2]
        for command in (("serve", "--port", port), ("worker",)):
            self._running.append(
                self._launcher.start("tests.browser.later", str(days_ahead), *command)
            )
        with httpx.Client(timeout=5) as http:
            for _attempt in range(400):
                with contextlib.suppress(httpx.TransportError):
                    if http.get(f"{self.url}/readyz").status_code == 200:
                        return
                time.sleep(0.1)
        raise TimeoutError(f"the servers are not ready; see {self._log}")

    def stop(self) -> None:
        """Stop both, as an operator would."""
        for pid in self._running:
            self._launcher.stop(pid, signal.SIGTERM)
        self._running.clear()

    def close(self) -> None:
        """Stop, and end what starts them."""
        self.stop()
        self._launcher.close()
