"""`market bench`: speed, side by side with the bare parts."""

from pathlib import Path
from typing import Annotated

import typer

from market.commands.common import Engine, Json, show, with_database

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
    """Index rate and search latency beside the bare engine."""
    from search import benchmark

    benchmark.run(records=records, engine=engine)


@app.command("match")
def bench_match(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], engine: Engine = ""
) -> None:
    """P@1, nDCG and constraint violations over a file of judgements."""
    from search import commands

    show(with_database(lambda: commands.evaluate(file, engine=engine)))
