"""`market bench`: speed, side by side with the bare parts."""

from pathlib import Path
from typing import Annotated

import typer

from market.commands.common import Engine, Json, console, show, with_database

app = typer.Typer(no_args_is_help=True, help="Measure, side by side with the bare parts.")


@app.command("web")
def bench_web(seconds: float = 5.0, as_json: Json = False) -> None:
    """Requests per second and latencies of the main pages beside a bare page."""
    from market.bench import web

    web.run(seconds=seconds, as_json=as_json)


@app.command("tendering")
def bench_tendering(as_json: Json = False) -> None:
    """Latencies of the pages of a job with 500 bids, 20 lots and 5 judges."""
    from market.app import create_app
    from market.bench import tendering

    tendering.run(create_app, as_json=as_json)


@app.command("search")
def bench_search(records: int = 100_000, engine: Engine = "") -> None:
    """Index rate and search latency beside the bare engine; Meilisearch by SEARCH_URL or on PATH."""
    from search import benchmark
    from search.engine import SearchError

    try:
        benchmark.run(records=records, engine=engine)
    except SearchError as error:
        console.print(str(error))
        raise typer.Exit(2) from error


@app.command("directory")
def bench_directory(records: int = 100_000) -> None:
    """Rebuild of the index from a database, search pages and suggestions."""
    from market.app import create_app
    from market.bench import search

    search.run(create_app, records=records)


@app.command("bank")
def bench_bank(lines: int = 5000, seed: int = 2026, as_json: Json = False) -> None:
    """Precision and recall of matching a generated statement with dirty narratives."""
    from market.bench import bank

    score = bank.measure_all(lines, seed=seed)
    show(score.as_dict()) if as_json else console.print(score.summary())
    raise typer.Exit(int(bool(score.wrong)))


@app.command("match")
def bench_match(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], engine: Engine = ""
) -> None:
    """P@1, nDCG and constraint violations over a file of judgements."""
    from search import commands

    show(with_database(lambda: commands.evaluate(file, engine=engine)))


@app.command("simulation")
def bench_simulation(
    seeds: int = 1000,
    first: int = 0,
    jobs: int = 2,
    bug: Annotated[str, typer.Option(help="Plant a bug that must be found.")] = "",
    as_json: Json = False,
) -> None:
    """Money verbs under a seeded scheduler with crashes and lost answers; exit code 1 on a violation."""
    from market.bench.simulation import runs

    if not runs.run(seeds=seeds, first=first, jobs=jobs, bug=bug, as_json=as_json):
        raise typer.Exit(1)


@app.command("vouchers")
def bench_vouchers(
    claims: Annotated[int, typer.Option(min=2)] = 200,
    both: Annotated[bool, typer.Option(help="On a throw-away PostgreSQL, too.")] = False,
    primitive: Annotated[bool, typer.Option(help="The ledger's reservation alone.")] = False,
) -> None:
    """Concurrent claims on one pool and one cap; exit code 1 when a fen too much was granted."""
    from market.bench import reservations, vouchers

    measure = reservations.measure if primitive else None
    measured = vouchers.run(claims=claims, both=both, measure=measure)
    show(measured)
    raise typer.Exit(int(any(one["over_fen"] for one in measured)))


@app.command("feed")
def bench_feed(
    commits: Annotated[int, typer.Option(min=4)] = 10_000,
    both: Annotated[bool, typer.Option(help="On a throw-away PostgreSQL, too.")] = False,
    as_json: Json = False,
) -> None:
    """Concurrent publication and a follower of the feed; exit code 1 when it misses or doubles one."""
    from market.app import create_app
    from market.bench import feed

    if not feed.run(create_app, commits=commits, both=both, as_json=as_json):
        raise typer.Exit(1)


@app.command("drift")
def bench_drift(orders: int = 1_000_000, seed: int = 1, as_json: Json = False) -> None:
    """Random orders with partial refunds, splits and taxes in pure code: no fen may be lost."""
    from market.bench import drift

    drift.run(orders=orders, seed=seed, as_json=as_json)


@app.command("settle")
def bench_settle(orders: int = 200, batch: int = 4000, as_json: Json = False) -> None:
    """Settlements a second on PostgreSQL: one by one beside bare asyncpg sending the same statements,
    `--batch` orders by the batch verb, and postings beside django-hordak where it is installed."""
    from market.bench import settle

    settle.run(orders=orders, batch=batch, as_json=as_json)


@app.command("statistics")
def bench_statistics(
    orders: int = 2_000_000,
    requests: int = 20,
    live: Annotated[
        int, typer.Option(help="Instead: settle so many orders with and without their facts.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """The bureau's pages over the facts of so many orders, and the time to recompute every sum."""
    from market.app import create_app
    from market.bench import live_facts, statistics

    if live:
        live_facts.run(settled=live, as_json=as_json)
    else:
        statistics.run(create_app, orders=orders, requests=requests, as_json=as_json)
