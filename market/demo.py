"""`make demo`: schema, demo data, worker and web as one command on this machine."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import time
import urllib.request
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from rich.console import Console
from rich.table import Table

from market import worker
from market.kit import db
from market.seed import Login, seed_demo
from market.serving import serve
from market.settings import settings

console = Console()


async def _prepare() -> list[Login]:
    """Schema and data. Until they are complete a power failure may take them: they are made again."""
    await db.migrate()
    await db.connect(db.with_options(threads=0, synchronous="NORMAL"))
    try:
        return await seed_demo()
    finally:
        await db.disconnect()


def _is_free(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, port)) != 0


def _serve_when_ready(ready: Connection, host: str, port: int) -> None:
    """The web process: it loads the site while the data is made, and answers when that is complete."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent until the site runs
    import market.app  # noqa: F401 - seconds of work, done beside the parent's

    try:
        ready.recv()
    except EOFError:
        return  # the parent has gone
    serve(host=host, port=port)


def _wait_until_alive(url: str, process: SpawnProcess) -> None:
    for _attempt in range(720):  # three minutes: a machine may be busy
        if not process.is_alive():
            raise SystemExit("the web server stopped while starting; see the lines above")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
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


async def _work_beside(web: SpawnProcess) -> None:
    """This process goes on as the worker, until it is stopped or the web server ends."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(web.sentinel)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(web.sentinel, stop)
    await worker.run()


def run(*, host: str, port: int, fresh: bool) -> None:
    """Prepare the data, then run web and worker until interrupted."""
    if not _is_free(host, port):
        raise SystemExit(f"port {port} is in use; choose another: make demo PORT={port + 1}")
    if fresh:
        shutil.rmtree(settings.market_data_dir, ignore_errors=True)
        settings.market_data_dir.mkdir(parents=True)
    os.environ["SECRET_KEY"] = settings.secret_key.get_secret_value()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    console.print("准备演示数据，约需一分钟 preparing the demo data, about a minute")
    spawning = multiprocessing.get_context("spawn")
    waiting, ready = spawning.Pipe(duplex=False)
    web = spawning.Process(target=_serve_when_ready, args=(waiting, host, port))
    web.start()
    waiting.close()
    try:
        logins = asyncio.run(_prepare())
        ready.send(None)
        _wait_until_alive(settings.base_url, web)
        _print_logins(settings.base_url, logins)
        asyncio.run(_work_beside(web))
    except KeyboardInterrupt:
        pass
    finally:
        web.terminate()
        web.join(timeout=20)
