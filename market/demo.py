"""`make demo`: schema, demo data, worker and web as one command on this machine."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing

from rich.console import Console
from rich.table import Table

from market.kit import db
from market.seed import Login, seed_demo
from market.settings import settings

console = Console()


async def _prepare() -> list[Login]:
    await db.migrate()
    await db.connect()
    try:
        return await seed_demo()
    finally:
        await db.disconnect()


def _is_free(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, port)) != 0


def _wait_until_alive(url: str, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(720):  # three minutes: a machine may be busy
        if process.poll() is not None:
            raise SystemExit("the web server stopped while starting; see the lines above")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the web server did not start within three minutes")


def _print_logins(url: str, logins: list[Login]) -> None:
    table = Table(title=f"\n{url}", title_style="bold green")
    for column in ("角色 role", "登录邮箱 e-mail", "密码 password"):
        table.add_column(column)
    for login in logins:
        table.add_row(login.role, login.email, login.password)
    console.print(table)
    console.print("开标口令 opening passphrase: 与密码相同 the same as the password")
    console.print(f"邮件 mail: {url}/dev/mail")
    console.print(f"接口 API: {url}/api")
    console.print("Ctrl-C 停止 stops")


def run(*, host: str, port: int, fresh: bool) -> None:
    """Prepare the data, then run web and worker until interrupted."""
    if not _is_free(host, port):
        raise SystemExit(f"port {port} is in use; choose another: make demo PORT={port + 1}")
    if fresh:
        shutil.rmtree(settings.market_data_dir, ignore_errors=True)
        settings.market_data_dir.mkdir(parents=True)
    url = f"http://{host}:{port}"
    settings.base_url = url  # what the demo mails leads here too
    console.print("准备演示数据，约需一至两分钟 preparing the demo data, one to two minutes")
    logins = asyncio.run(_prepare())
    environment = {
        **os.environ,
        "BASE_URL": url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    command = [sys.executable, "-m", "market"]
    web = subprocess.Popen(
        [*command, "serve", "--host", host, "--port", str(port)], env=environment
    )
    work = subprocess.Popen([*command, "worker"], env=environment)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _wait_until_alive(url, web)
        _print_logins(url, logins)
        while web.poll() is None and work.poll() is None:
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for process in (web, work):
            process.terminate()
        for process in (web, work):
            process.wait(timeout=20)
