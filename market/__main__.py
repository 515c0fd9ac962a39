"""The command line: `market --help`."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from market.commands import bench, docs, export, fair, statistics, verify, voucher
from market.commands.common import Engine, Json, Limit, console, show, with_database

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Data-annotation marketplace: run it, feed it, ask it, check it.",
)
app.add_typer(verify.app, name="verify")
app.add_typer(export.app, name="export")
app.add_typer(bench.app, name="bench")
app.add_typer(docs.app, name="docs")
app.add_typer(fair.app, name="fair")
app.add_typer(statistics.app, name="statistics")
app.add_typer(voucher.app, name="voucher")


@app.command()
def demo(
    port: int = 8000,
    host: str = "127.0.0.1",
    fresh: Annotated[bool, typer.Option(help="Throw the demo's data away first.")] = False,
) -> None:
    """Everything at once on this machine: schema, demo data, worker and web."""
    os.environ["BASE_URL"] = f"http://{host}:{port}"  # before settings are read: links name it
    from market import demo as demonstration

    demonstration.run(host=host, port=port, fresh=fresh)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the site (WEB_WORKERS processes)."""
    from market import serving

    serving.serve(host=host, port=port)


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
    from market.kit import db

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
    from search import batches, commands

    if batch:
        batches.finish(
            with_database(lambda: commands.search_batch(batch, limit=limit, engine=engine))
        )
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
    from search import batches, commands

    if batch:
        batches.finish(with_database(lambda: commands.match_batch(batch, engine=engine)))
        return
    if not job:
        raise typer.BadParameter("name a job, or use --batch")
    answer = with_database(lambda: commands.match_once(job, engine=engine))
    show(answer) if as_json else commands.print_match(answer)


@app.command()
def quote(claim: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Decide voucher claims from a file; prints each decision with its trace. 1: a claim is none."""
    from billing.vouchers.claims import InvalidClaim
    from billing.vouchers.quotes import INVALID, quote_file

    try:
        rows = quote_file(claim)
    except InvalidClaim as exc:
        raise typer.BadParameter(f"{claim}: {exc}") from None
    show(rows)
    raise typer.Exit(int(any(row["ineligible"] == INVALID for row in rows)))


@app.command()
def reconcile(as_json: Json = False) -> None:
    """Compare ledger, bank, processor and treasuries; keep the signed report. 1: something is unexplained."""
    from billing.reconciliation import reconcile as make
    from market.kit.actor import Actor

    report = with_database(lambda: make(by=Actor.system("console")))
    if as_json:
        show(report.content | {"number": report.number, "digest": report.digest})
    else:
        console.print(f"{report.number}: {report.differences} not explained", markup=False)
    raise typer.Exit(int(bool(report.differences)))


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
    show(found, is_compact=True)


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


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
