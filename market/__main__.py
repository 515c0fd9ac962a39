"""The command line: `market --help`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from market.kit import db
from market.settings import settings

R = TypeVar("R")
app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Data-annotation marketplace: run it, feed it, ask it, check it.",
)
verify_app = typer.Typer(
    no_args_is_help=True, help="Re-compute and compare; exit code 1 on a difference."
)
export_app = typer.Typer(no_args_is_help=True, help="Write what is public to files.")
docs_app = typer.Typer(no_args_is_help=True, help="Write the generated pages of docs/.")
bench_app = typer.Typer(no_args_is_help=True, help="Measure, side by side with the bare parts.")
app.add_typer(verify_app, name="verify")
app.add_typer(export_app, name="export")
app.add_typer(bench_app, name="bench")
app.add_typer(docs_app, name="docs")
console = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Limit = Annotated[int, typer.Option(min=1, max=1000)]
Engine = Annotated[str, typer.Option(help="embedded or meilisearch; default: SEARCH_URL decides.")]


def with_database(work: Callable[[], Awaitable[R]]) -> R:
    """Run async work with the database open."""

    async def run() -> R:
        await db.connect()
        try:
            return await work()
        finally:
            await db.disconnect()

    return asyncio.run(run())


def show(value: Any) -> None:
    """Print a value as JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@app.command()
def demo(
    port: int = 8000,
    host: str = "127.0.0.1",
    fresh: Annotated[bool, typer.Option(help="Throw the demo's data away first.")] = False,
) -> None:
    """Everything at once on this machine: schema, demo data, worker and web."""
    from market import demo as demonstration

    demonstration.run(host=host, port=port, fresh=fresh)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the site (WEB_WORKERS processes)."""
    import uvicorn

    uvicorn.run(
        "market.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=settings.web_workers,
        timeout_keep_alive=75,
        access_log=False,
        server_header=False,
    )


@app.command()
def worker(
    check: Annotated[bool, typer.Option(help="Only report whether the outbox keeps up.")] = False,
) -> None:
    """Do what verbs asked for: mail, index, payments, statistics, moves of the clock."""
    from market import worker as work
    from market.kit import outbox
    from market.pages import MAX_OUTBOX_LAG

    if check:
        raise typer.Exit(int(with_database(outbox.lag) > MAX_OUTBOX_LAG))
    asyncio.run(work.run())


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    asyncio.run(db.migrate())
    console.print("The database has the newest schema.")


@app.command()
def seed() -> None:
    """Fill an empty database with demo data, made through the verbs."""
    from market.seed import seed_demo

    for login in with_database(seed_demo):
        typer.echo(f"{login.role:<24} {login.email:<32} {login.password}")


@app.command()
def operator(email: str, name: str) -> None:
    """Create the platform's first operator; prints the link that sets the password, once, within an hour."""
    from market.accounts.founding import found_operator
    from market.app import ROUTES
    from market.kit import web

    web.register_routes(ROUTES)
    token = with_database(lambda: found_operator(email, name))
    typer.echo(web.absolute_url("accounts:reset_password", token=token))


@app.command("recovery-key")
def recovery_key(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A new file outside the data.")],
) -> None:
    """Make the operator's offline key for openings; its private half is written to FILE and nowhere else.

    It holds the third share of jobs in whose region no bureau has an opening key.
    """
    from market.accounts import opening_keys
    from market.kit import boxes

    private = boxes.new_private()
    public = boxes.public_of(private)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(opening_keys.recovery_file(private, name="operator"))
    with_database(lambda: opening_keys.keep_recovery_key(public))
    typer.echo(opening_keys.fingerprint(public))


