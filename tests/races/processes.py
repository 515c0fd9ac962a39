"""The real web and worker processes of one site, to be killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Launcher:
    """Starts processes of a module, `market` mostly, and kills them."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._log = log.open("w")
        self._alive: set[int] = set()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.races.launcher"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill what still runs, and what started it."""
        for pid in tuple(self._alive):
            self.stop(pid, signal.SIGKILL)
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def start(self, *command: str) -> int:
        """Run `python -m <command>`; its pid."""
        pid = self._ask(*command)
        self._alive.add(pid)
        return pid

    def run(self, *command: str) -> None:
        """Run `python -m <command>` to its end, which must be a good one."""
        code = self._ask("run", *command)
        assert code == 0, f"{command} ends with {code}; see {self._log.name}"

    def _ask(self, *words: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(*words, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def stop(self, pid: int, how: signal.Signals) -> None:
        """Send the signal and wait until the process is gone."""
        self._alive.discard(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
            for _attempt in range(6000):
                os.kill(pid, 0)
                time.sleep(0.005)
            raise TimeoutError(f"process {pid} does not end")