@app.command("import")
def import_records(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    kind: Annotated[
        str, typer.Option(help="For CSV and XLSX: suppliers, jobs, talents or dataset_needs.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Load records (JSON, XLSX, CSV); idempotent by id; a bad row loses no good one."""
    from market.imports import import_file

    report = with_database(lambda: import_file(file, kind=kind))
    if as_json:
        show(report.as_dict())
    else:
        console.print(report.summary())
        for error in report.errors:
            console.print(f"  {error}", style="red", markup=False)
    raise typer.Exit(int(bool(report.errors)))


@app.command()
def search(
    target: Annotated[str, typer.Argument(help="suppliers, jobs, talents or datasets")] = "",
    query: Annotated[str, typer.Argument(help="What to look for, in any words.")] = "",
    batch: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    limit: Limit = 10,
    engine: Engine = "",
    as_json: Json = False,
) -> None:
    """Search as the site does; `--batch FILE` answers [{id, target, query}] in one process."""
    from search import commands

    if batch:
        show(with_database(lambda: commands.search_batch(batch, limit=limit, engine=engine)))
        return
    if not target:
        raise typer.BadParameter("name a target and a query, or use --batch")
    answer = with_database(lambda: commands.search_once(target, query, limit=limit, engine=engine))
    show(answer) if as_json else commands.print_hits(answer)


@app.command()
def match(
    job: Annotated[str, typer.Argument(help="A job's number or imported id.")] = "",
    batch: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    engine: Engine = "",
    as_json: Json = False,
) -> None:
    """Eligible suppliers of a job, ranked, and the refused ones with their reasons."""
    from search import commands

    if batch:
        show(with_database(lambda: commands.match_batch(batch, engine=engine)))
        return
    if not job:
        raise typer.BadParameter("name a job, or use --batch")
    answer = with_database(lambda: commands.match_once(job, engine=engine))
    show(answer) if as_json else commands.print_match(answer)


@app.command()
def quote(claim: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Decide voucher claims from a file; prints each decision with its trace."""
    from billing.vouchers.quotes import quote_file

    show(quote_file(claim))


@app.command("sampling-plan")
def sampling_plan(
    lot: Annotated[int | None, typer.Option(min=1)] = None,
    level: str = "II",
    aql: str = "1.0",
    severity: str = "normal",
    table: Annotated[str, typer.Option(help="Print the whole table of a severity as CSV.")] = "",
    as_json: Json = False,
) -> None:
    """The acceptance sampling plan of GB/T 2828.1 (ISO 2859-1)."""
    from market.orders import sampling_command

    try:
        typer.echo(
            sampling_command.answer(
                lot=lot, level=level, aql=aql, severity=severity, table=table, as_json=as_json
            )
        )
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from None


@app.command()
def redflags(
    file: Annotated[
        Path,
        typer.Argument(allow_dash=True, help="OCDS compiled releases, one a line; - reads them."),
    ],
    settings_file: Annotated[
        Path | None,
        typer.Option("--settings", exists=True, dir_okay=False, help="INI or JSON; default: all."),
    ] = None,
) -> None:
    """Red flags of contracting processes, buyers and tenderers, as JSON (docs/redflags.md)."""
    from market.redflags import computing

    try:
        found = computing.red_flags_of_file(file, settings_file)
    except (OSError, ValueError) as exc:
        raise typer.BadParameter(str(exc)) from None
    typer.echo(json.dumps(found, ensure_ascii=False, separators=(",", ":")))


@docs_app.command("machines")
def docs_machines() -> None:
    """Draw every state machine into docs/machines.md."""
    from market import machines

    machines.PAGE.write_text(machines.document())


@app.command()
def metric(
    name: Annotated[str, typer.Argument(help="kappa, dice, cer, ...; nothing lists them.")] = "",
    gold: Annotated[Path | None, typer.Argument(exists=True)] = None,
    submitted: Annotated[Path | None, typer.Argument(exists=True)] = None,
    names: Annotated[
        Path | None, typer.Option(exists=True, help="CSV of item,name: a pilot's own names.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure label files against gold label files, as a pilot does."""
    from market.kit.errors import InvalidInput
    from market.metrics import command

    if not name:
        typer.echo(command.catalogue(as_json=as_json))
        return
    if gold is None or submitted is None:
        raise typer.BadParameter("name the gold file and the submitted file")
    try:
        typer.echo(command.answer(name, gold, submitted, names, as_json=as_json))
    except InvalidInput as exc:
        typer.echo(exc.message, err=True)
        raise typer.Exit(1) from None


@app.command()
def reindex(engine: Engine = "") -> None:
    """Build the search index again beside the old one, then swap."""
    from search import commands

    with_database(lambda: commands.reindex(engine=engine, console=console))


def _verdict(problems: list[str], intact: str) -> None:
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(intact)


@verify_app.command("audit")
def verify_audit() -> None:
    """The hash chain of the audit log."""
    from market.kit import audit

    _verdict(with_database(audit.verify), "The audit log is intact.")


@verify_app.command("ledger")
def verify_ledger() -> None:
    """Debits, credits, balances and bounds, from the entries."""
    from billing.verification import verify_ledger as verify

    _verdict(with_database(verify), "The ledger is balanced.")


@verify_app.command("index")
def verify_index(engine: Engine = "") -> None:
    """The search index against the database."""
    from search import commands

    _verdict(
        with_database(lambda: commands.verify_index(engine=engine)),
        "The index equals the database.",
    )


@verify_app.command("statistics")
def verify_statistics() -> None:
    """The bureau's facts and rollups against the source rows."""
    from market.bureau.verification import verify_statistics as verify

    _verdict(with_database(verify), "Every figure is reproduced by its source rows.")


@verify_app.command("sample")
def verify_sample(batch: Annotated[str, typer.Argument(help="A delivery batch's number.")]) -> None:
    """Derive a finished delivery's sample again from the revealed seeds."""
    from market.orders.verification import verify_sample as verify

    _verdict(with_database(lambda: verify(batch)), "The sample is the one the seeds give.")


@verify_app.command("measurement")
def verify_measurement(
    dispute: Annotated[str, typer.Argument(help="A measured dispute's number.")],
) -> None:
    """Derive a dispute's sub-sample again from the revealed seeds."""
    from market.disputes.verification import verify_measurement as verify

    _verdict(with_database(lambda: verify(dispute)), "The sub-sample is the one the seeds give.")


@bench_app.command("web")
def bench_web(seconds: float = 5.0, as_json: Json = False) -> None:
    """Requests per second and latencies of the main pages beside a bare page."""
    from market.bench import web

    web.run(seconds=seconds, as_json=as_json)


@bench_app.command("tendering")
def bench_tendering(as_json: Json = False) -> None:
    """Latencies of the pages of a job with 500 bids, 20 lots and 5 judges."""
    from market.bench import tendering

    tendering.run(as_json=as_json)


@bench_app.command("search")
def bench_search(records: int = 100_000, engine: Engine = "") -> None:
    """Index rate and search latency beside the bare engine."""
    from search import benchmark

    benchmark.run(records=records, engine=engine)


@bench_app.command("match")
def bench_match(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], engine: Engine = ""
) -> None:
    """P@1, nDCG and constraint violations over a file of judgements."""
    from search import commands

    show(with_database(lambda: commands.evaluate(file, engine=engine)))


@export_app.command("facts")
def export_facts(out: Annotated[Path, typer.Option(file_okay=False)]) -> None:
    """The public facts behind the statistics, as CSV."""
    from market.bureau.exports import export_public_facts

    console.print(with_database(lambda: export_public_facts(out)))


@export_app.command("ocds")
def export_ocds(out: Annotated[Path, typer.Option(file_okay=False)]) -> None:
    """Every public job as OCDS 1.1 release and record packages, and compiled.jsonl for redflags."""
    from market.app import ROUTES
    from market.kit import web
    from market.ocds import commands

    web.register_routes(ROUTES)
    for path in with_database(lambda: commands.export(out, console=console)):
        console.print(str(path))


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
